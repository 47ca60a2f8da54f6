"""Files: rows of every format read, files and folders written whole or not at all, hashed and locked."""

from kgpaths.files.hashes import fingerprint, sha256, sha256_of
from kgpaths.files.lock import FolderLock
from kgpaths.files.writing import disk_errors, flush_folder, new_file, new_folder, no_space, write_whole

__all__ = [
    "FolderLock",
    "disk_errors",
    "fingerprint",
    "flush_folder",
    "new_file",
    "new_folder",
    "no_space",
    "sha256",
    "sha256_of",
    "write_whole",
]
