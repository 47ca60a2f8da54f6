"""A batch is cut into the same words as each of its texts alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.linking.match.batches import Cutter
from kgpaths.linking.match.index import NameIndex
from kgpaths.linking.values.spans import find_values
from kgpaths.linking.words.tokenizer import tokenize

PIECES = [
    "pain", "Pains,", "type", "II", "I.", "a", "A", "hepatitis", "e.g.", "Dr.", "pre-eclampsia", "(COPD)", "-", "/", "",
    "x\ny", "x\n\nY", "2.5", ".5", "mg/dL.", "Alzheimer’s", "β", "İ", "ﬁ", "The", ":", "word;",
    "stage-III", "'s", "cells\t",
]  # fmt: skip
texts = st.one_of(st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join), st.text(max_size=40))


@settings(max_examples=400, deadline=None)
@given(st.lists(texts, max_size=5))
def test_a_batch_has_the_words_of_its_texts(documents: list[str]) -> None:
    batch = Cutter().cut(documents)
    assert list(batch.tokens()) == [tokenize(text) for text in documents]


@settings(max_examples=200, deadline=None)
@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=4))
def test_masked_words_are_nothing(document: str, spans: list[tuple[int, int]]) -> None:
    masked: list[tuple[int, int]] = []
    for start, length in sorted(spans):
        if not masked or start >= masked[-1][1]:
            masked.append((start, start + length))
    before = "fever a"
    shifted = [(start + len(before) + 1, end + len(before) + 1) for start, end in masked]
    assert list(Cutter().cut([before, document], shifted).tokens())[1] == tokenize(document, masked)


def test_what_was_cut_before_decides_nothing() -> None:
    cutter = Cutter()
    cutter.cut(["type II", "II a b", "Dr. A"])
    for text in ("II type II", "Dr. A saw a", "a"):
        assert list(cutter.cut([text]).tokens()) == [tokenize(text)]


def test_the_memory_of_pieces_is_bounded() -> None:
    index = NameIndex.build([(0, "word7", "label"), (1, "Chest pain", "label")])
    for start in range(0, 400_000, 40_000):
        batch = index.cut([" ".join(f"word{n}" for n in range(start, start + 40_000))])
        assert len(index.find(batch).first) == (start == 0)
        assert len(batch.vocabulary) < 310_000
    assert index.find(index.cut(["pain in the chest"])).last == [3]


NUMBERS = [
    "54", "-year-old", " man", "120/80", " mm Hg", "1,200", ".5", " mg", "/dL", "age ", "aged ", "G2P1 ", " x 10",
    "^9/L", "-", " ", ".", "3 days", "a", "\0",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(st.sampled_from(NUMBERS), max_size=8).map("".join), max_size=4))
def test_a_batch_has_the_values_of_its_texts(documents: list[str]) -> None:
    expected, before = [], 0
    for document in documents:
        expected += [(before + start, before + end) for start, end in find_values([document])]
        before += len(document) + 1
    assert find_values(documents) == expected
