"""The one reading of a question: the sentence that asks, of what kind, for what, and with which polarity.

The kind follows from the noun that the answer fills ("the most likely *diagnosis* is", "which *enzyme* is deficient?"),
and where the sentence names none, from its other words; rules are few and in order, and the first that fits wins.
"""

from __future__ import annotations

import re
from typing import cast

from kgpaths.language.question_polarity import polarity
from kgpaths.language.question_words import patterns, tables
from kgpaths.language.sentences import sentences
from kgpaths.records import QAItem, Question, QuestionKind, QuestionPolarity, Span

_HEADS = (
    r"diagnos[ie]s|next (?:best )?step|(?:diagnostic |therapeutic )?step|(?:pharmaco|drug |antibiotic )?therapy|"
    r"course of (?:treatment|management)|treatment|management|pharmacotherapy|medications?|antibiotics?|"
    r"drugs?(?: of choice)?|agents?|antidote|intervention|prophylaxis|choice|vaccines?|"
    r"cause|etiology|aetiology|mechanism(?: of action)?|pathogenesis|pathophysiology|pathomechanism|explanation|"
    r"causal organism|causative (?:organism|agent|pathogen)|organisms?|pathogens?|complications?|risk factors?|"
    r"(?:diagnostic |laboratory )?tests?|investigation|study|findings?|location|source|enzyme|"
    r"deficiency(?! (?:in|of)\b)|factor|vector|"
    r"(?:potential )?(?:adverse|side) (?:drug )?(?:effects?|reactions?)"
)
_QUALITY = (
    r"screening|imaging|complementary|blood|correct|1st|most|least|likely|probable|appropriate|best|next|initial|first-line|first|single|underlying|recommended|common|"
    r"effective|important|accurate|diagnostic|sensitive|specific|immediate|definitive|primary|long-term|strongest|"
    r"causative|suitable|medical|pharmacologic|pharmacological|optimal|correct|additional|further|responsible|useful|"
    r"empiric|preferred|confirmatory|predisposing|major|main|prognostic|characteristic"
)
_BARE = (
    r"drug|agent|medication|antibiotic|intervention|organism|pathogen|test|investigation|study|finding|factor|enzyme|"
    r"therapy|location|management|vector|source|step|vaccine"
)
"""Heads that say too little without a quality before them."""
_PHRASE = (
    rf"(?:(?:{_QUALITY}),? )*(?:{_HEADS})\b(?: (?:in|of) (?:the )?(?:management|treatment|care|action))?(?: of choice)?"
)
_OF_THESE = r"(?: one)?(?: (?:of|among|from) (?:the )?(?:following|these|those|below|above)(?: options| choices)?)?"
_ARTICLE = r"(?:the |an? |your |his |her |their |its |this patient's |the patient's )?"
_IS = r"(?:is|are|was|were|would be|will be|should be|could be|represents|may be|might be)(?: now| then)?"
_FRAMES = tuple(
    re.compile(frame)
    for frame in (
        rf"\b(?:which|what){_OF_THESE} {_IS} (?:considered |thought to be |likely )?{_ARTICLE}(?P<asked>{_PHRASE})",
        rf"\b(?:which|what){_OF_THESE} (?P<asked>{_PHRASE})(?! (?:effect|level|result|of (?!choice|action)))",
        rf"(?:^|[,;:.] |\b(?:and|then|to|please) )(?:name|identify|state|choose|select|suggest|give) "
        rf"{_ARTICLE}(?P<asked>{_PHRASE})",
        rf"(?:^|[,;:] |\b(?:and|then|the|his|her|your) ){_ARTICLE}(?P<asked>{_PHRASE})"
        rf"(?: (?!which|what|that|who)[^?:,;]*?)?(?: {_IS})?(?: {_ARTICLE.rstrip('?')})?[\s?:.…_-]*$",
    )
)
"""Where a question names what fills it: "which of the following is the X", "which X", "name the X", "the X is:"."""
_INTERROGATIVE = re.compile(r"\b(?:which|what)\b")
_ENDS_OTHERWISE = re.compile(
    r"\b(?:seen|found|caused|produced|treated|managed|given|used|done|made|associated|diagnosed|characteri[sz]ed|due|"
    r"related|occurs?|present|common|known|called|includes?|included|by|with|in|from|to|for|on|than|as|"
    r"(?<!diagnosis )(?<!mechanism )(?<!choice )of)\b[\s?:.…_-]*$"
)
"""An unfinished sentence that the answer completes otherwise than as its noun: "the side effect is seen with"."""
_STATEMENT = re.compile(
    r"(?:it|he|she|they|you|we|there) |(?:the|this|these|those|his|her|their|an?) .{0,80}?\b(?:is|are|was|were|has|"
    r"have|had|should|must|may|might|can|could|will|would|does|do|did|lacks?|consists?|exhibits?|shows?|contains?) ",
    re.IGNORECASE,
)
"""An answer that is a sentence, and fills no noun phrase but "the best answer"."""

