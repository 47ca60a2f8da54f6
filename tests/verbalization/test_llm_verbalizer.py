"""Chains from a server on a real socket: calls, repairs, typed failures, recipes, samples."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import EndpointConfig, LLMConfig
from kgpaths.errors import ConfigError, UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.language import read_question
from kgpaths.llm import Endpoint
from kgpaths.paths.alike import finds_alike
from kgpaths.pipeline import Pipeline
from kgpaths.records import Draft
from kgpaths.testing import FaultServer
from kgpaths.validation import Validator, decide
from kgpaths.verbalization import LLMVerbalizer
from kgpaths.verbalization.recipes.recipe import load_recipe, recipes
from kgpaths.verbalization.recipes.rehearsal import rehearse
from kgpaths.verbalization.recipes.structured_output import dialects, probe

RECIPES = tuple(name for name, recipe in recipes().items() if recipe.guide is None)


def config(recipe: str = "medreason", **more: Any) -> LLMConfig:
    return LLMConfig(**{"models": ("m",), "base_url": "http://127.0.0.1:1/v1", "recipe": recipe, **more})


def obedient(payload: Any) -> str:
    return rehearse(next(m["content"] for m in payload["messages"] if m["role"] == "user"))


class Wrong:
    """Spoils its first replies to each conversation's beginning; what follows is right."""

    def __init__(self, spoil: Callable[[str], str], times: int = 1) -> None:
        self.spoil, self.times, self.asked = spoil, times, 0
        self.payloads: list[Any] = []

    def __call__(self, payload: Any) -> str:
        self.asked += 1
        self.payloads.append(payload)
        return self.spoil(obedient(payload)) if self.asked <= self.times else obedient(payload)


def draft(server: FaultServer, verbalizer: LLMVerbalizer, case: Any, *, number: int = 0) -> Draft:
    async def asked() -> Draft:
        async with Endpoint(server.base_url, EndpointConfig(max_retries=0, timeout_s=20)) as endpoint:
            return await verbalizer.draft(*case, endpoint, sample=number)

    return asyncio.run(asked())


@pytest.mark.parametrize("recipe", [name for name in RECIPES if name != "blind"])
def test_every_recipe_makes_accepted_chains_in_one_call(graph: KnowledgeGraph, cases: Any, recipe: str) -> None:
    verbalizer = LLMVerbalizer(graph, config(recipe), finds_alike(graph))
    with FaultServer(reply=obedient) as server:
        for case in cases.values():
            made = draft(server, verbalizer, case)
            assert made.chain is not None, made
            assert made.chain.verbalizer == recipe
            assert decide(Validator(graph).validate(*case, made.chain)) == ("accepted", ())
    assert server.requests == len(cases)


def test_a_generation_tells_how_the_chain_came_to_be(graph: KnowledgeGraph, cases: Any) -> None:
    verbalizer = LLMVerbalizer(
        graph, config(temperatures=(0.3,), top_p=0.9, seed=5, max_tokens=900), finds_alike(graph)
    )
    with FaultServer(reply=obedient) as server:
        (made,) = draft(server, verbalizer, cases["gout"]).generation
    assert made.model == "m"
    assert made.prompt_id == "medreason@4"
    assert len(made.prompt_hash) == 64
    assert json.loads(made.parameters) == {"temperature": 0.3, "top_p": 0.9, "seed": 5, "max_tokens": 900}
    assert made.prompt_tokens > 100
    assert made.completion_tokens > 20
    assert len(made.reply_key) == 64
    assert made.saw_gold_answer


def test_what_is_sent_first_is_what_request_says(graph: KnowledgeGraph, cases: Any) -> None:
    verbalizer = LLMVerbalizer(graph, config(), finds_alike(graph))
    model = Wrong(str)
    with FaultServer(reply=model) as server:
        draft(server, verbalizer, cases["gout"])
    assert model.payloads[0] == verbalizer.request(*cases["gout"]).wire()


