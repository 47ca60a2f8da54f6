"""Whole builds in which a model leads, with a real server between: proposed, grounded, written, judged."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import kgpaths as kg
from kgpaths.cli.app import app
from kgpaths.corpus import verify
from kgpaths.errors import EndpointDown, UsageError
from kgpaths.testing import FaultServer
from kgpaths.verbalization.recipes.guided.rehearsal import rehearse_guided

OPTIONS = {"A": "Pneumonia", "B": "Gout", "C": "Asthma"}
STEMS = {
    "A": "A {age}-year-old man has fever, cough and chest pain. He denies headache. What is the diagnosis?",
    "B": "A {age}-year-old man has arthralgia but no fever. What is the diagnosis?",
    "C": "A {age}-year-old girl has wheezing and dyspnea. She has no chest pain. What is the diagnosis?",
}
NO_PATH = "A {age}-year-old man has a swollen big toe after a feast. What is the diagnosis?"


def stage(payload: Any) -> str:
    """Return which stage a request is of."""
    messages = payload["messages"]
    first = messages[1]["content"]
    name = "judge" if "<argument>" in first else "propose" if '"key_findings"' in first else "write"
    return name if len(messages) == 2 else f"mend {name}"


def obedient(payload: Any) -> str:
    return rehearse_guided(payload["messages"][1]["content"])


class Building:
    """A builder of one set of questions, and what the model was asked."""

    def __init__(self, ward: Path, folder: Path) -> None:
        self.ward, self.folder = ward, folder
        self.source = folder / "q.jsonl"
        self.asked: Counter[str] = Counter()
        self.prompts: list[str] = []

    def questions(self, *stems: tuple[str, str], options: dict[str, str] | None = None) -> None:
        rows = [
            {"id": f"q{n}", "question": stem, "options": options or OPTIONS, "answer_idx": key, "split": "train"}
            for n, (stem, key) in enumerate(stems)
        ]
        self.source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def build(self, reply: Callable[[Any], str] = obedient, *, out: str = "run", **options: Any) -> Any:
        def counted(payload: Any) -> str:
            self.asked[stage(payload)] += 1
            self.prompts.append(payload["messages"][-1]["content"])
            return reply(payload)

        llm = options.pop("llm", {})
        port = options.pop("port", 0)
        with FaultServer(reply=counted, port=port, plan=options.pop("plan", None)) as server:
            self.port = server.port
            settings = {"models": ("stand-in",), "base_url": server.base_url, "recipe": "guided", **llm}
            return kg.build(
                f"jsonl:{self.source}", out=self.folder / out, graph=str(self.ward), llm=settings, **options
            )


@pytest.fixture
def building(ward: Path, tmp_path: Path) -> Building:
    made = Building(ward, tmp_path)
    made.questions(*((STEMS[key].format(age=20 + n), key) for n, key in enumerate("ABC")))
    return made


def rows(result: Any) -> list[Any]:
    return list(result.corpus.rows())


def test_three_calls_make_an_accepted_row_that_is_verified(building: Building, ward: Path) -> None:
    result = building.build()
    made = rows(result)
    assert [row.status for row in made] == ["accepted"] * 3, [(r.reasons, r.verdicts, r.detail) for r in made]
    assert building.asked == {"propose": 3, "write": 3, "judge": 3}
    assert not verify(result.out, kg.KnowledgeGraph.open(ward)).faults
    for row in made:
        assert [one.prompt_id.partition("@")[0] for one in row.generation] == [
            "guided-propose",
            "guided-write",
            "judge",
        ]
        assert row.chain.verbalizer == "guided"
        assert row.chain.steps[0].quotes
        assert any(step.edge_ids for step in row.chain.steps)
        assert "[" not in row.chain.text
        assert sum(verdict.check == "judge" for verdict in row.verdicts) == len(row.chain.steps) + 1
        assert row.path_set.paths
    assert result.stats["grounded_steps"] == result.stats["claim_steps"] > 0
    assert result.stats["knowledge_steps"] == 0


def test_the_second_build_sends_nothing_and_writes_the_same(building: Building) -> None:
    building.build()
    sent = building.asked.total()
    first = {path.name: path.read_bytes() for path in (building.folder / "run").rglob("*.parquet")}
    again = building.build(port=building.port, overwrite=True, shard_size=2)
    assert building.asked.total() == sent
    assert again.accepted == 3
    third = building.build(port=building.port, overwrite=True)
    assert building.asked.total() == sent
    assert {path.name: path.read_bytes() for path in third.out.rglob("*.parquet")} == first


def test_a_question_without_a_path_is_asked_too(building: Building) -> None:
    building.questions((NO_PATH.format(age=50), "B"))

    def knows(payload: Any) -> str:
        if stage(payload) == "propose":
            return json.dumps({
                "key_findings": ["swollen big toe"],
                "condition": "gout",
                "concepts": [],
                "claims": [["gout", "can present with", "arthralgia"], ["feast", "raises", "uric acid"]],
                "verdict": "none",
            })  # fmt: skip
        if stage(payload) == "write":
            label = payload["messages"][1]["content"].partition("gout can present with arthralgia: perhaps in [")[2][:2]
            return (
                '1. His big toe swelled after a large meal. ["swollen big toe after a feast"]\n'
                "2. A feast raises uric acid, which forms crystals in the toe. [K]\n"
                f"3. Gout can present with arthralgia. [{label}]\n"
                "4. This is gout.\nAnswer: B. Gout"
            )
        return obedient(payload)

    (row,) = rows(building.build(knows))
    assert row.status == "accepted", (row.reasons, row.detail, [v for v in row.verdicts if v.outcome != "pass"])
    assert [(step.kind, step.knowledge, len(step.edge_ids)) for step in row.chain.steps] == [
        ("findings", False, 0),
        ("evidence", True, 0),
        ("link", False, 1),
        ("conclusion", False, 0),
    ]
    assert row.path_set.no_path == "unlinked_question"
    assert [str(claim) for claim in row.ungrounded] == ["feast raises uric acid"]


NOTES = {"id": "n7", "focus": "Gout", "text": "It swells the joints at night. Arthralgia may be its only sign.",
         "source": "clinic", "licence": "CC-BY-SA-4.0", "url": "http://clinic.example/gout"}  # fmt: skip


def citing(payload: Any) -> str:
    """Cite the first sentence that the prompt shows."""
    if stage(payload) == "propose":
        claims = [["gout", "may show as", "arthralgia"]]
        return json.dumps(json.loads(obedient(payload)) | {"claims": claims, "paths": [], "verdict": "none"})
    if stage(payload) != "write":
        return obedient(payload)
    assert "[S1] on Gout: “Arthralgia may be its only sign.”" in payload["messages"][1]["content"]
    return (
        '1. He has arthralgia and no fever. ["arthralgia"] ["no fever"]\n'
        "2. Arthralgia may be the only sign of gout. [S1]\n3. This is gout.\nAnswer: B. Gout"
    )


def test_a_cited_sentence_of_a_users_text_is_printed_and_checked_like_an_edge(
    building: Building, ward: Path, tmp_path: Path
) -> None:
    texts = tmp_path / "clinic.jsonl"
    texts.write_text(json.dumps(NOTES))
    building.questions((STEMS["B"].format(age=50), "B"))
    result = building.build(citing, llm={"texts": (str(texts),)}, cite_sources=True)
    (row,) = rows(result)
    assert row.status == "accepted", (row.reasons, row.detail)
    (sentence,) = row.cited_sentences
    assert NOTES["text"][sentence.start : sentence.end] == sentence.text == "Arthralgia may be its only sign."
    assert (row.licence, row.sources) == (
        "LicenseRef-unknown",
        ("clinic", "local"),
    )  # the question's licence is unknown
    assert result.stats["grounded_steps"] == 1

    explained = CliRunner().invoke(app, ["explain", str(result.out), row.id])
    assert explained.exit_code == 0, explained.output
    for words in ("Arthralgia may be its only sign.", "clinic", "CC-BY-SA-4.0", "http://clinic.example/gout"):
        assert words in " ".join(explained.output.split()), words
    card = (result.out / "README.md").read_text()
    assert "- clinic: 1 citations" in card
    (printed,) = result.dataset("sft")
    assert "Arthralgia may be its only sign." in str(printed["messages"])
    assert "http://clinic.example/gout" in str(printed["messages"])

    def checked(*more: str) -> tuple[int, str]:
        made = CliRunner().invoke(app, ["verify", str(result.out), "--graph", str(ward), *more])
        return made.exit_code, made.output

    assert checked("--texts", str(texts))[0] == 0
    code, said = checked("--texts", "default")
    assert code == 0
    assert "no text of clinic was given: 1 sentences" in said
    texts.write_text(json.dumps(NOTES | {"text": NOTES["text"].replace("only", "sole")}))
    code, said = checked("--texts", str(texts))
    assert code == 1
    assert sentence.id in said


def test_other_texts_are_another_build_and_other_names_of_them_are_not(building: Building, tmp_path: Path) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "clinic.jsonl").write_text(json.dumps(NOTES))
    building.questions((STEMS["B"].format(age=50), "B"))
    building.build(citing, llm={"texts": (str(tmp_path / "a"),)})
    sent = building.asked.total()
    building.build(citing, llm={"texts": (str(tmp_path / "b" / "clinic.jsonl"),)}, port=building.port)
    assert building.asked.total() == sent
    with pytest.raises(UsageError, match="texts"):
        building.build(port=building.port)


def test_a_step_that_the_judge_calls_false_rejects_the_row(building: Building) -> None:
    def strict(payload: Any) -> str:
        said = obedient(payload)
        if stage(payload) != "judge" or "arthralgia" not in payload["messages"][1]["content"]:
            return said
        value = json.loads(said)
        value["steps"][1] |= {"verdict": "false", "reason": "gout is no such thing"}
        return json.dumps(value)

    made = rows(building.build(strict))
    assert Counter(row.status for row in made) == {"accepted": 2, "rejected": 1}
    (row,) = (row for row in made if row.status == "rejected")
    assert row.reasons == ("judged_false",)
    (verdict,) = (verdict for verdict in row.verdicts if verdict.outcome == "fail")
    assert (verdict.check, verdict.where, verdict.detail) == ("judge", 1, "gout is no such thing")


def test_without_a_judge_two_calls_do(building: Building) -> None:
    result = building.build(llm={"judge": False})
    assert result.accepted == 3
    assert building.asked == {"propose": 3, "write": 3}
    assert not any(verdict.check == "judge" for row in rows(result) for verdict in row.verdicts)


@pytest.mark.parametrize("where", ["propose", "write"])
def test_none_is_a_rejection_and_no_fault(building: Building, where: str) -> None:
    result = building.build(lambda payload: "NONE" if stage(payload) == where else obedient(payload))
    assert [row.reasons for row in rows(result)] == [("no_relevant_path",)] * 3
    assert result.rejected == 3
    assert not any(name.startswith("mend write") for name in building.asked)


def test_nothing_offered_and_nothing_found_is_not_written(building: Building) -> None:
    def useless(payload: Any) -> str:
        value = json.loads(obedient(payload)) | {
            "claims": [["quuxitis", "is", "frobbed"]],
            "paths": [],
            "verdict": "none",
        }
        return json.dumps(value | {"missing": ["crystals"]})

    result = building.build(useless)
    assert {row.reasons for row in rows(result)} == {("no_relevant_path",)}
    assert all("crystals" in row.detail for row in rows(result))
    assert {str(claim) for row in rows(result) for claim in row.ungrounded} == {"quuxitis is frobbed"}
    assert building.asked == {"propose": 3}


def test_unreadable_json_is_repaired_once_with_the_part_named(building: Building) -> None:
    def careless(payload: Any) -> str:
        value = json.loads(obedient(payload)) if stage(payload).endswith(("propose", "judge")) else {}
        if stage(payload) == "propose":
            return f"Here you are:\n```json\n{json.dumps(value | {'claims': 'see above', 'verdict': 7})}\n```"
        if stage(payload) == "judge":
            return "All steps are fine."
        return obedient(payload)

    result = building.build(careless)
    assert result.accepted == 3
    assert building.asked == {
        "propose": 3, "mend propose": 3, "write": 3, "judge": 3, "mend judge": 3,
    }  # fmt: skip
    told = next(prompt for prompt in building.prompts if prompt.startswith("Your reply cannot be used"))
    assert "claims should be a list" in told
    assert "verdict should be enough, partial or none" in told


def test_no_object_twice_is_unparsed(building: Building) -> None:
    result = building.build(lambda payload: "I think it is gout." if "propose" in stage(payload) else obedient(payload))
    assert [row.reasons for row in rows(result)] == [("llm_unparsed",)] * 3
    assert building.asked == {"propose": 3, "mend propose": 3}


def test_a_quotation_that_the_case_does_not_say_is_mended(building: Building) -> None:
    def invents(payload: Any) -> str:
        said = obedient(payload)
        return said.replace("1. The", '1. He is blue. ["a blue man"] The') if stage(payload) == "write" else said

    result = building.build(invents)
    assert result.accepted == 3
    assert building.asked["mend write"] == 3
    assert any("quotes 'a blue man', which the question does not say" in prompt for prompt in building.prompts)


def test_too_much_own_knowledge_is_rejected(building: Building) -> None:
    def knows_all(payload: Any) -> str:
        said = obedient(payload)
        if not stage(payload).endswith("write"):
            return said
        more = "\n".join(f"{n}. One knows that number {n} holds. [K]" for n in range(2, 6))
        first, _, rest = said.partition("\n")
        return f"{first}\n{more}\n{rest}"

    result = building.build(knows_all)
    assert {row.reasons for row in rows(result)} == {("too_much_knowledge",)}
    loose = building.build(knows_all, out="loose", validation={"most_knowledge": 4})
    assert loose.accepted == 3
    assert loose.stats["knowledge_alone"] == loose.stats["knowledge_steps"] == 12


def test_edges_called_false_are_not_shown_to_the_writer_and_stand_in_the_row(building: Building) -> None:
    def objects(payload: Any) -> str:
        if stage(payload) != "propose":
            return obedient(payload)
        value = json.loads(obedient(payload))
        value["paths"][0] |= {"label": "false_edge", "statement": "[E1]"}
        value["claims"] = [["gout", "is", "gout"]]
        return json.dumps(value | {"verdict": "partial"})

    made = rows(building.build(objects))
    assert all(len(row.complaints) == 1 and row.complaints[0].fault == "false_edge" for row in made)
    for row in made:
        cited = {edge for step in (row.chain.steps if row.chain else ()) for edge in step.edge_ids}
        assert row.complaints[0].edge_id not in cited


def test_a_question_for_the_exception_is_argued_by_what_does_not_hold(building: Building) -> None:
    stem = "All of the following are symptoms of pneumonia EXCEPT:"
    building.questions((stem, "C"), options={"A": "Fever", "B": "Cough", "C": "Arthralgia"})

    def excludes(payload: Any, turned: str = "Arthralgia is not a symptom of pneumonia. [K]") -> str:
        if stage(payload) == "propose":
            claims = [["pneumonia", "can present with", "fever"], ["pneumonia", "can present with", "cough"]]
            return json.dumps({
                "key_findings": ["symptoms of pneumonia"], "condition": "pneumonia", "claims": claims, "paths": [],
                "verdict": "partial",
            })  # fmt: skip
        if stage(payload) == "write":
            return (
                '1. The question is about pneumonia. ["symptoms of pneumonia"]\n'
                "2. Pneumonia can present with fever. [E1]\n3. Pneumonia can present with cough. [E2]\n"
                f"4. {turned}\n5. The answer is Arthralgia.\nAnswer: C. Arthralgia"
            )
        return obedient(payload)

    (row,) = rows(building.build(excludes))
    assert row.status == "accepted", (row.reasons, row.detail)
    (row,) = rows(building.build(lambda one: excludes(one, "Arthralgia fits pneumonia well. [K]"), out="turned"))
    assert row.status == "rejected"
    assert {"asks_exception", "polarity_violated"} & set(row.reasons)


def test_a_build_that_is_cut_off_goes_on(building: Building, tmp_path: Path) -> None:
    building.questions(*((STEMS["A"].format(age=20 + n), "A") for n in range(6)))
    calm = {"endpoint": {"concurrency": 1, "max_retries": 0, "outage_after": 1}}
    options = {"shard_size": 2, "llm": calm}
    whole = building.build(out="whole", **options)
    before = building.asked.total()
    with pytest.raises(EndpointDown):
        building.build(out="part", plan=lambda *_: "503" if building.asked.total() >= before + 10 else None, **options)
    assert building.asked.total() == before + 10
    rest = building.build(out="part", port=building.port, **options)
    assert building.asked.total() == before + 18, "each of the 18 calls is sent once"
    assert rest.resumed_shards == 1
    a, b = (
        {path.name: path.read_bytes() for path in (tmp_path / name / "data").rglob("*.parquet")}
        for name in ("whole", "part")
    )
    assert rest.accepted == whole.accepted == 6
    assert a.keys() == b.keys()


def test_what_models_object_to_and_miss_can_be_listed(building: Building) -> None:
    def objects(payload: Any) -> str:
        value = json.loads(obedient(payload)) if stage(payload) == "propose" else {}
        if not value:
            return obedient(payload)
        value["paths"][0] |= {"label": "false_edge", "statement": "E1"}
        return json.dumps(value | {"claims": [["uric acid", "inflames", "quuxitis"]], "verdict": "partial"})

    run = str(building.build(objects).out)
    listed = CliRunner().invoke(app, ["graph", "complaints", run, "--json"])
    assert listed.exit_code == 0, listed.output
    assert [json.loads(line)["false_edge"] for line in listed.stdout.splitlines()] == [1, 1, 1]
    missing = CliRunner().invoke(app, ["graph", "gaps", "--from", run])
    assert "3  uric acid inflames quuxitis" in missing.stdout
    assert CliRunner().invoke(app, ["graph", "gaps"]).exit_code != 0
