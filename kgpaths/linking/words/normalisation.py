"""One form for a word, the same for the names of a graph and for the text that is linked to them.

The *canonical form*, in steps: possessive off, accents folded (NFKD), lower case, Greek letters spelled out, British
spelling to American, plural to singular. No general stemmer: "diabetic" and "diabetes" stay apart. The tables lie in
`ontologies/linking/`.

The *loose form* is one for words that say the same inside a name: "kidney" and "renal", "elevated" and "increased",
"aplastic" and "aplasia"; words such as "serum" or "level" have none. It is looked up only where nothing closer matches,
and only for names of two words or more: the single word "renal" is not the kidney.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container
from functools import cache, lru_cache
from pathlib import Path

from kgpaths.resources import resource

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma",
    "τ": "tau", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
_GREEK_LETTER = re.compile("[" + "".join(_GREEK) + "]")
_DROPPED = frozenset({"circulating", "serum", "plasma", "concentration", "level", "morphology"})
_ENDINGS = (
    ("plastic", "plasia"),
    ("ated", "ation"), ("ified", "ification"), ("ized", "ization"), ("axic", "axia"),
    ("otic", "osis"), ("itic", "itis"), ("emic", "emia"), ("trophic", "trophy"),
    ("gram", "graphy"),
    ("ectatic", "ectasia"), ("pathic", "pathy"), ("penic", "penia"), ("uric", "uria"), ("algic", "algia"),
    ("megalic", "megaly"), ("taxic", "taxia"), ("clonic", "clonus"), ("paretic", "paresis"), ("plegic", "plegia"),
    ("rrheic", "rrhea"), ("rrhagic", "rrhage"), ("genetic", "genesis"), ("cytic", "cytosis"),
    ("icular", "icle"), ("ular", "ule"), ("onal", "on"), ("ival", "iva"), ("rmonal", "rmone"), ("drial", "drium"),
)  # fmt: skip
_CODE = (
    "../language/words.py",
    "words/plain_text.py",
    "words/normalisation.py",
    "words/tokenizer.py",
    "match/graph_names.py",
    "match/batches.py",
    "match/index.py",
    "match/windows.py",
    "match/trigrams.py",
)
_TABLES = ("spellings.tsv", "irregular_plurals.tsv", "misnomers.tsv", "word_variants.txt", "clinical_synonyms.tsv")


def read_pairs(name: str) -> dict[str, str]:
    """Return a two-column table of `ontologies/linking/` as a mapping, comments left out."""
    pairs: dict[str, str] = {}
    for line in _table(name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            left, right = line.split("\t")
            pairs[left] = right
    return pairs


@cache
def normaliser_version() -> str:
    """Return the id of everything that decides which words make up which name: this code and its tables.

    An index is never read by other code than built it, and nobody has to remember to raise a number.
    """
    digest, room = hashlib.sha256(), Path(__file__).parents[1]
    for path in (*(room / name for name in _CODE), *(_table(name) for name in _TABLES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _table(name: str) -> Path:
    return resource("ontologies", "linking", name)


@cache
def _spellings() -> tuple[re.Pattern[str], dict[str, str]]:
    table = read_pairs("spellings.tsv")
    return re.compile("|".join(sorted(table, key=lambda british: (-len(british), british)))), table


@cache
def _irregular() -> dict[str, str]:
    pattern, spelling = _spellings()
    plain = read_pairs("irregular_plurals.tsv")
    return {pattern.sub(lambda m: spelling[m.group()], k): v for k, v in plain.items()} | plain


@lru_cache(maxsize=1 << 18)
def canonical(word: str) -> str:
    """Return the canonical form of one word as the tokenizer cut it.

    >>> [canonical(w) for w in ("Oedema", "Alzheimer's", "metastases", "diseases", "café", "β", "vertebrae")]
    ['edema', 'alzheimer', 'metastasis', 'disease', 'cafe', 'beta', 'vertebra']
    >>> [canonical(w) for w in ("herpes", "pus", "stress", "biopsies", "haemorrhages", "pre-eclampsia")]
    ['herpes', 'pus', 'stress', 'biopsy', 'hemorrhage', 'preeclampsia']
    """
    if word[-2:] in ("'s", "’s", "'S", "’S"):
        word = word[:-2]
    word = word.lower()
    if not word.isascii():
        word = _fold(word)
    if not word.isalpha():
        return word.replace("-", "")
    return singular(word, spelled(word))


def spelled(word: str) -> str:
    """Return a lower-case word in American spelling."""
    pattern, table = _spellings()
    return pattern.sub(lambda m: table[m.group()], word)


def singular(word: str, american: str = "") -> str:
    """Return the singular of a lower-case word; by rule, that of its American spelling where one is given."""
    irregular = _irregular().get(word)
    return _singular(american or word) if irregular is None else irregular


def _fold(word: str) -> str:
    word = _GREEK_LETTER.sub(lambda m: _GREEK[m.group()], word)
    word = word.replace("æ", "ae").replace("œ", "oe").replace("ß", "ss").replace("ø", "o").replace("ł", "l")
    word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return _GREEK_LETTER.sub(lambda m: _GREEK[m.group()], word)  # "µ" (micro) folds to "μ" only now


def _singular(word: str) -> str:
    if len(word) < 4:
        return word
    if word.endswith("mata"):
        return word[:-2]
    if word.endswith("ae") and len(word) > 5:
        return word[:-1]
    if not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y" if len(word) > 5 else word[:-1]
    if word.endswith("es"):
        if word.endswith(("oses", "yses", "eses", "stases")):
            return word[:-2] + "is"
        if word.endswith(("xes", "ches", "shes", "sses", "zes", "uses")) and len(word) > 5:
            return word[:-2]
    return word[:-1]


@cache
def _standing_forms() -> dict[str, str]:
    forms: dict[str, str] = {}
    for line in resource("ontologies", "linking", "word_variants.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, *others = (canonical(word) for word in line.split())
            forms |= dict.fromkeys(others, head)
    return forms


def loose_form(word: str, known: Container[str]) -> str:
    """Return the form that stands for a canonical word and those that say the same; "" for a word left out.

    >>> [loose_form(word, {"hypoplasia"}) for word in ("renal", "elevated", "hypoplastic", "serum", "gastrin")]
    ['kidney', 'increased', 'hypoplasia', '', 'gastrin']
    """
    if word in _DROPPED:
        return ""
    standing = _standing_forms().get(word)
    if standing is not None:
        return standing
    for ending, noun in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 2:
            changed = word.removesuffix(ending) + noun
            if changed in known:
                return changed
    return word
