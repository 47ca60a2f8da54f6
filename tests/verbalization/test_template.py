"""What the template writes, read as a clinician would."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.pipeline import Pipeline
from kgpaths.records import Option, PathSet, QAItem, Step
from kgpaths.validation.silence import argument_from_silence
from kgpaths.verbalization import TemplateVerbalizer

IDS = ("pneumonia", "infarction", "cystitis", "gout", "asthma", "open-influenza", "crohn", "pathogen")


@pytest.fixture(scope="module")
def write(graph: KnowledgeGraph, cases: Any) -> Any:
    verbalizer = TemplateVerbalizer(graph)
    return lambda case: verbalizer.verbalize(*cases[case])[0]


def steps(chain: Any, kind: str) -> list[Step]:
    return [step for step in chain.steps if step.kind == kind]


@pytest.mark.parametrize("case", IDS)
def test_order_of_the_steps(write: Any, case: str) -> None:
    kinds = [step.kind for step in write(case).steps]
    assert kinds[0] == "findings"
    assert kinds[-1] == "conclusion"
    order = {
        kind: number
        for number, kind in enumerate(["findings", "evidence", "absent", "link", "distractor", "conclusion"])
    }
    assert kinds == sorted(kinds, key=order.__getitem__)


@pytest.mark.parametrize("case", IDS)
def test_every_clause_is_backed_by_an_edge_of_the_graph(graph: KnowledgeGraph, write: Any, case: str) -> None:
    for step in write(case).steps:
        if step.kind in ("evidence", "link", "distractor"):
            assert step.edge_ids
        for edge in step.edge_ids:
            assert graph.has_edge(edge)


@pytest.mark.parametrize("case", IDS)
def test_quotes_stand_at_their_offsets_and_in_the_sentence(cases: Any, write: Any, case: str) -> None:
    item = cases[case].item
    quotes = [(quote, step.text) for step in write(case).steps for quote in step.quotes]
    assert quotes
    for quote, text in quotes:
        assert item.section(quote.section)[quote.start : quote.end] == quote.text
        assert quote.text in text


@pytest.mark.parametrize("case", IDS)
def test_sentences_begin_with_a_capital_and_end_with_a_full_stop(write: Any, case: str) -> None:
    for step in write(case).steps:
        assert re.match(r"[A-Z]", step.text), step.text
        assert step.text.endswith(".")
        assert ".." not in step.text
        assert "  " not in step.text
        assert "{" not in step.text


def test_findings_that_share_a_relation_go_in_one_sentence(write: Any) -> None:
    (link,) = steps(write("pneumonia"), "link")
    assert link.text == "Cough, fever, and dyspnea can be symptoms of pneumonia."
    assert len(link.edge_ids) == 3


def test_another_word_of_the_question_is_followed_by_the_concept(write: Any) -> None:
    text = write("pneumonia").steps[0].text
    assert "“shortness of breath” (dyspnea)" in text
    assert "“fever”," in text


def test_middle_nodes_are_reached_before_they_are_used(write: Any) -> None:
    chain = write("cystitis")
    assert [step.text for step in (*steps(chain, "evidence"), *steps(chain, "link"))] == [
        "Dysuria can be a symptom of cystitis, and pregnancy is a risk factor for it.",
        "Cystitis is treated with nitrofurantoin.",
    ]


def test_contraindications_count_against_a_distractor(graph: KnowledgeGraph, write: Any) -> None:
    chain = write("cystitis")
    texts = [step.text for step in steps(chain, "distractor")]
    assert any("Doxycycline is contraindicated in pregnancy" in text for text in texts)
    cited = {graph.edge(edge).predicate for step in steps(chain, "distractor") for edge in step.edge_ids}
    assert "contraindicated_for" in cited
    support = [edge for kind in ("evidence", "link") for step in steps(chain, kind) for edge in step.edge_ids]
    assert "contraindicated_for" not in {graph.edge(edge).predicate for edge in support}


def test_absent_findings_speak_against_what_would_show_them_and_for_nothing(graph: KnowledgeGraph, write: Any) -> None:
    chain = write("pneumonia")
    (absent,) = steps(chain, "absent")
    assert any("Asthma can present with wheezing" in step.text for step in steps(chain, "distractor"))
    assert {quote.text for quote in absent.quotes} == {"wheezing", "leg swelling"}
    negated = {"HP:0030828", "HP:0012398"}
    for kind in ("findings", "evidence", "link"):
        for step in steps(chain, kind):
            ends = {end for edge in step.edge_ids for end in (graph.edge(edge).subject, graph.edge(edge).object)}
            assert not negated & (ends | set(step.node_ids))


def test_an_absent_finding_that_nothing_expects_is_simply_stated(write: Any) -> None:
    (absent,) = steps(write("cystitis"), "absent")
    assert "“flank pain”" in absent.text
    assert "less likely" not in absent.text


def test_what_a_relative_has_is_neither_present_nor_absent(write: Any) -> None:
    chain = write("infarction")
    assert "asthma" not in chain.text.lower()


def test_history_is_called_history(write: Any) -> None:
    assert "a history of “asthma”" in write("asthma").steps[0].text


def test_nothing_is_said_of_an_option_but_what_an_edge_says_against_it(
    graph: KnowledgeGraph, cases: Any, write: Any
) -> None:
    for case in IDS:
        item, mentions, path_set = cases[case]
        chain = write(case)
        absent = {mention.node_id for mention in mentions if mention.assertion == "absent"}
        for step in (*steps(chain, "distractor"), *steps(chain, "absent")):
            for edge in map(graph.edge, step.edge_ids):
                forbids = edge.predicate == "contraindicated_for"
                missed = edge.predicate in ("has_symptom", "has_phenotype") and edge.object in absent
                assert forbids or missed
        for option in path_set.option_evidence:
            if option.key != item.answer_key and "gout" in map(graph.name, option.node_ids):
                assert "gout" not in chain.text
        text = " ".join(step.text for step in steps(chain, "distractor"))
        assert not re.search(r"\b(?:wrong|incorrect|false|impossible|cannot|excluded|ruled out)\b", text)
        assert not any(argument_from_silence(step.text) for step in chain.steps)


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("pneumonia", "most likely diagnosis is"),
        ("infarction", "diagnosis is “Acute heart attack”"),
        ("cystitis", "best treatment is"),
        ("asthma", "most appropriate next step in management is"),
        ("pathogen", "most likely causal organism is Streptococcus pneumoniae"),
        ("gout", "right drug is allopurinol"),
    ],
)
def test_the_conclusion_answers_what_was_asked(write: Any, case: str, words: str) -> None:
    (conclusion,) = steps(write(case), "conclusion")
    assert words in conclusion.text.replace("therefore ", "")


def test_answer_and_its_nodes_are_fields(cases: Any, write: Any) -> None:
    chain = write("infarction")
    assert (chain.answer, chain.answer_key) == ("Acute heart attack", "C")
    assert chain.answer_node_ids == ("DOID:5844",)
    assert chain.steps[-1].node_ids == chain.answer_node_ids


def test_the_generation_record_names_the_sentences(graph: KnowledgeGraph, cases: Any) -> None:
    (record,) = TemplateVerbalizer(graph).verbalize(*cases["gout"])[1]
    assert record.model == "template"
    assert re.fullmatch(r"[0-9a-f]{64}", record.prompt_hash)


def test_without_a_selected_path_there_is_nothing_to_say(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["gout"]
    contrast = PathSet(paths=tuple(path for path in path_set.paths if path.kind == "contrast"))
    with pytest.raises(ValueError, match="no selected path"):
        TemplateVerbalizer(graph).verbalize(item, mentions, contrast)


def test_a_path_from_nowhere_is_refused(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["gout"]
    foreign = tuple(mention for mention in mentions if mention.role != "question")
    with pytest.raises(ValueError, match="not mention"):
        TemplateVerbalizer(graph).verbalize(item, foreign, path_set)


def test_the_same_question_gets_the_same_words_whatever_the_order_of_mentions(
    graph: KnowledgeGraph, cases: Any
) -> None:
    for item, mentions, path_set in cases.values():
        one, _ = TemplateVerbalizer(graph).verbalize(item, mentions, path_set)
        other, _ = TemplateVerbalizer(graph).verbalize(item, tuple(reversed(mentions)), path_set)
        assert one == other


def test_wording_varies_between_questions(graph: KnowledgeGraph, cases: Any) -> None:
    item, mentions, path_set = cases["pneumonia"]
    verbalizer = TemplateVerbalizer(graph)
    items = [item.model_copy(update={"id": f"copy-{number}"}) for number in range(30)]
    assert len({verbalizer.verbalize(copy, mentions, path_set)[0].text for copy in items}) > 10


SCRIPT = """
import json, sys, importlib.util
spec = importlib.util.spec_from_file_location("clinic", sys.argv[1])
clinic = importlib.util.module_from_spec(spec); spec.loader.exec_module(clinic)
from kgpaths.verbalization import TemplateVerbalizer
graph = clinic.make_graph()
verbalizer = TemplateVerbalizer(graph)
cases = [clinic.make_case(graph, entry) for entry in clinic.CLINIC["questions"]]
print(json.dumps([verbalizer.verbalize(*case)[0].text for case in cases]))
"""


def test_hash_randomisation_changes_nothing(write: Any) -> None:
    clinic = str(Path(__file__).parent / "conftest.py")
    runs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT, clinic],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert json.loads(runs.pop()) == [write(case).text for case in IDS]


def test_a_side_effect_is_called_by_its_name() -> None:
    """ "… and aspirin can have the side effect it" is no English."""
    names = {"DOID:1": ("gastritis", "disease"), "DB:1": ("aspirin", "drug"), "DOID:2": ("peptic ulcer", "disease")}
    small = KnowledgeGraph.from_records(
        [NodeRecord(node, name, kind, "doid") for node, (name, kind) in names.items()],
        [
            EdgeRecord("DOID:1", "causes", "DOID:2", "doid", "1", "CC0-1.0"),
            EdgeRecord("DB:1", "has_side_effect", "DOID:2", "doid", "1", "CC0-1.0"),
        ],
    )
    item = QAItem(
        id="q", dataset="d", split="train", question="A man with gastritis takes aspirin. Which complication follows?",
        options=(Option(key="A", text="Peptic ulcer"), Option(key="B", text="Rest")), answer="Peptic ulcer",
        answer_key="A", licence="local",
    )  # fmt: skip
    chain = Pipeline(small).row(item).chain
    assert chain is not None
    assert "peptic ulcer, which can be a side effect of aspirin" in chain.text.lower()
