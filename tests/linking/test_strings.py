"""Whole strings: options, answers, proposed entities."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.match.fuzzy import NearNames
from kgpaths.linking.match.index import NameIndex
from kgpaths.linking.words.tokenizer import content_words
from kgpaths.records import Option, QAItem


def _node(node_id: str, name: str, kind: str, *names: str) -> NodeRecord:
    return NodeRecord(node_id, name, kind, "t", names=tuple(NodeName(text, "exact") for text in names))


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    nodes = [
        _node("D:1", "Ceftriaxone", "drug"), _node("D:2", "azithromycin", "drug"), _node("D:3", "Aspirin", "drug"),
        _node("D:4", "Calcium gluconate", "drug"), _node("C:1", "tumor", "disease"),
        _node("C:2", "pancreatic adenocarcinoma", "disease"), _node("C:3", "rheumatoid arthritis", "disease"),
        _node("C:4", "congestive heart failure", "disease", "heart failure, congestive"),
        _node("A:1", "lateral", "anatomy"), _node("A:2", "Pancreas", "anatomy"),
        _node("P:1", "Colonoscopy", "procedure"),
        _node("P:2", "Hypercalcemia", "phenotype", "Increased serum calcium"),
        _node("T:1", "Prothrombin time", "test"), _node("O:1", "Reductase", "protein"),
        _node("P:3", "Pain", "symptom"), _node("D:6", "Psoriasis", "disease"),
        _node("L:1", "a rather long name of a disease that has more words than any window would ever hold", "disease"),
    ]  # fmt: skip
    return EntityLinker(KnowledgeGraph.from_records(nodes, []))


@pytest.mark.parametrize(
    ("text", "node_id", "span"),
    [
        ("Ceftriaxone", "D:1", "Ceftriaxone"),
        ("  Ceftriaxone.", "D:1", "Ceftriaxone"),
        ("Administer ceftriaxone", "D:1", "ceftriaxone"),
        ("Intravenous ceftriaxone therapy", "D:1", "ceftriaxone"),
        ("Start high-dose oral aspirin now", "D:3", "aspirin"),
        ("Aspirin (acetylsalicylic acid)", "D:3", "Aspirin"),
        ("Adenocarcinoma of the pancreas", "C:2", "Adenocarcinoma of the pancreas"),
        ("CHF", "C:4", "CHF"),
        ("Elevated calcium", "P:2", "Elevated calcium"),
        ("Perform colonoscopy", "P:1", "colonoscopy"),
        ("A rather long name of a disease that has more words than any window would ever hold", "L:1", None),
    ],
)
def test_a_string_is_linked_as_a_whole(linker: EntityLinker, text: str, node_id: str, span: str | None) -> None:
    (mention,) = linker.link_string(text)
    assert mention.node_id == node_id
    assert mention.tier not in ("partial", "fuzzy")
    assert mention.text == (span or text)
    assert text[mention.start : mention.end] == mention.text


def test_a_list_is_linked_part_by_part(linker: EntityLinker) -> None:
    mentions = linker.link_string("Ceftriaxone, aspirin and oral azithromycin")
    assert [m.node_id for m in mentions] == ["D:1", "D:3", "D:2"]
    assert all(m.tier != "partial" for m in mentions)


@pytest.mark.parametrize(
    ("text", "node_ids"),
    [
        ("Acute rheumatoid arthritis", ["C:3"]),
        ("Severe acute congestive heart failure.", ["C:4"]),
        ("Left-sided colonoscopy", ["P:1"]),
        ("Aspirin 81 mg per day", ["D:3"]),
        ("300 mg of intravenous ceftriaxone for 6 weeks", ["D:1"]),
        ("Bilateral rheumatoid arthritis, severe", ["C:3"]),
        ("Chronic heart failure, congestive", ["C:4"]),
        ("Congestive heart failure (CHF) and acute rheumatoid arthritis", ["C:4", "C:3"]),
        ("Aspirin 81 mg daily plus recurrent colonoscopy", ["D:3", "P:1"]),
        ("Aspirin 81 mg followed by ceftriaxone", ["D:3", "D:1"]),
    ],
)
def test_a_head_stands_for_its_string_in_part(linker: EntityLinker, text: str, node_ids: list[str]) -> None:
    mentions = linker.link_string(text)
    assert [m.node_id for m in mentions] == node_ids
    assert {m.tier for m in mentions} == {"partial"}
    assert all(m.score <= 0.6 for m in mentions)


@pytest.mark.parametrize(
    "text",
    [
        "Stop aspirin",
        "No rheumatoid arthritis",
        "Aspirin allergy",
        "Aspirin-induced asthma",
        "Colonoscopy preparation",
        "Anti-reductase antibodies",
        "Inhibition of reductase",
        "Increased prothrombin time",
        "Shrinking of the pancreas",
        "Pancreatic involvement",
        "Pancreatic suction biopsy",
        "Lateral tumor next to rheumatoid arthritis",
        "Acute tumor of the pancreas",  # "tumor" is too general to be told by its head
        "Ceftriaxone > aspirin",
        "Aspirin and something else",
        "Aspirin 81 mg plus reassurance",
        "Rheumatoid arthritis without heart failure",
        "Rheumatoid arthritis of the pancreas",
        "Aspirin reductase A",
        "Colonoscopy A",
        "Aspirin prevents heart failure",
        "It may result in rheumatoid arthritis",
    ],
)
def test_a_name_that_leaves_out_what_decides_is_not_linked(linker: EntityLinker, text: str) -> None:
    assert linker.link_string(text) == []


@pytest.mark.parametrize(
    ("answer", "linked"),
    [
        ("Colonoscopy of the ileum", True),
        ("Rheumatoid arthritis in the left elbow", True),
        ("Rheumatoid arthritis due to psoriasis", True),
        ("Rheumatoid arthritis of the knee", False),  # the question speaks of no knee
        ("Colonoscopy without the ileum", False),
        ("Aspirin for decreased pain", False),
    ],
)
def test_a_complement_of_the_question_decides_nothing(linker: EntityLinker, answer: str, linked: bool) -> None:
    item = QAItem(
        id="1", dataset="t", split="train", answer=answer, licence="CC0-1.0",
        question="Pain in the elbow without fever, psoriasis, an ulcer of the ileum, decreased weight. What next?",
    )  # fmt: skip
    assert any(mention.role == "answer" for mention in linker.link_item(item)) is linked


@pytest.mark.parametrize("text", ["", "   ", "()", "None of the above", "42", "Administer"])
def test_strings_without_names_give_nothing(linker: EntityLinker, text: str) -> None:
    assert linker.link_string(text) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Losaan", "Losartan"), ("Coronary aery disease", "Coronary artery disease"), ("Hea rate", "Heart rate")],
)
def test_letters_that_a_question_set_has_lost_are_put_back(written: str, meant: str) -> None:
    linker = EntityLinker(KnowledgeGraph.from_records([_node("X:1", meant, "disease")], []))
    (mention,) = linker.link_string(written)
    assert (mention.node_id, mention.tier, mention.text) == ("X:1", "fuzzy", written)


def test_lost_letters_are_left_alone_where_two_words_may_be_meant() -> None:
    nodes = [_node("X:1", "pailrt", "disease"), _node("X:2", "partil", "drug")]
    linker = EntityLinker(KnowledgeGraph.from_records(nodes, []))
    assert all(m.tier != "fuzzy" for m in linker.link_string("pail"))


@pytest.fixture(scope="module")
def spelt() -> EntityLinker:
    nodes = [
        _node("O:1", "Cytomegalovirus", "organism"), _node("D:1", "Friedreich ataxia", "disease"),
        _node("D:2", "Urethrovaginal fistula", "disease"), _node("A:1", "ethmoid sinus", "anatomy"),
        _node("A:2", "ethmoidal artery", "anatomy"), _node("B:1", "gliogenesis", "biological_process"),
        _node("D:3", "Acute thrombophlebitis", "disease"), _node("D:4", "Chronic thrombophlebitis", "disease"),
        _node("A:3", "Trochlear nerve", "anatomy"), _node("A:4", "Radial nerve", "anatomy"),
        _node("A:5", "Radial artery", "anatomy"), _node("D:5", "Cat-scratch syndrome", "disease"),
        _node("X:1", "ranitidine", "drug"), _node("X:2", "Sucralfate", "drug"),
    ]  # fmt: skip
    return EntityLinker(KnowledgeGraph.from_records(nodes, []))


@pytest.mark.parametrize(
    ("written", "node_id"),
    [("Cytomegalo virus", "O:1"), ("Freidrich's ataxia", "D:1"), ("Ethmoidal sinus", "A:1")],
)
def test_names_with_like_letters_have_a_tier_of_their_own(spelt: EntityLinker, written: str, node_id: str) -> None:
    (mention,) = spelt.link_string(written)
    assert (mention.node_id, mention.tier, mention.text) == (node_id, "ngram", written)
    assert 0.8 <= mention.score <= 0.9


@pytest.mark.parametrize(
    "written", ["Ureterovaginal fistula", "Glycogenesis", "Thrombo phlebitis", "Subacute thrombophlebitis"]
)
def test_like_letters_are_not_enough(spelt: EntityLinker, written: str) -> None:
    assert all(m.tier != "ngram" for m in spelt.link_string(written))


def test_near_names_are_found_inside_lists(spelt: EntityLinker) -> None:
    assert [m.node_id for m in spelt.link_string("Rantidine + Sucralfate")] == ["X:1", "X:2"]


def test_a_noun_left_out_is_supplied_where_one_node_results(spelt: EntityLinker) -> None:
    assert [(m.node_id, m.tier) for m in spelt.link_string("Trochlear")] == [("A:3", "synonym")]
    assert [m.node_id for m in spelt.link_string("Cat scratch")] == ["D:5"]
    assert spelt.link_string("Radial") == []


def test_the_question_says_which_noun_is_left_out(spelt: EntityLinker) -> None:
    item = QAItem(
        id="1", dataset="t", split="train", question="Which nerve is injured?", answer="Radial", answer_key="A",
        options=(Option(key="A", text="Radial"), Option(key="B", text="Trochlear")), licence="CC0-1.0",
    )  # fmt: skip
    assert [m.node_id for m in spelt.link_item(item)] == ["A:4", "A:3"]


def test_letters_of_other_options_are_no_abbreviation() -> None:
    linker = EntityLinker(KnowledgeGraph.from_records([_node("D:1", "BCD", "disease")], []))
    assert linker.link_string("BCD") == linker.link_string("bcd") == []
    assert [m.node_id for m in linker.link("She has BCD.")] == ["D:1"]


def test_words_that_change_nothing_are_taken_off(linker: EntityLinker) -> None:
    (mention,) = linker.link_string("Severe rheumatoid arthritis")
    assert (mention.node_id, mention.text) == ("C:3", "rheumatoid arthritis")
    assert mention.tier == "label"


@pytest.mark.parametrize("written", ["Cytomegalo virus", "Ethmoidal sinus", "Rantidine", "Rantidine + Sucralfate"])
def test_near_names_need_not_be_asked_for(spelt: EntityLinker, written: str) -> None:
    assert {m.tier for m in spelt.link_string(written)} & {"fuzzy", "ngram"}
    assert not {m.tier for m in spelt.link_string(written, near=False)} & {"fuzzy", "ngram"}
    assert [m.tier for m in spelt.link_string("Sucralfate", near=False)] == ["label"]


_NAMES = [
    "acute thrombophlebitis", "thrombophlebitis", "ethmoid sinus", "ethmoidal artery", "bronchus", "bronchial asthma",
    "vasa previa", "cytomegalovirus", "Friedreich ataxia", "ataxia", "renal artery stenosis", "renal stenosis",
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_NAMES),
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", " ", "a", "l", "us", "al", "y"])), max_size=3),
    st.integers(0, 2),
)
def test_strings_that_no_name_explains_are_passed_over_rightly(
    name: str, changes: list[tuple[int, str]], turned: int
) -> None:
    for at, letters in changes:
        name = name[: at % len(name)] + letters + name[at % len(name) + 1 :]
    words = content_words(" ".join(name.split()[turned:] + name.split()[:turned]))
    near = NearNames(NameIndex.build((number, known, "label") for number, known in enumerate(_NAMES)))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(NearNames, "_may_be_explained", lambda *_: True)
        expected = near.alike(words, 85)
    assert near.alike(words, 85) == expected


@pytest.fixture(scope="module")
def clinic() -> EntityLinker:
    """A graph whose catalogue lists narrower, broader and related names too."""

    def node(node_id: str, name: str, kind: str, **names: str) -> NodeRecord:
        return NodeRecord(node_id, name, kind, "t", names=tuple(NodeName(said, scope) for scope, said in names.items()))

    nodes = [
        node("C:1", "bursitis", "disease", narrow="Adhesive Capsulitis"), node("C:2", "dementia", "disease"),
        node("C:3", "Lewy bodies", "phenotype"), node("C:4", "tuberculosis", "disease"),
        node("C:5", "paroxysmal hemicrania", "disease", narrow="Chronic Paroxysmal Hemicrania"),
        node("C:6", "porphyria cutanea tarda", "disease", abbreviation="PCT"),
        node("C:7", "multiple myeloma", "disease"), node("C:8", "bronchitis", "disease"),
        node("C:9", "anoperineal fistula", "phenotype", broad="Perianal fistula"),
        node("C:10", "anemia", "disease", related="Decreased hemoglobin count"),
        node("A:1", "rotator cuff", "anatomy", narrow="Infraspinatus"), node("A:2", "pelvis", "anatomy"),
        node("A:3", "liver", "anatomy"), node("A:4", "spleen", "anatomy"),
        node("T:1", "abdominal CT", "test", exact="CT abdomen"),
        node("D:1", "doxorubicin", "drug", narrow="Adriamycin"), node("D:2", "aspirin", "drug"),
        node("D:3", "clopidogrel", "drug"), node("D:4", "dihydrotachysterol", "drug", narrow="Calcamine"),
        node("D:5", "opioid analgesic", "drug_class", narrow="Mixed Opioid Agonist"), node("G:1", "GSS", "gene"),
        node("P:1", "splenectomy", "procedure"),
        node("T:2", "coagulation", "biological_process", related="Coagulation study"),
        node("H:1", "hypoglycemia", "disease"),
    ]  # fmt: skip
    return EntityLinker(KnowledgeGraph.from_records(nodes, []))


@pytest.mark.parametrize(
    "text",
    [
        "Adhesive capsulitis", "Acute adhesive capsulitis", "Adhesive capsulitis of the shoulder", "Infraspinatus",
        "Perianal fistula", "Decreased hemoglobin count", "Mixed opioid agonist", "Coagulation study",
        "Calamine lotion",
        "Inhibition of a transporter at the proximal convoluted tubule (PCT)", "Proximal convoluted tubule (PCT)",
        "This has a specific treatment (aspirin).", "Exacerbation (bronchitis)", "Dementia with diffuse Lewy bodies",
        "Dementia together with Lewy bodies", "Tuberculosis prophylaxis", "Tuberculosis treatment",
        "Tuberculosis study", "CT abdomen and pelvis", "CT abdomen, liver and spleen",
    ],
)  # fmt: skip
def test_what_is_wider_related_or_about_it_is_not_linked(clinic: EntityLinker, text: str) -> None:
    assert clinic.link_string(text) == []


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("Adriamycin", ["D:1"]), ("Chronic paroxysmal hemicrania", ["C:5"]),
        ("PCT", ["C:6"]), ("Porphyria cutanea (PCT)", ["C:6"]), ("MM (multiple myeloma)", ["C:7"]),
        ("Bronchitis (acute)", ["C:8"]), ("Aspirin with clopidogrel", ["D:2", "D:3"]), ("Aspirin prophylaxis", ["D:2"]),
        ("CT abdomen", ["T:1"]), ("Liver and spleen", ["A:3", "A:4"]), ("Tuberculosis infection", ["C:4"]),
        ("Tuberculosis and bronchitis", ["C:4", "C:8"]), ("Splenectomy and aspirin", ["P:1", "D:2"]),
    ],
)  # fmt: skip
def test_what_says_the_same_stays_linked(clinic: EntityLinker, text: str, nodes: list[str]) -> None:
    assert [mention.node_id for mention in clinic.link_string(text)] == nodes


def _only(question: str, option: str) -> QAItem:
    return QAItem(
        id="q", dataset="t", split="train", question=question, answer=option, answer_key="A",
        options=(Option(key="A", text=option),), licence="CC0-1.0",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "option", "linked"),
    [
        ("Myoclonus in a child is seen in:", "GSS", False),
        ("Which gene is mutated?", "GSS", True),
        ("The tumor will stain for which of the following?", "GSS", True),
        ("Examination of the pleural fluid is most likely to show:", "Glucose of 30 mg/dL", False),
        ("Which of the following is most likely found in his serum?", "Glucose of 30 mg/dL", True),
    ],
)
def test_the_question_decides_what_a_symbol_or_a_value_is(
    clinic: EntityLinker, question: str, option: str, linked: bool
) -> None:
    assert any(m.role == "answer" for m in clinic.link_item(_only(question, option))) is linked