_OPENING = re.compile(
    r"^(?:considering|given|based on|in view of|taking into account|in addition to|in light of|besides|apart from|"
    r"with regard to|according to|after|before|since|while|following)\b[^,]*, "
)
"""A clause that opens the sentence and asks nothing."""
_VIGNETTE = re.compile(
    r"\b(?:\d+[- ](?:year|month|week|day)s?[- ]old|patient|comes to|presents (?:to|with)|is brought)\b"
)
_PERSON = re.compile(
    r"\b\d{1,3}[- ](?:year|month|week|day)s?[- ]old(?:,? [A-Za-z][\w-]*){0,4}? "
    r"(?:man|woman|boy|girl|male|female|infant|child|newborn|neonate|student|patient|primigravida)\b"
)
_CHILD = re.compile(
    r"\b(?:newborns?|neonates?|infants?|baby|fetus|boy|girl|child|(?:her|his|their) (?:son|daughter|child))\b"
)
_ASKS = re.compile(
    r"\b(?:which|what) (?:one |type |kind )?(?:of|is|are|was|would|should|will|could|does|do)\b|"
    r"^(?:which|what|who|where|when|how|why|whose|name|identify|indicate|point out|mark|select|choose|state)\b|"
    r"\ball (?:of )?the following\b",
    re.IGNORECASE,
)
_UNFINISHED = re.compile(r"(?:[:…_–-]|\.\.+)\s*$|\b(?:is|are|in|by|with|to|of|for|except|not)\W*$", re.IGNORECASE)
_ENDS_WITH_EXCEPT = re.compile(r"\b(?:except|but one)\W*$", re.IGNORECASE)
_TAIL = re.compile(r"\W*(?:except|but one|false|not|incorrect|wrong|true)?\W*", re.IGNORECASE)


def read_question(item: QAItem) -> Question:
    """Return what an item asks.

    >>> item = QAItem(id="q", dataset="d", split="train", answer="Gout", licence="CC0-1.0",
    ...               question="A 54-year-old man has a swollen toe. Which of these is the most likely diagnosis?")
    >>> asked = read_question(item)
    >>> asked.asking.text, asked.kind, asked.polarity, asked.asks_for
    ('Which of these is the most likely diagnosis?', 'diagnosis', 'holds', 'most likely diagnosis')
    >>> asked.patient.text, asked.relations[:2]
    ('54-year-old man', ('has_symptom', 'has_phenotype'))
    """
    stem = item.question
    start, end = sentence_that_asks(stem)
    asking = stem[start:end]
    sense = polarity(asking)
    told = " ".join(asking.casefold().split())
    noun = _noun(told)
    kind = _kind(told, noun, sense)
    return Question(
        asking=Span(section="question", start=start, end=max(end, start + 1), text=asking),
        kind=kind,
        polarity=sense,
        asks_for="best answer" if _STATEMENT.match(item.answer) else _asks_for(noun, sense),
        relations=_relations(told, kind, sense),
        vignette=_VIGNETTE.search(stem) is not None,
        patient=_patient(stem),
    )


