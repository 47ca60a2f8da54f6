"""Ways to spoil a chain, each with the reasons that may name the fault; seeded, so that a failure can be repeated."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from kgpaths.graph import KnowledgeGraph
from kgpaths.language.english import agree, in_sentence
from kgpaths.records import Chain, PathSet, Span, Step
from kgpaths.vocabulary.relations import relations

Spoil = Callable[[Random, KnowledgeGraph, Any, Chain], "Spoilt | None"]


class Spoilt(NamedTuple):
    """A spoilt chain, with its path set where that is spoilt too."""

    chain: Chain
    path_set: PathSet | None = None


class Corruption(NamedTuple):
    """How to spoil, and what a validator may call it."""

    spoil: Spoil
    reasons: frozenset[str]


CORRUPTIONS: dict[str, Corruption] = {}


def corruption(*reasons: str) -> Callable[[Spoil], Spoil]:
    def register(function: Spoil) -> Spoil:
        CORRUPTIONS[function.__name__] = Corruption(function, frozenset(reasons))
        return function

    return register


def replaced(chain: Chain, number: int, **changes: Any) -> Chain:
    steps = list(chain.steps)
    steps[number] = steps[number].model_copy(update=changes)
    return chain.model_copy(update={"steps": tuple(steps)})


def choose(random: Random, chain: Chain, *kinds: str) -> tuple[int, Step] | None:
    fitting = [(number, step) for number, step in enumerate(chain.steps) if step.kind in kinds]
    return random.choice(fitting) if fitting else None


def shown(graph: KnowledgeGraph, node: str) -> str:
    return in_sentence(graph.name(node), graph.type(node))


def sub(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text, flags=re.IGNORECASE)


@corruption("uncited_step", "edge_not_in_graph")
def swap_entity(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A sentence names another concept than its edges."""
    found = choose(random, chain, "evidence", "link")
    if found is None:
        return None
    number, step = found
    node = random.choice(step.node_ids)
    other = random.choice([record.id for record in graph.nodes() if record.id not in step.node_ids])
    text = sub(step.text, shown(graph, node), shown(graph, other))
    return Spoilt(replaced(chain, number, text=text)) if text != step.text else None


