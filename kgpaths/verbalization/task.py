"""What a question asks for: the noun phrase that the conclusion fills."""

from __future__ import annotations

import re

from kgpaths.records import QAItem

_HEADS = (
    r"diagnos[ie]s|next (?:best )?step|(?:diagnostic |therapeutic )?step|(?:pharmaco|drug |antibiotic )?therapy|"
    r"course of (?:treatment|management)|treatment|management|pharmacotherapy|medications?|antibiotics?|"
    r"drugs?(?: of choice)?|agents?|antidote|intervention|prophylaxis|choice|"
    r"cause|etiology|aetiology|mechanism(?: of action)?|pathogenesis|pathophysiology|pathomechanism|explanation|"
    r"causal organism|causative (?:organism|agent|pathogen)|organisms?|pathogens?|complications?|risk factors?|"
    r"(?:diagnostic |laboratory )?tests?|investigation|study|findings?|location|source|enzyme|deficiency|factor|vector|"
    r"(?:potential )?(?:adverse|side) (?:drug )?(?:effects?|reactions?)"
)
_QUALITY = (
    r"most|least|likely|probable|appropriate|best|next|initial|first-line|first|single|underlying|recommended|common|"
    r"effective|important|accurate|diagnostic|sensitive|specific|immediate|definitive|primary|long-term|strongest|"
    r"causative|suitable|medical|pharmacologic|pharmacological|optimal|correct|additional|further|responsible|useful|"
    r"empiric|preferred|confirmatory|predisposing|major|main|prognostic|characteristic"
)
_BARE = (
    r"drug|agent|medication|antibiotic|intervention|organism|pathogen|test|investigation|study|finding|factor|enzyme|"
    r"therapy|location|management|vector|source|step"
)
"""Heads that say too little without a quality before them."""
_ASKED = re.compile(
    rf"\b((?:(?:{_QUALITY})\s+)*(?:{_HEADS}))\b(?: (in|of) (?:the )?(management|treatment|care|action))?", re.IGNORECASE
)
_GOVERNED = re.compile(
    r"(?:(?<!which )(?<!what )\bof|\b(?:to|in|for|during|after|before|with|by|on|under|from|about|"
    r"(?:stop|discontinu|start|initiat|begin)\w*))(?: (?:the|this|that|these|such|any|her|his|their))? $|"
    r"\b(?:this|that|such)(?: \w+)? $",
    re.IGNORECASE,
)
"""Before a head that is not what is asked: "a reason to stop treatment"."""
_STATEMENT = re.compile(
    r"(?:it|he|she|they|you|we|there) |(?:the|this|these|those|his|her|their|an?) .{0,80}?\b(?:is|are|was|were|has|"
    r"have|had|should|must|may|might|can|could|will|would|does|do|did|lacks?|consists?|exhibits?|shows?|contains?) ",
    re.IGNORECASE,
)
"""An answer that is a sentence, and fills no noun phrase but "the best answer"."""
_NOT = r"(?:is|are|does|do|would|can|was|were|has|have)(?: not\b|n['’]t\b)"
_NEGATED = re.compile(
    r"\b(?:EXCEPT|except\W*$|except (?:which|one)|least likely|NOT|"
    rf"(?:following|these)(?: (?!that|who|which)\w+){{0,2}}? {_NOT})"
)
_VIGNETTE = re.compile(
    r"\b(?:\d+[- ](?:year|month|week|day)s?[- ]old|patient|comes to|presents (?:to|with)|is brought)\b"
)
_TREATS = re.compile(
    r"treat|therap|manag|drug|medicat|pharmaco|agent|administ|prescri|next (?:best )?step|prophyla|antibiotic|prevent|"
    r"intervention|indicated|antidote|choice|should be (?:given|started|added)",
    re.IGNORECASE,
)
_HARMS = re.compile(r"contraindicat|avoid|adverse|side effect|toxic|responsible|mechanism", re.IGNORECASE)
_ASKS = re.compile(r"\b(?:which|what|who|where|when|how|why)\b", re.IGNORECASE)
_ASKING = re.compile(r"\?[\"”]?$|\b(?:except|EXCEPT)\b\W*$")
_PERSON = re.compile(
    r"\b\d{1,3}[- ](?:year|month|week|day)s?[- ]old(?:,? [A-Za-z][\w-]*){0,4}? "
    r"(?:man|woman|boy|girl|male|female|infant|child|newborn|neonate|student|patient|primigravida)\b"
)


