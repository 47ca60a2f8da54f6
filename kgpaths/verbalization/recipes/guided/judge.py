"""A model reads a finished chain with other eyes: is each sentence true, and does what it cites say so?

What it says becomes verdicts of the check `judge`, one for each step and one for the whole. A sentence that it calls
false rejects the row; `beside`, `unreadable` and a citation that does not carry its sentence are warnings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from kgpaths.config import LLMConfig
from kgpaths.language.spoken_names import Names
from kgpaths.llm import FAULT_REASON, ChatRequest, Reply
from kgpaths.records import Chain, Edge, Generation, QAItem, Row, Verdict
from kgpaths.verbalization.edge_clauses import Clause, clause_text
from kgpaths.verbalization.recipes.calls import Calls, Completes, mending, request, shaped
from kgpaths.verbalization.recipes.guided.dossier import quotation
from kgpaths.verbalization.recipes.guided.json_objects import json_object, member, text_of
from kgpaths.verbalization.recipes.prompt_files import one_line
from kgpaths.verbalization.recipes.recipe import recipe_of

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

CHECK = "judge"
"""Name of the check under which its verdicts stand in a row."""
VERDICTS = ("true", "false", "beside", "unreadable")
_SEED = 50
"""How far the judge's seed is from that of what it judges."""


class Judged(NamedTuple):
    """What came of a judgement."""

    verdicts: tuple[Verdict, ...]
    generation: tuple[Generation, ...]


class Judge:
    """Asks a model about chains; reads its prompts when made, sends nothing by itself.

    Raises:
        UsageError: no such prompt.
    """

    def __init__(self, graph: KnowledgeGraph, config: LLMConfig) -> None:
        recipe, folder = recipe_of(config)
        models = (config.judge_model,) if config.judge_model else config.models[:1]
        seed = None if config.seed is None else config.seed + _SEED
        self._graph = graph
        self._config = config.model_copy(update={"models": models, "temperatures": (0.0,), "seed": seed})
        self._prompt = folder.prompt(recipe.judge)
        self._mend = folder.prompt(recipe.judge_mend)

    def request(self, row: Row) -> ChatRequest:
        """Return the call that asks about a row's chain.

        Raises:
            ValueError: the row has no chain.
        """
        if row.item is None or row.chain is None:
            raise ValueError(f"row {row.id} has no chain to judge")
        inputs = self._inputs(row.item, row.chain, {edge.id: edge for edge in row.edges})
        return shaped(self._config, request(self._config, self._prompt, inputs, 0), judgement_schema())

    async def judge(self, row: Row, endpoint: Completes) -> Judged:
        """Return the verdicts on a row's chain, with one `Generation` for every call.

        Raises:
            ValueError: the row has no chain.
            UsageError, EndpointDown, BudgetSpent: what concerns the run, from the endpoint.
        """
        asked = self.request(row)
        assert row.chain is not None
        count = len(row.chain.steps)
        calls = Calls(endpoint, self._config, 0)
        reply = await calls.ask(asked, self._prompt)
        if reply.fault is None and isinstance(verdicts := read_judgement(reply, count), str):
            words = self._mend.render({"fault": verdicts})["user"]
            reply = await calls.ask(mending(asked, reply, words), self._mend)
        return Judged(_verdicts(reply, count), tuple(calls.made))

    def _inputs(self, item: QAItem, chain: Chain, edges: Mapping[str, Edge]) -> dict[str, Any]:
        steps = []
        for step in chain.steps:
            cited = [self._statement(edges.get(one) or self._graph.edge(one)) for one in step.edge_ids]
            cited += [f"{quotation(one)} ({one.source})" for one in step.sentences]
            for quote in step.quotes:
                said_by = "an option" if quote.section.startswith("option:") else "the case"
                cited.append(f"{said_by} says “{' '.join(quote.text.split())}”")
            steps.append({"text": " ".join(step.text.split()), "cited": cited, "knowledge": step.knowledge})
        return {
            "question": item.question,
            "context": item.context,
            "options": [{"key": option.key, "text": one_line(option.text)} for option in item.options],
            "answer": {"key": item.answer_key, "text": one_line(item.answer)},
            "steps": steps,
        }

    def _statement(self, edge: Edge) -> str:
        said = clause_text(Names(self._graph), Clause((edge.subject,), edge.predicate, True, (edge.object,)))
        best = edge.surest
        return f"{said} (a text says: “{best.quotation}”)" if edge.tier != "curated" and best is not None else said


