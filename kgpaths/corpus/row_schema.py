"""Every configuration of a corpus has fixed Parquet columns.

`structured` and `rejected` hold whole rows, so their columns are read off `kgpaths.records.Row`: a struct for every
record, a list for every tuple, no free-form dictionaries. The columns are the same in every file, empty or not.
"""

from __future__ import annotations

import types
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from kgpaths.records import Row

if TYPE_CHECKING:
    import pyarrow as pa

Config = Literal["sft", "structured", "paths", "rejected"]
CONFIGS: tuple[Config, ...] = get_args(Config)
"""Configurations of a corpus; the first is the one that loads by default."""

_FORMAT = {b"kgpaths.format": b"5"}


@cache
def schema(config: Config) -> pa.Schema:
    """Return the Arrow schema of one configuration.

    >>> schema("sft").names
    ['id', 'messages', 'answer', 'answer_key', 'answer_text', 'source', 'licence', 'sources']
    >>> schema("structured") == schema("rejected")
    True
    """
    import pyarrow as pa

    if config in ("structured", "rejected"):
        return pa.schema(list(_arrow(Row))).with_metadata(_FORMAT)
    text, texts = pa.string(), pa.list_(pa.string())
    columns: dict[str, Any]
    if config == "sft":
        columns = {
            "id": text,
            "messages": pa.list_(pa.struct([("role", text), ("content", text)])),
            "answer": text,
            "answer_key": text,
            "answer_text": text,
            "source": text,
            "licence": text,
            "sources": texts,
        }
    else:
        columns = {
            "id": text,
            "row_id": text,
            "number": pa.int64(),
            "kind": text,
            "option_key": text,
            "option_text": text,
            "fallback_step": text,
            "cost_millinats": pa.int64(),
            "hops": pa.int64(),
            "node_ids": texts,
            "node_names": texts,
            "predicates": texts,
            "forward": pa.list_(pa.bool_()),
            "edge_ids": texts,
            "licence": text,
            "sources": texts,
        }
    return pa.schema(list(columns.items())).with_metadata(_FORMAT)


def _arrow(annotation: Any) -> pa.DataType:
    """Return the Arrow type of a field's annotation; every type that records use, and no other."""
    import pyarrow as pa

    scalars = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    if annotation in scalars:
        return scalars[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return pa.struct([(name, _arrow(field.annotation)) for name, field in annotation.model_fields.items()])
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return pa.string()
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:
        return pa.list_(_arrow(inner[0]))
    if origin in (Union, types.UnionType) and len(inner) == 2 and types.NoneType in inner:
        return _arrow(next(kind for kind in inner if kind is not types.NoneType))
    raise TypeError(f"no Parquet column for {annotation!r}")
