"""Map the names that many formats share: prefixes of ids, kinds of nodes, licences."""

from __future__ import annotations

import re
from functools import cache

from kgpaths.vocabulary.licences import licence_order, licences
from kgpaths.vocabulary.node_types import node_types

_PREFIXES = {
    # spellings of one registry: with one spelling the same concept has one id in all sources
    "db": "DRUGBANK",
    "msh": "MESH",
    "nci": "NCIT",
    "ncbi": "NCBIGene",
    "entrez": "NCBIGene",
    "orphanet": "ORPHA",
    "ordo": "ORPHA",
    "mim": "OMIM",
    "umls_cui": "UMLS",
    "umlscui": "UMLS",
    "taxonomy": "NCBITaxon",
    "uniprotkb": "UniProt",
    "react": "reactome",
    "snomedct": "SCTID",
    "snomed": "SCTID",
}
_SNOMED = re.compile(r"SNOMEDCT_US(_\d{4}_\d{2}_\d{2})?$")
_IRI = re.compile(r"https?://.*[/#]([A-Za-z][A-Za-z0-9.]*)_([A-Za-z0-9.-]+)$")

_NAMESPACES = {  # IRIs that do not end in the prefix and an underscore
    "id.nlm.nih.gov/mesh/": "MESH",
    "omim.org/entry/": "OMIM",
    "snomed.info/id/": "SCTID",
    "snomed.info/sct/": "SCTID",
    "linkedlifedata.com/resource/umls/id/": "UMLS",
    "uts.nlm.nih.gov/uts/umls/concept/": "UMLS",
    "ncbi.nlm.nih.gov/gene/": "NCBIGene",
    "purl.uniprot.org/uniprot/": "UniProt",
    "uniprot.org/uniprot/": "UniProt",
    "uniprot.org/uniprotkb/": "UniProt",
    "drugbank.ca/drugs/": "DRUGBANK",
    "go.drugbank.com/drugs/": "DRUGBANK",
    "drugbank.com/drugs/": "DRUGBANK",
}
_RESOLVER = re.compile(r"(?:identifiers\.org|bioregistry\.io|purl\.bioontology\.org/ontology)/([\w.-]+)[/:](.+)")
_HOST = re.compile(r"https?://(?:www\.)?")

