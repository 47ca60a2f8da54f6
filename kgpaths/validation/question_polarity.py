"""This check looks a second time, in another way, for questions that ask for what does not hold.

Whether a question asks for what does not hold is read once, in `kgpaths.language`. That reading decides so much that it
is checked here by something blunt that shares nothing with it: a list of words, looked for in the last sentence of the
stem. It objects too often rather than too seldom: a row that it rejects wrongly is lost, one that it lets pass argues
the opposite of the truth.
"""

from __future__ import annotations

from collections.abc import Iterator

from kgpaths.validation import free
from kgpaths.validation.registry import Case, Fault, check
from kgpaths.vocabulary.relations import Relation, relations

_NEGATIVE = (
    "not", "never", "none", "cannot", "except", "exception", "excepting", "false", "untrue",
    "incorrect", "incorrectly", "wrong", "wrongly", "inaccurate", "least", "unlikely", "improbable", "excluded",
    "excludes", "unrelated", "inconsistent", "mismatch", "mismatched", "odd", "lacks", "lacking", "absent", "spared",
    "rarely", "seldom", "uncommon",
)  # fmt: skip
_FORBIDDING = (
    "contraindicated", "contraindication", "contraindications", "contra", "avoid", "avoided", "avoidance",
    "inappropriate", "unsafe", "unsuitable", "harmful", "discontinued", "withheld", "inadvisable", "worsen", "worsens",
    "aggravate", "aggravates", "exacerbate", "exacerbates", "toxic", "toxicity", "adverse",
)  # fmt: skip
_WORDS = frozenset(_NEGATIVE) | frozenset(_FORBIDDING)


@check("question_not_turned", "A question with a negative or a contraindication is not answered by what speaks for it.")
def question_not_turned(case: Case) -> Iterator[Fault]:
    """Look for a word of the list in the last sentence, and for an edge in the chain that says no or does harm."""
    told = _last_sentence(case.item.question)
    words = "".join(sign if sign.isalpha() else " " for sign in told.replace("’", "'").replace("n't", " not")).split()
    found = next((word for word in words if word in _WORDS), None)
    if found is None:
        return
    for edge in (edge for _, step in case.steps("evidence", "link") for edge in case.edges_of(step)):
        relation = relations().get(edge.predicate)
        if relation is not None and (relation.polarity == "contradicts" or _may_harm(relation)):
            return
    if not case.templated and (free.harms_answer(case) if found in _FORBIDDING else free.denies_answer(case)):
        return
    yield Fault(f"the question says {found!r}, and the chain argues for what holds", "polarity_violated")


def _may_harm(relation: Relation) -> bool:
    """Say whether a relation brings something about, or more of it."""
    return relation.family in ("etiology", "harm") or (relation.family == "regulation" and relation.effect == 1)


def _last_sentence(stem: str) -> str:
    """Return what stands behind the last full stop that has as much as five words after it, in small letters."""
    parts = [part for part in stem.casefold().replace("?", ".").replace("\n", ".").split(". ") if part.strip(" .:_-")]
    taken: list[str] = []
    for part in reversed(parts):
        taken.insert(0, part)
        if sum(len(one.split()) for one in taken) >= 5:
            break
    return " ".join(taken)
