"""The relation vocabulary, the node types and the licence ledger."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.errors import UsageError
from kgpaths.vocabulary.licences import licence_order, licences, strictest
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations, resolve_predicate

PLACEHOLDER = re.compile(r"[_{}<>]|todo|xxx|\bn/?a\b|related_to", re.IGNORECASE)
EXPECTED = [
    "is_a",
    "part_of",
    "has_symptom",
    "has_phenotype",
    "lacks_phenotype",
    "causes",
    "has_risk_factor",
    "has_complication",
    "treats",
    "palliates",
    "prevents",
    "indicated_for",
    "contraindicated_for",
    "not_indicated_for",
    "diagnosed_by",
    "located_in",
    "associated_with",
    "targets",
    "binds",
    "has_action",
    "member_of",
    "resembles",
    "transmitted_by",
    "participates_in",
]


@pytest.mark.parametrize("predicate", EXPECTED)
def test_what_clinicians_reason_with_is_in_the_vocabulary(predicate: str) -> None:
    assert predicate in relations()


@pytest.mark.parametrize("predicate", sorted(relations()))
def test_a_relation_reads_as_english_in_both_directions(predicate: str) -> None:
    relation = relations()[predicate]
    for phrase in (relation.phrase, relation.inverse_phrase):
        assert phrase == phrase.strip()
        assert 3 <= len(phrase) <= 60
        assert not PLACEHOLDER.search(phrase)
    assert (relation.phrase == relation.inverse_phrase) == relation.symmetric
    assert relation.subject_types
    assert relation.object_types
    assert re.fullmatch(r"biolink:[a-z_]+", relation.biolink)


def test_no_two_relations_share_both_phrases() -> None:
    phrases = [(relation.phrase, relation.inverse_phrase) for relation in relations().values()]
    assert len(set(phrases)) == len(phrases)


def test_only_denials_contradict() -> None:
    contradicting = {key for key, relation in relations().items() if relation.polarity == "contradicts"}
    assert contradicting == {"lacks_phenotype", "contraindicated_for", "not_indicated_for", "not_expressed_in"}
    assert {key for key, relation in relations().items() if relation.biolink_negated} < contradicting


@pytest.mark.parametrize(
    "predicate", ["has_inheritance", "has_onset", "has_clinical_course", "has_modifier", "member_of", "in_taxon"]
)
def test_what_is_no_step_of_reasoning_is_left_out_of_paths(predicate: str) -> None:
    assert not relations()[predicate].in_paths


def test_clinical_relations_are_cheaper_than_molecular_and_associative_ones() -> None:
    cost = {key: relation.cost_millinats for key, relation in relations().items()}
    clinical = max(cost[key] for key in ("has_symptom", "has_phenotype", "causes", "treats", "diagnosed_by"))
    assert clinical < min(cost[key] for key in ("binds", "participates_in", "associated_with", "located_in"))
    assert min(cost.values()) >= 1


def test_symmetric_relations_join_the_same_types_in_both_directions() -> None:
    for relation in relations().values():
        if relation.symmetric:
            assert relation.subject_types == relation.object_types


def test_names_of_sources_are_understood_with_their_direction() -> None:
    assert resolve_predicate("manifestation of") == ("has_phenotype", True)
    assert resolve_predicate("positively regulates") == ("positively_regulates", False)
    with pytest.raises(UsageError, match="did you mean 'treats'"):
        resolve_predicate("treatz")


def test_no_alias_stands_for_two_relations() -> None:
    aliases = [name for one in relations().values() for name in (*one.aliases, *one.inverse_aliases)]
    assert len(set(aliases)) == len(aliases)
    assert not set(aliases) & set(relations())


def test_qualifiers_are_not_linked_and_conditions_are_one_group() -> None:
    kinds = node_types()
    assert not any(kind.linkable for kind in kinds.values() if kind.group == "qualifier")
    assert {key for key, kind in kinds.items() if kind.group == "condition"} == {
        "disease",
        "symptom",
        "phenotype",
        "finding",
    }
    ranks = [(kind.group, kind.rank) for kind in kinds.values()]
    assert len(set(ranks)) == len(ranks)


def test_every_source_has_a_known_licence_and_an_attribution() -> None:
    for entry in licences().values():
        assert entry.licence in licence_order()
        assert len(entry.attribution) > 20
        assert entry.url.startswith("http") or entry.key == "local"
        assert entry.policy == "internal" or entry.redistributable


@pytest.mark.parametrize(
    ("source", "licence", "policy"),
    [
        ("hpo", "LicenseRef-HPO", "open"),
        ("mesh", "LicenseRef-NLM", "open"),
        ("medqa", "MIT", "open"),
        ("medmcqa", "MIT", "open"),
        ("pubmedqa", "MIT", "open"),
        ("casimedicos", "CC-BY-4.0", "open"),
        ("medquad", "CC-BY-4.0", "open"),
        ("sider", "CC-BY-NC-SA-4.0", "noncommercial"),
        ("local", "LicenseRef-unknown", "internal"),
    ],
)
def test_the_ledger_says_what_the_licences_say(source: str, licence: str, policy: str) -> None:
    assert (licences()[source].licence, licences()[source].policy) == (licence, policy)


def test_hpo_may_not_be_altered_and_nlm_is_named() -> None:
    assert not licences()["hpo"].alterable
    assert not licences()["hpoa"].alterable
    assert "Courtesy of the U.S. National Library of Medicine" in licences()["mesh"].attribution
    assert "modified" in licences()["mesh"].attribution


@given(st.lists(st.sampled_from(licence_order()), min_size=1))
def test_the_strictest_licence_is_one_of_them_and_none_is_stricter(names: list[str]) -> None:
    order = {name: rank for rank, name in enumerate(licence_order())}
    assert strictest(names) in names
    assert order[strictest(names)] == max(order[name] for name in names)


def test_an_unknown_licence_is_the_strictest() -> None:
    assert strictest(["CC-BY-NC-SA-4.0", "a licence of our own"]) == "LicenseRef-unknown"
    assert strictest(["local", "hpo"]) == "LicenseRef-unknown"
    with pytest.raises(ValueError, match="empty"):
        strictest([])
