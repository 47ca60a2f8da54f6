"""Make one node of one concept: nodes of different sources are joined by cross-references and names, by type rules.

Five rules are tried, the surest first. A link is an equivalence only when it is one-to-one between the two
vocabularies: a disease with three OMIM numbers is none of the three, unless one has its name. No concept ever holds
two ids of the same vocabulary, whatever chain of links leads there; what the rules refuse is listed in the report.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kgpaths.graph.ids import folded
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord, by_id
from kgpaths.language.words import WORD
from kgpaths.vocabulary.node_types import node_types

RULES = (
    "same_label",
    "cross_reference_and_name",
    "cross_reference",
    "shared_reference_and_name",
    "label_is_exact_name",
)
"""Same preferred name; one refers to the other and they share a name; one refers to the other; both refer to the same
third id and they share a name; the preferred name of one is an exact name of the other."""

_SAME_PREFIX = {"MIM": "OMIM", "MSH": "MESH", "ORDO": "ORPHA", "Orphanet": "ORPHA", "UMLS_CUI": "UMLS"}
_IDENTIFYING = frozenset(
    {"CHEBI", "DOID", "DRUGBANK", "HP", "MESH", "MESH-C", "MONDO", "OMIM", "ORPHA", "SYMP", "UMLS", "UNII"}
)
"""Vocabularies fine enough that two nodes with the same id there are the same; ICD codes, for one, are not."""

_SAME = ("label", "exact", "lay")
"""Scopes of names that mean the node itself, no more and no less."""

_BROAD = frozenset({"HP", "MESH", "SYMP"})
"""Vocabularies that diseases refer to for want of something closer."""

_DISEASE = ("DOID", "MONDO", "MESH", "OMIM", "ORPHA", "DECIPHER", "HP", "SYMP")
_FINDING = ("HP", "SYMP", "MESH")
_PRIORITY: Mapping[str, tuple[str, ...]] = {
    "disease": _DISEASE,
    "symptom": _FINDING,
    "phenotype": _FINDING,
    "finding": _FINDING,
    "substance": ("DRUGBANK", "DRUGCENTRAL", "CHEBI", "MESH"),
    "gene_product": ("NCBIGene", "UniProt", "MESH"),
    "process": ("GO", "MESH"),
    "structure": ("UBERON", "CL", "GO", "MESH"),
    "living_thing": ("NCBITaxon", "MESH"),
    "care": ("MAXO", "MESH"),
    "qualifier": ("HP",),
}
"""Which vocabulary gives a merged node its id, by type or group; others follow in alphabetical order."""


_QUALIFIER = re.compile(
    r"benign|malignant|central|bilateral|unilateral|congenital|familial|hereditary|inherited|isolated|nonsyndromic"
    r"|infantile|juvenile|neonatal|perinatal|maternal|male|female|psychologic|recurrent|severe|solitary|primary"
    r"|secondary|tertiary|idiopathic|\d+[a-z]?|[ivx]+"
)
"""Words that make a name mean one kind of what it means without them."""

_POSSESSIVE = re.compile(r"['’]s\b")


_NONE: Mapping[str, int] = MappingProxyType({})


class Conflict(NamedTuple):
    """Two nodes that a rule links and that were kept apart."""

    rule: str
    left: str
    right: str
    why: str
    """`one_to_many`, `same_vocabulary`, `type`, `names_differ`, `one_kind`, `reviewed` or `settled`."""


class MergeReport(NamedTuple):
    """What `merge_concepts` did."""

    clusters: int
    """Concepts made of more than one node."""
    merged: int
    """Nodes that became part of another."""
    by_rule: dict[str, int]
    """How many of them by each rule."""
    conflicts: tuple[Conflict, ...]


def merge_concepts(
    nodes: Iterable[NodeRecord],
    rules: Collection[str] = RULES,
    *,
    apart: Collection[frozenset[str]] = (),
    settled: Mapping[str, int] = _NONE,
) -> tuple[dict[str, str], MergeReport]:
    """Return the canonical id of every node that is merged into another, and a report.

    The result does not depend on the order of the nodes. Time and space grow with the number of names and
    cross-references.

    Args:
        rules: which of `RULES` may join nodes.
        apart: pairs of ids that were reviewed and are two concepts, whatever the rules say.
        settled: nodes of graphs that were built before, with the number of the graph. Two of one graph are two
            concepts, and a concept keeps the id that it has in the first of them.

    >>> mapping, report = merge_concepts([
    ...     NodeRecord("SYMP:0019145", "vomiting", "symptom", "symp"),
    ...     NodeRecord("HP:0002013", "Vomiting", "phenotype", "hpo"),
    ...     NodeRecord("MESH:D014839", "Vomiting", "symptom", "mesh")])
    >>> mapping, report.by_rule["same_label"]
    ({'MESH:D014839': 'HP:0002013', 'SYMP:0019145': 'HP:0002013'}, 2)
    """
    records = by_id(nodes)
    clusters = _Clusters(records, apart, settled)
    direct = list(_direct(records))

    def confirmed(links: Iterable[Link]) -> list[Link]:
        return [(left, right) for left, right in links if _keys(records[left]) & _keys(records[right])]

    for rule, links in zip(
        RULES,
        (_labels(records), confirmed(direct), direct, confirmed(_shared(records)), _exact_names(records)),
        strict=True,
    ):
        if rule in rules:
            clusters.join_all(rule, links)
    if "same_label" in rules:
        clusters.join_all("same_label", _class_labels(records))
    members: dict[str, list[str]] = defaultdict(list)
    for node_id in records:
        members[clusters.root(node_id)].append(node_id)
    mapping: dict[str, str] = {}
    for group in members.values():
        chosen = _first_settled(group, settled) or canonical_id([records[node_id] for node_id in group])
        mapping |= {node_id: chosen for node_id in group if node_id != chosen}
    return dict(sorted(mapping.items())), MergeReport(
        clusters=sum(len(group) > 1 for group in members.values()),
        merged=len(mapping),
        by_rule={rule: clusters.joined[rule] for rule in RULES},
        conflicts=tuple(
            conflict for conflict in clusters.conflicts if clusters.root(conflict.left) != clusters.root(conflict.right)
        ),
    )


def read_apart(path: Path) -> frozenset[frozenset[str]]:
    """Return the pairs of ids in the first two columns of a table with a header: what was found to be two concepts."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return frozenset(frozenset(line.split("\t")[:2]) for line in lines)


