"""Linking text and items: offsets, tiers, roles, overlap, ambiguity, abbreviations, stop names, size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.config import LinkingConfig
from kgpaths.errors import UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.records import Mention, QAItem

NODES = [
    NodeRecord("HP:0001945", "Fever", "phenotype", "t", names=(NodeName("Pyrexia", "exact"),)),
    NodeRecord("HP:0100749", "Chest pain", "phenotype", "t"),
    NodeRecord("HP:0012531", "Pain", "phenotype", "t"),
    NodeRecord("HP:0012735", "Cough", "phenotype", "t"),
    NodeRecord(
        "HP:0002719", "Recurrent infection", "phenotype", "t", names=(NodeName("Recurrent infections", "exact"),)
    ),
    NodeRecord("HP:0000083", "Renal insufficiency", "phenotype", "t"),
    NodeRecord("DOID:552", "pneumonia", "disease", "t", names=(NodeName("pneumonitis", "broad"),)),
    NodeRecord("DOID:13189", "gout", "disease", "t"),
    NodeRecord("DOID:11612", "polycystic ovary syndrome", "disease", "t", names=(NodeName("PCOS", "abbreviation"),)),
    NodeRecord("DOID:9952", "acute lymphoblastic leukemia", "disease", "t", names=(NodeName("ALL", "abbreviation"),)),
    NodeRecord("GENE:1", "IMPACT", "gene", "t"),
    NodeRecord("GENE:2", "FEVER", "gene", "t"),
    NodeRecord("DB:1", "Colchicine", "drug", "t"),
    NodeRecord("DB:2", "flush", "disease", "t"),
    NodeRecord("DB:3", "Flush", "exposure", "t"),
    NodeRecord("MESH:1", "Escherichia coli", "organism", "t"),
    NodeRecord("MESH:2", "Orders", "procedure", "t", names=(NodeName("order", "exact"),)),
    NodeRecord("MESH:3", "Autosomal dominant inheritance", "inheritance", "t"),
    NodeRecord("X:1", "serous thing", "disease", "t", names=(NodeName("shared name", "exact"),)),
    NodeRecord("X:2", "other thing", "disease", "t", names=(NodeName("shared name", "exact"),)),
]
EDGES = [EdgeRecord("X:2", "has_symptom", "HP:0012735", "t", "1", "CC0-1.0")]


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return KnowledgeGraph.from_records(NODES, EDGES)


@pytest.fixture(scope="module")
def linker(graph: KnowledgeGraph) -> EntityLinker:
    return EntityLinker(graph)


def _found(mentions: list[Mention] | tuple[Mention, ...]) -> list[tuple[str, str]]:
    return [(mention.text, mention.node_id) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "node_id", "tier"),
    [
        ("Fever", "HP:0001945", "label"),
        ("pyrexia", "HP:0001945", "exact"),
        ("fevers", "HP:0001945", "normalised"),
        ("pain of the chest", "HP:0100749", "word_order"),
        ("pneumonitis", "DOID:552", "synonym"),
        ("PCOS", "DOID:11612", "abbreviation"),
        ("kidney insufficiency", "HP:0000083", "synonym"),
        ("E. coli", "MESH:1", "abbreviation"),
    ],
)
def test_tiers(linker: EntityLinker, text: str, node_id: str, tier: str) -> None:
    (mention,) = linker.link(f"Seen was {text}, at last.")
    assert (mention.text, mention.node_id, mention.tier) == (text, node_id, tier)


def test_scores_fall_with_the_tier(linker: EntityLinker) -> None:
    scores = [linker.link(text)[0].score for text in ("Fever", "pyrexia", "fevers", "pain of the chest")]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[1] > scores[2]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Fever", "café", "chest pain", "pain", "no", ",", ". ", "😀", "ﬁ", "the", "\n"]), max_size=20
    )
)
def test_offsets_are_verbatim(linker: EntityLinker, parts: list[str]) -> None:
    text = " ".join(parts)
    for mention in linker.link(text):
        assert text[mention.start : mention.end] == mention.text
    starts = [mention.start for mention in linker.link(text)]
    assert starts == sorted(starts)


def test_the_longest_mention_is_kept_or_those_inside_it_too(graph: KnowledgeGraph, linker: EntityLinker) -> None:
    assert _found(linker.link("He has chest pain.")) == [("chest pain", "HP:0100749")]
    nested = EntityLinker(graph, LinkingConfig(overlap="nested"))
    assert _found(nested.link("He has chest pain.")) == [("chest pain", "HP:0100749"), ("pain", "HP:0012531")]


@pytest.mark.parametrize("text", ["", " \n\t", "…", "No names here.", "He was in order.", "An infection.", "All cats."])
def test_text_without_names_gives_nothing(linker: EntityLinker, text: str) -> None:
    assert linker.link(text) == []
    assert linker.link_string("" if text == "He was in order." else text) == []


def test_short_names_keep_their_case(linker: EntityLinker) -> None:
    assert _found(linker.link("The IMPACT gene in ALL; its impact on all.")) == [
        ("IMPACT", "GENE:1"),
        ("ALL", "DOID:9952"),
    ]


def test_unlinkable_types_are_never_linked(linker: EntityLinker) -> None:
    assert linker.link("autosomal dominant inheritance") == []


def test_stop_names_of_the_user_hold_everywhere(graph: KnowledgeGraph) -> None:
    stopped = EntityLinker(graph, LinkingConfig(stop_names=("fever", "PCOS")))
    assert stopped.link("Fevers and PCOS.") == []
    assert stopped.link_string("Fever") == []


def test_general_names_may_be_whole_options(linker: EntityLinker) -> None:
    assert _found(linker.link_string("Order")) == [("Order", "MESH:2")]


def test_a_name_never_crosses_a_sentence(linker: EntityLinker) -> None:
    assert _found(linker.link("It is in the chest. Pain is severe.")) == [("Pain", "HP:0012531")]


_CATALOGUED = (
    "Syndrome, Turner", "Syndrome, Guillain-Barré", "Anemia, sickle cell", "Diabetes mellitus, type 2",
    "Fatigue, muscle",
)  # fmt: skip
_PLAIN = ("Turner syndrome", "Guillain-Barré syndrome", "Muscle weakness", "Type 2 diabetes", "Lung anemia")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Turner syndrome, Guillain-Barré syndrome", ["Turner syndrome", "Guillain-Barré syndrome"]),
        ("Turner syndrome, Guillain-Barré, fever", ["Turner syndrome"]),
        ("Rare syndrome, Guillain-Barré", []),
        ("fatigue, muscle weakness", ["muscle weakness"]),
        ("fatigue, muscle ache", []),
        ("a diabetes mellitus, type 2 diabetes", ["type 2 diabetes"]),
        ("lung anemia, sickle cell", ["lung anemia"]),
        ("Anemia, sickle cell", ["Anemia, sickle cell"]),
        ("He has anemia, sickle cell, and is pale.", ["anemia, sickle cell"]),
        ("With anemia, sickle cell and others", ["anemia, sickle cell"]),
        ("Known diabetes mellitus, type 2 (T2D)", ["diabetes mellitus, type 2"]),
        ("It is fatigue, muscle; or syndrome, Turner.", ["fatigue, muscle", "syndrome, Turner"]),
    ],
)
def test_a_name_does_not_take_half_of_another_across_a_comma(text: str, found: list[str]) -> None:
    nodes = [NodeRecord(f"X:{i}", name, "disease", "t") for i, name in enumerate((*_CATALOGUED, *_PLAIN))]
    assert [m.text for m in EntityLinker(KnowledgeGraph.from_records(nodes, [])).link(text)] == found


def test_values_are_no_names(linker: EntityLinker) -> None:
    assert linker.link("A 54-year-old man, 120/80 mm Hg, 37.2 C, 12 g/dL, 88/min.") == []


def test_the_type_a_role_prefers_decides(linker: EntityLinker) -> None:
    (question,) = linker.link("a flush")
    (option,) = linker.link_string("Flush")
    assert question.node_id == option.node_id == "DB:2"


def test_the_rest_of_the_text_decides_between_equals(linker: EntityLinker) -> None:
    (alone,) = linker.link("shared name")
    assert alone.node_id == "X:1"
    assert alone.score < 0.8
    assert ("shared name", "X:2") in _found(linker.link("A cough with shared name."))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cervical and axillary lymphadenopathy", {"cervical": "HP:1", "axillary lymphadenopathy": "HP:2"}),
        ("cervical, inguinal, and axillary lymphadenopathy",
         {"cervical": "HP:1", "inguinal": "HP:3", "axillary lymphadenopathy": "HP:2"}),
        ("swelling of the hands and feet", {"swelling of the hands": "HP:4", "feet": "HP:5"}),
        ("cough and axillary lymphadenopathy", {"axillary lymphadenopathy": "HP:2"}),
        ("cervical. Or axillary lymphadenopathy", {"axillary lymphadenopathy": "HP:2"}),
    ],
)  # fmt: skip
def test_coordinated_names_need_both_halves(text: str, found: dict[str, str]) -> None:
    lymph = [f"{place} lymphadenopathy" for place in ("Cervical", "Axillary", "Inguinal")]
    named = [*lymph, "Swelling of hands", "Swelling of feet"]
    nodes = [NodeRecord(f"HP:{i}", name, "phenotype", "t") for i, name in enumerate(named, 1)]
    linker = EntityLinker(KnowledgeGraph.from_records(nodes, []))
    assert {m.text: m.node_id for m in linker.link(f"There is {text}.")} == found


def test_an_abbreviation_the_text_defines_holds_from_there_on(linker: EntityLinker) -> None:
    found = linker.link("She has recurrent infections (REI). REI is bad; fever (FEVX) too.")
    assert [(m.text, m.node_id, m.tier) for m in found if m.text == "REI"] == [
        ("REI", "HP:0002719", "abbreviation"),
        ("REI", "HP:0002719", "abbreviation"),
    ]


def test_status_is_stored_and_drops_nothing(linker: EntityLinker) -> None:
    found = linker.link("She denies fever, but has a cough. Family history of gout.")
    assert [(m.text, m.assertion) for m in found] == [("fever", "absent"), ("cough", "present"), ("gout", "family")]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_linked_without_a_fault(linker: EntityLinker, text: str) -> None:
    for mention in [*linker.link(text), *linker.link_string(text)]:
        assert text[mention.start : mention.end] == mention.text


@pytest.mark.parametrize(
    "piece",
    ["1-", "-", " ", "(", "1", "administer ", "the ", "pain, ", "no fever ", "A.", "(REI) ", "a/b ", "x\n", "é"],
)
def test_a_text_of_100_kb_is_linked(linker: EntityLinker, piece: str) -> None:
    """Each piece once made some pattern backtrack; a fault shows as a test that does not end."""
    text = "Fever " + piece * (100_000 // len(piece)) + " cough"
    found = [*linker.link(text), *linker.link_string(text)]
    assert "Fever" in {m.text for m in found}


def test_a_cache_that_cannot_be_written_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KGPATHS_CACHE", str(tmp_path / "file"))
    graph = KnowledgeGraph.from_records(
        [NodeRecord(f"X:{i}", f"disease n{i}", "disease", "t") for i in range(5000)], []
    )
    with pytest.raises(UsageError, match="KGPATHS_CACHE"):
        EntityLinker(graph)


def _item(**changes: object) -> QAItem:
    fields: dict[str, object] = {
        "id": "q", "dataset": "d", "split": "train", "licence": "local", "question": "Fever and cough?",
        "context": "He has gout.", "answer": "Pneumonia", "answer_key": "B",
        "options": ({"key": "A", "text": "Gout"}, {"key": "B", "text": "Pneumonia"}, {"key": "C", "text": "None"}),
    }  # fmt: skip
    return QAItem.model_validate(fields | changes)


def test_an_item_is_linked_in_reading_order_with_roles(linker: EntityLinker) -> None:
    item = _item()
    mentions = linker.link_item(item)
    assert [(m.section, m.role, m.text) for m in mentions] == [
        ("question", "question", "Fever"),
        ("question", "question", "cough"),
        ("context", "context", "gout"),
        ("option:A", "option", "Gout"),
        ("option:B", "answer", "Pneumonia"),
    ]
    assert all(item.section(m.section)[m.start : m.end] == m.text for m in mentions)


def test_an_open_answer_has_its_own_section(linker: EntityLinker) -> None:
    mentions = linker.link_item(_item(options=(), answer_key=None, context=""))
    assert [(m.section, m.role) for m in mentions][-1] == ("answer", "answer")


def test_the_index_of_a_large_graph_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KGPATHS_CACHE", str(tmp_path))
    nodes = [NodeRecord(f"X:{i}", f"disease number{i}", "disease", "t") for i in range(5000)]
    graph = KnowledgeGraph.from_records(nodes, [])
    first = EntityLinker(graph).link("It is disease number17.")
    (folder,) = (tmp_path / "linking").iterdir()
    written = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    assert EntityLinker(graph).link("It is disease number17.") == first
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == written
    assert _found(first) == [("disease number17", "X:17")]


def test_a_batch_gives_what_each_text_and_item_gives_alone(linker: EntityLinker) -> None:
    texts = ["Fever and chest pain.", "", "No cough; PCOS (REI). REI", "REI"] * 100
    assert list(linker.link_batch(texts)) == [linker.link(text) for text in texts]
    items = [_item(), _item(id="r", question="Denies cough."), _item(id="s", context="")]
    assert list(linker.link_items(iter(items))) == [linker.link_item(item) for item in items]
    assert list(linker.link_strings(iter(texts))) == [linker.link_string(text) for text in texts]
    assert list(linker.link_batch([])) == list(linker.link_items([])) == []


def test_batches_are_taken_as_they_come(linker: EntityLinker) -> None:
    taken = 0

    def endless() -> Iterator[str]:
        nonlocal taken
        while True:
            taken += 1
            yield "Fever"

    found = linker.link_batch(endless())
    assert [_found(next(found)) for _ in range(3)] == [[("Fever", "HP:0001945")]] * 3
    assert taken <= 1024


def test_mentions_of_the_linker_are_valid_records(linker: EntityLinker) -> None:
    for mention in linker.link("No fever; 39.2 °C; PCOS, pneumonitis and pain of the chest."):
        assert Mention.model_validate(mention.model_dump()) == mention


def _small(*names: str, **config: object) -> EntityLinker:
    nodes = [NodeRecord(f"HP:{i}", name, "phenotype", "t") for i, name in enumerate(names)]
    return EntityLinker(KnowledgeGraph.from_records(nodes, []), LinkingConfig.model_validate(config))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ear malformations", "Abnormality of the ear"),
        ("malformation of the ears", "Abnormality of the ear"),
        ("otic anomalies", "Abnormality of the ear"),
        ("gingival manifestations", "Abnormal gingiva morphology"),
        ("occult spina bifida", "Spina bifida occulta"),
        ("axonal degeneration", "Degeneration of axon"),
    ],
)
def test_an_abnormality_is_linked_by_what_texts_call_it(text: str, found: str) -> None:
    names = ["Abnormality of the ear", "Abnormal gingiva morphology", "Spina bifida occulta", "Degeneration of axon"]
    linker = _small(*names)
    assert [linker.graph.name(m.node_id) for m in linker.link(f"With {text}.")] == [found]


def test_a_coordinated_part_may_have_several_words() -> None:
    found = _small("Posterior subcapsular cataract", "Cortical cataract").link(
        "posterior subcapsular or cortical cataract"
    )
    assert _found(found) == [("posterior subcapsular", "HP:0"), ("cortical cataract", "HP:1")]


def test_only_what_lies_below_a_root_is_linked(graph: KnowledgeGraph) -> None:
    nodes = [NodeRecord("HP:1", "Pain", "phenotype", "t"), NodeRecord("HP:2", "Chest pain", "phenotype", "t"),
             NodeRecord("HP:3", "Onset", "phenotype", "t"), NodeRecord("DOID:1", "gout", "disease", "t")]  # fmt: skip
    below = KnowledgeGraph.from_records(nodes, [EdgeRecord("HP:2", "is_a", "HP:1", "t", "1", "CC0-1.0")])
    text = "Chest pain, pain, gout. Onset?"
    rooted = EntityLinker(below, LinkingConfig(roots=("HP:1",)))
    assert [m.node_id for m in rooted.link(text)] == ["HP:2", "HP:1"]
    assert [m.node_id for m in EntityLinker(below, LinkingConfig(types=("disease",))).link(text)] == ["DOID:1"]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("plural", "chest pains"),
        ("spelling", "oedema"),
        ("stop_words", "the pain of chest"),
        ("word_order", "pain chest"),
        ("variants", "kidney failure"),
        ("clinical_abbreviations", "CHF"),
    ],
)
def test_a_rule_can_be_switched_off(rule: str, text: str) -> None:
    names = ["Chest pain", "Edema", "Renal failure", "Congestive heart failure"]
    assert _small(*names).link(text)
    assert _small(*names, without=(rule,)).link(text) == []
    assert len(_small(*names, without=(rule,)).link("Chest pain; edema; renal failure; congestive heart failure.")) == 4


def test_an_abbreviation_defined_as_something_unknown_means_nothing(linker: EntityLinker) -> None:
    assert _found(linker.link("Polycystic odd condition severe (PCOS). PCOS is bad.")) == []


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("She got a fever booster.", False),
        ("She has a fever-like illness.", False),
        ("Things like fever occur.", True),
        ("A fever like fire.", True),
        ("Fever, medication and rest.", True),
        ("Fever syrup was given.", False),
    ],
)
def test_a_word_that_makes_something_else_of_a_name(graph: KnowledgeGraph, text: str, linked: bool) -> None:
    assert [m.node_id for m in EntityLinker(graph).link(text)] == ["HP:0001945"] * linked
    without = EntityLinker(graph, LinkingConfig(without=("turning_words",)))
    assert [m.node_id for m in without.link(text)] == ["HP:0001945"]


def test_a_recurrent_finding_is_not_linked_by_a_name_that_does_not_say_so() -> None:
    names = tuple(NodeName(text, "exact") for text in ("Pulmonary infection", "Frequent pulmonary infections"))
    node = NodeRecord("HP:1", "Recurrent pneumonia", "phenotype", "t", names=names)
    linker = EntityLinker(KnowledgeGraph.from_records([node], []))
    assert linker.link("A pulmonary infection.") == []
    assert [m.node_id for m in linker.link("Frequent pulmonary infections; recurrent pneumonia.")] == ["HP:1", "HP:1"]


def test_general_abnormalities_can_be_switched_off() -> None:
    graph = KnowledgeGraph.from_records([NodeRecord("HP:1", "Abnormality of the ear", "phenotype", "t")], [])
    assert [m.node_id for m in EntityLinker(graph).link("Ear malformations.")] == ["HP:1"]
    assert EntityLinker(graph, LinkingConfig(without=("general_abnormalities",))).link("Ear malformations.") == []


def test_a_clinical_synonym_goes_to_the_node_that_has_the_name_as_its_label() -> None:
    nodes = [
        NodeRecord("S:1", "Overweight", "symptom", "t", names=(NodeName("obesity", "exact"),)),
        NodeRecord("D:1", "obesity", "disease", "t"),
    ]
    assert [m.node_id for m in EntityLinker(KnowledgeGraph.from_records(nodes, [])).link("An obese man.")] == ["D:1"]