def _verdicts(reply: Reply, count: int) -> tuple[Verdict, ...]:
    if reply.fault is not None:
        reason = FAULT_REASON[reply.fault]
        return (Verdict(check=CHECK, outcome="error", reason=reason, detail=f"the judge: {reply.detail}"),)
    read = read_judgement(reply, count)
    if isinstance(read, str):
        return (Verdict(check=CHECK, outcome="error", reason="llm_unparsed", detail=f"the judge: {read}"),)
    return read


def read_judgement(reply: Reply, count: int) -> tuple[Verdict, ...] | str:
    """Return the verdicts on a chain of so many steps, or what is wrong with the reply.

    >>> said = '{"steps": [{"step": 1, "verdict": "true", "entailed": "yes"}], "decisive": "yes"}'
    >>> [verdict.outcome for verdict in read_judgement(Reply(text=said), 1)]
    ['pass', 'pass']
    >>> read_judgement(Reply(text="All fine."), 1)
    'it is not one JSON object'
    """
    value = json_object(reply.text, reply.reasoning)
    if value is None:
        return "it is not one JSON object"
    listed = member(value, "steps", "sentences")
    if not isinstance(listed, list):
        return 'it has no list "steps"'
    found: dict[int, Verdict] = {}
    for one in listed:
        if not isinstance(one, Mapping):
            return f"{repr(one)[:60]} is no judgement of a step"
        number = re.search(r"\d+", text_of(member(one, "step", "number")))
        said = text_of(member(one, "verdict", "label")).casefold()
        if isinstance(member(one, "verdict"), bool):
            said = str(member(one, "verdict")).casefold()
        if number is None or said not in VERDICTS:
            return f"{repr(dict(one))[:60]} names no step, or none of {', '.join(VERDICTS)}"
        where = int(number[0]) - 1
        found.setdefault(where, _step_verdict(where, said, one))
    missing = [str(place + 1) for place in range(count) if place not in found]
    if missing:
        return f"it says nothing of step {', '.join(missing)}"
    return (*(found[place] for place in range(count)), _whole(value))


def _step_verdict(where: int, said: str, one: Mapping[str, Any]) -> Verdict:
    detail = text_of(member(one, "reason"))
    if said == "false":
        return Verdict(check=CHECK, outcome="fail", reason="judged_false", where=where, detail=detail)
    if said != "true":
        return Verdict(check=CHECK, outcome="warn", where=where, detail=f"{said}: {detail}".strip(": "))
    if _no(member(one, "entailed")):
        return Verdict(check=CHECK, outcome="warn", where=where, detail=f"not entailed: {detail}".strip(": "))
    return Verdict(check=CHECK, outcome="pass", where=where)


def _whole(value: Mapping[str, Any]) -> Verdict:
    if _no(member(value, "decisive", "decisive_finding_named", "whole")):
        return Verdict(check=CHECK, outcome="warn", detail="the finding that decides is not named")
    return Verdict(check=CHECK, outcome="pass")


def _no(value: Any) -> bool:
    return value is False or text_of(value).casefold() in ("no", "false")


def judgement_schema() -> dict[str, Any]:
    """Return the JSON schema of a judgement.

    >>> judgement_schema()["required"]
    ['steps', 'decisive']
    """

    def either(*words: str) -> dict[str, Any]:
        return {"type": "string", "enum": list(words)}

    def record(members: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": dict(members),
            "required": list(members),
            "additionalProperties": False,
        }

    step = record({
        "step": {"type": "integer"},
        "verdict": either(*VERDICTS),
        "entailed": either("yes", "no"),
        "reason": {"type": "string"},
    })  # fmt: skip
    return record({"steps": {"type": "array", "items": step}, "decisive": either("yes", "no")})