def merged_nodes(
    nodes: Iterable[NodeRecord], mapping: Mapping[str, str], settled: Container[str] = ()
) -> list[NodeRecord]:
    """Return one record for each concept, with the names and ids of all its members, sorted by id.

    The members' own ids are the first cross-references. One to a node that is another concept is left out: it would
    stand for two. A concept whose id is among the `settled` has the type that it has there, and its references first.
    """
    groups: dict[str, list[NodeRecord]] = defaultdict(list)
    for node in by_id(nodes).values():
        groups[mapping.get(node.id, node.id)].append(node)
    taken = {node.id: concept for concept, members in groups.items() for node in members}
    return [_merged(concept, groups[concept], taken, concept in settled) for concept in sorted(groups)]


def merged_edges(
    edges: Iterable[EdgeRecord], mapping: Mapping[str, str], skipped: Counter[str]
) -> Iterator[EdgeRecord]:
    """Yield the edges between concepts; an edge between two members of one concept says nothing and is counted."""
    for edge in edges:
        subject, object_ = mapping.get(edge.subject, edge.subject), mapping.get(edge.object, edge.object)
        if subject == object_ and edge.subject != edge.object:
            skipped["edge_within_a_concept"] += 1
        elif subject is edge.subject and object_ is edge.object:
            yield edge
        else:
            yield edge._replace(subject=subject, object=object_)


def canonical_id(members: Sequence[NodeRecord]) -> str:
    """Return the id that a concept carries: of the vocabulary that comes first for its type."""
    kind = _concept_type(members)
    order = _PRIORITY.get(kind) or _PRIORITY.get(_group(kind), ())
    rank = {prefix: number for number, prefix in enumerate(order)}
    return min((rank.get(vocabulary(node.id), len(rank)), vocabulary(node.id), node.id) for node in members)[2]


def vocabulary(curie: str) -> str:
    """Return the vocabulary of an id: its prefix, but MeSH's supplementary records are one of their own.

    A substance often has a descriptor and the supplementary record that it grew out of.

    >>> vocabulary("HP:0001945"), vocabulary("MESH:D014839"), vocabulary("MESH:C047781")
    ('HP', 'MESH', 'MESH-C')
    """
    return "MESH-C" if curie.startswith("MESH:C") else curie.partition(":")[0]


def normal_name(text: str) -> str:
    """Return the form in which names are compared: no case, punctuation, possessive or plural s.

    >>> normal_name("Crohn's Diseases (regional)")
    'crohn disease regional'
    """
    words = WORD.findall(_POSSESSIVE.sub("", text.casefold()))
    return " ".join(
        word[:-1] if word[-1] == "s" and len(word) > 3 and word[-2] not in "sui" else word for word in words
    )


