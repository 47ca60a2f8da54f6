"""A chain that a model leads: it proposes an argument, what is found of it is labelled, then it writes with marks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kgpaths.config import LLMConfig
from kgpaths.errors import UsageError
from kgpaths.llm import FAULT_REASON, ChatRequest, Reply
from kgpaths.records import Chain, Claim, Draft, Grounded, Mention, PathSet, QAItem, ReasoningPath
from kgpaths.verbalization.recipes.calls import Calls, Completes, mending, request, shaped
from kgpaths.verbalization.recipes.flaws import Assembled, Flaw
from kgpaths.verbalization.recipes.guided.dossier import Dossier, citable, open_dossier, writing_inputs
from kgpaths.verbalization.recipes.guided.proposal import Bounds, Proposal, Read, proposal_schema, read_proposal
from kgpaths.verbalization.recipes.guided.writing import written
from kgpaths.verbalization.recipes.recipe import recipe_of
from kgpaths.verbalization.recipes.reply_answers import abstention, is_refusal

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

Grounds = Callable[[QAItem, tuple[Mention, ...], Sequence[Claim], Sequence[str]], Grounded]
"""Searches the graph and the reference texts for claims and further concepts of a proposal."""


class _Stopped(Exception):  # it carries a draft, and is no error
    """No chain comes of a row; the draft says why."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft


class _Proposed(NamedTuple):
    """What the first two stages made."""

    proposal: Proposal
    grounded: Grounded


class GuidedVerbalizer:
    """Asks a model for an argument, grounds it, and lets the model write; sends nothing by itself.

    A question without a path is asked as well: the model may know what the graph lacks.

    Args:
        grounds: what searches the graph and the texts for the claims.

    Raises:
        UsageError: no such recipe, prompt or folder, or nothing grounds what the recipe proposes.
        ConfigError: a recipe or prompt file that is not valid.
    """

    stages = 2
    """Calls for a sample that needs no repair: to propose, to write."""

    def __init__(self, graph: KnowledgeGraph, config: LLMConfig, grounds: Grounds | None) -> None:
        self._graph, self._config = graph, config
        self.recipe, folder = recipe_of(config)
        if self.recipe.guide is None or grounds is None:
            raise UsageError(f"the recipe {self.recipe.id!r} proposes nothing, or nothing was handed in to ground it")
        self._guide, self._grounds = self.recipe.guide, grounds
        self._propose = folder.prompt(self._guide.propose)
        self._mend = folder.prompt(self._guide.mend)
        self._write = folder.prompt(self.recipe.prompt)
        self._repair = folder.prompt(self.recipe.repair_prompt)

    def serves(self, path_set: PathSet) -> bool:  # noqa: ARG002  # one signature
        """Say whether a question is asked: every one is, with a path or without."""
        return True

    def request(
        self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet, *, sample: int = 0
    ) -> ChatRequest | None:
        """Return the first call of a row, exactly as `draft` sends it."""
        return self._proposing(self._dossier(item, mentions, path_set), sample)

    async def draft(
        self,
        item: QAItem,
        mentions: Sequence[Mention],
        path_set: PathSet,
        endpoint: Completes,
        *,
        sample: int = 0,
    ) -> Draft:
        """Return a chain, or the reason why none came of it, with one `Generation` for every call.

        Two calls; one more for each of them where its reply cannot be read. `no_relevant_path` where the model says
        that nothing at hand carries an honest argument.

        Raises:
            UsageError, EndpointDown, BudgetSpent: what concerns the run, from the endpoint.
        """
        dossier = self._dossier(item, mentions, path_set)
        calls = Calls(endpoint, self._config, sample)
        made: _Proposed | None = None
        try:
            proposal = await self._proposal(dossier, calls, sample)
            made = self._grounded(dossier, tuple(mentions), proposal)
            _carried(made)
            inputs = dossier.inputs | writing_inputs(dossier, made.proposal, made.grounded) | self._limits()
            chain = await self._written(dossier, mentions, inputs, calls, sample)
            draft = Draft(chain=chain, paths=_rested_on(dossier, made, chain))
        except _Stopped as stopped:
            draft = stopped.draft
        told: dict[str, Any] = {"generation": tuple(calls.made)}
        if made is not None:
            told["complaints"] = made.proposal.complaints(dossier.edge_ids)
            told["ungrounded"] = tuple(one.claim for one in made.grounded.claims if not one.found)
        return draft.model_copy(update=told)

    def _dossier(self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet) -> Dossier:
        return open_dossier(self._graph, item, mentions, path_set, self._guide, self.recipe.shown)

    def _limits(self) -> dict[str, int]:
        guide = self._guide
        return {
            "most_findings": guide.findings,
            "most_concepts": guide.concepts,
            "most_claims": guide.claims,
            "most_knowledge": self.recipe.most_knowledge,
        }

    # propose and ground --------------------------------------------------------------------------------------------

    def _proposing(self, dossier: Dossier, sample: int) -> ChatRequest:
        asked = request(self._config, self._propose, dossier.inputs | self._limits(), sample)
        return shaped(self._config, asked, proposal_schema(tuple(dossier.paths)))

    def _grounded(self, dossier: Dossier, mentions: tuple[Mention, ...], proposal: Proposal) -> _Proposed:
        further = [one for one in (proposal.condition, *proposal.concepts) if one]
        return _Proposed(proposal, self._grounds(dossier.item, mentions, proposal.all_claims, further))

    async def _proposal(self, dossier: Dossier, calls: Calls, sample: int) -> Proposal:
        asked = self._proposing(dossier, sample)
        reply = await calls.ask(asked, self._propose)
        read = self._read(dossier, reply)
        if read.flaws and self.recipe.repairs:
            words = self._mend.render({"fault": "; ".join(dict.fromkeys(flaw.message for flaw in read.flaws))})["user"]
            mended = await calls.ask(mending(asked, reply, words), self._mend)
            # A repair that fails on its way, or is worse, leaves what the first reply said.
            if mended.fault is None or read.proposal is None:
                again = self._read(dossier, mended)
                if again.proposal is not None and (read.proposal is None or len(again.flaws) <= len(read.flaws)):
                    read = again
        if read.proposal is None:
            raise _Stopped(Draft(reason="llm_unparsed", detail="; ".join(flaw.message for flaw in read.flaws)[:300]))
        return read.proposal

    def _read(self, dossier: Dossier, reply: Reply) -> Read:
        _answered(reply)
        guide = self._guide
        read = read_proposal(
            reply.text,
            reply.reasoning,
            paths=tuple(dossier.paths),
            statements=tuple(dossier.edges),
            bounds=Bounds(guide.findings, guide.concepts, guide.claims),
        )
        if read.proposal is None:
            _argued(reply, argued=False)
        return read

    # write ---------------------------------------------------------------------------------------------------------

    async def _written(
        self, dossier: Dossier, mentions: Sequence[Mention], inputs: dict[str, Any], calls: Calls, sample: int
    ) -> Chain:
        shown = citable(dossier, inputs)
        asked = request(self._config, self._write, inputs, sample)
        reply = await calls.ask(asked, self._write)
        result = self._assembled(dossier, mentions, shown, reply)
        for _ in range(self.recipe.repairs):
            if not result.flaws:
                break
            fault = "; ".join(flaw.message for flaw in result.flaws)
            words = self._repair.render({**inputs, "fault": fault, "known": ", ".join(shown)})["user"]
            reply = await calls.ask(mending(asked, reply, words), self._repair)
            if result.chain is not None and reply.fault is not None:
                break
            mended = self._assembled(dossier, mentions, shown, reply)
            result = mended if mended.chain is not None or result.chain is None else result
        if result.chain is None:
            flaw = result.flaws[0]
            raise _Stopped(Draft(reason=flaw.reason, detail=flaw.message))
        return result.chain

    def _assembled(
        self, dossier: Dossier, mentions: Sequence[Mention], shown: Collection[str], reply: Reply
    ) -> Assembled:
        _answered(reply)
        most = self.recipe.most_knowledge
        made = written(dossier, mentions, shown, reply, verbalizer=self.recipe.id, most_knowledge=most)
        _argued(reply, argued=made.chain is not None)
        if made.chain is not None and (words := self._write.repeated(step.text for step in made.chain.steps)):
            return Assembled(flaws=[Flaw("llm_unparsed", f"it repeats an instruction: {words!r}")])
        return made


