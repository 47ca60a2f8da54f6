"""What a model may do under every recipe with a layout: abstain, quote any words of the case, know more than it cites.

Each freedom is asserted for each recipe twice: for replies in lines, and for replies that are held to a shape.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import kgpaths as kg
from kgpaths.cli.app import app
from kgpaths.config import EndpointConfig, LLMConfig, ValidationConfig
from kgpaths.corpus import verify
from kgpaths.graph import KnowledgeGraph
from kgpaths.llm import Endpoint
from kgpaths.paths.alike import finds_alike
from kgpaths.records import Chain, Draft, Step
from kgpaths.testing import FaultServer
from kgpaths.validation import Validator, decide
from kgpaths.verbalization import LLMVerbalizer
from kgpaths.verbalization.recipes.recipe import load_recipe
from kgpaths.verbalization.recipes.rehearsal import rehearse

RECIPES = ("medreason", "evidence-steps", "clinical-phases", "blind")
DIALECTS = ("none", "json_schema", "json_object", "grammar")
REASONING = {"medreason": "Reasoning process", "clinical-phases": "Weigh for", "blind": "Reasoning"}
ASIDE = {"medreason": "Exploration", "clinical-phases": "Weigh against", "blind": "Alternatives"}
EACH = [
    pytest.param(recipe, dialect, id=f"{recipe}-{dialect}") for recipe in RECIPES for dialect in ("none", "json_schema")
]


class Saying:
    """Writes replies of one recipe: what the rehearsal says of a case, with steps of ours before or among its own."""

    def __init__(self, graph: KnowledgeGraph, recipe: str, dialect: str, case: Any) -> None:
        config = LLMConfig(models=("m",), base_url="http://127.0.0.1:1/v1", recipe=recipe, dialect=dialect)
        self.graph, self.recipe, self.shaped, self.case = graph, recipe, dialect != "none", case
        self.verbalizer = LLMVerbalizer(graph, config, finds_alike(graph))
        request = self.verbalizer.request(*case)
        assert request is not None
        self.prompt = request.messages[-1].content

    def reply(self, *steps: tuple[str, str], under: str = "") -> str:
        """Return the rehearsal's reply with steps, each a sentence and its marks as `["words"]` and `[K]`."""
        said = rehearse(self.prompt, choice=self.case.item.answer_key)
        if self.shaped:
            value = json.loads(said)
            titles = [step["section"] for step in value["steps"]]
            place = titles.index(under) if under in titles else len(titles)
            value["steps"][place:place] = [self._object(under, *step) for step in steps]
            return json.dumps(value)
        if not under:
            return said + "".join(f"\nStep {9 + n}: {text} {marks}" for n, (text, marks) in enumerate(steps))
        lines = "".join(f"## {under}\n1. {text} {marks}\n" for text, marks in steps)
        return said.replace(f"## {under}\n", lines, 1) if f"## {under}\n" in said else f"{lines}{said}"

    def _object(self, section: str, text: str, marks: str) -> dict[str, Any]:
        quotes = re.findall(r'\["([^"]*)"\]', marks)
        cites = re.findall(r"\[([EQ]+\d+)\]", marks)
        return {"section": section, "text": text, "cites": cites, "quotes": quotes, "knowledge": "[K" in marks}

    def parsed(self, *steps: tuple[str, str], under: str = "") -> Chain:
        made = self.verbalizer.parse(self.reply(*steps, under=under), *self.case)
        assert made.flaws == [], made.flaws
        assert made.chain is not None
        assert not re.search(r"[\[\]]|\bK\b", made.chain.text)
        return made.chain

    def status(self, chain: Chain, **knobs: Any) -> Any:
        return decide(Validator(self.graph, ValidationConfig(**knobs)).validate(*self.case, chain))

    def draft(self, *replies: str) -> tuple[Draft, list[Any]]:
        """Return the draft that replies make, one after the other, and the payloads of the calls."""
        sent: list[Any] = []

        def next_reply(payload: Any) -> str:
            sent.append(payload)
            return replies[len(sent) - 1]

        async def asked() -> Draft:
            async with Endpoint(server.base_url, EndpointConfig(max_retries=0, timeout_s=20)) as endpoint:
                return await self.verbalizer.draft(*self.case, endpoint)

        with FaultServer(reply=next_reply) as server:
            return asyncio.run(asked()), sent


