"""Look for the edges and sentences behind a claim, and behind the concepts that an explanation goes through.

A claim is three pieces of text. Its ends are linked to nodes; edges between them count first, then edges between one
end and a class or an example of the other (one `is_a` away). Sentences are those that hold a name of both ends. Neither
says by itself that the claim is true as it is worded: the writer uses it or leaves it, and a judge can check it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from kgpaths.extraction.scopes import scopes_of
from kgpaths.graph import KnowledgeGraph
from kgpaths.language.english import natural_order
from kgpaths.linking import EntityLinker
from kgpaths.linking.assertion.stated import PRESENT
from kgpaths.records import (
    CitedSentence,
    Claim,
    Edge,
    Grounded,
    GroundedClaim,
    Hop,
    Mention,
    QAItem,
    ReasoningPath,
)
from kgpaths.texts import SentenceIndex
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

_EDGES, _SENTENCES = 3, 2
"""Most edges and sentences of one claim."""
_PATHS = 6
"""Most further paths over proposed concepts."""
_FURTHER = 6
"""Most further sentences on the condition, the answer and the proposed concepts."""
_RELATED = 40
"""Classes and examples of a node that are looked at."""
_NAMES = 12
_LEAST_SHARE = 0.3
"""Of a text that its longest name has at least to stand for it."""
_SHORTEST_NAME = 4
"""Letters of a name that is looked for in texts; shorter ones are abbreviations of too many things."""
_AGAINST = frozenset({"denies", "not_of_it", "of_no_use", "warns", "avoids"})
"""Rules of `ontologies/extraction/scopes.yaml` whose words speak against what they govern."""
_SURE = ("label", "exact", "normalised", "synonym", "word_order", "abbreviation", "fuzzy", "ngram")
"""Ways of matching that speak for the whole string."""


class ClaimSearch:
    """Grounds claims in one graph and the sentences of reference texts.

    >>> from kgpaths.graph import EdgeRecord, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("HP:0001945", "Fever", "phenotype", "hpo"),
    ...      NodeRecord("DOID:552", "pneumonia", "disease", "doid")],
    ...     [EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "doid", "2025", "CC0-1.0")])
    >>> claim = Claim(subject="Pneumonia", relation="causes", object="fever")
    >>> found = ClaimSearch(graph, EntityLinker(graph)).claim(claim)
    >>> found.subject_id, found.object_id, [edge.predicate for edge in found.edges]
    ('DOID:552', 'HP:0001945', ['has_symptom'])
    """

    def __init__(self, graph: KnowledgeGraph, linker: EntityLinker, texts: SentenceIndex | None = None) -> None:
        """Take the graph, what links names to it, and the sentences; None looks for none."""
        self._graph, self._linker, self._texts = graph, linker, texts
        self._node = lru_cache(50_000)(self._linked)

    def __call__(
        self, item: QAItem, mentions: Sequence[Mention], claims: Sequence[Claim], concepts: Sequence[str]
    ) -> Grounded:
        """Return what is found for the claims and concepts, the condition in question first among these.

        Beside the edges and sentences of every claim these are paths from findings over the concepts to the right
        answer, and sentences in which two of condition, answer and concepts meet: a writer who may choose needs more
        than what was asked for.

        Raises:
            UnknownNode: a mention names a node that the graph does not have.
        """
        findings = dict.fromkeys(
            one.node_id for one in mentions if one.role in ("question", "context") and one.assertion in PRESENT
        )
        answers = dict.fromkeys(one.node_id for one in mentions if one.role == "answer")
        named = dict.fromkeys(
            node
            for text in (*concepts, *(end for claim in claims for end in (claim.subject, claim.object)))
            if (node := self._node(text))
        )
        grounded = tuple(self.claim(claim) for claim in claims)
        told = {sentence.id for one in grounded for sentence in one.sentences}
        return Grounded(
            claims=grounded,
            paths=tuple(self._paths(findings, named, answers, item.answer_key)),
            sentences=tuple(self._meeting(item.answer, concepts, told)),
        )

    def claim(self, claim: Claim) -> GroundedClaim:
        """Return what is found for one claim and against it."""
        subject, object_ = self._node(claim.subject), self._node(claim.object)
        edges = list(self._edges(subject, object_)) if subject and object_ and subject != object_ else []
        denying = [edge for edge in edges if relations()[edge.predicate].polarity == "contradicts"]
        ends = (claim.subject, subject), (claim.object, object_)
        sentences = self._sentences(*ends)
        against = [one for one in sentences if self._speaks_against(one, *ends)] if not _denies(str(claim)) else []
        return GroundedClaim(
            claim=claim,
            subject_id=subject,
            object_id=object_,
            edges=tuple(edge for edge in edges if edge not in denying)[:_EDGES],
            sentences=tuple(one for one in sentences if one not in against),
            against=tuple(denying[:_EDGES]),
            sentences_against=tuple(against),
        )

    def _linked(self, text: str) -> str:
        """Return the node that a text names as a whole, else that of its longest name; empty without one.

        A claim says "watery diarrhea" or "severe RSV infection" where the graph speaks of diarrhea and the infection:
        what holds of these is shown, and the writer decides whether it bears on the claim. What the text denies
        ("negative rheumatoid factor") is named by nothing, and so is a text of which the name is a small part.
        """
        found = [one for one in self._linker.link_string(text) if one.tier in _SURE]
        if not found:
            found = [one for one in self._linker.link(text) if one.tier in _SURE and one.assertion == "present"]
            found.sort(key=lambda one: (one.start - one.end, -one.start))
            if found and found[0].end - found[0].start < _LEAST_SHARE * len(text):
                return ""
        return found[0].node_id if found else ""

    # edges ---------------------------------------------------------------------------------------------------------

    def _edges(self, one: str, other: str) -> Iterator[Edge]:
        """Yield the edges between two nodes, then those between one and what is one `is_a` from the other."""
        direct = self._between(one, other)
        yield from direct
        if len(direct) >= _EDGES:
            return
        told = {edge.id for edge in direct}
        near = [(one, related) for related in self._related(other) if related != one]
        near += [(related, other) for related in self._related(one) if related != other]
        for left, right in near:
            for edge in self._between(left, right):
                # that a class lies below another says nothing of the two that were asked for
                if edge.id not in told and relations()[edge.predicate].family != "hierarchy":
                    told.add(edge.id)
                    yield edge

    def _between(self, one: str, other: str) -> list[Edge]:
        graph = self._graph
        numbers = [
            number
            for number in graph.numbers_between(graph.index(one), graph.index(other))
            if graph.may_say(number) and graph.tiers[graph.tier[number]] != "associated_in_text"
        ]
        cost = {number: relations()[graph.predicates[graph.predicate[number]]].cost_millinats for number in numbers}
        return [graph.edge_at(number) for number in sorted(numbers, key=lambda number: (cost[number], number))]

    def _related(self, node: str) -> list[str]:
        """Return the classes of a node, then its examples, each in the order of ids; an organism's diseases count."""
        graph = self._graph
        place = graph.index(node)
        classes: list[str] = []
        examples: list[str] = []
        for number in graph.arcs[graph.indptr[place] : graph.indptr[place + 1]].tolist():
            relation = relations()[graph.predicates[graph.predicate[number]]]
            if relation.role == "class" or self._infects(number):
                up = graph.subject[number] == place
                (classes if up else examples).append(graph.id(int((graph.object if up else graph.subject)[number])))
        return [*sorted(set(classes)), *sorted(set(examples))][:_RELATED]

    def _infects(self, number: int) -> bool:
        """Say whether an edge ties an organism to the disease that it causes: texts name the one for the other."""
        graph = self._graph
        types = {graph.node_types[graph.node_type[end]] for end in (graph.subject[number], graph.object[number])}
        groups = {node_types()[name].group for name in types}
        return groups == {"living_thing", "condition"} and (
            relations()[graph.predicates[graph.predicate[number]]].family == "etiology"
        )

    # paths ---------------------------------------------------------------------------------------------------------

    def _paths(
        self, findings: Iterable[str], concepts: Iterable[str], answers: Iterable[str], key: str | None
    ) -> Iterator[ReasoningPath]:
        """Yield paths finding – concept – answer, for each concept from the first finding that it is tied to."""
        made = 0
        answers = list(answers)
        for concept in concepts:
            if concept in answers or made >= _PATHS:
                continue
            onward = next((edge for answer in answers for edge in self._between(concept, answer)), None)
            if onward is None:
                continue
            for finding in findings:
                if finding in answers or finding == concept:
                    continue
                if there := self._between(finding, concept):
                    made += 1
                    hops = (_hop(there[0], finding), _hop(onward, concept))
                    cost = sum(relations()[hop.predicate].cost_millinats for hop in hops)
                    yield ReasoningPath(
                        hops=hops,
                        cost_millinats=cost,
                        option_key=key,
                        explanation="over a concept that a model proposed",
                    )
                    break

    # sentences -----------------------------------------------------------------------------------------------------

    def _meeting(self, answer: str, concepts: Sequence[str], told: set[str]) -> Iterator[CitedSentence]:
        """Yield a sentence for each pair of condition, answer and concepts, without those that were told."""
        condition, others = concepts[:1], concepts[1:]
        pairs = [(one, answer) for one in condition] + [(one, other) for one in condition for other in others]
        pairs += [(other, answer) for other in others]
        left = _FURTHER
        for ends in pairs:
            if not left:
                return
            found = self._sentences(*((text, self._node(text)) for text in ends)) if ends[0] != ends[1] else []
            for sentence in found[:1]:
                if sentence.id not in told:
                    told.add(sentence.id)
                    left -= 1
                    yield sentence

    def _sentences(self, *ends: tuple[str, str]) -> list[CitedSentence]:
        if self._texts is None:
            return []
        groups = [self._names(text, node) for text, node in ends]
        found = self._texts.holding(groups, limit=_SENTENCES)
        if len(found) < _SENTENCES:
            more = self._texts.near(*(text for text, _ in ends), limit=_SENTENCES)
            found += [sentence for sentence in more if sentence not in found]
        if not found:
            wider = [[*names, *self._related_names(node)] for names, (_, node) in zip(groups, ends, strict=True)]
            for one in range(len(ends)):
                tried = [wider[at] if at == one else names for at, names in enumerate(groups)]
                found += self._texts.holding(tried, limit=1) if tried != groups else []
        return found[:_SENTENCES]

    def _related_names(self, node: str) -> list[str]:
        """Return the names of what a thing belongs to or is made up of, by which texts may speak of it."""
        related = self._related(node)[:_NAMES] if node else []
        return [
            name for name in (natural_order(self._graph.name(one)) for one in related) if len(name) >= _SHORTEST_NAME
        ]

    def _speaks_against(self, sentence: CitedSentence, *ends: tuple[str, str]) -> bool:
        """Say whether words that deny or forbid govern one end and not the other; one in the topic is not governed."""
        text = sentence.text.casefold()
        scopes = [scope for scope in scopes_of(text, 0, len(text)) if scope.rule.name in _AGAINST]
        if not scopes:
            return False
        places = [[text.find(name.casefold()) for name in self._names(*end)] for end in ends]
        governed = [
            any(scope.holds(at) and not scope.before for scope in scopes for at in there if at >= 0) for there in places
        ]
        return any(governed) and not all(governed)

    def _names(self, text: str, node: str) -> list[str]:
        """Return what a thing is called in texts: by the claim, and by those names of its node that mean just it."""
        names = [text]
        if node:
            record = self._graph.node(node)
            names += [record.name, *(name.text for name in record.names if name.scope in ("label", "exact", "lay"))]
        spoken = dict.fromkeys(natural_order(name) for name in names)
        return [name for name in spoken if name == text or len(name) >= _SHORTEST_NAME][:_NAMES]


def _denies(text: str) -> bool:
    text = text.casefold()
    return any(scope.rule.name in _AGAINST for scope in scopes_of(text, 0, len(text)))


def _hop(edge: Edge, start: str) -> Hop:
    return Hop(
        edge_id=edge.id,
        subject=edge.subject,
        predicate=edge.predicate,
        object=edge.object,
        forward=edge.subject == start,
        source=edge.source,
        licence=edge.licence,
    )