_TYPE_OF_PREFIX = {
    "DOID": "disease",
    "MONDO": "disease",
    "ORPHA": "disease",
    "OMIM": "disease",
    "DECIPHER": "disease",
    "SYMP": "symptom",
    "HP": "phenotype",
    "MP": "phenotype",
    "DRUGBANK": "drug",
    "RXNORM": "drug",
    "RXCUI": "drug",
    "CHEMBL": "drug",
    "CHEMBL.COMPOUND": "drug",
    "DRUGCENTRAL": "drug",
    "NDFRT": "drug_class",
    "ATC": "drug_class",
    "CHEBI": "chemical",
    "PUBCHEM.COMPOUND": "chemical",
    "UNII": "chemical",
    "FOODON": "food",
    "NCBIGene": "gene",
    "HGNC": "gene",
    "ENSEMBL": "gene",
    "UniProt": "protein",
    "PR": "protein",
    "InterPro": "gene_family",
    "Pfam": "gene_family",
    "reactome": "pathway",
    "KEGG": "pathway",
    "WIKIPATHWAYS": "pathway",
    "PATHWAY": "pathway",
    "UBERON": "anatomy",
    "FMA": "anatomy",
    "CL": "cell",
    "NCBITaxon": "organism",
    "MAXO": "procedure",
    "ECTO": "exposure",
    "TRANS": "transmission",
    "GENO": "inheritance",
}
_TYPE_OF_NAME = {
    # what data sets and the Biolink Model call kinds of nodes, in the form of `_plain`
    "compound": "drug",
    "small molecule": "chemical",
    "chemical substance": "chemical",
    "chemical entity": "chemical",
    "molecular mixture": "drug",
    "pharmacologic class": "drug_class",
    "gene/protein": "gene",
    "gene or gene product": "gene",
    "polypeptide": "protein",
    "macromolecular complex": "protein",
    "protein family": "gene_family",
    "effect/phenotype": "phenotype",
    "phenotypic feature": "phenotype",
    "side effect": "phenotype",
    "clinical finding": "finding",
    "disease or phenotypic feature": "disease",
    "molecular function": "molecular_activity",
    "physiological process": "physiology",
    "cell type": "cell",
    "gross anatomical structure": "anatomy",
    "anatomical entity": "anatomy",
    "organism taxon": "organism",
    "species": "organism",
    "medical action": "procedure",
    "treatment": "procedure",
    "exposure event": "exposure",
    "environmental exposure": "exposure",
    "chemical exposure": "exposure",
    "genetic inheritance": "inheritance",
}
_KNOWN_PREFIXES = {
    known.lower(): known for known in (*_TYPE_OF_PREFIX, "MESH", "UMLS", "NCIT", "GO", "SCTID")
} | _PREFIXES
_WHOLE, _ROUNDED = re.compile(r"(\d+)\.0+"), re.compile(r"\d+(\.\d+)?[eE]\+\d+")
_MISSING = frozenset(("nan", "NaN", "NAN", "<NA>", "NA", "NaT", "None", "null", "NULL"))
_SUSPECT = (*_MISSING, ".0", "00")
"""How an id may end that a table of numbers has damaged; most ids end otherwise and are not looked at."""
_SEVEN_DIGITS = frozenset(("HP", "MONDO", "MP", "GO", "UBERON", "CL", "MAXO", "ECTO", "SYMP", "TRANS"))
"""Vocabularies whose numbers have seven digits, which a number does not keep."""
_DECIMAL = re.compile(r"(ICD|DSM|OPCS|ICPC).*|EC", re.IGNORECASE)
"""Codes with a decimal point: 250.0 is not 250."""
BLANK = " \t\r\n\ufeff\u200b\u2060"
"""Space and the invisible characters that copying from web pages leaves around ids."""
_CC = re.compile(r"CC[ -]?(BY(?:[ -](?:NC|SA|ND))*)[ -]?(\d\.\d)", re.IGNORECASE)
_CC_URL = re.compile(r"creativecommons\.org/licenses/(by[a-z-]*)/(\d\.\d)", re.IGNORECASE)


@cache
def prefix_of(prefix: str) -> str:
    """Return the spelling of an id prefix that kgpaths uses.

    >>> prefix_of("DB"), prefix_of("SNOMEDCT_US_2018_03_01"), prefix_of("hp")
    ('DRUGBANK', 'SCTID', 'HP')
    """
    return "SCTID" if _SNOMED.match(prefix) else _KNOWN_PREFIXES.get(prefix.lower(), prefix)


def curie(text: str, prefix: str = "") -> str:
    """Return an id as a CURIE with the usual prefix; an IRI of an ontology is shortened.

    Args:
        prefix: what to put before an id that has none.

    >>> curie("DB:DB00945"), curie("http://purl.obolibrary.org/obo/DOID_8718"), curie("9796", "NCBIGene")
    ('DRUGBANK:DB00945', 'DOID:8718', 'NCBIGene:9796')
    >>> curie("http://www.orpha.net/ORDO/Orphanet_124"), curie("MONDO_0005148")
    ('ORPHA:124', 'MONDO:0005148')

    A whole number that a table made a float is one again; what stands for a missing value, or was rounded, is empty:

    >>> curie("9796.0", "NCBIGene"), curie("1945.0", "HP"), curie("ICD9:250.0")
    ('NCBIGene:9796', 'HP:0001945', 'ICD9:250.0')
    >>> curie("nan", "NCBIGene"), curie("1.2E+07", "SCTID")
    ('', '')
    """
    text = undamaged(text.strip(BLANK), prefix)
    if text.startswith("http"):
        return _shortened(text)
    head, colon, tail = text.partition(":")
    if colon:
        return f"{prefix_of(head)}:{tail}"
    head, underscore, tail = text.partition("_")
    if underscore and head.isalpha() and tail[:1].isdigit():
        return f"{prefix_of(head)}:{tail}"
    if prefix in _SEVEN_DIGITS and text.isdigit():
        text = text.zfill(7)
    return f"{prefix}:{text}" if prefix and text else text