def test_paths_over_what_is_not_there_are_not_asked_about(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["gout"]
    denied = tuple(m.model_copy(update={"assertion": "absent"}) if m.role == "question" else m for m in mentions)
    for recipe in RECIPES:
        assert LLMVerbalizer(graph, config(recipe), finds_alike(graph)).request(item, denied, path_set) is None


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda text: text.replace("[E1]", "[E77]"), "E77"),
        (lambda text: text.rpartition("Answer: ")[0] + "Answer: Z", "does not name one answer"),
        (lambda _: "Let me think about this case.", "does not name one answer"),
        (lambda text: text.replace("[E", "[").replace("[Q", "["), "cites no statement"),
    ],
)
def test_one_repair_names_the_fault(graph: KnowledgeGraph, cases: Any, spoil: Callable[[str], str], named: str) -> None:
    model = Wrong(spoil)
    with FaultServer(reply=model) as server:
        made = draft(server, LLMVerbalizer(graph, config(), finds_alike(graph)), cases["gout"])
    assert made.chain is not None
    assert [entry.prompt_id for entry in made.generation] == ["medreason@4", "repair@2"]
    first, second = model.payloads
    assert second["messages"][: len(first["messages"])] == first["messages"]
    assert second["messages"][-2]["role"] == "assistant"
    assert named in second["messages"][-1]["content"]
    assert decide(Validator(graph).validate(*cases["gout"], made.chain)) == ("accepted", ())


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda text: text.replace("[E1]", "[E77]"), "llm_unknown_citation"),
        (lambda _: "It is what it is.", "llm_unparsed"),
        (lambda _: "I'm sorry, but I can't help with medical questions.", "llm_refusal"),
    ],
)
def test_what_a_repair_does_not_mend_is_a_typed_failure(
    graph: KnowledgeGraph, cases: Any, spoil: Callable[[str], str], reason: str
) -> None:
    with FaultServer(reply=Wrong(spoil, times=9)) as server:
        made = draft(server, LLMVerbalizer(graph, config(), finds_alike(graph)), cases["gout"])
    assert (made.chain, made.reason) == (None, reason)
    assert made.detail
    assert len(made.generation) == server.requests == (1 if reason == "llm_refusal" else 2)


@pytest.mark.parametrize(
    ("fault", "reason", "calls"),
    [
        ("length", "llm_length", 3),
        ("refusal", "llm_refusal", 3),
        ("content_filter", "llm_refusal", 3),
        ("empty_choices", "llm_empty", 3),
        ("empty_text", "llm_empty", 3),
        ("invalid_json", "llm_bad_response", 3),
        ("500", "llm_transport", 1),
        ("429", "llm_rate_limited", 1),
        ("400", "llm_not_accepted", 1),
    ],
)
def test_what_is_no_answer_is_a_typed_failure(
    graph: KnowledgeGraph, cases: Any, fault: Any, reason: str, calls: int
) -> None:
    """After a first good call, which proves the endpoint."""
    verbalizer = LLMVerbalizer(graph, config(tries=3), finds_alike(graph))
    with FaultServer(
        reply=obedient, plan=lambda payload, _: fault if "Hyperuricemia" in str(payload) else None
    ) as server:

        async def asked() -> Draft:
            async with Endpoint(server.base_url, EndpointConfig(max_retries=0, outage_after=50)) as endpoint:
                await verbalizer.draft(*cases["asthma"], endpoint)
                return await verbalizer.draft(*cases["gout"], endpoint)

        made = asyncio.run(asked())
    assert (made.chain, made.reason) == (None, reason)
    assert len(made.generation) == calls
    assert server.faults[fault] == calls


def test_another_try_moves_the_seed_and_the_attempt(graph: KnowledgeGraph, cases: Any) -> None:
    with FaultServer(reply=obedient, plan=lambda payload, _: "length" if payload["seed"] == 300 else None) as server:
        made = draft(server, LLMVerbalizer(graph, config(samples=4), finds_alike(graph)), cases["gout"], number=3)
    assert made.chain is not None
    assert [json.loads(entry.parameters)["seed"] for entry in made.generation] == [300, 301]
    assert len({entry.reply_key for entry in made.generation}) == 2