def sentence_that_asks(stem: str) -> tuple[int, int]:
    """Return the offsets of the sentence that asks: the last with a question mark, an asking word or an open end.

    >>> stem = "A man coughs. Which drug helps? He is 60."
    >>> stem[slice(*sentence_that_asks(stem))]
    'Which drug helps?'
    >>> stem = "All of these are signs of gout. EXCEPT:"
    >>> stem[slice(*sentence_that_asks(stem))]
    'All of these are signs of gout. EXCEPT:'
    """
    spans = list(sentences(stem))
    if not spans:
        return 0, len(stem)
    if _ENDS_WITH_EXCEPT.search(stem):
        start = next((begun for begun, _ in reversed(spans) if not _TAIL.fullmatch(stem[begun:])), spans[-1][0])
        return start, spans[-1][1]
    for test in (_is_question, _is_unfinished, _asks):
        for number in range(len(spans) - 1, -1 if test is not _is_unfinished else len(spans) - 2, -1):
            start, end = spans[number]
            if test(stem[start:end]):
                # "…? Except" and "… are true. EXCEPT:" are one sentence with what stands before them, or after.
                while number + 1 < len(spans) and _TAIL.fullmatch(stem[slice(*spans[number + 1])]):
                    number += 1
                    end = spans[number][1]
                if _TAIL.fullmatch(stem[start:end]) and number:
                    start = spans[number - 1][0]
                return start, end
    return spans[-1]


def _is_question(sentence: str) -> bool:
    return sentence.rstrip("\"”') ").endswith("?")


def _asks(sentence: str) -> bool:
    return _ASKS.search(sentence) is not None


def _is_unfinished(sentence: str) -> bool:
    return _UNFINISHED.search(sentence) is not None


def _noun(told: str) -> str:
    """Return the noun phrase that the answer fills, or nothing; of a sentence in small letters."""
    for frame in _FRAMES:
        for match in frame.finditer(told):
            if frame is not _FRAMES[-1] or not (_ENDS_OTHERWISE.search(told) or _INTERROGATIVE.search(told)):
                return match["asked"]
    return ""


def _kind(told: str, noun: str, sense: QuestionPolarity) -> QuestionKind:
    """Return the kind, of a sentence in small letters and the noun phrase that it asks for."""
    clause = _OPENING.sub("", told)
    tries = (("plain", clause), ("kinds", noun), ("kinds", clause), ("weak", clause))
    found = next(
        (kind for name, text in tries for kind, words in patterns(name).items() if words.search(text)), "other"
    )
    if found == "treatment" and sense == "holds" and patterns("kinds")["prevention"].search(clause):
        return "prevention"
    if sense == "harms" and found in ("treatment", "cause", "other", "finding"):
        return "harm"
    return cast(QuestionKind, found)


def _asks_for(noun: str, sense: QuestionPolarity) -> str:
    if sense == "exception":
        return noun if noun.startswith("least") else "exception"
    if not noun or sense == "not_to_do":
        return "option to avoid" if sense == "not_to_do" else "best answer"
    phrase = re.sub(r"diagnoses$", "diagnosis", noun)
    phrase = re.sub(rf"\b({_BARE}|risk factor|complication|effect|reaction)s\b(?= of|$)", r"\1", phrase)
    return f"right {phrase}" if re.fullmatch(_BARE, phrase) else phrase


def _relations(told: str, kind: QuestionKind, sense: QuestionPolarity) -> tuple[str, ...]:
    if sense in ("not_to_do", "harms"):
        return tuple(tables()[f"{sense}_relations"])
    named = (predicate for predicate, words in patterns("named").items() if words.search(told))
    return tuple(dict.fromkeys((*named, *tables()["relations"][kind])))


def _patient(stem: str) -> Span | None:
    """Return where the stem says who the patient is; None where two people are described, or a mother and her child."""
    found = list(_PERSON.finditer(stem))
    if len(found) != 1 or _CHILD.search(stem, found[0].end()):
        return None
    start, end = found[0].span()
    return Span(section="question", start=start, end=end, text=stem[start:end])
