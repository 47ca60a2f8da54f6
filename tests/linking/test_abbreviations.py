"""What an abbreviation means: what its text defines, what stands beside it, what is usual; words in capitals."""

from __future__ import annotations

import pytest

from kgpaths.config import LinkingConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.linking.words.abbreviations import abbreviation_senses
from kgpaths.records import QAItem

_NAMES = {
    "DOID:9952": ("acute lymphoblastic leukemia", "ALL"),
    "DOID:635": ("acquired immunodeficiency syndrome", "AIDS"),
    "DOID:9538": ("multiple myeloma",),
    "DOID:4": ("myeloma", "MM"),
    "DOID:5": ("smoldering multiple myeloma", "smoldering MM"),
    "DOID:6": ("AIDS dementia complex",),
    "DOID:7": ("AS syndrome",),
    "DOID:7148": ("rheumatoid arthritis",),
    "DOID:9477": ("pulmonary embolism",),
    "DOID:10223": ("dermatomyositis",),
    "DOID:9351": ("diabetes mellitus",),
    "DOID:2377": ("multiple sclerosis",),
    "DOID:1754": ("mitral valve stenosis",),
    "DOID:1712": ("aortic valve stenosis",),
    "DOID:5844": ("myocardial infarction",),
    "DOID:11502": ("mitral valve insufficiency",),
    "DOID:1969": ("cerebral palsy",),
    "DOID:11339": ("Pneumocystis pneumonia",),
    "DOID:0051061": ("stroke",),
    "DOID:3083": ("chronic obstructive pulmonary disease",),
    "DOID:13189": ("gout",),
    "DOID:0111253": ("neurofibromatosis type 1",),
    "DOID:10591": ("pre-eclampsia",),
    "DOID:11650": ("bronchopulmonary dysplasia",),
    "HP:1": ("chest pain",),
    "HP:2": ("Deep vein thrombosis",),
    "HP:3": ("Pain",),
    "HP:4": ("Fever",),
    "HP:5": ("dyspnea",),
    "GENE:1": ("WAS",),
    "GENE:2": ("REST",),
    "GENE:3": ("FEVER",),
    "MESH:1": ("right atrium",),
    "MESH:2": ("isophane insulin",),
    "MESH:3": ("prothrombin time",),
    "MESH:4": ("phencyclidine",),
    "MESH:5": ("tuberculin test",),
}


@pytest.fixture(scope="module")
def linker() -> EntityLinker:
    types = {"GENE": "gene", "HP": "symptom", "MESH": "test", "DOID": "disease"}
    nodes = [
        NodeRecord(
            node_id, names[0], types[node_id.partition(":")[0]], "t",
            names=tuple(NodeName(name, "abbreviation") for name in names[1:]),
        )
        for node_id, names in _NAMES.items()
    ]  # fmt: skip
    return EntityLinker(KnowledgeGraph.from_records(nodes, []))


def _linked(linker: EntityLinker, text: str) -> list[tuple[str, str]]:
    return [(mention.text, mention.node_id) for mention in linker.link(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ALL OF THE FOLLOWING ARE SEEN IN THE PATIENT.", []),
        ("PATIENT DENIES ALL COMPLAINTS.", []),
        ("HE WAS GIVEN IT. REST IS GOOD.", []),
        ("THE PATIENT WEARS AIDS FOR HEARING.", []),
        ("TEN YEARS AGO SHE WAS HIT BY A CAR; THE HEART RATE IS FAST.", []),
        ("A syndrome as well as a SYNDROME AS ABOVE IN THE TEXT", []),
        ("PATIENT HAS PAIN AND FEVER.", [("PAIN", "HP:3"), ("FEVER", "HP:4")]),
        ("HISTORY OF GOUT AND COPD.", [("GOUT", "DOID:13189"), ("COPD", "DOID:3083")]),
        ("ACUTE LYMPHOBLASTIC LEUKEMIA (ALL) IS SEEN IN ALL.",
         [("ACUTE LYMPHOBLASTIC LEUKEMIA", "DOID:9952"), ("ALL", "DOID:9952"), ("ALL", "DOID:9952")]),
        ("She was treated for ALL with chemotherapy.", [("ALL", "DOID:9952")]),
        ("The most common is ALL. A biopsy was done.", [("ALL", "DOID:9952")]),
        ("DIAGNOSIS: ALL. She got vincristine.", [("ALL", "DOID:9952")]),
        ("HIV, AIDS, ALL", [("AIDS", "DOID:635"), ("ALL", "DOID:9952")]),
        ("It is NOT seen in AIDS.", [("AIDS", "DOID:635")]),
        ("An AS syndrome.", [("AS syndrome", "DOID:7")]),
        ("ALL of the following are true of ALL:", [("ALL", "DOID:9952")]),
        ("In ALL these cases, ALL the others.", []),
    ],
)  # fmt: skip
def test_a_word_in_a_text_in_capitals_is_no_abbreviation(
    linker: EntityLinker, text: str, found: list[tuple[str, str]]
) -> None:
    without_genes = [one for one in _linked(linker, text) if one[0] != "HIV"]
    assert without_genes == found