def test_a_blind_chain_is_kept_only_if_it_gets_there(graph: KnowledgeGraph, cases: Any) -> None:
    verbalizer = LLMVerbalizer(graph, config("blind"), finds_alike(graph))
    outcomes = {}
    for key in "ABC":

        def arguing(payload: Any, key: str = key) -> str:
            return rehearse(payload["messages"][-1]["content"], choice=key)

        with FaultServer(reply=arguing) as server:
            made = draft(server, verbalizer, cases["pneumonia"])
        assert made.chain is not None
        assert made.chain.answer_key == key
        assert not any(entry.saw_gold_answer for entry in made.generation)
        outcomes[key] = decide(Validator(graph).validate(*cases["pneumonia"], made.chain))
    assert outcomes["B"] == ("accepted", ())
    for key in "AC":
        assert outcomes[key][0] == "rejected"
        assert "answer_mismatch" in outcomes[key][1]


@pytest.mark.parametrize("name", ["open-influenza", "pathogen"])
def test_a_recipe_that_hides_the_answer_refuses_questions_where_paths_lead_to_one_option_alone(
    graph: KnowledgeGraph, cases: Any, name: str
) -> None:
    with FaultServer(reply=obedient) as server:
        made = draft(server, LLMVerbalizer(graph, config("blind"), finds_alike(graph)), cases[name])
    assert (made.chain, made.reason, server.requests) == (None, "no_options", 0)
    assert LLMVerbalizer(graph, config("blind"), finds_alike(graph)).request(*cases[name]) is None


def test_a_question_for_what_does_not_hold_costs_no_call(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["gout"]
    negated = item.model_copy(update={"question": f"{item.question} All of these are used EXCEPT:"})
    path_set = path_set.model_copy(update={"question": read_question(negated)})
    with FaultServer(reply=obedient) as server:
        made = draft(server, LLMVerbalizer(graph, config(), finds_alike(graph)), (negated, mentions, path_set))
    assert (made.chain, made.reason, server.requests) == (None, "asks_exception", 0)


def test_evidence_steps_come_with_verbatim_words(graph: KnowledgeGraph, cases: Any) -> None:
    case = cases["pneumonia"]
    with FaultServer(reply=obedient) as server:
        made = draft(server, LLMVerbalizer(graph, config("evidence-steps"), finds_alike(graph)), case)
    assert made.chain is not None
    text = load_recipe("evidence-steps").text(made.chain)
    assert text.startswith("Final diagnosis: Pneumonia\n\nStep 1: ")
    assert "\nSupporting evidence: “fever”" in text
    for step in made.chain.steps:
        for quote in step.quotes:
            assert case.item.section(quote.section)[quote.start : quote.end] == quote.text


def test_words_that_the_case_does_not_say_are_refused(graph: KnowledgeGraph, cases: Any) -> None:
    def inventing(payload: Any) -> str:
        return obedient(payload).replace('evidence: "fever"', 'evidence: "night sweats for weeks"')

    with FaultServer(reply=inventing) as server:
        made = draft(server, LLMVerbalizer(graph, config("evidence-steps"), finds_alike(graph)), cases["pneumonia"])
    assert (made.chain, made.reason) == (None, "quote_not_verbatim")
    assert "night sweats" in made.detail


def test_clinical_phases_stand_in_their_order(graph: KnowledgeGraph, cases: Any) -> None:
    with FaultServer(reply=obedient) as server:
        made = draft(server, LLMVerbalizer(graph, config("clinical-phases"), finds_alike(graph)), cases["pneumonia"])
    assert made.chain is not None
    text = load_recipe("clinical-phases").text(made.chain)
    titles = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert titles == ["Gather evidence", "Differential", "Weigh for", "Weigh against", "Diagnosis", "Self-check"]
    assert [step.kind for step in made.chain.steps][-2:] == ["conclusion", "check"]


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (
            lambda text: text.partition("## Differential")[0] + "## Weigh for" + text.partition("## Weigh for")[2],
            "Differ",
        ),
        (lambda text: text.partition("## Self-check")[0] + "Answer: B", "'Self-check' is missing"),
    ],
)
def test_a_missing_phase_is_a_typed_failure(
    graph: KnowledgeGraph, cases: Any, spoil: Callable[[str], str], named: str
) -> None:
    with FaultServer(reply=Wrong(spoil, times=2)) as server:
        made = draft(server, LLMVerbalizer(graph, config("clinical-phases"), finds_alike(graph)), cases["pneumonia"])
    assert (made.chain, made.reason) == (None, "incomplete_structure")
    assert named in made.detail


