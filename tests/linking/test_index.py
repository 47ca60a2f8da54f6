"""The index finds what a plain search finds, and survives being saved, opened and raced for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.linking.match import windows
from kgpaths.linking.match.index import NameIndex
from kgpaths.linking.match.windows import MAX_WINDOW, WindowTable
from kgpaths.linking.words.tokenizer import COLON, Tokens, tokenize

WORDS = ["fever", "chest", "pain", "acute", "renal", "failure", "gout"]
names = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=12)
texts = st.lists(st.sampled_from([*WORDS, "unknownword", "of", ".", ",", ";"]), max_size=25).map(" ".join)


def _by_hand(tokens: Tokens, names: list[str]) -> set[tuple[int, int, str, bool]]:
    """Every window against every name."""
    found = set()
    content = tokens.content
    for a in range(len(content)):
        for b in range(a, min(a + MAX_WINDOW, len(content))):
            if any(gap >= COLON for gap in tokens.gaps[content[a] + 1 : content[b] + 1]):
                continue
            window = [tokens.words[i] for i in content[a : b + 1]]
            for name in names:
                if sorted(window) == sorted(name.split()):
                    found.add((content[a], content[b], name, window == name.split()))
    return found


@settings(max_examples=150, deadline=None)
@given(names, st.lists(texts, min_size=1, max_size=3))
def test_it_finds_what_a_plain_search_finds(named: list[str], documents: list[str]) -> None:
    index = NameIndex.build((number, name, "label") for number, name in enumerate(named))
    hits = index.find(index.cut(documents))
    for number, document in enumerate(documents):
        found = {
            (hits.first[window], hits.last[window], index.text(row), in_order)
            for window in range(hits.bounds[number], hits.bounds[number + 1])
            for row, in_order in hits.owners(window)
        }
        assert found == _by_hand(tokenize(document), named)


def test_a_saved_index_finds_the_same(tmp_path: Path) -> None:
    index = NameIndex.build(
        [(0, "Chest pain", "label"), (1, "Café-au-lait spot", "label"), (1, "CALM", "abbreviation")]
    )
    index.save(tmp_path / "index")
    opened = NameIndex.open(tmp_path / "index")
    text = ["Pain of the chest and cafe au lait spots"]
    assert opened.find(opened.cut(text)) == index.find(index.cut(text))
    assert opened.find(opened.cut(text)).first == [0, 5]
    assert [opened.text(row) for row in range(len(opened))] == ["Chest pain", "Café-au-lait spot", "CALM"]


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    NameIndex.build([]).save(tmp_path / "empty")
    empty = NameIndex.open(tmp_path / "empty")
    assert empty.find(empty.cut(["Chest pain"])).first == []
    assert empty.find(empty.cut([])).bounds == [0]
    assert NameIndex.build([(0, "?!", "label")]).whole(["pain"]) == ()


def test_two_writers_leave_one_whole_index(tmp_path: Path) -> None:
    index = NameIndex.build([(0, "Chest pain", "label")])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: index.save(tmp_path / "index"), range(8)))
    assert [path.name for path in tmp_path.iterdir()] == ["index"]
    assert len(NameIndex.open(tmp_path / "index")) == 1


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        NameIndex.build([(0, "Chest pain", "label")]).save(tmp_path / "file" / "index")


def test_names_of_letters_and_digits_alone_are_left_out() -> None:
    assert len(NameIndex.build([(0, "T", "label"), (1, "3", "label"), (2, "1 2", "label"), (3, "T 4", "label")])) == 0


def test_the_order_of_the_names_decides_nothing(tmp_path: Path) -> None:
    names = [(n % 3, f"{word} {other}", "exact") for n, word in enumerate(WORDS) for other in WORDS]
    for folder, given_names in (("one", names), ("other", names[::-1])):
        NameIndex.build(given_names).save(tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=3), max_size=12),
    st.lists(st.integers(0, 9), max_size=20),
    st.sampled_from([0, 3]),
)
def test_tuples_of_equal_keys_are_told_apart(tuples: list[list[int]], ids: list[int], shift: int) -> None:
    with pytest.MonkeyPatch.context() as patched:  # few different keys, so that most windows meet a stranger's
        patched.setattr(windows, "_numbers", lambda ids: (ids % 3).astype(np.uint64) << np.uint64(60 - shift))
        table = WindowTable.build([word for some in tuples for word in some], [*map(len, tuples)], range(len(tuples)))
        found = table.search(ids, [0] * len(ids))
    assert sorted(zip(*(column.tolist() for column in found), strict=True)) == sorted(
        (at, len(some), row, owner, ids[at : at + len(some)] == some)
        for row, owner in enumerate(table.arrays["owner"].tolist())
        for some in [tuples[owner]]
        for at in range(len(ids) - len(some) + 1)
        if sorted(ids[at : at + len(some)]) == sorted(some)
    )
