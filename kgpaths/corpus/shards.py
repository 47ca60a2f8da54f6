"""Record a finished shard, and name the files that the shards end up in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from kgpaths.corpus.funnel import Funnel
from kgpaths.corpus.manifest import DATA, FORMAT, Document
from kgpaths.corpus.row_schema import Config
from kgpaths.records import Split


class ShardFile(Document):
    """One Parquet file of a shard, in `.shards/` until the run is finished."""

    name: str
    config: Config
    split: Split
    rows: int
    bytes: int
    sha256: str


class Shard(Document):
    """What is known of a finished shard."""

    number: int
    identity: str
    """Hash of the build that it belongs to."""
    funnel: Funnel
    files: tuple[ShardFile, ...]


def final_places(shards: Iterable[Shard]) -> dict[str, str]:
    """Return for every shard file where it goes: numbered within its configuration and split, without gaps.

    >>> file = ShardFile(name="00007.sft.train.parquet", config="sft", split="train", rows=1, bytes=9, sha256="")
    >>> final_places([Shard(number=7, identity="", funnel=Funnel(), files=(file,))])
    {'00007.sft.train.parquet': 'data/sft/train-00000-of-00001.parquet'}
    """
    files = [file for shard in shards for file in shard.files]
    total = Counter((file.config, file.split) for file in files)
    seen: Counter[tuple[str, str]] = Counter()
    places = {}
    for file in files:
        key = (file.config, file.split)
        places[file.name] = f"{DATA}/{file.config}/{file.split}-{seen[key]:05}-of-{total[key]:05}.parquet"
        seen[key] += 1
    return places


def is_ours(manifest: Path) -> bool:
    """Return whether a file is the manifest of a run, of whatever version of kgpaths."""
    try:
        content = json.loads(manifest.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and str(content.get("format")).startswith(FORMAT.partition("/")[0])
