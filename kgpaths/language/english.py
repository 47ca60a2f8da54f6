"""English at the size of a clause: names inside a sentence, number, lists, quotations.

Ontologies write names for catalogues ("Hypertension, Pulmonary", "Crohn Disease", "Fever"); a sentence needs
"pulmonary hypertension", "Crohn disease", "fever".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from kgpaths.language.words import LETTERS_AND_ENDING, WORD
from kgpaths.resources import resource

_QUALIFIER = re.compile(
    r"\s*(?:[(\[](?:disease|disorder|finding|symptom|qualifier value|procedure)[)\]]| as Topic)$", re.IGNORECASE
)
_SINGULAR_S = re.compile(
    r"(?:ss|us|is|diabetes|herpes|rabies|scabies|ascites|caries|facies|measles|series|species|lens|pons|hydrops|"
    r"rickets|hives|shingles|tabes|acnes|diastasis|mumps|(?:bi|tri|quadri)ceps|yaws|glanders|AIDS|ABCs?|"
    r"(?:pancre|atl|g|bi|pso|erysipel|candid|canv|texas|mon|v)as|[mthg]os|(?:myc|oid|anophel|ixod|aed)es|"
    # sciences in -ics are one thing, drugs in -ics are several
    r"(?:genet|genom|prote?om|metabol?om|pediatr|paediatr|geriatr|orthop(?:a)?ed|orthodont|obstetr|statist|mathemat|"
    r"phys|eth|econom|kinet|dynam|mechan|ergonom|gymnast|informat|acoust|opt|electron|robot|polit|logist|lingu|phonet|"
    r"dietet|energet|prosthet|orthot|diagnost|aerob|calisthen|hydrodynam|hygien)ics)$",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"(?:bacteria|fungi|people|(?:wo)?men|children|data|criteria|phenomena|genitalia|teeth|feet|mice|"
    r"(?:gangl|spermatogon|sporang)ia|(?:nucle|bacill|thromb|embol|calcul|bronch|nev|naev|cocc|alveol|stimul)i|(?:stigm|xanthom|condylom)ata|"
    r"(?:petechi|stri|papill|bull|vertebr|sequel|larv|fasci|chord|fibr|macul)ae)$",
    re.IGNORECASE,
)
_OBJECT_FOLLOWS = re.compile(
    r"(?:difficulty|inability|trouble|using|having|seeing|hearing|feeling|passing|losing|avoiding|taking|eating|"
    r"drinking|grinding|biting) ",
    re.IGNORECASE,
)
"""What follows such a beginning is its object, and does not tell the name's number."""
_COUNT_NOUN = re.compile(
    r"\ban? ((?:\w+ )?(?:symptom|feature|kind|complication|cause|factor|indication|contraindication|"
    r"site|target|metabolite|part|treatment|effect|gene|contributor|sign|trigger|marker|manifestation))\b"
)
_SMALL = frozenset(
    {"with", "without", "from", "type", "that", "into", "after", "during", "alpha", "beta", "gamma", "delta", "kappa"}
    | {"sigma", "epsilon", "omega", "zeta", "theta"}
)
"""Words that stand small in titles too."""
_COMMON_EPONYMS = frozenset({"bell", "best", "down", "job", "pick", "still", "sweet", "wells", "wood"})
"""Names of people that are words as well."""
_POSSESSIVES = frozenset(
    {"athlete", "baker", "child", "cow", "farmer", "gardener", "goat", "housemaid", "infant", "jumper", "men", "miner"}
    | {
        "mother",
        "nurse",
        "painter",
        "parent",
        "patient",
        "physician",
        "runner",
        "singer",
        "smoker",
        "surfer",
        "swimmer",
    }
    | {"traveler", "traveller", "welder", "women", "woodworker", "worker", "children", "people", "pigeon", "bird"}
)
"""Words whose possessive is no name of anybody: "cow's milk"."""
_ADJECTIVE = re.compile(
    r"(?:[\w-]*(?:al|ic|ous|ary|ory|ive|ent|ant|ar|ile|oid|ated|linked|onset|form)|acute|severe|mild|profound|moderate|"
    r"fe?male|congenita|isolated|benign|malignant|dominant|recessive|first|second|third|degree|induced|or|and)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:type |[Pp]air )?(?:[IVX]+|\d[\d-]*)[A-Za-z]?(?: and [XY])?$")
_TAXON = re.compile(r"[A-Z][a-z]+(?:aceae|idae|inae|ales|ella|bacter|(?<!Bacter)i(?:um|a)|[^rg]us|is|monas|myces)$")


