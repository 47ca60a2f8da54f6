"""Clean chains pass, spoilt ones do not, and each for the right reason."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from kgpaths.config import ValidationConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.language import read_question
from kgpaths.records import Reason, Verdict
from kgpaths.validation import Validator, checks, decide
from kgpaths.validation.discourse import meta_reference
from kgpaths.validation.phrases import mask
from kgpaths.verbalization import TemplateVerbalizer

_SPEC = spec_from_file_location("corruptions", Path(__file__).parent / "corruptions.py")
assert _SPEC is not None
assert _SPEC.loader is not None
spoiling = sys.modules.setdefault("corruptions", module_from_spec(_SPEC))
_SPEC.loader.exec_module(spoiling)
CORRUPTIONS = spoiling.CORRUPTIONS
SEEDS = range(12)


@pytest.fixture(scope="module")
def validator(graph: KnowledgeGraph) -> Validator:
    return Validator(graph)


@pytest.fixture(scope="module")
def chains(graph: KnowledgeGraph, cases: Any) -> dict[str, Any]:
    verbalizer = TemplateVerbalizer(graph)
    return {name: verbalizer.verbalize(*case)[0] for name, case in cases.items()}


def faults(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    return [verdict for verdict in verdicts if verdict.outcome in ("fail", "error")]


def test_clean_chains_are_accepted_whatever_variant_words_them(
    graph: KnowledgeGraph, cases: Any, validator: Validator
) -> None:
    verbalizer = TemplateVerbalizer(graph)
    for item, mentions, path_set in cases.values():
        for number in range(12):
            copy = item.model_copy(update={"id": f"{item.id}-{number}"})
            chain, _ = verbalizer.verbalize(copy, mentions, path_set)
            assert faults(validator.validate(copy, mentions, path_set, chain)) == []


@pytest.mark.parametrize("name", sorted(CORRUPTIONS))
def test_corruptions_are_caught_with_the_right_reason(
    graph: KnowledgeGraph, cases: Any, chains: Any, validator: Validator, name: str
) -> None:
    spoil, reasons = CORRUPTIONS[name]
    made, caught, named, missed = 0, 0, 0, []
    for seed in SEEDS:
        for key, case in cases.items():
            spoilt = spoil(Random(f"{name}-{seed}-{key}"), graph, case, chains[key])
            if spoilt is None:
                continue
            made += 1
            status, found = decide(
                validator.validate(case.item, case.mentions, spoilt.path_set or case.path_set, spoilt.chain)
            )
            caught += status == "rejected"
            named += bool(reasons & set(found))
            if not reasons & set(found):
                missed.append((key, seed, found, spoilt.chain.text))
    assert made >= len(SEEDS)
    assert caught >= 0.95 * made, missed
    assert named >= 0.95 * made, missed


def test_every_check_has_a_corruption_that_it_catches(
    graph: KnowledgeGraph, cases: Any, chains: Any, validator: Validator
) -> None:
    seen = set()
    for name, (spoil, _) in CORRUPTIONS.items():
        for key, case in cases.items():
            spoilt = spoil(Random(f"{name}-{key}"), graph, case, chains[key])
            if spoilt is not None:
                verdicts = validator.validate(case.item, case.mentions, spoilt.path_set or case.path_set, spoilt.chain)
                seen |= {verdict.check for verdict in faults(verdicts)}
    of_the_question = {"evidence_margin", "question_not_turned"}  # no chain can spoil them; tests of their own do
    assert seen >= set(checks()) - of_the_question


def test_every_verdict_is_typed(cases: Any, chains: Any, validator: Validator) -> None:
    for key, case in cases.items():
        verdicts = validator.validate(*case, chains[key])
        assert {verdict.check for verdict in verdicts} == set(checks())
        for verdict in verdicts:
            assert (verdict.reason is not None) == (verdict.outcome in ("fail", "error"))
            assert verdict.reason is None or verdict.reason in get_args(Reason)


def test_margin(graph: KnowledgeGraph, cases: Any, chains: Any) -> None:
    def verdict(least: float | None, margin: float | None) -> Verdict:
        item, mentions, path_set = cases["gout"]
        checked = Validator(graph, ValidationConfig(min_margin=least)).validate(
            item, mentions, path_set.model_copy(update={"margin": margin}), chains["gout"]
        )
        return next(one for one in checked if one.check == "evidence_margin")

    assert verdict(None, 0.3).outcome == "pass"
    assert verdict(None, -0.3).outcome == "warn"
    assert verdict(0.2, 0.3).outcome == "pass"
    assert (verdict(0.2, 0.1).outcome, verdict(0.2, 0.1).reason) == ("fail", "margin_below_threshold")
    assert verdict(None, None).outcome == "skipped"
    assert (verdict(0.2, None).outcome, verdict(0.2, None).reason) == ("fail", "margin_below_threshold")


def test_a_check_that_breaks_is_a_failed_row_with_the_message(
    graph: KnowledgeGraph, cases: Any, chains: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kgpaths.validation import registry

    def broken(case: Any) -> Any:
        raise RuntimeError("the disk is on fire")
        yield

    monkeypatch.setitem(registry._REGISTRY, "broken", registry.Registered("Always breaks.", broken))
    verdicts = Validator(graph).validate(*cases["gout"], chains["gout"])
    (error,) = [verdict for verdict in verdicts if verdict.outcome == "error"]
    assert (error.check, error.reason) == ("broken", "stage_error")
    assert "the disk is on fire" in error.detail
    assert decide(verdicts) == ("failed", ("stage_error",))
    assert {verdict.check for verdict in verdicts} == set(checks())


def test_open_answers_may_be_given_by_another_name(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["open-influenza"]
    item = item.model_copy(update={"answer": "Myalgia"})
    mention = next(m for m in mentions if m.node_id == "HP:0003326").model_copy(
        update={"section": "answer", "start": 0, "end": 7, "text": "Myalgia"}
    )
    linked = (*(m for m in mentions if m.role == "question"), mention)
    kept = tuple(path for path in path_set.paths if path.node_ids[-1] == "HP:0003326")
    path_set = path_set.model_copy(update={"paths": kept})
    chain, _ = TemplateVerbalizer(graph).verbalize(item, linked, path_set)

    def reasons(answer: str) -> tuple[str, ...]:
        return decide(Validator(graph).validate(item, linked, path_set, chain.model_copy(update={"answer": answer})))[1]

    assert reasons("myalgia.") == ()
    assert reasons("Fever") == ("answer_mismatch",)


def test_a_reason_is_named_once(cases: Any, chains: Any, validator: Validator) -> None:
    chain = chains["gout"].model_copy(
        update={"steps": tuple(step.model_copy(update={"text": ""}) for step in chains["gout"].steps)}
    )
    _, reasons = decide(validator.validate(*cases["gout"], chain))
    assert len(reasons) == len(set(reasons))


@pytest.mark.parametrize(
    "text",
    [
        "According to the given path, fever is a symptom of influenza.",
        "The provided answer is therefore right.",
        "As per the context given, the patient has gout.",
        "Based on the knowledge graph, aspirin treats pain.",
        "The knowledge graph shows that X causes Y.",
        "The correct answer is given as B.",
        "Since the answer is given, we reason backwards.",
        "Following the provided reasoning paths, one arrives at gout.",
        "The gold answer is gout.",
        "The answer provided above is gout.",
        "These retrieved triples support gout.",
        "As an AI language model, I cannot diagnose.",
        "The information in the prompt suggests gout.",
        "As stated in the passage, statins lower LDL.",
    ],
)
def test_meta_discourse_is_seen(text: str) -> None:
    assert meta_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "He was given aspirin and is on the path to recovery.",
        "The medicine that was given yesterday lowered the fever.",
        "Given the fever, pneumonia is likely.",
        "Care was provided in the emergency department.",
        "The visual path and the auditory pathway were intact.",
        "In the context of pregnancy, doxycycline is avoided.",
        "The infection spread along the path of the facial nerve.",
        "The correct answer is nitrofurantoin.",
        "The graph of the ventricular pressure shows an a wave.",
        "She was provided with a walking aid.",
        "The patient's answer was slow.",
        "The given dose was 5 mg; the given solution was isotonic.",
        "According to the guidelines, biopsy is the next step.",
        "Based on the findings, gout is most likely.",
        "The most likely explanation is gout.",
        "The drug label warns of this, as stated in the label.",
        "Nitrofurantoin is given per mouth.",
    ],
)
def test_plain_english_passes(text: str) -> None:
    assert meta_reference(text) == ""


def free(chain: Any, number: int, text: str) -> Any:
    """The chain with one sentence as a model would word it."""
    steps = list(chain.steps)
    steps[number] = steps[number].model_copy(update={"text": text})
    return chain.model_copy(update={"steps": tuple(steps), "verbalizer": "somebody"})


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("With urate this high and sore joints, gout explains both hyperuricemia and arthralgia.", ()),
        ("Gout typically shows hyperuricemia; arthralgia fits as well.", ()),
        ("Gout can be a feature of hyperuricemia and arthralgia.", ("edge_not_in_graph",)),
        ("Pneumonia explains both hyperuricemia and arthralgia.", ("uncited_step",)),
    ],
)
def test_free_wording_is_judged_by_entities_and_direction(
    graph: KnowledgeGraph, cases: Any, chains: Any, text: str, reasons: tuple[str, ...]
) -> None:
    chain = free(chains["gout"], 1, text)
    assert decide(Validator(graph).validate(*cases["gout"], chain))[1] == reasons


def test_names_do_not_reach_across_commas_and_quotes() -> None:
    names = {name: frozenset({name}) for name in ("typhoid fever", "typhoid", "fever", "nausea and vomiting", "nausea")}
    assert [token.name for token in mask("As for typhoid, fever is common.", names)[1]] == ["typhoid", "fever"]
    assert [token.name for token in mask("Typhoid fever is rare.", names)[1]] == ["typhoid fever"]
    assert [token.name for token in mask("Nausea and vomiting.", names)[1]] == ["nausea and vomiting"]
    assert [token.name for token in mask("Nausea and vomiting.", names, ["nausea"])[1]] == ["nausea"]


def test_a_question_for_what_does_not_hold_is_not_argued_for(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["gout"]
    item = item.model_copy(update={"question": f"{item.question} All of these are used EXCEPT:"})
    path_set = path_set.model_copy(update={"question": read_question(item)})
    chain, _ = TemplateVerbalizer(graph).verbalize(item, mentions, path_set)
    assert decide(Validator(graph).validate(item, mentions, path_set, chain))[1] == (
        "asks_exception",
        "polarity_violated",
    )


@pytest.mark.parametrize("said", ["absent", "hypothetical", "family"])
def test_paths_over_what_is_not_there_make_no_accepted_row(graph: KnowledgeGraph, cases: Any, said: str) -> None:
    item, mentions, path_set = cases["gout"]
    denied = tuple(m.model_copy(update={"assertion": said}) if m.role == "question" else m for m in mentions)
    chain, _ = TemplateVerbalizer(graph).verbalize(item, denied, path_set)
    assert "polarity_violated" in decide(Validator(graph).validate(item, denied, path_set, chain))[1]


def test_a_concept_that_is_a_word_of_a_relation_phrase_is_no_entity() -> None:
    names = {name: frozenset({name}) for name in ("ct scan", "aortic dissection", "diagnose")}
    masked, tokens = mask("A CT scan can help to diagnose aortic dissection.", names, ["ct scan"])
    assert masked == "a ▪ can help to diagnose ▪"
    assert [token.name for token in tokens] == ["ct scan", "aortic dissection"]