@pytest.fixture
def saying(graph: KnowledgeGraph, cases: Any) -> Callable[..., Saying]:
    return lambda recipe, dialect="none", case="pneumonia": Saying(graph, recipe, dialect, cases[case])


def step_of(chain: Chain, words: str) -> Step:
    (step,) = (step for step in chain.steps if step.text.startswith(words))
    return step


# To abstain --------------------------------------------------------------------------------------------------------

WHY = "no statement is about eyes"


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("NONE", ""),
        ("**NONE**", ""),
        ("```\nNONE\n```", ""),
        (f"NONE. {WHY.capitalize()}.", WHY),
        (f"NONE\n\n{WHY.capitalize()}.", WHY),
        (f"<think>Fever [E1]?</think>NONE ({WHY})", WHY),
        ("## Findings\nNONE", ""),
        ("The statements lead nowhere.\n\nNONE", "The statements lead nowhere"),
        ("FINAL DIAGNOSIS: NONE", ""),
        ("None of the statements bears on this case.", "None of the statements bears on this case"),
        ("No honest argument can be made with them.", "No honest argument can be made with them"),
        ('{"steps": [], "answer": "NONE"}', ""),
        (json.dumps({"abstain": f"{WHY}.", "steps": [], "answer": ""}), WHY),
        (json.dumps({"abstain": f"NONE: {WHY}", "steps": [], "answer": "B. Pneumonia"}), WHY),
        (json.dumps({"abstain": WHY, "steps": [{"section": "", "text": "Eyes.", "cites": []}], "answer": ""}), WHY),
    ],
)
def test_a_model_may_say_that_no_honest_argument_can_be_made(
    saying: Callable[..., Saying], recipe: str, reply: str, words: str
) -> None:
    dialect = "json_schema" if reply.startswith("{") else "none"
    made, sent = saying(recipe, dialect).draft(reply)
    assert (made.chain, made.reason, len(sent)) == (None, "no_relevant_path", 1)
    assert made.detail.casefold() == ": ".join(
        ["the model says that no honest argument can be made", *([words.casefold()] if words else [])]
    )


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_model_may_abstain_when_it_is_asked_to_mend(saying: Callable[..., Saying], recipe: str) -> None:
    said = saying(recipe)
    made, sent = said.draft("It is what it is.", f"NONE: {WHY}")
    assert (made.chain, made.reason, len(sent)) == (None, "no_relevant_path", 2)
    assert "write only NONE" in sent[1]["messages"][-1]["content"]


def test_an_option_that_is_called_none_of_these_is_an_answer(saying: Callable[..., Saying]) -> None:
    said = saying("blind")
    reply = said.reply(("None of these pictures is complete without sputum.", "[K]"), under="Reasoning")
    assert said.verbalizer.parse(reply, *said.case).chain is not None
    made, _ = said.draft(reply.replace("Answer: B. Pneumonia", "Answer: None of these"))
    assert made.chain is not None
    assert made.chain.answer_key == "E"


@pytest.mark.parametrize("why", ["", "no", "none", "N/A", "There is little to go by."])
def test_steps_count_more_than_a_reason_to_abstain(saying: Callable[..., Saying], why: str) -> None:
    said = saying("medreason", "json_schema")
    made, _ = said.draft(json.dumps(json.loads(said.reply()) | {"abstain": why}))
    assert made.chain is not None


