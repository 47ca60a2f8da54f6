"""Replies of a strong model to the first prompt of `medreason`, read and checked by today's rules.

`tests/data/medreason_replies.json` holds nine MedQA questions of the bundled sample (MIT licence, Jin et al. 2021) with
what that prompt showed, as far as a reply cites it: mentions, statements and findings by label, paths, the part of the
graph, the reply, and what became of it then (`was`). Those prompts said nothing of quotations, `[K]` or `NONE`;
`tests/data/medreason_marked/` holds replies to five of them that were written by hand with such marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord
from kgpaths.language import read_question
from kgpaths.records import Hop, Mention, OptionEvidence, PathSet, QAItem, ReasoningPath
from kgpaths.sources import open_source
from kgpaths.validation import Validator, decide
from kgpaths.verbalization.recipes.chain_assembly import assemble
from kgpaths.verbalization.recipes.flaws import Assembled
from kgpaths.verbalization.recipes.marks import Marks
from kgpaths.verbalization.recipes.prompt_material import Material
from kgpaths.verbalization.recipes.recipe import load_recipe
from kgpaths.verbalization.recipes.reply_answers import abstention
from kgpaths.verbalization.recipes.reply_parsing import read

DATA = Path(__file__).parents[1] / "data"
STORED = json.loads((DATA / "medreason_replies.json").read_text("utf-8"))
ROWS = {row["id"][-5:]: row for row in STORED["rows"]}


@pytest.fixture(scope="module")
def ward_of_replies() -> KnowledgeGraph:
    """The part of the graph that the prompts showed."""
    nodes = [
        NodeRecord(node, name, kind, "stored", names=tuple(NodeName(one, "exact") for one in names))
        for node, (name, kind, *names) in STORED["nodes"].items()
    ]
    edges = [EdgeRecord(s, p, o, source, "", licence, tier, strength)
             for s, p, o, source, licence, tier, strength in STORED["edges"]]  # fmt: skip
    return KnowledgeGraph.from_records(nodes, edges)


@pytest.fixture(scope="module")
def items() -> dict[str, QAItem]:
    return {item.id[-5:]: item for item in open_source("medqa", limit=60) if isinstance(item, QAItem)}


Outcome = tuple[str, tuple[str, ...], Assembled]


@pytest.fixture(scope="module")
def replayed(ward_of_replies: KnowledgeGraph, items: dict[str, QAItem]) -> Callable[..., Outcome]:
    """Return a function from the number of a question, and another reply to it, to what is made of the reply."""
    graph, recipe = ward_of_replies, load_recipe("medreason")
    edges = [
        next(
            edge for edge in graph.edges_between(s, o) if (edge.subject, edge.predicate, edge.source) == (s, p, source)
        )
        for s, p, o, source, *_ in STORED["edges"]
    ]

    def hop(number: int, forward: bool) -> Hop:
        edge = edges[number]
        parts = {name: getattr(edge, name) for name in ("subject", "predicate", "object", "source", "licence")}
        return Hop(edge_id=edge.id, forward=forward, **parts)

    def outcome(number: str, reply: str | None = None) -> Outcome:
        row, item = ROWS[number], items[number]
        mentions = tuple(
            Mention(section=section, start=start, end=end, text=item.section(section)[start:end], node_id=node,
                    score=1.0, tier="exact", assertion=assertion, role=role)
            for section, start, end, node, assertion, role in row["mentions"]
        )  # fmt: skip
        paths = tuple(
            ReasoningPath(hops=tuple(hop(*one) for one in hops), cost_millinats=cost, kind=kind, option_key=key)
            for kind, key, cost, hops in row["paths"]
        )
        scores = tuple(OptionEvidence(key=k, node_ids=tuple(n), score=s) for k, n, s in row["options"])
        path_set = PathSet(paths=paths, option_evidence=scores, question=read_question(item))
        shown = {label: edges[one] for label, one in row["statements"].items()}
        material = Material(
            edges=shown,
            findings={label: mentions[one] for label, one in row["findings"].items()},
            leads={shown[label].id: set(keys) for label, keys in row["leads"].items()},
            ends=row["ends"],
            inputs={"asked": path_set.asks.asks_for, "repeat_answer": True},
        )
        said = row["reply"] if reply is None else reply
        marks = Marks(item, mentions, cited=("E",), quote="Q", knowledge="K")
        titles = {section.title.casefold(): section.title for section in recipe.layout.sections}
        reading = read(said, "", marks.labels, titles, marks.labelled)
        made = assemble(graph, item, mentions, material, recipe, reading, marks, answer_shown=True)
        assert made.chain is not None, made.flaws
        status, reasons = decide(Validator(graph).validate(item, mentions, path_set, made.chain))
        return status, reasons, made

    return outcome


@pytest.mark.parametrize("number", sorted(ROWS))
def test_no_stored_reply_is_rejected_for_knowing_more(replayed: Callable[..., Outcome], number: str) -> None:
    """Two of the nine argue from silence, which is refused; four were rejected for what they know, and no more."""
    status, reasons, made = replayed(number)
    assert made.flaws == []
    silent = re.search(r"nothing in the case points|does not explain", ROWS[number]["reply"])
    assert (status, reasons) == (("rejected", ("argues_from_silence",)) if silent else ("accepted", ()))


MARKED = {path.stem: path.read_text("utf-8") for path in (DATA / "medreason_marked").glob("*.txt")}
"""What a clinician would say, as far as the statements carry it, and beyond."""


@pytest.mark.parametrize("number", sorted(MARKED))
def test_an_honest_argument_is_accepted_with_its_marks(
    replayed: Callable[..., Outcome], items: dict[str, QAItem], number: str
) -> None:
    status, reasons, made = replayed(number, MARKED[number])
    assert made.flaws == []
    assert (status, reasons) == ("accepted", ())
    assert made.chain is not None
    written = [line for line in MARKED[number].splitlines() if re.match(r"\d\. ", line)]
    assert sum(step.knowledge for step in made.chain.steps) == sum("[K]" in line for line in written)
    quoted = [quote for step in made.chain.steps for quote in step.quotes]
    for words in re.findall(r'\["([^"]+)"\]', MARKED[number]):
        assert words in [quote.text for quote in quoted]
    assert all(items[number].section(one.section)[one.start : one.end] == one.text for one in quoted)
    assert not re.search(r"[\[\]]", made.chain.text)


def test_where_no_physician_would_argue_there_is_a_way_to_say_so() -> None:
    """Of question 00021 the reader said: "no physician would argue any of the statements"."""
    said = abstention("NONE. The lateral hypothalamus is the centre of hunger, and no statement is about it.")
    assert said.endswith("The lateral hypothalamus is the centre of hunger, and no statement is about it")
