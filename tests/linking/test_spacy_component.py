"""The linker inside a spaCy pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from kgpaths.errors import ConfigError
from kgpaths.graph import build_snapshot
from kgpaths.graph.tables import NodeRecord

spacy = pytest.importorskip("spacy")
import kgpaths.linking.spacy_component  # noqa: E402, F401


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("spacy") / "graph"
    nodes = [NodeRecord("HP:1", "Chest pain", "phenotype", "t"), NodeRecord("HP:2", "Pain", "phenotype", "t"),
             NodeRecord("DOID:1", "Fever", "disease", "t")]  # fmt: skip
    build_snapshot(nodes, [], path, name="t")
    return str(path)


def test_it_fills_entities_and_spans(folder: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kgpaths_linker", config={"graph": folder, "linking": {"overlap": "nested"}})
    text = "No fever,but chest-pain."
    doc = nlp(text)
    assert [(e.text, e.label_, e.kb_id_) for e in doc.ents][-1] == ("chest-pain", "PHENOTYPE", "HP:1")
    assert [s.kb_id_ for s in doc.spans["kgpaths"]] == ["DOID:1", "HP:1", "HP:2"]
    assert [s._.assertion for s in doc.spans["kgpaths"]] == ["absent", "present", "present"]
    assert all(0 < s._.score <= 1 and s._.tier for s in doc.spans["kgpaths"])


def test_values_are_attributes_of_document_and_span(folder: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kgpaths_linker", config={"graph": folder})
    doc = nlp("A 45-year-old with a temperature of 39.2°C and chest pain.")
    assert [(v.kind, v.what, v.numbers) for v in doc._.kgpaths_values] == [
        ("age", "age", (45.0,)), ("vital_sign", "temperature", (39.2,)),
    ]  # fmt: skip
    assert [(e.kb_id_, e._.value) for e in doc.ents] == [("DOID:1", doc._.kgpaths_values[1]), ("HP:1", None)]
    assert nlp("")._.kgpaths_values == ()


def test_a_stream_gives_what_each_text_gives(folder: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kgpaths_linker", config={"graph": folder, "spans_key": "found", "set_ents": False})
    texts = ["Fever.", "", "Chest pain without fever"] * 5
    for text, doc in zip(texts, nlp.pipe(texts, batch_size=4), strict=True):
        alone = nlp(text)
        assert [(s.text, s.kb_id_) for s in doc.spans["found"]] == [(s.text, s.kb_id_) for s in alone.spans["found"]]
        assert doc.ents == ()


def test_displacy_draws_it(folder: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kgpaths_linker", config={"graph": folder})
    doc = nlp("Fever with chest pain.")
    for style in ("ent", "span"):
        drawn = spacy.displacy.render(doc, style=style, options={"spans_key": "kgpaths"}, page=False, jupyter=False)
        assert "PHENOTYPE" in drawn
        assert "HP:1" in drawn or style == "ent"


def test_a_wrong_option_is_named(folder: str) -> None:
    with pytest.raises(ConfigError, match="did you mean 'overlap'"):
        spacy.blank("en").add_pipe("kgpaths_linker", config={"graph": folder, "linking": {"overlapp": "nested"}})


def test_a_pipeline_is_saved_by_its_configuration(folder: str, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("kgpaths_linker", config={"graph": folder})
    nlp.to_disk(tmp_path / "pipeline")
    assert [e.kb_id_ for e in spacy.load(tmp_path / "pipeline")("fever").ents] == ["DOID:1"]