@pytest.mark.parametrize("dialect", DIALECTS[1:])
def test_every_shape_has_a_place_to_abstain_and_for_all_marks(saying: Callable[..., Saying], dialect: str) -> None:
    said = saying("medreason", dialect)
    request = said.verbalizer.request(*said.case)
    assert request is not None
    wire = json.dumps(request.wire())
    for member in ("abstain", "quotes", "knowledge"):
        assert member in (json.loads(request.extra)["grammar"] if dialect == "grammar" else wire)
        assert member in said.prompt


# To quote any words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("recipe", "dialect"), EACH)
def test_any_words_of_the_case_may_be_quoted(saying: Callable[..., Saying], recipe: str, dialect: str) -> None:
    said = saying(recipe, dialect)
    words = ("An onset within days suits an infection.", '["for 3  days"] ["54-year-old man"]')
    chain = said.parsed(words, under=REASONING.get(recipe, ""))
    step = step_of(chain, "An onset")
    assert (step.kind, step.edge_ids, step.knowledge) == ("evidence", (), False)
    question = said.case.item.question
    assert [quote.text for quote in step.quotes] == ["for 3 days", "54-year-old man"]
    assert all(question[quote.start : quote.end] == quote.text for quote in step.quotes)
    assert said.status(chain) == ("accepted", ())
    if recipe == "evidence-steps":
        assert step.text.endswith("\nSupporting evidence: “for 3 days”; “54-year-old man”")


def test_the_last_reason_may_rest_on_words_of_the_case_alone(saying: Callable[..., Saying]) -> None:
    said = saying("evidence-steps")
    reply = f'{said.reply()}\nStep 9: An onset within days suits it.\nSupporting evidence: "for 3 days"'
    chain = said.verbalizer.parse(reply, *said.case).chain
    assert chain is not None
    assert step_of(chain, "An onset").kind == "evidence"
    assert step_of(chain, "Final diagnosis").text == "Final diagnosis: Pneumonia"


def test_a_statement_for_the_answer_stays_evidence_beside_the_name_of_another_option(
    saying: Callable[..., Saying],
) -> None:
    chain = saying("evidence-steps").parsed(("Fever points to an infection and hardly to gout.", "[E2]"))
    assert step_of(chain, "Fever points").kind == "link"


@pytest.mark.parametrize("recipe", ["medreason", "clinical-phases", "blind"])
def test_findings_may_be_quoted_without_a_label(saying: Callable[..., Saying], recipe: str) -> None:
    said = saying(recipe)
    title = next(section.title for section in load_recipe(recipe).layout.sections if "findings" in section.holds)
    bare = re.sub(r"^1\. The findings are .*$", '1. He is 54. ["54-year-old man"]', said.reply(), flags=re.MULTILINE)
    assert f"## {title}\n1. He is 54." in bare
    made = said.verbalizer.parse(bare, *said.case)
    assert made.flaws == []
    assert made.chain is not None
    assert made.chain.steps[0].kind == "findings"
    assert "54-year-old man" in [quote.text for quote in made.chain.steps[0].quotes]
    assert said.status(made.chain) == ("accepted", ())


@pytest.mark.parametrize(("recipe", "dialect"), EACH)
def test_an_option_is_set_aside_by_words_of_the_case(saying: Callable[..., Saying], recipe: str, dialect: str) -> None:
    said = saying(recipe, dialect)
    words = ("Gout would show in a joint within hours, and he has been ill longer.", '["for 3 days"]')
    chain = said.parsed(words, under=ASIDE.get(recipe, ""))
    step = step_of(chain, "Gout")
    assert (step.kind, [quote.text for quote in step.quotes]) == ("distractor", ["for 3 days"])
    assert said.status(chain) == ("accepted", ())


