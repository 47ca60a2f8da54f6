"""Decide whether weights may be published, by the licences of what they were trained on."""

from __future__ import annotations

from pathlib import Path

from kgpaths.errors import NotPublishable, TrainingError, UsageError, nearest
from kgpaths.training.conversations import Provenance
from kgpaths.vocabulary.licences import Policy

POLICIES: tuple[Policy, ...] = ("open", "open+sa", "noncommercial", "internal")
"""From the most open release to none at all."""


def check_policy(policy: str) -> None:
    """Refuse what is no policy of a release.

    Raises:
        UsageError: with the nearest.
    """
    if policy not in POLICIES[:-1]:
        raise UsageError(f"policy {policy!r} publishes nothing; {nearest(policy, POLICIES[:-1])}")


def check_publishable(about: Provenance, *, base_licence: str | None, policy: Policy = "open") -> None:
    """Refuse when a source of the rows, or the base model, does not allow weights to be published. Unknown is no.

    Raises:
        NotPublishable: with every source that stands in the way, and its rows.

    >>> check_publishable(Provenance(name="x", corpus_hash="", sources={"doid": 3}), base_licence="apache-2.0")
    >>> check_publishable(Provenance(name="x", corpus_hash="", sources={"sider": 3}), base_licence="apache-2.0")
    Traceback (most recent call last):
    ...
    kgpaths.errors.NotPublishable: these weights may not be published under the policy 'open':
      sider (3 rows): CC-BY-NC-SA-4.0 allows noncommercial...
    """
    from kgpaths.vocabulary.licences import licences

    check_policy(policy)
    ledger, faults = licences(), []
    for source, rows in about.sources.items():
        if source not in ledger:
            faults.append(f"{source} ({rows:,} rows): its licence is not known")
        elif POLICIES.index(ledger[source].policy) > POLICIES.index(policy):
            allowed = ledger[source].policy
            says = "may not be published at all" if allowed == "internal" else f"allows {allowed} releases at most"
            faults.append(f"{source} ({rows:,} rows): {ledger[source].licence} {says}")
    if about.unlicensed or not about.sources:
        faults.append(f"{about.unlicensed:,} rows name no licence or no source")
    if not base_licence:
        faults.append("the base model's licence is not known; name it with base_licence")
    if faults:
        raise NotPublishable(
            f"these weights may not be published under the policy {policy!r}:\n  "
            + "\n  ".join(faults)
            + "\nBuild the corpus again without these sources, or choose the policy that their licences allow."
        )


def publish(out: str | Path, repo: str, *, policy: Policy = "open", merged: bool = False) -> str:
    """Upload the adapter (or the merged model) of a finished training in one commit, and return its address.

    Raises:
        NotPublishable: a source of the rows does not allow it; nothing is sent.
        TrainingError: the training is not finished.
    """
    from huggingface_hub import HfApi

    from kgpaths.training.record import TrainingRecord

    record = TrainingRecord.read(Path(out))
    folder = Path(out) / ("merged" if merged else "adapter")
    if not record.finished or not folder.is_dir():
        raise TrainingError(f"{out} holds no finished {folder.name}; run its `kgpaths train` command to the end")
    check_publishable(record.provenance, base_licence=record.base_licence, policy=policy)
    api = HfApi()
    api.create_repo(repo, private=True, exist_ok=True)
    done = api.upload_folder(
        repo_id=repo, folder_path=str(folder), commit_message=f"{folder.name} trained with kgpaths {record.kgpaths}"
    )
    return str(done)
