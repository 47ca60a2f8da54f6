"""Rows as Parquet bytes that depend on the rows alone."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from kgpaths.corpus.row_schema import Config, schema

ROW_GROUP = 1000
"""Rows in one Parquet row group."""


def parquet_bytes(config: Config, rows: Sequence[dict[str, Any]]) -> bytes:
    """Return rows as a Parquet file: the same rows, the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = schema(config)
    buffer = io.BytesIO()
    with pq.ParquetWriter(
        buffer,
        columns,
        version="2.6",
        compression="zstd",
        compression_level=6,
        use_dictionary=True,
        write_statistics=True,
    ) as writer:
        if rows:  # `datasets` cannot read a row group without rows
            writer.write_table(pa.Table.from_pylist(list(rows), schema=columns), row_group_size=ROW_GROUP)
    return buffer.getvalue()