@corruption("uncited_step", "path_not_connected")
def swap_node_id(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step carries the id of another concept."""
    number, step = choose(random, chain, "evidence", "link", "distractor")  # type: ignore[misc]
    old = random.choice(step.node_ids)
    new = random.choice([record.id for record in graph.nodes() if record.id not in step.node_ids])
    return Spoilt(replaced(chain, number, node_ids=tuple(new if node == old else node for node in step.node_ids)))


@corruption("edge_not_in_graph")
def flip_relation(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A sentence states a relation the wrong way round."""
    return _rephrase(random, graph, chain, lambda edge, forward: (edge.predicate, not forward))


@corruption("edge_not_in_graph")
def change_relation(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A sentence states another relation."""
    others = [name for name in sorted(relations()) if not relations()[name].symmetric]

    def other(edge: Any, _: bool) -> tuple[str, bool]:
        return random.choice([name for name in others if name != edge.predicate]), random.random() < 0.5

    return _rephrase(random, graph, chain, other)


def _rephrase(random: Random, graph: KnowledgeGraph, chain: Chain, new: Any) -> Spoilt | None:
    found = choose(random, chain, "evidence", "link", "distractor")
    if found is None:
        return None
    number, step = found
    for edge_id in random.sample(step.edge_ids, len(step.edge_ids)):
        edge = graph.edge(edge_id)
        relation = relations()[edge.predicate]
        for forward in (True, False):
            for plural in (True, False):
                old = agree(relation.phrase if forward else relation.inverse_phrase, plural)
                if not relation.symmetric and sub(step.text, old, "#") != step.text:
                    predicate, direction = new(edge, forward)
                    instead = relations()[predicate]
                    phrase = agree(instead.phrase if direction else instead.inverse_phrase, plural)
                    if phrase != old:
                        return Spoilt(replaced(chain, number, text=sub(step.text, old, phrase)))
    return None


@corruption("edge_not_in_graph", "uncited_step", "path_not_connected")
def swap_edge(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step cites another edge of the graph."""
    number, step = choose(random, chain, "evidence", "link")  # type: ignore[misc]
    other = random.choice([edge.id for edge in graph.edges() if edge.id not in step.edge_ids])
    return Spoilt(replaced(chain, number, edge_ids=(other, *step.edge_ids[1:])))


@corruption("edge_not_in_graph")
def invent_edge(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step cites an edge that is in no graph."""
    number, step = choose(random, chain, "evidence", "link", "distractor")  # type: ignore[misc]
    return Spoilt(replaced(chain, number, edge_ids=(*step.edge_ids, f"{random.getrandbits(64):016x}")))


@corruption("edge_not_in_graph")
def flip_hop(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A path walks an edge whose subject and object are exchanged."""
    paths = list(case.path_set.paths)
    number = random.randrange(len(paths))
    hops = list(paths[number].hops)
    place = random.randrange(len(hops))
    hop = hops[place]
    hops[place] = hop.model_copy(update={"subject": hop.object, "object": hop.subject, "forward": not hop.forward})
    paths[number] = paths[number].model_copy(update={"hops": tuple(hops)})
    return Spoilt(chain, case.path_set.model_copy(update={"paths": tuple(paths)}))


@corruption("path_not_connected")
def tear_path(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A path lacks a hop."""
    paths = list(case.path_set.paths)
    starts = {mention.node_id for mention in case.mentions if mention.role == "question"}
    torn = [
        (number, [*path.hops[:place], *path.hops[place + 1 :]])
        for number, path in enumerate(paths)
        for place in range(len(path.hops))
        if len(path.hops) > 1 and not (place == 0 and path.node_ids[1] in starts)
    ]
    if not torn:
        return None
    number, hops = random.choice(torn)
    paths[number] = paths[number].model_copy(update={"hops": tuple(hops)})
    return Spoilt(chain, case.path_set.model_copy(update={"paths": tuple(paths)}))


@corruption("incomplete_structure", "path_not_connected", "conclusion_mismatch")
def drop_step(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step that carries the argument is missing."""
    number, _ = choose(random, chain, "findings", "evidence", "link", "conclusion")  # type: ignore[misc]
    steps = chain.steps[:number] + chain.steps[number + 1 :]
    return Spoilt(chain.model_copy(update={"steps": steps}))


@corruption("incomplete_structure", "path_not_connected")
def shuffle_steps(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """The conclusion stands somewhere in the middle."""
    place = random.randrange(len(chain.steps) - 1)
    return Spoilt(chain.model_copy(update={"steps": (*chain.steps[:place], chain.steps[-1], *chain.steps[place:-1])}))


@corruption("quote_not_verbatim")
def shift_quote(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A quote's offsets are off by a few characters."""
    number, step = choose(random, chain, "findings")  # type: ignore[misc]
    place = random.randrange(len(step.quotes))
    quote, shift = step.quotes[place], random.choice([-2, -1, 1, 2, 5])
    moved = Span(section=quote.section, start=max(0, quote.start + shift), end=quote.end + shift, text=quote.text)
    if moved.start == quote.start:
        return None
    return Spoilt(replaced(chain, number, quotes=(*step.quotes[:place], moved, *step.quotes[place + 1 :])))


@corruption("quote_not_verbatim")
def misquote(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A sentence puts other words in quotation marks than its span."""
    number, step = choose(random, chain, "findings", "absent")  # type: ignore[misc]
    quote = random.choice(step.quotes)
    return Spoilt(replaced(chain, number, text=step.text.replace(quote.text, "severe nausea")))


@corruption("answer_mismatch")
def swap_gold(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """The final answer is a wrong option."""
    wrong = [option for option in case.item.options if option.key != case.item.answer_key]
    if not wrong:
        return Spoilt(chain.model_copy(update={"answer": "Something else entirely"}))
    option = random.choice(wrong)
    return Spoilt(chain.model_copy(update={"answer": option.text, "answer_key": option.key}))


@corruption("conclusion_mismatch")
def swap_conclusion(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """The conclusion speaks for a wrong option, while the final answer is right."""
    wrong = [option.text for option in case.item.options if option.key != case.item.answer_key]
    text = f"The best answer is {random.choice(wrong) if wrong else 'something else'}."
    return Spoilt(replaced(chain, len(chain.steps) - 1, text=text))


@corruption("answer_mismatch", "conclusion_mismatch")
def swap_answer_nodes(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """The chain ends at another concept than the answer's."""
    other = random.choice([record.id for record in graph.nodes() if record.id not in chain.answer_node_ids])
    spoilt = replaced(chain, len(chain.steps) - 1, node_ids=(other,))
    return Spoilt(spoilt.model_copy(update={"answer_node_ids": (other,)}))


@corruption("meta_reference")
def talk_meta(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A sentence speaks of the material it was written from."""
    number = random.randrange(len(chain.steps))
    talk = random.choice(
        [
            "According to the given path, this holds.",
            "The provided answer confirms this.",
            "This is as stated in the knowledge graph.",
            "Based on the provided context, this is likely.",
            "As per the context given, this follows.",
        ]
    )
    return Spoilt(replaced(chain, number, text=f"{chain.steps[number].text} {talk}"))


@corruption("argues_from_silence")
def argue_from_silence(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A sentence concludes something from a tie that is not stated."""
    finding = shown(graph, random.choice(chain.steps[0].node_ids))
    talk = random.choice(
        [
            f"This leaves {finding} unaccounted for.",
            f"That does not account for {finding}.",
            f"Nothing ties it to {finding}.",
            f"No statement links it to {finding}.",
            f"No evidence connects it with {finding}.",
        ]
    )
    number = random.randrange(len(chain.steps) - 1)
    return Spoilt(replaced(chain, number, text=f"{chain.steps[number].text} {talk}"))


@corruption("polarity_violated")
def use_negated(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A finding that the question denies is listed among the findings."""
    denied = [m for m in case.mentions if m.assertion in ("absent", "family", "hypothetical")]
    if not denied:
        return None
    mention = random.choice(denied)
    number, step = choose(random, chain, "findings")  # type: ignore[misc]
    return Spoilt(
        replaced(
            chain,
            number,
            text=f"{step.text[:-1]}, and “{mention.text}”.",
            node_ids=(*step.node_ids, mention.node_id),
            quotes=(*step.quotes, mention.span),
        )
    )


@corruption("polarity_violated")
def use_negated_edge(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A finding that the question denies is cited as evidence through an edge."""
    edges = [
        edge for mention in case.mentions if mention.assertion == "absent" for edge in graph.edges_of(mention.node_id)
    ]
    if not edges:
        return None
    edge = random.choice(sorted(edges, key=lambda edge: edge.id))
    number, step = choose(random, chain, "link")  # type: ignore[misc]
    return Spoilt(replaced(chain, number, edge_ids=(*step.edge_ids, edge.id)))


@corruption("polarity_violated")
def use_contradiction(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A contraindication is cited as support."""
    edges = [edge for edge in graph.edges() if relations()[edge.predicate].polarity == "contradicts"]
    number, step = choose(random, chain, "evidence", "link")  # type: ignore[misc]
    return Spoilt(replaced(chain, number, edge_ids=(*step.edge_ids, random.choice(edges).id)))


@corruption("polarity_violated")
def deny_present(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A finding that is there is called absent."""
    found = choose(random, chain, "absent")
    present = [m for m in case.mentions if m.role == "question" and m.assertion == "present"]
    if found is None or not present:
        return None
    number, step = found
    mention = random.choice(present)
    return Spoilt(
        replaced(chain, number, text=f"{step.text} No “{mention.text}” either.", quotes=(*step.quotes, mention.span))
    )


@corruption("uncited_step", "edge_not_in_graph", "path_not_connected")
def drop_citation(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step that claims something cites nothing."""
    number, _ = choose(random, chain, "evidence", "link", "distractor")  # type: ignore[misc]
    return Spoilt(replaced(chain, number, edge_ids=()))


@corruption("node_not_in_graph")
def invent_node(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step carries a node that is in no graph."""
    number = random.randrange(len(chain.steps))
    return Spoilt(replaced(chain, number, node_ids=(*chain.steps[number].node_ids, "MADE:UP")))


@corruption("incomplete_structure")
def empty_text(random: Random, graph: KnowledgeGraph, case: Any, chain: Chain) -> Spoilt | None:
    """A step says nothing."""
    return Spoilt(replaced(chain, random.randrange(len(chain.steps)), text="  "))
