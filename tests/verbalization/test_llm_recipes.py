"""What the recipes show of a graph, what the documentation says of them, and how they are listed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kgpaths.cli.recipes import recipes as command
from kgpaths.config import LLMConfig
from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.paths import PathFinder
from kgpaths.paths.alike import finds_alike
from kgpaths.records import Evidence, Option, QAItem
from kgpaths.verbalization import LLMVerbalizer
from kgpaths.verbalization.recipes.prompt_files import PromptFile
from kgpaths.verbalization.recipes.recipe import load_recipe, recipes

DOCS = Path(__file__).parents[2] / "docs/recipes.md"
EXAMPLES, COSTS = DOCS.with_name("recipe-examples.md"), DOCS.parent / "measurements/models.md"


@pytest.fixture(scope="module")
def frequencies() -> tuple[KnowledgeGraph, QAItem]:
    """Two diseases that show a finding with different frequency, and three more that share it."""
    diseases = {"DOID:1": "ambrosia fever", "DOID:2": "brine lung", "DOID:3": "cedar palsy", "OMIM:4": "dust ague"}
    diseases |= {f"DOID:9{number:03}": f"other illness {number}" for number in range(300)}  # else nothing is specific
    nodes = [NodeRecord(node, name, "disease", "doid") for node, name in diseases.items()]
    nodes += [NodeRecord("HP:1", "Hiccups", "phenotype", "hpo"), NodeRecord("HP:2", "Yawning", "phenotype", "hpo")]
    shows = {("DOID:1", "HP:1"): 0.9, ("DOID:2", "HP:1"): 0.1, ("DOID:3", "HP:1"): 1.0, ("OMIM:4", "HP:1"): 0.5}
    edges = [
        EdgeRecord(
            disease,
            "has_phenotype",
            finding,
            "hpoa",
            "1",
            "CC0-1.0",
            strength=strength,
            evidence=(Evidence(score=strength),),
        )
        for (disease, finding), strength in (shows | {("DOID:1", "HP:2"): 1.0}).items()
    ]
    item = QAItem(
        id="q1",
        dataset="demo",
        split="train",
        question="A man has hiccups and yawning. What is the most likely diagnosis?",
        options=(Option(key="A", text="Brine lung"), Option(key="B", text="Ambrosia fever")),
        answer="Ambrosia fever",
        answer_key="B",
        licence="local",
    )
    return KnowledgeGraph.from_records(nodes, edges), item


def shown(graph: KnowledgeGraph, item: QAItem, recipe: str) -> str:
    mentions = EntityLinker(graph).link_item(item)
    path_set = PathFinder(graph).find_item(item, mentions)
    verbalizer = LLMVerbalizer(
        graph, LLMConfig(models=("m",), base_url="http://127.0.0.1:1/v1", recipe=recipe), finds_alike(graph)
    )
    return verbalizer.request(item, mentions, path_set).messages[-1].content


def test_clinical_phases_show_frequencies_ratios_and_candidates(frequencies: Any) -> None:
    text = shown(*frequencies, "clinical-phases")
    assert "hiccups (clinical feature) can be a feature of ambrosia fever, in 90%" in text
    assert re.search(r"hiccups: 90% in ambrosia fever \[E\d\], 10% in brine lung \[E\d\]: likelihood ratio 9\n", text)
    assert text.index("cedar palsy: [E") < text.index("dust ague: [E")  # catalogues of rare diseases come last
    assert "brine lung: [E" not in text  # an option is no further candidate


def test_other_recipes_show_neither_ratios_nor_candidates(frequencies: Any) -> None:
    for recipe in ("medreason", "evidence-steps", "blind"):
        text = shown(*frequencies, recipe)
        assert "likelihood ratio" not in text
        assert "cedar palsy" not in text


PHASES = """## Gather evidence
1. The findings are hiccups and yawning {q}.
## Differential
2. Ambrosia fever, brine lung, cedar palsy and dust ague can all show hiccups {all}.
## Weigh for
3. Hiccups can be a feature of ambrosia fever {for}.
## Weigh against
4. Brine lung shows hiccups less often {against}. {said}
## Diagnosis
5. The most likely diagnosis is ambrosia fever.
## Self-check
6. Ambrosia fever accounts for the findings.
Answer: B"""


@pytest.fixture(scope="module")
def weighed(frequencies: Any) -> Any:
    """Return a function from a sentence about brine lung, the rival, to what is made of a reply with it."""
    graph, item = frequencies
    mentions = EntityLinker(graph).link_item(item)
    path_set = PathFinder(graph).find_item(item, mentions)
    config = LLMConfig(models=("m",), base_url="http://127.0.0.1:1/v1", recipe="clinical-phases")
    verbalizer = LLMVerbalizer(graph, config, finds_alike(graph))
    prompt = verbalizer.request(item, mentions, path_set).messages[-1].content  # type: ignore[union-attr]
    labels = verbalizer.labelled(item, mentions, path_set)
    by_subject = {
        graph.edge(edge).subject: label for edge, label in labels.items() if graph.edge(edge).object == "HP:1"
    }
    given = {
        "q": re.search(r"^(\[Q\d\]) \"hiccups\"", prompt, re.MULTILINE).group(1),  # type: ignore[union-attr]
        "all": "".join(f"[{label}]" for label in by_subject.values()),
        "for": f"[{by_subject['DOID:1']}]",
        "against": f"[{by_subject['DOID:2']}]",
    }
    return lambda said: verbalizer.parse(PHASES.format(said=said, **given), item, mentions, path_set)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "The likelihood ratio is 9.",
        "That is a likelihood ratio of about 9.0 (90% versus 10%).",
        "A 9-fold likelihood ratio speaks against it.",
        "The likelihood ratio is 9:1.",
        "With a likelihood ratio of 0.11 it falls behind.",
        "From a pre-test probability of 20% a likelihood ratio of 9 leads to a post-test probability of 69%.",
        "Prior odds of 1:4 and a likelihood ratio of 9 make posterior odds of 9:4.",
        "The post-test probability rises.",
        "He was given 2 L of LR, and the likelihood of gout is low.",
    ],
)
def test_ratios_that_follow_from_the_frequencies_are_kept(weighed: Any, said: str) -> None:
    made = weighed(said)
    assert made.chain is not None, made.flaws
    assert not made.flaws
    assert not said or any(said in step.text for step in made.chain.steps)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ("The likelihood ratio is 12.", "states a likelihood ratio of 12; what it cites gives"),
        ("LR = 3.5 in favour of it.", "likelihood ratio of 3.5"),
        ("The likelihood ratio is 1:9, or rather the likelihood ratio is 4.", "likelihood ratio of 4"),
        (
            "From a pre-test probability of 20% a likelihood ratio of 9 leads to a post-test probability of 90%.",
            "post-test probability of 90%, which follows from no pre-test value",
        ),
        ("The posterior probability is 69%.", "post-test probability of 69%, which follows from no"),
        ("Prior odds of 1:4 and a likelihood ratio of 9 make posterior odds of 4:1.", "post-test odds of 4"),
    ],
)
def test_ratios_and_chances_that_follow_from_nothing_are_faults(weighed: Any, said: str, complaint: str) -> None:
    made = weighed(said)
    assert made.chain is None
    assert made.flaws[0].reason == "llm_unknown_citation"
    assert complaint in made.flaws[0].message


def test_a_ratio_needs_a_statement_with_a_frequency(weighed: Any) -> None:
    (flaw,) = weighed("So much for it.\n5. Yawning has a likelihood ratio of 9.").flaws[:1]
    assert flaw.message == "step 5 states a likelihood ratio of 9; what it cites gives none"


def test_every_recipe_has_an_example_and_a_cost_in_the_documentation() -> None:
    examples, costs = EXAMPLES.read_text("utf-8"), COSTS.read_text("utf-8")
    for name in recipes():
        assert re.search(rf"^## `{name}`\n\n```\n.+?\n```\n", examples, re.MULTILINE | re.DOTALL)
        assert re.search(rf"^\| `{name}`.*\|.*\d\.\d\d \|", costs, re.MULTILINE)
        titles = [section.title for section in load_recipe(name).layout.sections if section.title]
        example = examples.partition(f"\n## `{name}`")[2].partition("\n## `")[0]
        assert [title for title in titles if f"## {title}\n" in example] == titles


def test_the_documented_recipe_and_prompt_are_valid(tmp_path: Path) -> None:
    text = DOCS.read_text("utf-8")
    (tmp_path / "tutor.yaml").write_text(re.search(r"```yaml\n(.*?)```", text, re.DOTALL).group(1), "utf-8")  # type: ignore[union-attr]
    assert load_recipe(tmp_path / "tutor.yaml").stages() == {"paths": {"max_hops": 2}}
    prompt = re.search(r"```\n(---\nid: tutor.*?)```", text, re.DOTALL).group(1)  # type: ignore[union-attr]
    (tmp_path / "tutor.j2").write_text(prompt, "utf-8")
    assert PromptFile(tmp_path / "tutor.j2").render({"question": "Why?"})["user"].startswith("<case>Why?</case>")


def test_recipes_are_listed_and_shown() -> None:
    app = typer.Typer()
    app.command("recipes")(command)
    listed = CliRunner().invoke(app, [])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in recipes())
    one = CliRunner().invoke(app, ["blind"])
    assert "the answer is hidden" in one.output
    assert "{% block user %}" in one.output
