"""Files and folders are whole or absent, whatever stops the writing; and one writer holds a folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from kgpaths.errors import StorageFull, UsageError
from kgpaths.files import FolderLock, disk_errors, fingerprint, new_file, new_folder, write_whole

KILLED = """
import os, signal, sys
from pathlib import Path
from kgpaths.files import new_folder, write_whole
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
place = Path(sys.argv[1])
if sys.argv[2] == "file":
    Path.replace = die
    write_whole(place, b"new")
else:
    Path.rename = die
    with new_folder(place, replace=sys.argv[2] == "other folder") as folder:
        (folder / "new").write_text("new")
"""


@pytest.mark.skipif(os.name == "nt", reason="a kill that nobody can catch")
@pytest.mark.parametrize("what", ["file", "folder", "other folder"])
def test_a_kill_between_writing_and_renaming_leaves_nothing_half(tmp_path: Path, what: str) -> None:
    place = tmp_path / "place"
    if what == "file":
        place.write_bytes(b"old")
    done = subprocess.run([sys.executable, "-c", KILLED, str(place), what], check=False)
    assert done.returncode == -signal.SIGKILL
    if what == "file":
        assert place.read_bytes() == b"old"
        write_whole(place, b"new")
        assert [path.name for path in tmp_path.iterdir()] == ["place"]
    else:
        assert not place.exists()
        with new_folder(place, replace=what == "other folder") as folder:
            (folder / "new").write_text("whole")
        assert (place / "new").read_text() == "whole"


def test_an_error_leaves_the_old_and_no_rest(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("old")
    with pytest.raises(UnicodeEncodeError), new_file(tmp_path / "f", encoding="ascii") as file:
        file.write("half" + "\xe9")
    with pytest.raises(FileNotFoundError), new_folder(tmp_path / "g") as folder:
        (folder / "half" / "way").write_text("")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"f": "old"}


def test_whoever_makes_a_folder_first_keeps_it_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    place = tmp_path / "place"
    with new_folder(place) as mine:
        (mine / "a").write_text("mine")
        with new_folder(place) as theirs:
            (theirs / "a").write_text("theirs")
    assert (place / "a").read_text() == "theirs"
    with new_folder(place, replace=True) as mine:
        (mine / "b").write_text("mine")
    assert [path.name for path in place.iterdir()] == ["b"]
    assert [path.name for path in tmp_path.iterdir()] == ["place"]


def test_a_folder_can_be_read_by_others(tmp_path: Path) -> None:
    with new_folder(tmp_path / "place"):
        pass
    assert (tmp_path / "place").stat().st_mode & 0o055 == 0o055


def test_what_the_disk_refuses_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(UsageError, match="cannot be written"),
        disk_errors(tmp_path),
        new_folder(tmp_path / "file" / "x"),
    ):
        pass
    with pytest.raises(StorageFull, match=r"no space left in .*the same command continues"), disk_errors(tmp_path):
        raise OSError(28, "No space left on device")


def test_a_folder_counts_by_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    one = fingerprint(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    assert fingerprint(tmp_path) != one
    (tmp_path / "b").rename(tmp_path / "a")
    assert fingerprint(tmp_path) == one
    assert fingerprint(tmp_path / "a") != one


HOLDS = """
import sys
from pathlib import Path
from kgpaths.files import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_processes_and_one_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        for _ in range(2):  # who is refused does not forget who holds it
            with pytest.raises(UsageError, match=f"another build \\(process {other.pid}\\) is writing to"):
                FolderLock(tmp_path).__enter__()
        other.kill()
    with FolderLock(tmp_path):  # a process that ends, however it ends, holds nothing
        assert (tmp_path / ".lock").exists()
    assert list(tmp_path.iterdir()) == []