def _carried(made: _Proposed) -> None:
    """Stop where the model says that no path carries the argument, and nothing was found for it either."""
    proposal, grounded = made
    found = grounded.paths or grounded.sentences or any(one.found for one in grounded.claims)
    if proposal.verdict == "none" and not proposal.used and not found:
        lacks = "; ".join(proposal.missing) or "the model does not say what is missing"
        detail = f"no path and nothing found carries the argument: {lacks}"
        raise _Stopped(Draft(reason="no_relevant_path", detail=detail))


def _answered(reply: Reply) -> None:
    """Stop where a reply is no answer."""
    if reply.fault is not None:
        raise _Stopped(Draft(reason=FAULT_REASON[reply.fault], detail=reply.detail))
    if is_refusal(reply.text):
        raise _Stopped(Draft(reason="llm_refusal", detail=" ".join(reply.text.split())[:200]))


def _argued(reply: Reply, *, argued: bool) -> None:
    """Stop where a reply says that no honest argument can be made."""
    if said := abstention(reply.text, reply.reasoning, argued=argued):
        raise _Stopped(Draft(reason="no_relevant_path", detail=said))


def _rested_on(dossier: Dossier, made: _Proposed, chain: Chain) -> tuple[ReasoningPath, ...]:
    """Return the paths that the model argues with, and those of which the chain cites every edge."""
    cited = {edge for step in chain.steps for edge in step.edge_ids}
    offered = [(label in made.proposal.used, path) for label, path in dossier.paths.items()]
    offered += [(False, path) for path in made.grounded.paths]
    return tuple(path for used, path in offered if used or cited.issuperset(path.edge_ids))