def _concept_type(members: Sequence[NodeRecord]) -> str:
    # A place in MeSH's trees is no statement of what kind of thing it is: "Hepatomegaly" stands below diseases.
    surer = [node for node in members if not node.id.startswith("MESH:")] or members
    return min((_rank(node.type), node.type) for node in surer)[1]


def _first_settled(group: Iterable[str], settled: Mapping[str, int]) -> str:
    return min(((settled[node_id], node_id) for node_id in group if node_id in settled), default=(0, ""))[1]


def _merged(concept: str, members: list[NodeRecord], taken: Mapping[str, str], settled: bool) -> NodeRecord:
    kept = next(node for node in members if node.id == concept)
    names = {name for node in members for name in (NodeName(node.name, "label"), *node.names)}
    members = sorted(members, key=lambda node: (vocabulary(node.id), node.id))
    own = kept.xrefs if settled else ()
    given = (_curie(xref) for node in members for xref in node.xrefs)
    xrefs = dict.fromkeys((*own, *(node.id for node in members), *given))
    return kept._replace(
        type=kept.type if settled else _concept_type(members),
        xrefs=tuple(xref for xref in xrefs if xref != concept and taken.get(xref, concept) == concept),
        names=tuple(sorted(names - {NodeName(kept.name, "label")})),
    )


@cache
def _group(kind: str) -> str:
    return node_types()[kind].group if kind in node_types() else kind


@cache
def _rank(kind: str) -> int:
    return node_types()[kind].rank if kind in node_types() else 0


@cache
def compatible(left: str, right: str) -> bool:
    """Tell whether nodes of two types may be one concept."""
    return left == right or _group(left) == _group(right)


def _curie(xref: str) -> str:
    prefix, colon, local = xref.partition(":")
    return _SAME_PREFIX.get(prefix, prefix) + colon + local


Link = tuple[str, str]


class _Clusters:
    """Union-find in which a cluster never holds two ids of one vocabulary, nor types that cannot be one concept."""

    def __init__(
        self, nodes: Mapping[str, NodeRecord], apart: Collection[frozenset[str]], settled: Mapping[str, int]
    ) -> None:
        self.nodes = nodes
        self._settled = settled
        self._apart: dict[str, set[str]] = defaultdict(set)
        for one, other in map(sorted, apart):
            self._apart[one].add(other)
            self._apart[other].add(one)
        self.joined: Counter[str] = Counter()
        self.conflicts: list[Conflict] = []
        self._parent = {node_id: node_id for node_id in nodes}
        self._members = {node_id: [node_id] for node_id in nodes}

    def root(self, node_id: str) -> str:
        while self._parent[node_id] != node_id:
            self._parent[node_id] = self._parent[self._parent[node_id]]
            node_id = self._parent[node_id]
        return node_id

    def join_all(self, rule: str, links: Iterable[Link]) -> None:
        """Join the ends of each link, in the order of ids, where it is one-to-one and nothing forbids it."""
        known = sorted({(min(link), max(link)) for link in links})
        partners: Counter[tuple[str, str]] = Counter()
        for left, right in known:
            partners[left, vocabulary(right)] += 1
            partners[right, vocabulary(left)] += 1
        for left, right in known:
            if self.root(left) == self.root(right) or self._settled.get(left, -1) == self._settled.get(right, -2):
                continue
            many = partners[left, vocabulary(right)] > 1 or partners[right, vocabulary(left)] > 1
            why = "one_to_many" if many else self._forbidden(left, right)
            if not why and rule == "cross_reference" and self._unlike(left, right):
                why = "names_differ"
            if not why and rule.startswith("cross_reference") and self._one_kind(left, right):
                why = "one_kind"
            if why:
                self.conflicts.append(Conflict(rule, left, right, why))
            else:
                self._join(left, right)
                self.joined[rule] += 1

    def _forbidden(self, left: str, right: str) -> str:
        ours, theirs = self._members[self.root(left)], self._members[self.root(right)]
        if any(self._apart[one].intersection(theirs) for one in ours if one in self._apart):
            return "reviewed"
        if self._graphs(ours) & self._graphs(theirs):
            return "settled"
        if not all(compatible(self.nodes[a].type, self.nodes[b].type) for a in ours for b in theirs):
            return "type"
        return "same_vocabulary" if {vocabulary(a) for a in ours} & {vocabulary(b) for b in theirs} else ""

    def _graphs(self, members: Iterable[str]) -> set[int]:
        return {self._settled[one] for one in members if one in self._settled}

    def _unlike(self, left: str, right: str) -> bool:
        """Whether a reference between conditions is to something broader, as those to MeSH often are.

        "visual epilepsy" refers to "Seizures". At least a quarter of the words of some names must be the same.
        """
        if _group(self.nodes[left].type) != "condition" or not {vocabulary(left), vocabulary(right)} & _BROAD:
            return False
        ours, theirs = ([set(key.split()) for key in _keys(self.nodes[node_id])] for node_id in (left, right))
        return not any(4 * len(a & b) >= len(a | b) for a in ours for b in theirs)

    def _one_kind(self, left: str, right: str) -> bool:
        """Whether a reference between conditions is from one kind to what has several.

        "benign ependymoma" refers to "Ependymoma": its name is that of the other and a qualifier more, and no exact
        name of it is the other's.
        """
        if _group(self.nodes[left].type) != "condition" or not {vocabulary(left), vocabulary(right)} & _BROAD:
            return False
        one, other = (normal_name(self.nodes[node_id].name) for node_id in (left, right))
        wide, narrow = sorted((one, other), key=len)
        more = set(narrow.split()) - set(wide.split())
        if not set(wide.split()) < set(narrow.split()) or not any(map(_QUALIFIER.fullmatch, more)):
            return False
        return wide not in _keys(self.nodes[right if narrow == other else left])

    def _join(self, left: str, right: str) -> None:
        low, high = sorted((self.root(left), self.root(right)))
        self._parent[high] = low
        self._members[low] += self._members.pop(high)