def test_a_whole_string_in_capitals_is_read_as_it_is_written(linker: EntityLinker) -> None:
    assert [m.node_id for m in linker.link_string("ALL")] == ["DOID:9952"]
    assert [m.node_id for m in linker.link_string("STROKE")] == ["DOID:0051061"]


@pytest.mark.parametrize(
    ("text", "short", "node_id"),
    [
        ("Oxygen saturation is 96% on RA.", "RA", ""),
        ("SpO2 98% RA.", "RA", ""),
        ("SpO2 of 98 (RA)", "RA", ""),
        ("O2 sat was normal while breathing RA", "RA", ""),
        ("RA sats 97%", "RA", ""),
        ("He was weaned to RA.", "RA", ""),
        ("RA pressure was 12 mm Hg", "RA", "MESH:1"),
        ("dilated RA and RV", "RA", "MESH:1"),
        ("RA was diagnosed; methotrexate was begun.", "RA", "DOID:7148"),
        ("The effect of smoking on RA.", "RA", "DOID:7148"),
        ("On PE, she is pale.", "PE", ""),
        ("PE: lungs clear.", "PE", ""),
        ("PE reveals a murmur.", "PE", ""),
        ("He has a history of DVT and PE.", "PE", "DOID:9477"),
        ("CT angiography shows a PE.", "PE", "DOID:9477"),
        ("Heparin was begun for acute PE.", "PE", "DOID:9477"),
        ("She has DM type 2.", "DM", "DOID:9351"),
        ("heliotrope rash of DM", "DM", "DOID:10223"),
        ("guaifenesin DM syrup", "DM", ""),
        ("MS with optic neuritis", "MS", "DOID:2377"),
        ("an opening snap due to MS", "MS", "DOID:1754"),
        ("MS. JONES came", "MS", ""),
        ("altered MS", "MS", ""),
        ("severe AS with syncope", "AS", "DOID:1712"),
        ("He denies SOB or CP.", "CP", "HP:1"),
        ("spastic CP", "CP", "DOID:1969"),
        ("a mass in the CP angle", "CP", ""),
        ("PT 14 sec and PTT 30 sec", "PT", "MESH:3"),
        ("PT is a 45-year-old man", "PT", ""),
        ("He had an MI.", "MI", "DOID:5844"),
        ("the murmur of MI", "MI", "DOID:11502"),
        ("He saw his PCP.", "PCP", ""),
        ("She was treated for PCP.", "PCP", "DOID:11339"),
        ("PCP intoxication", "PCP", "MESH:4"),
        ("The CVA is not tender.", "CVA", ""),
        ("He had a CVA.", "CVA", "DOID:0051061"),
        ("20 units of NPH at bedtime", "NPH", "MESH:2"),
        ("She smokes 2 PPD.", "PPD", ""),
        ("A PPD was placed.", "PPD", "MESH:5"),
        ("a preterm infant with BPD", "BPD", "DOID:11650"),
        ("He has BPD.", "BPD", ""),
    ],
)
def test_what_stands_beside_an_abbreviation_tells_its_meaning(
    linker: EntityLinker, text: str, short: str, node_id: str
) -> None:
    assert [node for word, node in _linked(linker, text) if word == short] == [node_id] * bool(node_id)