# Samples -----------------------------------------------------------------------------------------------------------


def test_the_best_of_several_is_kept_and_the_others_are_negatives(graph: KnowledgeGraph, cases: Any) -> None:
    case = cases["gout"]

    def mixed(payload: Any) -> str:
        text = obedient(payload)
        if payload["model"] == "a":
            return text.replace("Answer: B. Allopurinol", "Answer: A. Aspirin") if payload["temperature"] else "No."
        return text if payload["temperature"] else text.replace("1. ", "1. According to the given path, ")

    verbalizer = LLMVerbalizer(graph, config(models=("a", "b"), temperatures=(0.0, 1.0), samples=4), finds_alike(graph))

    async def asked(server: FaultServer) -> list[Draft]:
        async with Endpoint(server.base_url) as endpoint:
            return [await verbalizer.draft(*case, endpoint, sample=number) for number in range(4)]

    with FaultServer(reply=mixed) as server:
        drafts = asyncio.run(asked(server))
    row = Pipeline(graph).best(*case, drafts)
    assert row.status == "accepted"
    assert row.chain == drafts[3].chain
    assert {entry.model for entry in row.generation} == {"b"}
    assert [draft.reason for draft in row.drafts] == ["llm_unparsed", "meta_reference", "answer_mismatch"]
    assert [draft.chain is None for draft in row.drafts] == [True, False, False]


# Dialects ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["json_schema", "json_object", "grammar"])
def test_a_dialect_asks_for_a_shape_and_reads_it(graph: KnowledgeGraph, cases: Any, name: str) -> None:
    def shaped(payload: Any) -> str:
        lines = rehearse(
            payload["messages"][-1]["content"].partition("\n\nWrite the reply as one JSON")[0]
        ).splitlines()
        steps, title = [], ""
        for line in lines[:-1]:
            title = line[3:] if line.startswith("## ") else title
            if not line.startswith("## "):
                steps.append({"section": title, "text": line.partition(". ")[2], "cites": []})
        return json.dumps({"steps": steps, "answer": lines[-1].removeprefix("Answer: ")})

    model = Wrong(str)
    with FaultServer(reply=lambda payload: model.payloads.append(payload) or shaped(payload)) as server:
        made = draft(server, LLMVerbalizer(graph, config(dialect=name), finds_alike(graph)), cases["gout"])
    (payload,) = model.payloads
    assert made.chain is not None
    assert decide(Validator(graph).validate(*cases["gout"], made.chain)) == ("accepted", ())
    assert json.loads(made.generation[0].parameters)["dialect"] == name
    if name == "grammar":
        assert payload["grammar"].startswith("root ::=")
    else:
        assert payload["response_format"]["type"] == name


@pytest.mark.parametrize(
    ("obeys", "rejects"),
    [((), ()), (("json_object",), ("json_schema",)), (("json_schema", "json_object", "grammar"), ())],
)
def test_what_a_server_obeys_is_found_by_asking(obeys: tuple[str, ...], rejects: tuple[str, ...]) -> None:
    def asked_in(payload: Any) -> str:
        return "grammar" if "grammar" in payload else payload.get("response_format", {}).get("type", "none")

    def reply(payload: Any) -> str:
        way = asked_in(payload)
        if way not in obeys:
            return "Blue, I would say."
        if way == "json_schema":
            (word,) = payload["response_format"]["json_schema"]["schema"]["properties"]["word"]["enum"]
            return json.dumps({"word": word})
        return '{"colour": "blue"}' if way == "json_object" else payload["grammar"].split('"')[1]

    with FaultServer(reply=reply, plan=lambda payload, _: "400" if asked_in(payload) in rejects else None) as server:

        async def asked() -> Any:
            async with Endpoint(server.base_url, EndpointConfig(max_retries=0)) as endpoint:
                return await probe(endpoint, "m")

        found = asyncio.run(asked())
    assert list(found) == list(dialects())
    assert {name for name, obeyed in found.items() if obeyed} == {*obeys, "none"}


# Recipes -----------------------------------------------------------------------------------------------------------