@cache
def proper_nouns() -> frozenset[str]:
    """Return the words, small, that keep their capital inside a sentence.

    >>> "crohn" in proper_nouns(), "infarction" in proper_nouns()
    (True, False)
    """
    return frozenset(resource("prompts", "template", "proper_nouns.txt").read_text("utf-8").split())


def natural_order(name: str) -> str:
    """Return a catalogue name in the order in which it is spoken.

    MeSH writes titles from the noun on, OMIM adjectives behind the noun; names of several things are left as they are.

    >>> natural_order("Hypertension, Pulmonary")
    'Pulmonary Hypertension'
    >>> natural_order("Diabetes Mellitus, Type 2")
    'Type 2 Diabetes Mellitus'
    >>> natural_order("atrial fibrillation, familial, 9"), natural_order("stroke, susceptibility to, 1")
    ('familial atrial fibrillation 9', 'susceptibility to stroke 1')
    >>> natural_order("pneumonia, organism unspecified"), natural_order("High, narrow palate")
    ('pneumonia, organism unspecified', 'High, narrow palate')
    """
    if ", " not in name or re.search(r"[(;]|\band\b.*,|, and\b", name):
        return name
    if combined := re.fullmatch(r"(.+) Drug Combination", name):
        return listing(combined.group(1).split(", "))
    head, *more = name.split(", ")
    number = ""
    if more and _NUMBER.fullmatch(more[-1]):
        number = f" {more.pop()}"
    if more and re.fullmatch(r"[\w-]+ type", more[-1]):
        return f"{natural_order(', '.join([head, *more[:-1]]))}{number} of the {more[-1]}"
    if more and more[-1] == "susceptibility to":
        return f"susceptibility to {natural_order(', '.join([head, *more[:-1]]))}{number}"
    words = head.split()
    adjectives = all(_ADJECTIVE.match(word) for part in more for word in part.split())
    if adjectives and not _ADJECTIVE.match(words[-1]) and not re.search(r" (?:with|of|in|to|without) ", f" {head} "):
        return " ".join([*reversed(more), head]) + number
    titled = all(part[:1].isupper() or part[:1].isdigit() for part in (head, *more))
    if titled and 0 < len(more) < 4 and not _sentence_case(name) and not more[-1].startswith("Member "):
        return " ".join([*reversed(more), head]) + number
    return name


def _sentence_case(name: str) -> bool:
    """Say whether a name is written like a sentence, so that capitals within it are meant.

    The second word of a species is small in titles too: "Escherichia coli Infections".
    """
    words = name.split()
    return any(
        len(word) > 3
        and word.isalpha()
        and word.islower()
        and word not in _SMALL
        and before.lower() not in proper_nouns()
        for before, word in zip(["", *words], words, strict=False)
    )


def in_sentence(name: str, node_type: str = "") -> str:
    """Return a node's name as it stands inside a sentence.

    >>> [in_sentence(name) for name in ("Fever", "Myocardial Infarction", "Crohn Disease", "HIV Infections")]
    ['fever', 'myocardial infarction', 'Crohn disease', 'HIV infections']
    >>> in_sentence("Aspirin", "drug"), in_sentence("Hepatitis B"), in_sentence("CFTR", "gene")
    ('aspirin', 'hepatitis B', 'CFTR')
    >>> in_sentence("Steven-Johnson Syndrome")
    'Steven-Johnson syndrome'
    >>> in_sentence("Bone and Bones", "anatomy")
    'bones'
    >>> [in_sentence(name, "organism") for name in ("Streptococcus pneumoniae", "Bromeliaceae", "Bacteria", "Viruses")]
    ['Streptococcus pneumoniae', 'Bromeliaceae', 'bacteria', 'viruses']
    """
    text = _QUALIFIER.sub("", name.strip())
    meant = _sentence_case(text)
    text = re.sub(r"^(\w+) and (\1e?s)$", lambda match: match.group(2).capitalize(), text, flags=re.IGNORECASE)
    if node_type in ("gene", "protein") and re.fullmatch(r"[A-Z0-9][A-Za-z0-9-]*\d[A-Za-z0-9-]*|[A-Z0-9-]+", text):
        return text
    binomial = (
        node_type == "organism"
        and (re.match(r"[A-Z][a-z]+ (?!.*virus\b)[a-z]+", text) or _TAXON.match(text)) is not None
    )
    text = natural_order(text)
    first = LETTERS_AND_ENDING.findall(name.strip().split(" ", 1)[0])

    def recase(match: re.Match[str]) -> str:
        word = match.group()
        stem = re.sub(r"['’]s?$", "", word)
        plain = len(stem) > 1 and stem[1:].islower() and stem[0].isupper()
        if not plain or (binomial and match.start() == 0):
            return word
        if meant and match.start() and text[match.start() - 1] in " -" and word not in first:
            return word
        if word.lower() in _COMMON_EPONYMS and re.match(
            r" (?:syndrome|disease|palsy|lamp|sign)\b", text[match.end() :], re.I
        ):
            return word
        before = re.search(r"([^\W\d_]+)-$", text[: match.start()])
        after = re.match(r"-([^\W\d_]+)", text[match.end() :])
        if any(beside is not None and beside.group(1).lower() in proper_nouns() for beside in (before, after)):
            return word
        if node_type != "drug" and (
            without_accents(stem).lower() in proper_nouns() or (stem != word and stem.lower() not in _POSSESSIVES)
        ):
            return word
        return word[0].lower() + word[1:]

    return LETTERS_AND_ENDING.sub(recase, text)


