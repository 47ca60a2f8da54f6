"""From ids to paths: the door of the room."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from kgpaths.config import PathConfig
from kgpaths.errors import UsageError
from kgpaths.graph import KnowledgeGraph
from kgpaths.paths.features import Ranker
from kgpaths.paths.item import paths_of_item
from kgpaths.paths.kernel import DEEPEST, USUAL
from kgpaths.paths.opened import Opened
from kgpaths.paths.telling import told_path
from kgpaths.records import Mention, PathSet, QAItem, ReasoningPath


class PathFinder:
    """Finds reasoning paths in one graph. Holds only read-only arrays: one finder serves many threads.

    >>> from kgpaths.graph import EdgeRecord, NodeRecord
    >>> graph = KnowledgeGraph.from_records(
    ...     [NodeRecord("HP:0001945", "Fever", "phenotype", "hpo"),
    ...      NodeRecord("DOID:552", "pneumonia", "disease", "doid"),
    ...      NodeRecord("DRUGBANK:DB00207", "Azithromycin", "drug", "drugcentral")],
    ...     [EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "doid", "2025", "CC0-1.0"),
    ...      EdgeRecord("DRUGBANK:DB00207", "treats", "DOID:552", "drugcentral", "2016", "CC-BY-4.0")])
    >>> [path] = PathFinder(graph).find(question=["HP:0001945"], answer=["DRUGBANK:DB00207"])
    >>> path.node_ids, [hop.forward for hop in path.hops]
    (('HP:0001945', 'DOID:552', 'DRUGBANK:DB00207'), [False, False])
    """

    def __init__(
        self,
        graph: KnowledgeGraph,
        config: PathConfig | None = None,
        *,
        ranker: Ranker | None = None,
        option_ranker: Ranker | None = None,
    ) -> None:
        """Take the graph; rankers of intermediate nodes and of options are used instead of the shipped ones."""
        self._max_hops = config.max_hops if config else USUAL
        self.opened = Opened(graph, config or PathConfig(), ranker, option_ranker)

    def find(
        self, *, question: Sequence[str], answer: Sequence[str], k: int | None = None, max_hops: int | None = None
    ) -> list[ReasoningPath]:
        """Return the exact k cheapest simple paths of every pair (question node, answer node), all pairs merged.

        A path visits no node twice, has at most `max_hops` edges of the default view, and no inner node with more
        than ``config.degree_cap`` neighbours. Two paths of a pair differ in their nodes: of parallel edges between
        two nodes the cheapest stands for all (ties: lowest edge id). The list is in canonical order, (cost, hops,
        node indices), hence at most ``k * len(question) * len(answer)`` long; a pair of one node with itself has no
        path. The order of the arguments changes nothing. ``config.exclude_direct`` leaves out paths of one hop,
        ``config.per_length`` limits how many of a pair's k paths have 1, 2, ... hops, and no path holds a step or a
        sequence of types of ``config.forbidden``.

        For the mechanism between a drug and a disease: ``PathFinder(graph, PathConfig.mechanism())``.

        Args:
            question: ids or cross-references of the nodes where paths start.
            answer: ids or cross-references of the nodes where they end.
            k: paths of a pair, at least 1; by default ``config.k``, which is 10 unless set.
            max_hops: longest path in edges, 1 to 6; by default ``config.max_hops``, and 4 for a finder that was made
                without a configuration.

        Raises:
            UnknownNode: an id that the graph does not have.
            UsageError: `k` or `max_hops` out of range, or the search touches more arcs than ``config.work_budget``.
        """
        k = self.opened.config.k if k is None else k
        max_hops = self._max_hops if max_hops is None else max_hops
        if k < 1 or not 1 <= max_hops <= DEEPEST:
            raise UsageError(f"k must be at least 1 and max_hops 1 to {DEEPEST}, not {k} and {max_hops}")
        graph, config, kernel = self.opened.graph, self.opened.config, self.opened.kernel
        starts, ends = [graph.index(node) for node in question], [graph.index(node) for node in answer]
        found = kernel.search(
            starts,
            ends,
            k=k,
            max_hops=max_hops,
            min_hops=2 if config.exclude_direct else 1,
            per_length=config.per_length,
            degree_cap=config.degree_cap,
            budget=config.work_budget,
        )
        if found.truncated:
            raise UsageError(
                f"the search touched more than {config.work_budget:,} arcs and would not be exact; "
                "lower max_hops or degree_cap, or raise work_budget"
            )
        return [told_path(graph, kernel.graph, path) for path in found.paths]

    def find_item(self, item: QAItem, mentions: Sequence[Mention]) -> PathSet:
        """Return the paths that go into an item's chain, contrast paths, and the evidence for every option.

        Paths start at findings that the question or context states as present, at what the question asks about, and
        at a context that it asks about (`kgpaths.paths.findings`; historical ones at half weight; absent,
        hypothetical and family mentions never). They end at a node that is the right option's alone, or a wrong one's
        for contrast.
        What is chosen and how options are scored: `kgpaths.paths.selection`. Where the usual search finds nothing,
        the fallback steps of `kgpaths.paths.item` are tried and named on the paths.

        Raises:
            UnknownNode: a mention names a node that the graph does not have.
        """
        return paths_of_item(self.opened, item, mentions)

    def find_items(self, asked: Iterable[tuple[QAItem, Sequence[Mention]]], *, window: int = 256) -> Iterator[PathSet]:
        """Return `find_item` of every item, in their order; items with the same answer are worked on together.

        What was computed for an answer, and for findings, serves the next item that has it. `window` items are held
        at a time; their number changes the time it takes and nothing else.
        """
        source = iter(asked)
        while batch := list(islice(source, window)):
            keys = [
                (sorted(one.node_id for one in mentions if one.role == "answer"), place)
                for place, (_, mentions) in enumerate(batch)
            ]
            found = {place: self.find_item(*batch[place]) for _, place in sorted(keys)}
            yield from (found[place] for place in range(len(batch)))
