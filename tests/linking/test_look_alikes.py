"""No look-alike is ever taken for its twin: the pairs of `tests/data/linking/look_alikes.tsv`, in both directions."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgpaths.config import LinkingConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.match.look_alikes import is_slip, same_meaning
from kgpaths.linking.words.tokenizer import tokenize

_FILE = Path(__file__).parents[1] / "data" / "linking" / "look_alikes.tsv"
PAIRS = [
    tuple(line.split("\t"))
    for line in _FILE.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def _words(text: str) -> list[str]:
    tokens = tokenize(text)
    return [tokens.words[i] for i in tokens.content]


def _linker(*names: str) -> EntityLinker:
    nodes = [NodeRecord(f"X:{number}", name, "disease", "test") for number, name in enumerate(names)]
    return EntityLinker(KnowledgeGraph.from_records(nodes, []), LinkingConfig(fuzzy_threshold=80))


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 150
    assert len(set(PAIRS)) == len(PAIRS)


def test_no_string_is_linked_to_its_look_alike() -> None:
    """Each twin is asked of a graph that has only the others, at a threshold far below the default."""
    for names, strings in ((0, 1), (1, 0)):
        linker = _linker(*sorted({pair[names] for pair in PAIRS}))
        for pair in PAIRS:
            for mention in linker.link_string(pair[strings]):
                whole = mention.tier != "partial"
                linked = linker.graph.name(mention.node_id)
                assert not (whole and linked == pair[names]), (pair, mention)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
def test_no_word_is_a_slip_for_its_look_alike(pair: tuple[str, str]) -> None:
    one, other = (_words(text) for text in pair)
    rest = [w for w in one if w not in other], [w for w in other if w not in one]
    slips = len(rest[0]) == len(rest[1]) and all(is_slip(a, b) for a, b in zip(*rest, strict=True))
    assert not (slips and same_meaning(one, other))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hydrochlorthiazide", "Hydrochlorothiazide"),
        ("Wegeners granulomatosis", "Wegener granulomatosis"),
        ("Schistosomyasis", "Schistosomiasis"),
        ("Glomerulonephrits in children", "Glomerulonephritis in children"),
        ("Polydactly", "Polydactyly"),
    ],
)
def test_slips_that_are_near_enough_are_repaired_or_left_alone(written: str, meant: str) -> None:
    mentions = _linker(meant, "Gout").link_string(written)
    assert all(m.node_id == "X:0" for m in mentions)


def test_a_slip_of_the_pen_is_repaired_with_its_own_tier() -> None:
    (mention,) = _linker("Hydrochlorothiazide", "Gout").link_string("Hydrochlorthiazide")
    assert (mention.node_id, mention.tier) == ("X:0", "fuzzy")
    assert mention.score < 0.8


def test_running_text_is_never_matched_fuzzily() -> None:
    assert _linker("Hydrochlorothiazide").link("He takes hydrochlorthiazide daily.") == []