def capitalised(sentence: str) -> str:
    """Return the sentence with a capital at its start; words like `pH` and `mRNA` are left alone.

    >>> capitalised("fever is common."), capitalised("pH is low."), capitalised("α-synuclein")
    ('Fever is common.', 'pH is low.', 'α-synuclein')
    """
    first = re.match(r"[a-z]\w*", sentence)
    if first is None or not (first.group().islower() or len(first.group()) == 1):
        return sentence
    return sentence[0].upper() + sentence[1:]


def listing(items: Sequence[str], conjunction: str = "and") -> str:
    """Return a list with the Oxford comma.

    >>> listing(["fever"]), listing(["fever", "cough"]), listing(["fever", "cough", "chills"], "or")
    ('fever', 'fever and cough', 'fever, cough, or chills')
    """
    if len(items) < 3:
        return f" {conjunction} ".join(items)
    return ", ".join(items[:-1]) + f", {conjunction} {items[-1]}"


def joined(clauses: Sequence[str]) -> str:
    """Return clauses as one sentence.

    >>> joined(["fever is a sign", "cough is one"])
    'fever is a sign, and cough is one'
    """
    return ", and ".join(clauses) if len(clauses) == 2 else listing(clauses)


def is_plural(name: str) -> bool:
    """Say whether a name takes a plural verb.

    >>> is_plural("seizures"), is_plural("diseases of the lung"), is_plural("bacteria")
    (True, True, True)
    >>> is_plural("gout"), is_plural("diabetes mellitus"), is_plural("abscess"), is_plural("ascites")
    (False, False, False, False)
    >>> is_plural("difficulty climbing stairs")
    False
    """
    if _OBJECT_FOLLOWS.match(name):
        return False
    head = re.split(
        r" (?:of|in|with|due|to|from|by|on|at|for|without|during|after|involving|affecting|that|as) |[,(]",
        name,
        maxsplit=1,
    )[0].strip()
    if head.lower().endswith((" and", " or")):
        return False
    if re.fullmatch(r"[a-z]+ and [a-z]+", head):
        return True
    word = head.split()[-1] if head.split() else ""
    if re.match(r"[A-Z][a-z]+ [a-z]+(?:ae|i|[ae]ns)$", head):  # a species: Corynebacterium diphtheriae
        return False
    ends_in_s = re.search(r"[a-z]s$", word) is not None and _SINGULAR_S.search(word) is None
    return ends_in_s or _PLURAL.search(word) is not None


def agree(phrase: str, plural: bool, several: bool | None = None) -> str:
    """Return a relation's phrase with its verb in the number of the subject.

    The noun it counts is in the plural where there are several subjects, as a rule where the subject is plural.

    >>> agree("can be a symptom of", True), agree("is a kind of", True), agree("causes", True), agree("causes", False)
    ('can be symptoms of', 'are kinds of', 'cause', 'causes')
    >>> agree("is a kind of", True, several=False)
    'are a kind of'
    >>> agree("affects or lies in", True), agree("has as a part", True), agree("is a risk factor for", True)
    ('affect or lie in', 'have as a part', 'are risk factors for')
    """
    if not plural:
        return phrase
    first, _, rest = phrase.partition(" ")
    verbs = {"is": "are", "has": "have", "does": "do", "goes": "go", "was": "were"}
    words = [verbs.get(first) or _bare(first)]
    if rest.startswith("or "):
        second, _, rest = rest[3:].partition(" ")
        words += ["or", _bare(second)]
    text = " ".join([*words, rest]).strip()
    if several is not False and text.startswith(("are ", "can be ")):
        text = _COUNT_NOUN.sub(lambda match: match.group(1) + "s", text, count=1)
    return text


def agree_object(phrase: str, plural: bool) -> str:
    """Return a relation's phrase with a noun that announces its object in the object's number.

    >>> agree_object("involves the gene", True), agree_object("can have the side effect", True)
    ('involves the genes', 'can have the side effects')
    """
    return re.sub(r"\bthe (gene|side effect|active ingredient)$", r"the \1s", phrase) if plural else phrase


