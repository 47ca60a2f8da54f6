"""This module puts edges into clauses: it chooses the subject, the number, articles and pronouns.

An edge can be said from either end. Some read well, or stay true to the ear, from one end only: "hemolytic anemia is
a kind of anemia", not "anemia includes hemolytic anemia"; "headache can be a side effect of nifedipine".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kgpaths.language.english import agree, agree_object, is_plural, listing, singular
from kgpaths.language.spoken_names import Names
from kgpaths.vocabulary.relations import relations


@dataclass(frozen=True)
class Clause:
    """Several starts that stand in one relation, each of them to each of the ends."""

    starts: tuple[str, ...]
    predicate: str
    forward: bool
    """True when the starts are the subjects of the edges."""
    ends: tuple[str, ...]
    edge_ids: tuple[str, ...] = ()

    @property
    def turned(self) -> bool:
        """True when it is said from its ends on."""
        return relations()[self.predicate].said_from == ("object" if self.forward else "subject")


def clause_text(
    names: Names,
    clause: Clause,
    *,
    pronoun: str = "",
    relative: bool = False,
    note: Callable[[str], str] = lambda _: "",
) -> str:
    """Return a clause in English.

    Args:
        names: how nodes are called.
        clause: what is to be said.
        pronoun: what its one end, that has just been named, is called (of a clause that is not turned).
        relative: its one end has just been named and is "which" (of a turned clause).
        note: what stands behind a node's name.
    """
    forward = clause.forward != clause.turned
    left, right = (clause.ends, clause.starts) if clause.turned else (clause.starts, clause.ends)
    subjects, objects = [names.node(node) for node in left], [names.node(node) for node in right]
    relation = relations()[clause.predicate]
    phrase = relation.phrase if forward else relation.inverse_phrase
    several = len(subjects) > 1
    phrase = agree_object(agree(phrase, several or is_plural(subjects[0]), several), len(objects) > 1)
    if relation.role in ("class", "heading") and forward:
        objects = [re.sub("^(?:an?|the) ", "", name) for name in objects]
    if clause.predicate == "is_a" and forward:
        objects = [singular(name) for name in objects]
    # "It" does not read well behind "is a kind of" and "belongs to the class of".
    if pronoun and len(objects) == 1 and (relation.family != "hierarchy" or relation.role == "whole"):
        objects = [pronoun]
    said = ["which"] if relative else [name + note(node) for name, node in zip(subjects, left, strict=True)]
    return f"{listing(said)} {phrase} {listing([name + note(node) for name, node in zip(objects, right, strict=True)])}"


def point_text(names: Names, clauses: Sequence[Clause]) -> list[str]:
    """Return the clauses that lead to one end, or to several by one clause; what defines the end comes last."""
    straight = [clause for clause in clauses if not clause.turned]
    turned = [clause for clause in clauses if clause.turned]
    if not straight:
        return [clause_text(names, clause) for clause in turned]
    plural = is_plural(names.node(straight[0].ends[0]))
    # A class is named in the singular: "a diverticulum is a kind of diverticular disease".
    one = straight[0].predicate == "is_a" or not plural
    first, *others = straight
    texts = [clause_text(names, first)]
    texts += [clause_text(names, clause, pronoun="it" if one else "them") for clause in others]
    if not others and len(turned) == 1 and one is not plural:
        return [f"{texts[0]}, {clause_text(names, turned[0], relative=True)}"]
    return texts + [clause_text(names, clause) for clause in turned]