MINE = """
id: mine
version: 1
description: the shipped prompt under other titles
prompt: medreason
layout:
  sections:
    - {title: Paths, holds: [findings], also_called: [Finding reasoning paths]}
    - {title: Why, holds: [evidence, link, distractor, absent], also_called: [Reasoning process, Exploration]}
    - {title: So, holds: [conclusion], also_called: [Conclusion]}
"""


def test_users_add_recipes_by_file(tmp_path: Path, graph: KnowledgeGraph, cases: Any) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE, "utf-8")
    with FaultServer(reply=obedient) as server:
        made = draft(server, LLMVerbalizer(graph, config(str(path)), finds_alike(graph)), cases["gout"])
    assert made.chain is not None
    assert made.chain.verbalizer == "mine"
    assert [line for line in load_recipe(path).text(made.chain).splitlines() if line.startswith("##")] == [
        "## Paths",
        "## Why",
        "## So",
    ]


def test_a_recipe_file_finds_the_prompts_beside_it(tmp_path: Path, graph: KnowledgeGraph) -> None:
    from kgpaths.resources import resource

    text = resource("prompts", "medreason.j2").read_text("utf-8").replace("id: medreason", "id: own")
    (tmp_path / "own.j2").write_text(text, "utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace("prompt: medreason", "prompt: own"), "utf-8")
    LLMVerbalizer(graph, config(str(path)), finds_alike(graph))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("prompt: medreason", "promt: medreason", "unknown key 'promt'; did you mean 'prompt'"),
        ("holds: [evidence", "hold: [evidence", "did you mean 'holds'"),
        ("layout:", "shown: {path: 3}\nlayout:", "unknown key 'shown.path'; did you mean 'paths'"),
        ("layout:", "paths: {max_hop: 3}\nlayout:", "did you mean 'max_hops'"),
        ("holds: [findings]", "holds: [findngs]", "layout.sections.0.holds.0"),
        ("holds: [conclusion]", "holds: [check]", "no section holds the conclusion"),
        ("link, distractor", "link, findings", "findings is held by two sections"),
        ("id: mine", "id: yours", "must agree"),
        ("id: mine", "id: [", "not YAML"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE.replace(old, new), "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_recipe(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)


def test_unknown_recipes_and_dialects_name_the_nearest(graph: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'medreason'"):
        LLMVerbalizer(graph, config("medreasn"), finds_alike(graph))
    with pytest.raises(UsageError, match="no recipe file"):
        load_recipe(tmp_path / "gone.yaml")


def test_a_recipe_sets_the_knobs_of_other_stages(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(f"{MINE}paths: {{max_hops: 2}}\nvalidation: {{min_margin: 0.1}}\n", "utf-8")
    assert load_recipe(path).stages() == {"paths": {"max_hops": 2}, "validation": {"min_margin": 0.1}}
    assert load_recipe("medreason").stages() == {"validation": {"most_knowledge": 3}}


@pytest.mark.parametrize(
    "said", ["NONE", "The answer is NONE.", "1. No edge helps.\nAnswer: NONE", '{"steps": [], "answer": "NONE"}']
)
def test_none_is_no_relevant_path_and_is_not_repaired(graph: KnowledgeGraph, cases: Any, said: str) -> None:
    with FaultServer(reply=lambda _: said) as server:
        made = draft(server, LLMVerbalizer(graph, config(), finds_alike(graph)), cases["pneumonia"])
    assert (made.chain, made.reason) == (None, "no_relevant_path")
    assert len(made.generation) == 1


@pytest.mark.parametrize("mends", [True, False])
def test_a_chain_that_repeats_an_instruction_is_sent_back(graph: KnowledgeGraph, cases: Any, mends: bool) -> None:
    def reply(payload: Any) -> str:
        said = rehearse(payload["messages"][1]["content"])
        if mends and len(payload["messages"]) > 2:
            return said
        return said.replace("1. ", "1. Argue as if you were finding it out. ", 1)

    with FaultServer(reply=reply) as server:
        made = draft(server, LLMVerbalizer(graph, config(), finds_alike(graph)), cases["pneumonia"])
    assert len(made.generation) == 2
    assert (made.chain is not None) is mends
    if not mends:
        assert made.reason == "llm_unparsed"
        assert "argue as if you were finding it out" in made.detail