def singular(name: str) -> str:
    """Return a regular plural in the singular, other names as they are.

    >>> [singular(name) for name in ("cysts", "iron deficiencies", "wounds and injuries", "metastases", "diabetes")]
    ['cyst', 'iron deficiency', 'wounds and injuries', 'metastasis', 'diabetes']
    """
    if not is_plural(name) or " and " in name or not name.endswith("s") or re.search(r" (?:of|in|with|to) ", name):
        return name
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    if re.search(r"(?:st[ao]|\w{3}no|bo|cro|bro|rho|cho|the|mo|to|euro|ly)ses$", name):
        return f"{name[:-2]}is"
    return name[:-2] if re.search(r"(?:ss|x|ch|sh|us)es$", name) else name[:-1]


def _bare(verb: str) -> str:
    """Return the plural of a verb in the third person singular; other words as they are."""
    if re.search(r"(?:ss|sh|ch|x)es$", verb):
        return verb[:-2]
    if verb.endswith("ies") and len(verb) > 4:
        return verb[:-3] + "y"
    return verb[:-1] if re.search(r"[a-z][^s]s$|[^s]s$", verb) and not verb.endswith("ss") else verb


def folded(text: str) -> str:
    """Return a text reduced to small letters and digits in single spaces, for comparing names.

    >>> folded("Crohn's  disease") == folded("crohn disease"), folded("β-Blockers")
    (True, 'β blockers')
    """
    return " ".join(WORD.findall(re.sub(r"['’]s\b", "", without_accents(text).casefold())))


def plain(text: str) -> str:
    """Return a text folded, with commas and quotation marks kept as words of their own: names do not reach across.

    >>> plain("Typhoid, fever and “flu”")
    'typhoid , fever and “ flu ”'
    """
    pieces = (piece if piece in (",", ";", "“", "”") else folded(piece) for piece in re.split(r"([,;“”])", text))
    return " ".join(piece for piece in pieces if piece)


def without_accents(text: str) -> str:
    """Return a text with é as e, ö as o and so on.

    >>> without_accents("Guillain-Barré, Sjögren, β")
    'Guillain-Barre, Sjogren, β'
    """
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


_SPELLED = re.compile(r"(?:[A-Z]{2,}|[A-Z][a-z]?(?=[A-Z\d])|[A-Z](?![a-z])|[a-z](?=[A-Z]))")
_SPOKEN = re.compile(r"(?:FAST|FISH|HELLP|HIDA|LASIK|LEEP|MELAS|MERRF|MUGA|RAST|REM|SARS|SCID|SIDS|SIRS|SPECT|STEMI)\b")
"""Abbreviations that are read as words."""
_VOWEL = re.compile(
    r"(?![eE]u|[oO]n(?:e|ce)\b)(?:[aeioAEIO]|[uU](?!ni(?![nm])|s[eau]|t[eio]|r[aeio]|bi|k|v[eu])|[hH](?:our|onest|onor|onour|eir)|8|11\b|18\b)"
)


def with_article(name: str) -> str:
    """Return a singular noun with "a" or "an", by its sound.

    >>> with_article("chest scan"), with_article("echocardiogram"), with_article("MRI scan"), with_article("X-ray")
    ('a chest scan', 'an echocardiogram', 'an MRI scan', 'an X-ray')
    >>> with_article("uterine biopsy"), with_article("ulcer"), with_article("HIDA scan"), with_article("mRNA vaccine")
    ('a uterine biopsy', 'an ulcer', 'a HIDA scan', 'an mRNA vaccine')
    """
    if _SPELLED.match(name) and not _SPOKEN.match(name):
        return f"{'an' if name[0] in 'AEFHILMNORSXaefhilmnorsx' else 'a'} {name}"
    return f"{'an' if _VOWEL.match(name) and not _SPOKEN.match(name) else 'a'} {name}"


def same_words(left: str, right: str) -> bool:
    """Say whether two names differ at most in case, punctuation, order, plural and British or American spelling.

    >>> same_words("Seizures", "seizure"), same_words("chest pain", "Pain, Chest"), same_words("dyspnea", "apnea")
    (True, True, False)
    """

    def words(text: str) -> list[str]:
        return sorted(
            re.sub(r"(?<=[a-z]{3})(?:es|s|e)$", "", re.sub("ies$", "y", word))
            for word in re.sub(r"our\b", "or", re.sub("[ao]e", "e", folded(text))).split()
            if word not in ("of", "the")
        )

    return words(left) == words(right)