def _direct(nodes: Mapping[str, NodeRecord]) -> Iterator[Link]:
    for node in nodes.values():
        for xref in map(_curie, node.xrefs):
            if xref in nodes and vocabulary(xref) != vocabulary(node.id):
                yield node.id, xref


def _shared(nodes: Mapping[str, NodeRecord]) -> Iterator[Link]:
    owners: dict[str, set[str]] = defaultdict(set)
    for node in nodes.values():
        for xref in map(_curie, node.xrefs):
            if xref not in nodes and vocabulary(xref) in _IDENTIFYING:
                owners[xref].add(node.id)
    for some in owners.values():
        yield from _apart(some, nodes)


def _labels(nodes: Mapping[str, NodeRecord]) -> Iterator[Link]:
    owners: dict[str, set[str]] = defaultdict(set)
    for node in nodes.values():
        owners[_key(node.name, node)].add(node.id)
    for some in owners.values():
        yield from _apart(some, nodes)


def _class_labels(nodes: Mapping[str, NodeRecord]) -> Iterator[Link]:
    """Yield classes of drugs and what has their name in the plural: "Barbiturate", a class, is "Barbiturates"."""
    owners: dict[str, set[str]] = defaultdict(set)
    classes = {node.id for node in nodes.values() if node.type == "drug_class"}
    for node in nodes.values():
        if node.id in classes or (_group(node.type) == "substance" and node.name.endswith("s")):
            owners[normal_name(node.name)].add(node.id)
    for some in owners.values():
        yield from (link for link in _apart(some, nodes) if classes.intersection(link))


def _exact_names(nodes: Mapping[str, NodeRecord]) -> Iterator[Link]:
    labels: dict[str, set[str]] = defaultdict(set)
    for node in nodes.values():
        labels[_key(node.name, node)].add(node.id)
    for node in nodes.values():
        for name in node.names:
            # Short capitals stand for many things even where a source calls them exact.
            if name.scope in _SAME and not (len(name.text) < 6 and name.text.isupper()):
                for other in labels.get(_key(name.text, node), ()):
                    if vocabulary(other) != vocabulary(node.id) and compatible(nodes[other].type, node.type):
                        yield node.id, other


def _key(text: str, node: NodeRecord) -> str:
    # In names of molecules every sign counts: (+)-x is not (-)-x, and "penicillins" are more than penicillin.
    # A name of signs alone is compared as it stands.
    literal = _group(node.type) in ("substance", "gene_product")
    return folded(text) if literal else normal_name(text) or folded(text)


def _keys(node: NodeRecord) -> set[str]:
    return {_key(node.name, node), *(_key(name.text, node) for name in node.names if name.scope in ("label", "exact"))}


def _apart(some: set[str], nodes: Mapping[str, NodeRecord]) -> Iterator[Link]:
    """Yield the pairs of different vocabularies and types that may be one."""
    for left, right in combinations(sorted(some), 2):
        if vocabulary(left) != vocabulary(right) and compatible(nodes[left].type, nodes[right].type):
            yield left, right