_CHILD = re.compile(
    r"\b(?:newborns?|neonates?|infants?|baby|fetus|boy|girl|child|(?:her|his|their) (?:son|daughter|child))\b"
)


def last_question(text: str) -> str:
    """Return the last sentence or line that asks something, or the last one.

    >>> last_question("A man has a cough. Which of the following is the most likely diagnosis? He smokes.")
    'Which of the following is the most likely diagnosis?'
    """
    sentences = [part.strip() for part in re.split(r"(?<=[.?!:])\s+|\n", text.strip()) if part.strip()]
    asking = [part for part in sentences if _ASKING.search(part) or _ASKS.search(part.split(",")[0])]
    return (asking or sentences or [""])[-1]


def asked_for(item: QAItem) -> str:
    """Return what the answer is, as a noun phrase without article: "most likely diagnosis", "next step in management".

    >>> def ask(text):
    ...     return asked_for(QAItem(id="q", dataset="d", split="train", question=text, answer="x", licence="CC0-1.0"))
    >>> ask("A man coughs. Which of the following is the most likely diagnosis?")
    'most likely diagnosis'
    >>> ask("Which of the following is the most appropriate next step in management of this patient?")
    'most appropriate next step in management'
    >>> ask("What is the next appropriate step in the management of this patient?")
    'next appropriate step in the management'
    >>> ask("What is the treatment of choice?"), ask("Which nerve is injured?"), ask("")
    ('treatment of choice', 'best answer', 'best answer')
    >>> ask("Which of these is a reason to stop treatment?")
    'best answer'
    >>> ask("All of these are causes EXCEPT")
    'exception'
    """
    question = last_question(item.question)
    if is_negated(item) and re.search(r"\bexcept\b", question, re.IGNORECASE):
        return "exception"
    question = question[max((match.start() for match in _ASKS.finditer(question)), default=0) :]
    heads = (match for match in _ASKED.finditer(question) if not _GOVERNED.search(question, 0, match.start()))
    found = next(heads, None)
    if found is None or is_negated(item) or _STATEMENT.match(item.answer or ""):
        return "best answer"
    phrase = " ".join(found.group(0).lower().split())
    phrase = re.sub(rf"\b({_BARE}|risk factor|complication|effect|reaction)s$", r"\1", phrase)
    if re.fullmatch(_BARE, phrase):
        phrase = f"right {phrase}"
    if question[found.end() :].startswith(" of choice") and not phrase.endswith("of choice"):
        phrase = phrase.removeprefix("right ") + " of choice"
    return phrase


def is_negated(item: QAItem) -> bool:
    """Say whether the question asks for what does not hold ("all of the following EXCEPT").

    >>> is_negated(QAItem(id="q", dataset="d", split="train", question="Which is NOT a sign?", answer="x", licence="l"))
    True
    """
    return _NEGATED.search(last_question(item.question)) is not None


def is_treatment(item: QAItem) -> bool:
    """Say whether the question asks what to do, so that a contraindication speaks against an option.

    >>> question = "Which treatment is best?"
    >>> is_treatment(QAItem(id="q", dataset="d", split="train", question=question, answer="x", licence="l"))
    True
    """
    question = last_question(item.question)
    return _TREATS.search(question) is not None and _HARMS.search(question) is None


def is_vignette(item: QAItem) -> bool:
    """Say whether the question tells of a patient."""
    return _VIGNETTE.search(item.question) is not None


def person(item: QAItem) -> tuple[int, int] | None:
    """Return where the question says who the patient is, as offsets into it.

    None where it may be somebody else: two people are described, or a mother and her child.

    >>> question = "A 23-year-old pregnant woman has dysuria."
    >>> start, end = person(QAItem(id="q", dataset="d", split="train", question=question, answer="x", licence="l"))
    >>> question[start:end]
    '23-year-old pregnant woman'
    """
    found = list(_PERSON.finditer(item.question))
    if len(found) != 1 or _CHILD.search(item.question, found[0].end()):
        return None
    return found[0].span()