def test_every_sense_can_be_reached() -> None:
    for short, senses in abbreviation_senses().items():
        free = [i for i, sense in enumerate(senses) if not (sense.before or sense.after or sense.near)]
        assert free in ([], [len(senses) - 1]), short


@pytest.mark.parametrize(
    "text",
    [
        "Multiple myeloma (MM) is suspected. MM cells are seen.",
        "MM cells are seen in multiple myeloma (MM).",
        "MM (multiple myeloma) is suspected; MM again.",
        "Multiple myeloma [MM] is suspected; MM again.",
        "Multiple myeloma (abbreviated MM) is one; MM again.",
        "Multiple myeloma (MM; a cancer) is one; MM again.",
        "Multiple myeloma, hereafter “MM”, is one; MM again.",
        "MM stands for multiple myeloma. MM again.",
        "MM = multiple myeloma; MM again",
        "Men with multiple myeloma, or MM, have MM.",
        "MM (i.e., multiple myeloma, a cancer) is one; MM.",
    ],
)
def test_an_abbreviation_means_what_the_text_defines(linker: EntityLinker, text: str) -> None:
    found = _linked(linker, text)
    assert [node for word, node in found if word == "MM"] == ["DOID:9538"] * 2
    assert {node for _, node in found} == {"DOID:9538"}


@pytest.mark.parametrize(
    "text",
    [
        "Marvelous moments (MM) is a firm. MM is open.",
        "MM (marvelous moments) is a firm. The MM is open.",
        "Room air (RA) is given; on RA he is well.",
        "Acme industries of dental services (AIDS) opened. AIDS dementia complex opened.",
        "Primary care physician (PCP) was told; PCP agreed.",
    ],
)
def test_an_abbreviation_of_what_the_graph_lacks_means_nothing_else(linker: EntityLinker, text: str) -> None:
    assert _linked(linker, text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Multiple myeloma (MM); smoldering MM", ["DOID:9538", "DOID:9538", "DOID:5"]),
        ("Neurofibromatosis type 1 (NF-1): NF-1.", ["DOID:0111253"] * 3),
        ("Deep vein thromboses (DVTs); a DVT, DVTs, the DVT's", ["HP:2"] * 5),
        ("Preeclampsia (PE) in pregnancy; PE is bad.", ["DOID:10591"] * 3),
        ("COPD (chronic obstructive airway disease) and COPD's cause", ["DOID:3083"] * 2),
        ("Pain (LEFT) and a CT (contrast) scan.", ["HP:3"]),
        ("Fever (yet) and pain (severe).", ["HP:4", "HP:3"]),
    ],
)
def test_definitions_in_many_forms(linker: EntityLinker, text: str, found: list[str]) -> None:
    assert [node for _, node in _linked(linker, text)] == found


def test_what_the_question_defines_holds_in_the_options(linker: EntityLinker) -> None:
    item = QAItem.model_validate({
        "id": "q", "dataset": "d", "split": "train", "licence": "local", "question": "Is it multiple myeloma (MM)?",
        "answer": "MM", "answer_key": "A",
        "options": ({"key": "A", "text": "MM"}, {"key": "B", "text": "Smoldering MM"}),
    })  # fmt: skip
    assert [m.node_id for m in linker.link_item(item)] == ["DOID:9538"] * 3 + ["DOID:5"]


def test_the_rules_can_be_switched_off(linker: EntityLinker) -> None:
    graph = linker.graph
    undefined = EntityLinker(graph, LinkingConfig(without=("defined_abbreviations",)))
    assert ("RA", "DOID:7148") in _linked(undefined, "Room air (RA).")
    unusual = EntityLinker(graph, LinkingConfig(without=("clinical_abbreviations",)))
    assert _linked(unusual, "RA pressure; RA.") == []
