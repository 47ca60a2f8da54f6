"""Files: rows of every format read, files and folders written whole or not at all, hashed and locked.

Readers: `Rows` (any format, by the file's name), and one a format where more than rows is wanted: `Lines`, `Table`,
`JsonLines`, `JsonElements`, `ParquetFile`. What is wrong is a `Fault` in the place of the row.
"""

from kgpaths.files.faults import Fault, FileReason
from kgpaths.files.hashes import fingerprint, sha256, sha256_of
from kgpaths.files.json_rows import JsonElements, JsonLines, KeyTwice, Place, loads
from kgpaths.files.lock import FolderLock
from kgpaths.files.parquet import ParquetFile
from kgpaths.files.rows import Row, Rows
from kgpaths.files.tables import Table
from kgpaths.files.text import BROKEN, FileReader, Lines, check_readable, decoded, format_of, open_binary
from kgpaths.files.writing import disk_errors, flush_folder, new_file, new_folder, no_space, write_whole

__all__ = [
    "BROKEN",
    "Fault",
    "FileReader",
    "FileReason",
    "FolderLock",
    "JsonElements",
    "JsonLines",
    "KeyTwice",
    "Lines",
    "ParquetFile",
    "Place",
    "Row",
    "Rows",
    "Table",
    "check_readable",
    "decoded",
    "disk_errors",
    "fingerprint",
    "flush_folder",
    "format_of",
    "loads",
    "new_file",
    "new_folder",
    "no_space",
    "open_binary",
    "sha256",
    "sha256_of",
    "write_whole",
]
