"""Turn a row into what each configuration holds: the whole row, a conversation, or one line for each path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, get_args

from kgpaths.corpus.row_schema import CONFIGS, Config
from kgpaths.language.layout import Layout
from kgpaths.records import Chain, Edge, QAItem, Row, Split
from kgpaths.vocabulary.licences import strictest

FINAL = "The answer is "
"""What the last line of every assistant message starts with; the answer is the rest of that line."""


class Style(NamedTuple):
    """How a run's conversations print its chains."""

    layout: Layout | None = None
    """The recipe's titled sections, for what a model wrote; None prints numbered steps."""
    cite_sources: bool = False
    """Print behind a step the sentences and URLs of the texts that it rests on."""


def prompt(item: QAItem) -> str:
    """Return the user's message: the passage if there is one, the question, the options.

    >>> item = QAItem(id="q", dataset="d", split="train", question="Fever and cough?", answer="Pneumonia",
    ...               answer_key="A", licence="local", options=({"key": "A", "text": "Pneumonia"},
    ...               {"key": "B", "text": "Gout"}))
    >>> print(prompt(item))
    Fever and cough?
    <BLANKLINE>
    A. Pneumonia
    B. Gout
    """
    options = "\n".join(f"{option.key}. {option.text}" for option in item.options)
    return "\n\n".join(part for part in (item.context, item.question, options) if part)


def final_answer(item: QAItem) -> str:
    """Return the answer as the last line gives it: key and text for multiple choice, else the text on one line.

    >>> final_answer(QAItem(id="q", dataset="d", split="train", question="?", answer="Rest. Fluids.", licence="local"))
    'Rest. Fluids.'
    """
    text = " ".join(item.answer.split())
    return f"{item.answer_key}. {text}" if item.answer_key is not None else text


def thoughts(row: Row, style: Style) -> str:
    """Return the chain of a row as a conversation prints it.

    Raises:
        ValueError: the row has no chain.
    """
    if row.chain is None:
        raise ValueError(f"row {row.id} is accepted but has no chain")
    chain = _with_sources(row.chain, row.edges) if style.cite_sources else row.chain
    return chain.text if style.layout is None or chain.verbalizer == "template" else style.layout.text(chain)


def _with_sources(chain: Chain, edges: Sequence[Edge]) -> Chain:
    """Return the chain with the sentences behind every step that it cites or its text edges were read in, each once."""
    read = {edge.id: edge for edge in edges if edge.tier == "text"}
    told: set[str] = set()
    steps = []
    for step in chain.steps:
        sources = []
        for edge in (read[edge] for edge in step.edge_ids if edge in read):
            said = edge.surest
            if said is not None and said.quotation not in told:
                told.add(said.quotation)
                sources.append(f"“{said.quotation}” {said.url or said.reference}".rstrip())
        for one in step.sentences:
            words = " ".join(one.text.split())
            if words not in told:
                told.add(words)
                sources.append(f"“{words}” {one.url or one.text_id}".rstrip())
        cited = f" (source{'s' if len(sources) > 1 else ''}: {'; '.join(sources)})" if sources else ""
        steps.append(step.model_copy(update={"text": step.text + cited}))
    return chain.model_copy(update={"steps": tuple(steps)})


def sft_row(row: Row, style: Style | None = None) -> dict[str, Any]:
    """Return an accepted row as a conversation whose reasoning stands in ``<think>`` tags.

    Raises:
        ValueError: the row has no question or no chain.
    """
    item = row.item
    if item is None:
        raise ValueError(f"row {row.id} is accepted but has no question")
    # A question may hold the closing tag itself; a second one would end the reasoning early.
    thought = thoughts(row, style or Style()).replace("</think>", "</ think>")
    answer = final_answer(item)
    return {
        "id": row.id,
        "messages": [
            {"role": "user", "content": prompt(item)},
            {"role": "assistant", "content": f"<think>\n{thought}\n</think>\n\n{FINAL}{answer}"},
        ],
        "answer": answer,
        "answer_key": item.answer_key,
        "answer_text": item.answer,
        "source": item.dataset,
        "licence": row.licence,
        "sources": list(row.sources),
    }


def path_rows(row: Row, name: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return one flat row for each path of a row; `name` gives the name of a node id."""
    texts = {option.key: option.text for option in row.item.options} if row.item else {}
    return [
        {
            "id": f"{row.id}/{number}",
            "row_id": row.id,
            "number": number,
            "kind": path.kind,
            "option_key": path.option_key,
            "option_text": texts.get(path.option_key or "", row.item.answer if row.item and not texts else None),
            "fallback_step": path.fallback_step,
            "cost_millinats": path.cost_millinats,
            "hops": len(path.hops),
            "node_ids": list(path.node_ids),
            "node_names": [name(node) for node in path.node_ids],
            "predicates": [hop.predicate for hop in path.hops],
            "forward": [hop.forward for hop in path.hops],
            "edge_ids": list(path.edge_ids),
            "licence": strictest(hop.licence for hop in path.hops),
            "sources": sorted({hop.source for hop in path.hops}),
        }
        for number, path in enumerate(row.path_set.paths, 1)
    ]


def rendered(
    rows: Sequence[Row], name: Callable[[str], str], style: Style | None = None
) -> Iterator[tuple[Config, Split, list[dict[str, Any]]]]:
    """Yield what stands in every file of a shard that has any rows.

    A source row that is no question has no split; it stands with the training rows.
    """
    for split in get_args(Split):
        here = [row for row in rows if (row.item.split if row.item else "train") == split]
        accepted = [row for row in here if row.status == "accepted"]
        made: dict[Config, list[dict[str, Any]]] = {
            "sft": [sft_row(row, style) for row in accepted],
            "structured": [row.model_dump() for row in accepted],
            "paths": [line for row in accepted for line in path_rows(row, name)],
            "rejected": [row.model_dump() for row in here if row.status != "accepted"],
        }
        yield from ((config, split, made[config]) for config in CONFIGS if made[config])
