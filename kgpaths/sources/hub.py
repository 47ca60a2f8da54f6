"""Stream the rows of data sets on the Hugging Face Hub through `datasets`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kgpaths.errors import Interrupted, SourceError
from kgpaths.files import Row


def resolve_revision(repo: str, revision: str | None) -> str:
    """Return the commit that a branch, a tag or None (the main branch) stands for now.

    Raises:
        SourceError: the Hub cannot be reached or has no such data set or revision.
    """
    from huggingface_hub import HfApi

    try:
        commit = HfApi().dataset_info(repo, revision=revision, timeout=30).sha
    except Exception as error:  # the client's transport raises errors of several libraries
        raise SourceError(_unreachable(repo, revision, error)) from error
    if not commit:
        raise SourceError(f"the Hub names no commit for {repo}")
    return commit


def open_stream(repo: str, config: str | None, split: str, commit: str) -> Any:
    """Return the streamed split of a data set at one commit.

    Raises:
        SourceError: the Hub cannot be reached, or the data set has no such split.
    """
    from datasets import load_dataset

    try:
        return load_dataset(repo, config, split=split, revision=commit, streaming=True)
    except Exception as error:
        raise SourceError(_unreachable(repo, commit, error)) from error


def rows(stream: Any, place: str) -> Iterator[Row]:
    """Yield the rows of an open stream.

    Raises:
        Interrupted: the connection was lost; the same command continues.
    """
    iterator = iter(stream)
    number = 0
    while True:
        try:
            fields = next(iterator)
        except StopIteration:
            return
        except Exception as error:
            raise Interrupted(f"{place} broke off after row {number} ({error}); type the same command again") from error
        number += 1
        yield Row(f"{place}:{number}", fields)


def _unreachable(repo: str, revision: str | None, error: Exception) -> str:
    at = f" at {revision}" if revision else ""
    first_line = str(error).strip().partition("\n")[0] or type(error).__name__
    return (
        f"{repo}{at} could not be read from the Hugging Face Hub ({first_line}); check the name and the network, "
        "or download the file and give it as SOURCE:path/to/file"
    )
