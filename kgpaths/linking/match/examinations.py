"""The names of tests in other words: "electromyographic study" is electromyography, "HPV DNA testing" an HPV DNA test.

Whoever orders a test adds a noun that says no more than that it is one, and makes an adjective of its name. Of what is
no test such a noun makes something else: a "thyroid evaluation" is no thyroid. The nouns lie in
`ontologies/linking/wrappers.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from kgpaths.linking.words.normalisation import canonical
from kgpaths.resources import resource

_ADJECTIVES = re.compile(r"(?:(gra)phic|(sco)pic|(me)tric|(phore)tic|(chemi)c|(bi)optic)(?:al)?$", re.IGNORECASE)
_NOUNS = {"gra": "graphy", "sco": "scopy", "me": "metry", "phore": "phoresis", "chemi": "chemistry", "bi": "biopsy"}
_BY = re.compile(r"(?P<noun>[\w-]+) (?:by|with|using|via|by means of) (?:an? |the )?(?P<test>\S.*)")
_TEST = re.compile(
    r"(?:graphy|scopy|metry|phoresis|chemistry|biopsy|gram|ultrasound|\b(?:HR)?CT|\bMRI?|\bPET|\bSPECT|\bE[EMCK]G)$",
    re.IGNORECASE,
)
"""How names end that are names of tests, whatever a vocabulary files them under: endoscopies are procedures there."""
_RECORD = re.compile(r"(.*[a-z])grams?", re.IGNORECASE)
_RECORDS = frozenset({"imaging", "scan", "scanning", "recording", "tracing"})
"""Nouns of tests that give an image or a curve; no blood is tested so."""


class OtherName(NamedTuple):
    """Another name for what a string may name."""

    text: str
    sure: bool
    """Whether its words say that it is a test; if not, the node must."""


@cache
def _nouns() -> dict[str, tuple[str, ...]]:
    """Return for each noun, in canonical form, those that can stand in its place."""
    import yaml

    table = yaml.safe_load(resource("ontologies", "linking", "wrappers.yaml").read_text("utf-8"))
    others: dict[str, list[str]] = {}
    for line in table["testing"]:
        for noun in line.split():
            others.setdefault(canonical(noun), []).extend(other for other in line.split() if other != noun)
    return {noun: tuple(dict.fromkeys(alike)) for noun, alike in others.items()}


def names_of_test(text: str) -> Iterator[OtherName]:
    """Yield what else a test is called that a string may name, the closest first; nothing for most strings.

    >>> [name.text for name in names_of_test("Colonoscopic evaluation")][:2]
    ['Colonoscopy', 'Colonoscopic']
    >>> [name.text for name in names_of_test("HPV DNA testing")]
    ['HPV DNA', 'HPV DNA test', 'HPV DNA assay', 'HPV DNA assessment', 'HPV DNA measurement']
    >>> [name.text for name in names_of_test("Audiogram")]
    ['Audiography', 'Audiometry']
    >>> [name.text for name in names_of_test("examination with a slit lamp")]
    ['slit lamp']
    >>> list(names_of_test("thyroid nodule"))
    []
    """
    if (by := _BY.fullmatch(text)) and canonical(by["noun"]) in _nouns():
        yield OtherName(by["test"], sure=_TEST.search(by["test"]) is not None)
    if record := _RECORD.fullmatch(text):
        yield from (OtherName(record[1] + ending, sure=True) for ending in ("graphy", "metry"))
    stem, _, noun = text.rpartition(" ")
    others = _nouns().get(canonical(noun))
    stem = stem.rstrip()
    if others is None or not stem:
        return
    if adjective := _ADJECTIVES.search(stem):
        yield OtherName(stem[: adjective.start()] + _NOUNS[next(filter(None, adjective.groups())).lower()], sure=True)
    sure = _TEST.search(stem) is not None
    if sure or canonical(noun) not in _RECORDS:
        yield OtherName(stem, sure)
    for other in others:
        yield OtherName(f"{stem} {other}", sure=True)


def says_test(name: str) -> bool:
    """Tell whether a name says that it is one of a test; catalogues list "incidental findings" among tests, too.

    >>> [says_test(name) for name in ("Neurological Diagnostic Techniques", "biopsy of tongue", "Incidental Findings")]
    [True, True, False]
    """
    return any(canonical(word) in _nouns() or _TEST.search(word) for word in re.findall(r"[\w-]+", name))