@pytest.mark.parametrize(("recipe", "dialect"), EACH)
def test_words_that_the_case_does_not_say_are_sent_back(
    saying: Callable[..., Saying], recipe: str, dialect: str
) -> None:
    said = saying(recipe, dialect)
    invented = said.reply(("He has been ill.", '["for 9 weeks"]'), under=REASONING.get(recipe, ""))
    made, sent = said.draft(invented, invented)
    assert (made.chain, made.reason) == (None, "quote_not_verbatim")
    assert "quotes 'for 9 weeks', which the question does not say" in sent[1]["messages"][-1]["content"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_not_there_cannot_be_quoted_as_if_it_were(saying: Callable[..., Saying], recipe: str) -> None:
    said = saying(recipe)
    chain = said.parsed(("That fits an infection.", '["leg swelling"]'), under=REASONING.get(recipe, ""))
    assert said.status(chain) == ("rejected", ("polarity_violated",))
    denied = said.parsed(("There is no such swelling.", '["leg swelling"]'), under=REASONING.get(recipe, ""))
    assert said.status(denied) == ("accepted", ())


@pytest.mark.parametrize(
    "mark", ["[for 3 days]", "['for 3 days']", "[“for 3 days”]", '【"for 3 days"】', '[**"for 3 days"**]']
)
def test_a_quotation_is_read_however_it_is_written(saying: Callable[..., Saying], mark: str) -> None:
    chain = saying("medreason").parsed(("An onset within days suits it.", mark), under="Reasoning process")
    assert [quote.text for quote in step_of(chain, "An onset").quotes] == ["for 3 days"]


@pytest.mark.parametrize("mark", ["[k]", "[K1]", "[**K**]", "**[K]**", "\\[K\\]", "【K】", "[[K]]", "[own knowledge]"])
def test_own_knowledge_is_read_however_it_is_marked(saying: Callable[..., Saying], mark: str) -> None:
    assert step_of(saying("medreason").parsed((KNOWN[0], mark), under="Reasoning process"), "Consolidated").alone


def test_labels_quotations_and_knowledge_stand_in_one_pair_of_brackets_too(saying: Callable[..., Saying]) -> None:
    said = saying("medreason")
    chain = said.parsed(("Fever for days can be a symptom of pneumonia.", '[E2, "for 3 days"; K]'),
                        under="Reasoning process")  # fmt: skip
    step = step_of(chain, "Fever for days")
    assert (len(step.edge_ids), [quote.text for quote in step.quotes], step.knowledge) == (1, ["for 3 days"], True)


# To know more ------------------------------------------------------------------------------------------------------

KNOWN = ("Consolidated lung lets less oxygen through, hence the dyspnea.", "[K]")


@pytest.mark.parametrize(("recipe", "dialect"), EACH)
def test_a_step_may_rest_on_own_knowledge(saying: Callable[..., Saying], recipe: str, dialect: str) -> None:
    said = saying(recipe, dialect)
    chain = said.parsed(KNOWN, under=REASONING.get(recipe, ""))
    step = step_of(chain, "Consolidated")
    assert (step.kind, step.knowledge, step.alone, step.edge_ids) == ("evidence", True, True, ())
    assert sum(step.knowledge for step in chain.steps) == 1
    assert said.status(chain) == ("accepted", ())
    assert "Consolidated" in load_recipe(recipe).text(chain)


@pytest.mark.parametrize(("recipe", "dialect"), EACH)
def test_a_step_may_say_more_than_it_cites_if_it_says_so(
    saying: Callable[..., Saying], recipe: str, dialect: str
) -> None:
    said = saying(recipe, dialect)
    ends = {label: said.graph.edge(edge) for edge, label in said.verbalizer.labelled(*said.case).items()}
    (label,) = (one for one, edge in ends.items() if (edge.subject, edge.object) == ("DOID:552", "HP:0001945"))
    sentence = "Fever can be a symptom of pneumonia, and dyspnea can be a symptom of pneumonia."
    chain = said.parsed((sentence, f"[{label}] [K]"), under=REASONING.get(recipe, ""))
    step = step_of(chain, "Fever can be a symptom of pneumonia, and")
    assert (step.kind, len(step.edge_ids), step.knowledge, step.alone) == ("link", 1, True, False)
    assert said.status(chain) == ("accepted", ())
    unsaid = said.parsed((sentence, f"[{label}]"), under=REASONING.get(recipe, ""))
    assert said.status(unsaid) == ("rejected", ("uncited_step",))


@pytest.mark.parametrize(("recipe", "dialect"), EACH)
def test_own_knowledge_has_a_limit_that_is_the_recipes(
    saying: Callable[..., Saying], recipe: str, dialect: str
) -> None:
    said = saying(recipe, dialect)
    assert "At most 3 steps may have [K] without [E…]" in said.prompt
    assert load_recipe(recipe).validation == {"most_knowledge": 3}
    four = [(f"{word} is what every physician knows of it.", "[K]") for word in ("This", "That", "More", "Most")]
    under = REASONING.get(recipe, "")
    made = said.verbalizer.parse(said.reply(*four, under=under), *said.case)
    (flaw,) = made.flaws
    assert (flaw.reason, flaw.fatal) == ("too_much_knowledge", False)
    assert "rest on own knowledge and cite nothing; at most 3 may" in flaw.message
    assert made.chain is not None
    assert said.status(made.chain) == ("rejected", ("too_much_knowledge",))
    assert said.status(made.chain, most_knowledge=4) == ("accepted", ())
    assert said.status(said.parsed(*four[:3], under=under)) == ("accepted", ())


def test_the_limit_of_a_recipe_of_ones_own_is_told_and_kept(graph: KnowledgeGraph, cases: Any, tmp_path: Path) -> None:
    from kgpaths.resources import resource

    text = resource("prompts", "recipes/medreason.yaml").read_text("utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace("id: medreason", "id: mine").replace("most_knowledge: 3", "most_knowledge: 0"))
    said = Saying(graph, str(path), "none", cases["pneumonia"])
    assert "At most 0 steps may have [K] without [E…]" in said.prompt
    made = said.verbalizer.parse(said.reply(KNOWN, under="Reasoning process"), *said.case)
    assert [flaw.reason for flaw in made.flaws] == ["too_much_knowledge"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_step_without_any_mark_is_still_refused(saying: Callable[..., Saying], recipe: str) -> None:
    said = saying(recipe)
    reply = said.reply((KNOWN[0], ""), ("Rest helps.", "[K]"), under=REASONING.get(recipe, ""))
    made = said.verbalizer.parse(reply, *said.case)
    assert [flaw.reason for flaw in made.flaws] == ["uncited_step"]
    assert made.chain is not None
    assert said.status(made.chain) == ("rejected", ("uncited_step",))


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("words", ["Vitamin K1 was given.", "Potassium [K] is 4.1 mEq/L."])
def test_the_mark_is_doubled_where_the_case_holds_one(
    graph: KnowledgeGraph, cases: Any, recipe: str, words: str
) -> None:
    item = cases["pneumonia"].item
    case = cases["pneumonia"]._replace(item=item.model_copy(update={"question": f"{item.question} {words}"}))
    said = Saying(graph, recipe, "none", case)
    assert "At most 3 steps may have [KK] without [E…]" in said.prompt
    reply = said.reply((KNOWN[0], "[KK]"), under=REASONING.get(recipe, ""))
    made = said.verbalizer.parse(reply, *case)
    assert made.flaws == []
    assert made.chain is not None
    assert step_of(made.chain, "Consolidated").alone
    assert not re.search(r"[\[\]]", made.chain.text)


def test_knowledge_does_not_make_a_rivals_statement_evidence(saying: Callable[..., Saying]) -> None:
    chain = saying("medreason").parsed(("Asthma can present with cough.", "[E4] [K]"), under="Reasoning process")
    assert step_of(chain, "Asthma can present with cough").kind == "distractor"


def test_a_differential_of_what_the_model_knows_is_not_counted(saying: Callable[..., Saying]) -> None:
    said = saying("clinical-phases")
    reply = re.sub(
        r"(?<=## Differential\n)(\d\.) .*$", r"\1 Influenza and bronchitis come into question. [K]", said.reply(),
        flags=re.MULTILINE,
    )  # fmt: skip
    made = said.verbalizer.parse(reply, *said.case)
    assert made.flaws == []
    assert made.chain is not None
    assert said.status(made.chain) == ("accepted", ())
    bare = said.verbalizer.parse(reply.replace("question. [K]", "question. [E1]"), *said.case)
    assert bare.chain is None
    assert "at least 3 are wanted" in bare.flaws[0].message


# What prompts no longer ask for ------------------------------------------------------------------------------------


@pytest.mark.parametrize("recipe", RECIPES)
def test_prompts_force_no_route(saying: Callable[..., Saying], recipe: str) -> None:
    text = saying(recipe).prompt
    for freedom in (
        "nothing obliges you to use a statement",
        "any words of the case",
        "where it says something of medicine that no statement above says",
        "a contraindication or a time course",
        "If no honest argument can be made, write only: NONE",
        "never say that an option does not explain or account for a finding".capitalize(),
    ):
        assert freedom in text
    assert not re.search(
        r"cites nothing|rests? on statements|citing a statement|each cites|for each|at least three|every finding"
        r"|as they are named above|follow every",
        text,
        re.IGNORECASE,
    )


# Whole builds ------------------------------------------------------------------------------------------------------

STEM = "A 31-year-old man has fever, cough and chest pain for a week. He denies headache. What is the diagnosis?"


@pytest.mark.parametrize(("recipe", "dialect"), [*EACH, pytest.param("medreason", "grammar", id="medreason-grammar")])
def test_rows_keep_and_show_what_a_step_rests_on(recipe: str, dialect: str, ward: Path, tmp_path: Path) -> None:
    options = {"A": "Pneumonia", "B": "Gout", "C": "Asthma"}
    row = {"id": "q1", "question": STEM, "options": options, "answer_idx": "A", "split": "train"}
    (tmp_path / "q.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    under = REASONING.get(recipe, "")

    def knowing(payload: Any) -> str:
        said = rehearse(payload["messages"][-1]["content"], choice="A")
        if dialect == "none":
            step = 'Inflamed lung hurts when it moves. [K] ["for a week"]'
            more = f"## {under}\n1. {step}\n" if under else ""
            return said.replace(f"## {under}\n", more, 1) if under else f"{said}\nStep 9: {step}"
        value = json.loads(said)
        step = {"section": under, "text": "Inflamed lung hurts when it moves.", "cites": []}
        value["steps"].append({**step, "quotes": ["for a week"], "knowledge": True})
        return json.dumps(value)

    with FaultServer(reply=knowing) as server:
        llm = {"models": ("m",), "base_url": server.base_url, "recipe": recipe, "dialect": dialect}
        result = kg.build(f"jsonl:{tmp_path / 'q.jsonl'}", out=tmp_path / "run", graph=str(ward), llm=llm)
    (made,) = result.corpus.rows("structured")
    assert made.status == "accepted", (made.reasons, made.detail, [v for v in made.verdicts if v.outcome == "fail"])
    step = step_of(made.chain, "Inflamed")
    assert step.knowledge
    assert step.alone  # it quotes the case, which says nothing of medicine
    assert [quote.text for quote in step.quotes] == ["for a week"]
    assert result.stats["knowledge_steps"] == 1
    assert result.stats["knowledge_alone"] == 1
    assert not verify(result.out, kg.KnowledgeGraph.open(ward)).faults
    shown = " ".join(CliRunner().invoke(app, ["explain", str(result.out), "q1", "--no-calls"]).stdout.split())
    assert "rests on the model's own knowledge" in shown
    assert "“for a week”" in shown
    (message,) = (one for one in result.corpus.dataset("sft")[0]["messages"] if one["role"] == "assistant")
    assert "Inflamed lung hurts when it moves." in message["content"]
    assert not re.search(r"\[(?:K|E\d|\")", message["content"])
