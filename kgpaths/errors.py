"""Everything kgpaths raises on purpose.

::

    KgpathsError
    ├── UsageError            wrong argument, unknown name, unwritable folder       (exit 2)
    │   └── ConfigError       a configuration key or value that is not valid
    ├── FileError             a file that cannot be opened, or is not what its name says (exit 2)
    ├── SourceError           a question source that cannot be read at all          (exit 2)
    │   └── HeldOutSplit      a test split offered as training input
    ├── GraphError            a graph that cannot be built, opened or trusted       (exit 2)
    │   ├── SnapshotError     a torn, foreign or outdated snapshot folder
    │   ├── UnknownNode       an id or name that no node of the graph has
    │   └── UnknownEdge       an id that no edge of the graph has
    ├── CorpusError           a run folder that cannot be read                      (exit 2)
    ├── TrainingError         rows or a base model that cannot be trained on        (exit 2)
    │   ├── CheckpointDamaged a checkpoint that is not what was written
    │   └── OutOfMemory       a model that does not fit; says what would
    ├── EvaluationError       a task file or a model that cannot be evaluated       (exit 2)
    ├── StageBroken           the same error on many questions in a row             (exit 1)
    ├── NotPublishable        a licence does not allow the release                  (exit 1)
    └── Interrupted           work stopped early, to be continued by the same call  (exit 75)
        ├── StorageFull       no space left; finished shards are kept
        ├── ServiceUnavailable a server that does not answer, or no longer
        │   └── EndpointDown  a model's endpoint that failed too often in a row
        ├── BudgetSpent       the cost or token limit of the run is reached
        └── BatchPending      replies are made in a batch of the endpoint, which is not done

A message says what was wrong, where (file, row, field), and what to type next.
"""

from __future__ import annotations

from collections.abc import Iterable

EXIT_CHECK_FAILED, EXIT_USAGE, EXIT_TRY_AGAIN, EXIT_INTERRUPTED = 1, 2, 75, 130


class KgpathsError(Exception):
    """Base of all errors raised by kgpaths; `exit_code` is what the command ends with."""

    exit_code: int = EXIT_USAGE


class UsageError(KgpathsError):
    """A wrong argument, an unknown name, a place that cannot be written."""


class ConfigError(UsageError):
    """A configuration key or value that is not valid."""


class FileError(KgpathsError):
    """A file that cannot be opened, or is not what its name says."""


class SourceError(KgpathsError):
    """A question source that cannot be read."""


class HeldOutSplit(SourceError):
    """A test split was offered as training input."""


class GraphError(KgpathsError):
    """A graph that cannot be built, opened or trusted."""


class SnapshotError(GraphError):
    """A snapshot folder that is torn, foreign, or of another format version."""


class UnknownNode(GraphError):
    """An id or a name that no node of the graph has."""


class UnknownEdge(GraphError):
    """An id that no edge of the graph has."""


class CorpusError(KgpathsError):
    """A run folder that cannot be read."""


class TrainingError(KgpathsError):
    """Rows or a base model that cannot be trained on."""


class CheckpointDamaged(TrainingError):
    """A finished checkpoint is not what was written."""


class OutOfMemory(TrainingError):
    """The model does not fit into memory; the message says what would."""


class EvaluationError(KgpathsError):
    """A task file or a model that cannot be evaluated."""


class StageBroken(KgpathsError):
    """The same error broke a stage on many questions in a row: it is no question's fault."""

    exit_code = EXIT_CHECK_FAILED


class NotPublishable(KgpathsError):
    """A licence does not allow the release that was asked for."""

    exit_code = EXIT_CHECK_FAILED


class Interrupted(KgpathsError):
    """Work that stopped early and is continued by typing the same command again."""

    exit_code = EXIT_TRY_AGAIN


class StorageFull(Interrupted):
    """No space left on the device; what was finished is kept."""


class ServiceUnavailable(Interrupted):
    """A server that does not answer, or no longer; what it confirmed before is kept."""


class EndpointDown(ServiceUnavailable):
    """A model's endpoint failed too often in a row, or too often of late; every reply so far is kept."""


class BudgetSpent(Interrupted):
    """The run has cost, or used in tokens, what it may; raise the limit and call again."""


class BatchPending(Interrupted):
    """Replies are made in a batch of the endpoint; the same call, later, fetches them."""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a `did you mean` sentence naming the known word nearest to `word`, or all of them.

    >>> nearest("medqqa", ["medqa", "pubmedqa", "medquad"])
    "did you mean 'medqa'? Known: medqa, medquad, pubmedqa"
    >>> nearest("xyz", ["medqa", "medquad"])
    'Known: medqa, medquad'
    """
    import difflib

    names = sorted(known)
    hits = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    listing = "Known: " + ", ".join(names)
    return f"did you mean {hits[0]!r}? {listing}" if hits else listing
