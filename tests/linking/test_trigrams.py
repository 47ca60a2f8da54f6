"""Names by their letters, against counting trigrams one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.linking.match.trigrams import Trigrams

_WORD = st.text("abcy1é", min_size=1, max_size=9)
_NAMES = st.lists(st.lists(_WORD, min_size=1, max_size=3), min_size=1, max_size=12)


def _signs(text: str) -> str:
    return "".join(c if c.isascii() and c.isalpha() else "1" if c.isdigit() else "?" for c in text if c != " ")


def _trigrams(text: str) -> list[str]:
    return [text[i : i + 3] for i in range(len(text) - 2)]


def _nearest(names: list[list[str]], text: str, most: int) -> list[int]:
    query = set(_trigrams(_signs(text)))
    found = []
    for row, words in enumerate(names):
        own = _trigrams(_signs("".join(words)))
        alike = 2 * sum(gram in query for gram in own) / max(1, len(own) + len(_signs(text)) - 2)
        if len(_signs("".join(words))) >= 5 <= len(_signs(text)) and alike >= 0.45:
            found.append((-alike, row))
    return [row for _, row in sorted(found)[:most]]


@settings(max_examples=200, deadline=None)
@given(_NAMES, st.text("abcy1é ", min_size=1, max_size=20), st.integers(1, 6))
def test_the_nearest_names_are_those_that_counting_finds(names: list[list[str]], text: str, most: int) -> None:
    words = sorted({word for name in names for word in name})
    cut = [words.index(word) for name in names for word in name]
    table = Trigrams.build(words, cut, [len(name) for name in names], range(len(names)))
    assert table.nearest(text, most) == _nearest(names, text, most)


@settings(max_examples=200, deadline=None)
@given(_NAMES, st.text("abcy1é ", min_size=1, max_size=20), st.integers(0, 11))
def test_a_name_with_the_same_letters_is_never_denied(names: list[list[str]], text: str, one: int) -> None:
    words = sorted({word for name in names for word in name})
    cut = [words.index(word) for name in names for word in name]
    table = Trigrams.build(words, cut, [len(name) for name in names], range(len(names)))
    same = "".join(names[one % len(names)])
    assert table.may_hold(same) == (len(same) >= 5)
    own = [_signs("".join(name)) for name in names]
    assert table.may_hold(text) == any(
        len(name) == len(_signs(text)) >= 5 and set(_trigrams(_signs(text))) <= set(_trigrams(name)) for name in own
    )


def test_no_names_give_nothing() -> None:
    nothing = Trigrams.build([], [], [], [])
    assert nothing.nearest("anything", 5) == []
    assert not nothing.may_hold("anything")
