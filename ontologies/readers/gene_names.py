"""Names of genes and proteins: which are known, and what they say apart from spelling and order of words."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from kgpaths.graph.tables import NodeRecord
from readers import orphanet

_SAYS_NOTHING = frozenset(("human", "type", "the", "of", "gene", "product", "enzyme", "precursor"))
_DESIGNATORS = re.compile(
    r"\d+|[a-z]|\d+[a-z]|[a-z]\d+|alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|pi|sigma|omega|subunit"
    r"|chain|component|polypeptide|isoform|isozyme|isoenzyme|member|family|subfamily|class|group|catalytic|regulatory|heavy"
    r"|light|large|small|cytosolic|cytoplasmic|mitochondrial|muscle|liver|brain|skeletal|cardiac|smooth"
)
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii")
_ROMAN = {numeral: str(number) for number, numeral in enumerate(_NUMERALS, 1)}
_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "π": "pi",
    "σ": "sigma",
    "ω": "omega",
}

Key = tuple[str, ...]


class Gene(NamedTuple):
    """A gene and what it is called."""

    id: str
    symbol: str
    label: str
    source: str
    keys: frozenset[Key]
    """Of every name."""
    aliases: frozenset[str]
    """The official symbol and those of old that have a number, in lower case."""


def known_genes(data: Path, nodes: Iterable[NodeRecord]) -> dict[str, Gene]:
    """Return the genes whose names are known, by id."""
    numbers = json.loads((data / "lexicon/entrez-symbols-human.json").read_text(encoding="utf-8"))
    symbols = {f"NCBIGene:{number}": symbol for symbol, number in numbers.items()}
    names: dict[str, dict[str, str]] = defaultdict(dict)  # in the order of the sources: the first gives the label
    for one in orphanet.genes(data):
        if one.symbol in numbers and one.entries:  # a locus without a protein has the name of its disease
            names[f"NCBIGene:{numbers[one.symbol]}"] |= dict.fromkeys((one.label, *one.names), "ordo")
    for record in sorted(nodes):
        if record.id.startswith("UniProt:"):
            for gene in (xref for xref in record.xrefs if xref.startswith("NCBIGene:")):
                names[gene].setdefault(record.name, record.source)
    return {
        gene: Gene(
            gene,
            symbols[gene],
            next(iter(texts)),
            next(iter(texts.values())),
            frozenset(found for text in texts if is_spoken(text) and content(found := key(text))),
            frozenset(text.casefold() for text in texts if re.search(r"\d", text) and " " not in text)
            | {symbols[gene].casefold()},
        )
        for gene, texts in names.items()
    }


def is_spoken(text: str) -> bool:
    """Tell whether a name is no bare symbol; those of old stand for several genes."""
    return " " in text or "-" in text or (len(text) > 4 and text[1:].islower())


def aliases_of_one(genes: Iterable[Gene]) -> dict[str, str]:
    """Return the symbols, old ones too, that are of one gene alone."""
    owners: dict[str, set[str]] = defaultdict(set)
    for gene in genes:
        for alias in gene.aliases:
            owners[alias].add(gene.id)
    return {alias: min(some) for alias, some in owners.items() if len(some) == 1}


def key(text: str) -> Key:
    """Return what a name of a gene or protein says: its words in alphabetical order, then its designators in theirs.

    >>> key("Receptor, Fibroblast Growth Factor, Type 3") == key("fibroblast growth factor receptor 3")
    True
    >>> key("collagen type I alpha 1 chain")
    ('collagen', '1', 'alpha', '1', 'chain')
    """
    said = words_of(text)
    return (
        *sorted(word for word in said if not _DESIGNATORS.fullmatch(word)),
        *(word for word in said if _DESIGNATORS.fullmatch(word)),
    )


def designated(gene: str, heading: str) -> bool:
    """Tell whether the name of a gene is that of a heading and nothing more than a number, a letter or a part.

    The designators of the heading itself must stand where they stand in the gene's name.

    >>> designated("cadherin 1", "Cadherins"), designated("cadherin related 23", "Cadherins")
    (True, False)
    >>> designated("collagen type IV alpha 2 chain", "Collagen Type IV")
    True
    >>> designated("collagen type IV alpha 2 chain", "Collagen Type II")
    False
    """
    ours, theirs = words_of(gene), words_of(heading)
    if any(map(_DESIGNATORS.fullmatch, theirs)):
        places = (start for start in range(len(ours)) if ours[start : start + len(theirs)] == theirs)
        more = next((ours[:start] + ours[start + len(theirs) :] for start in places), [])
    else:
        counts = Counter(ours)
        counts.subtract(theirs)
        more = list(+counts) if min(counts.values()) >= 0 else []
    return bool(more) and all(map(_DESIGNATORS.fullmatch, more))


@cache
def words_of(text: str) -> list[str]:
    """Return the words of a name in one spelling, without those that say nothing."""
    text = "".join(_GREEK.get(sign, sign) for sign in text.casefold())
    words = re.findall(r"[a-z0-9]+", re.sub(r"\bp[ -]450", "p450", text).replace("synthetase", "synthase"))
    words = [w[:-1] if len(w) > 3 and w[-1] == "s" and w[-2] not in "sui" else w for w in words]
    if words[-1:] == ["protein"]:
        words.pop()
    return [_ROMAN.get(word, word) for word in words if word not in _SAYS_NOTHING]


def content(words: Key) -> set[str]:
    """Return the words that are no designators."""
    return {word for word in words if len(word) > 3 and not _DESIGNATORS.fullmatch(word)}
