"""The LLM verbalizer asks a model for a chain, with a prompt that labels what may be cited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kgpaths.config import LLMConfig
from kgpaths.errors import UsageError
from kgpaths.language.control_tokens import leaked, own_turn
from kgpaths.language.english import folded
from kgpaths.llm import FAULT_REASON, ChatRequest, Reply
from kgpaths.records import Chain, Draft, Mention, PathSet, QAItem, ReasoningPath
from kgpaths.verbalization.argument import usable_paths
from kgpaths.verbalization.recipes.calls import Calls, Completes, mending, request
from kgpaths.verbalization.recipes.chain_assembly import assemble
from kgpaths.verbalization.recipes.flaws import Assembled, Flaw
from kgpaths.verbalization.recipes.likelihood_ratios import unfounded_ratios
from kgpaths.verbalization.recipes.marks import Marks
from kgpaths.verbalization.recipes.prompt_material import HiddenAnswer, Material, gather
from kgpaths.verbalization.recipes.recipe import recipe_of
from kgpaths.verbalization.recipes.reply_answers import abstention, is_refusal
from kgpaths.verbalization.recipes.reply_parsing import read, spoken
from kgpaths.verbalization.recipes.structured_output import chain_schema, dialect

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

FindsAlike = Callable[[QAItem, tuple[Mention, ...]], tuple[ReasoningPath, ...]]
"""Returns the paths that each option would have if it were right."""


class LLMVerbalizer:
    """Asks a model for chains by a recipe; reads prompts and recipe when made, sends nothing by itself.

    Args:
        alike: what finds the paths to all options alike (`kgpaths.paths.alike`), where the recipe hides the answer.

    Raises:
        UsageError: no such recipe, prompt, dialect or folder, or nothing finds the paths that the recipe needs.
        ConfigError: a recipe or prompt file that is not valid.
    """

    stages = 1
    """Calls for a sample that needs no repair."""

    def __init__(self, graph: KnowledgeGraph, config: LLMConfig, alike: FindsAlike | None = None) -> None:
        self._graph = graph
        self._config = config
        self.recipe, folder = recipe_of(config)
        # The samples of a question share one search; as many questions as may be in flight at once are remembered.
        self._alike = lru_cache(max(64, 2 * config.endpoint.concurrency))(alike) if alike else None
        self._prompt = folder.prompt(self.recipe.prompt)
        if not self._prompt.head.shows_gold_answer and alike is None:
            raise UsageError(f"the recipe {self.recipe.id!r} hides the answer: hand in what finds all options' paths")
        self._repair = folder.prompt(self.recipe.repair_prompt)
        self._dialect = dialect(config.dialect)
        self._titles = {
            folded(name): section.title
            for section in self.recipe.layout.sections
            for name in (section.title, *section.also_called)
            if name
        }

    def serves(self, path_set: PathSet) -> bool:
        """Say whether a question is asked: only with a path, as the recipe argues along paths."""
        return path_set.no_path is None

    def request(
        self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet, *, sample: int = 0
    ) -> ChatRequest | None:
        """Return the first call of a row, exactly as `draft` sends it; None where it sends nothing.

        Raises:
            ValueError: the path set has no selected path.
        """
        found = self._material(item, mentions, path_set)
        return None if isinstance(found, Draft) else self._request(found, sample)

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

        One call; another try where the reply is cut, empty or a refusal (`LLMConfig.tries`); one repair where its
        structure is wrong (`Recipe.repairs`), with the fault named. What a repair leaves wrong but readable goes into
        the chain, for the checks to reject with their reasons.

        Raises:
            ValueError: the path set has no selected path.
            UsageError, EndpointDown, BudgetSpent: what concerns the run, from the endpoint.
        """
        material = self._material(item, mentions, path_set)
        if isinstance(material, Draft):
            return material
        asked, prompt = self._request(material, sample), self._prompt
        calls = Calls(endpoint, self._config, sample)
        best: Chain | None = None
        flaw: Flaw | None = None
        for repair in range(self.recipe.repairs + 1):
            reply = await calls.ask(asked, prompt)
            if reply.fault is not None:
                if repair and best is not None:
                    break
                detail = (
                    reply.detail if not repair else f"{reply.detail} (asked to mend: {flaw.message if flaw else ''})"
                )
                return Draft(generation=tuple(calls.made), reason=FAULT_REASON[reply.fault], detail=detail)
            result = self._parsed(reply, item, mentions, material)
            argued = result.chain is not None
            if said := abstention(reply.text, reply.reasoning, argued=argued):
                return Draft(generation=tuple(calls.made), reason="no_relevant_path", detail=said)
            if result.chain is None and is_refusal(reply.text):
                return Draft(
                    generation=tuple(calls.made), reason="llm_refusal", detail=" ".join(reply.text.split())[:200]
                )
            best = result.chain or best
            flaw = result.flaws[0] if result.flaws else None
            if flaw is None:
                break
            asked, prompt = mending(asked, reply, self._fault(result.flaws, material)), self._repair
        if best is None and flaw is not None:
            return Draft(generation=tuple(calls.made), reason=flaw.reason, detail=flaw.message)
        return Draft(chain=best, generation=tuple(calls.made))

    def parse(
        self, text: str, item: QAItem, mentions: Sequence[Mention], path_set: PathSet, *, reasoning: str = ""
    ) -> Assembled:
        """Return what a text written for this item makes: for trying prompts and models without an endpoint."""
        material = self._material(item, mentions, path_set)
        if isinstance(material, Draft):
            return Assembled(flaws=[Flaw(material.reason or "no_options", material.detail)])
        return self._parsed(Reply(text=own_turn(text), reasoning=own_turn(reasoning)), item, mentions, material)

    def labelled(self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet) -> dict[str, str]:
        """Return the ids of all edges that a reply may cite, with their labels."""
        material = self._material(item, mentions, path_set)
        return {} if isinstance(material, Draft) else {edge.id: label for label, edge in material.edges.items()}

    # requests ------------------------------------------------------------------------------------------------------

    def _material(self, item: QAItem, mentions: Sequence[Mention], path_set: PathSet) -> Material | Draft:
        """Return what is to be shown, or the draft of an item that is not worth a call."""
        if path_set.asks.polarity == "exception":
            # No recipe argues by exclusion, and an argument for what does not hold is rejected whatever it says.
            return Draft(reason="asks_exception", detail="the question asks for what does not hold")
        if not usable_paths(path_set, mentions) and any(path.kind == "selected" for path in path_set.paths):
            return Draft(reason="polarity_violated", detail="every path is over something that is not there")
        shown = self._prompt.head.shows_gold_answer
        if not shown:
            assert self._alike is not None
            path_set = path_set.model_copy(update={"paths": self._alike(item, tuple(mentions))})
        try:
            return gather(self._graph, item, mentions, path_set, self.recipe.shown, show_answer=shown)
        except HiddenAnswer as error:
            return Draft(reason="no_options", detail=str(error))

    def _request(self, material: Material, sample: int) -> ChatRequest:
        titles = [section.title for section in self.recipe.layout.sections if section.title]
        asked = request(self._config, self._prompt, self._inputs(material), sample)
        return self._dialect.apply(asked, chain_schema(titles))

    def _fault(self, flaws: Sequence[Flaw], material: Material) -> str:
        """Return what a model is told of its reply."""
        told = {"fault": "; ".join(flaw.message for flaw in flaws), "known": ", ".join(material.labels)}
        return self._repair.render(self._inputs(material) | told)["user"]

    def _inputs(self, material: Material) -> dict[str, Any]:
        return material.inputs | {"most_knowledge": self.recipe.most_knowledge}

    # replies -------------------------------------------------------------------------------------------------------

    def _parsed(self, reply: Reply, item: QAItem, mentions: Sequence[Mention], material: Material) -> Assembled:
        if token := leaked(spoken(reply.text, reply.reasoning)):
            message = f"it holds {token!r}, which is no text but a token of the model's own format"
            return Assembled(flaws=[Flaw("llm_unparsed", message)])
        cited, quote, own = material.edge_label, material.quote_label, material.knowledge_label
        marks = Marks(item, mentions, cited=(cited,), quote=quote, knowledge=own)
        reading = read(reply.text, reply.reasoning, marks.labels, self._titles, marks.labelled)
        unfounded = [Flaw("llm_unknown_citation", said) for said in unfounded_ratios(reading.units, material.edges)]
        shown = self._prompt.head.shows_gold_answer
        made = assemble(self._graph, item, mentions, material, self.recipe, reading, marks, answer_shown=shown)
        if made.chain is not None and (words := self._prompt.repeated(step.text for step in made.chain.steps)):
            return Assembled(flaws=[Flaw("llm_unparsed", f"it repeats an instruction: {words!r}")])
        return Assembled(flaws=[*unfounded, *made.flaws]) if unfounded else made