def is_known_prefix(prefix: str) -> bool:
    """Say whether a prefix is, under any of its spellings, one of those that kgpaths knows.

    >>> is_known_prefix("MSH"), is_known_prefix("M")
    (True, False)
    """
    return prefix_of(prefix).lower() in _KNOWN_PREFIXES


def _shortened(iri: str) -> str:
    """Return the CURIE of an IRI; the IRI where nothing says what it is of.

    >>> _shortened("http://id.nlm.nih.gov/mesh/D003371"), _shortened("https://identifiers.org/hgnc:5")
    ('MESH:D003371', 'HGNC:5')
    """
    match = _IRI.match(iri)
    if match:
        return f"{prefix_of(match[1])}:{match[2]}"
    place = _HOST.sub("", iri)
    for start, prefix in _NAMESPACES.items():
        if place.startswith(start) and len(place) > len(start):
            return f"{prefix}:{place[len(start) :]}"
    resolved = _RESOLVER.fullmatch(place)
    if resolved is None:
        return iri
    return f"{prefix_of(resolved[1])}:{resolved[2].rpartition(':')[2]}"


def undamaged(text: str, prefix: str = "") -> str:
    """Return an id without what a table of numbers did to it; empty where nothing of it is left.

    >>> undamaged("9796.0"), undamaged("DOID:8718.0"), undamaged("250.0", "ICD10"), undamaged("OMIM:nan")
    ('9796', 'DOID:8718', '250.0', '')
    """
    if not text.endswith(_SUSPECT) and "+" not in text:
        return text
    head, colon, local = text.rpartition(":")
    if local in _MISSING or _ROUNDED.fullmatch(local):
        return ""
    whole = _WHOLE.fullmatch(local)
    return f"{head}{colon}{whole[1]}" if whole and not _DECIMAL.fullmatch(head or prefix) else text


def _plain(name: str) -> str:
    """Return a name of a type as words in small letters: `biolink:PhenotypicFeature` -> `phenotypic feature`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.rpartition(":")[2])
    return " ".join(name.replace("_", " ").lower().split())


def says_no_type(name: str) -> bool:
    """Say whether a name is a type that we do not know, although it means to be one.

    >>> says_no_type("planet"), says_no_type("Disease"), says_no_type("biolink:NamedThing"), says_no_type("")
    (True, False, False, False)
    """
    return node_type(name) is None and _plain(name) not in ("", "named thing", "entity")


@cache
def node_type(name: str, prefix: str = "") -> str | None:
    """Return our node type for a name of theirs, else for an id prefix; None when neither says it.

    >>> node_type("biolink:Disease"), node_type("gene/protein"), node_type("Biological Process")
    ('disease', 'gene', 'biological_process')
    >>> node_type("biolink:NamedThing", "UBERON"), node_type("gizmo")
    ('anatomy', None)
    """
    plain = _plain(name)
    if plain.replace(" ", "_") in node_types():
        return plain.replace(" ", "_")
    if plain in _TYPE_OF_NAME:
        return _TYPE_OF_NAME[plain]
    for key, kind in node_types().items():
        if plain and plain in (_plain(kind.biolink), kind.label, kind.plural):
            return key
    return _TYPE_OF_PREFIX.get(prefix_of(prefix))


@cache
def licence_id(text: str) -> str:
    """Return the id of a licence however it is spelled; what is not recognised comes back as it is.

    >>> licence_id("CC BY 4.0"), licence_id("https://creativecommons.org/publicdomain/zero/1.0/")
    ('CC-BY-4.0', 'CC0-1.0')
    >>> licence_id("CC BY-NC-SA 4.0"), licence_id("House rules")
    ('CC-BY-NC-SA-4.0', 'House rules')
    """
    text = text.strip()
    if text in licence_order():
        return text
    match = _CC.match(text) or _CC_URL.search(text)
    if match:
        return f"CC-{match[1].upper().replace(' ', '-')}-{match[2]}"
    for source in licences().values():
        if source.url and text.rstrip("/") == source.url.rstrip("/"):
            return source.licence
    folded = text.lower().replace("-", " ")
    if folded.startswith("cc0") or "publicdomain/zero" in text.lower():
        return "CC0-1.0"
    for known in licence_order():
        if folded == known.lower().replace("-", " "):
            return known
    return text
