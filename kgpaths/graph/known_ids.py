"""The ids of the nodes that a graph is built of, and the other ids that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kgpaths.graph.readers.reader import Obsolete
from kgpaths.graph.tables import NodeName, NodeRecord


class KnownIds:
    """The ids of all nodes, and the older ids that they had.

    A graph that was built before is *settled*: any cross-reference of a node that no other of its nodes has stands for
    the node, as it does in `KnowledgeGraph.index`.
    """

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.settled: dict[str, int] = {}
        """The nodes of such graphs, with the number of the first graph that has them."""
        self._newer: dict[str, set[str]] = {}
        self._consider: dict[str, set[str]] = {}

    def add(self, node: NodeRecord, graph: int | None = None) -> None:
        """Learn a node. A cross-reference to its own vocabulary is an id that was given up for it (`alt_id`).

        Args:
            graph: number of the settled graph that it is of.
        """
        self.known.add(node.id)
        if graph is not None:
            self.settled.setdefault(node.id, graph)
        vocabulary = node.id.partition(":")[0] + ":"
        for xref in node.xrefs:
            if graph is not None or xref.startswith(vocabulary):
                self._newer.setdefault(xref, set()).add(node.id)

    def retire(self, obsolete: Mapping[str, Obsolete]) -> None:
        """Learn what took the place of obsolete ids."""
        for node_id, told in obsolete.items():
            self._newer.setdefault(node_id, set()).update(told.replaced_by)
            self._consider.setdefault(node_id, set()).update(told.consider)

    def settle(self, records: Iterable[NodeRecord]) -> list[NodeRecord]:
        """Return the records; what a settled graph knows by some id adds names and references to its node there.

        That node keeps id, name, type and source. A reference of another node to it is one to its id, too. The nodes of
        settled graphs come first.
        """
        found: dict[str, NodeRecord] = {}
        apart: list[NodeRecord] = []
        for node in records:
            if node.id in self.settled and node.id not in found:
                found[node.id] = node
                continue
            target = self._settled(node.id)
            more = (settled for settled in map(self._settled, node.xrefs) if settled)
            xrefs = tuple(dict.fromkeys((*node.xrefs, *more)))
            if not target:
                apart.append(node._replace(xrefs=xrefs))
                continue
            if target != node.id:
                self.known.discard(node.id)
            known = found[target]
            label = () if node.name == known.name else (NodeName(node.name, "exact"),)
            found[target] = known._replace(
                xrefs=tuple(one for one in dict.fromkeys((*known.xrefs, node.id, *xrefs)) if one != target),
                names=(*known.names, *label, *node.names),
            )
        return [*found.values(), *apart]

    def _settled(self, node_id: str) -> str:
        """Return the id of the settled node that an id stands for; empty where there is not just one."""
        if node_id in self.settled:
            return node_id
        owners = self._newer.get(node_id, set()) & self.settled.keys()
        return next(iter(owners)) if len(owners) == 1 else ""

    def supersede(self) -> set[str]:
        """Return the nodes of some source that another calls obsolete and replaced, and take them for older ids."""
        given = (self.known & self._consider.keys()) - self.settled.keys()
        self.known -= given
        kept = {node_id for node_id in given if not self.newer(node_id)}
        self.known |= kept
        return given - kept

    def newer(self, node_id: str) -> str:
        """Return the id of the node, also for an older id, over any number of steps; empty where there is not just one.

        An id that was given up for several stands for none of them.
        """
        return next(iter(found)) if len(found := self._now(node_id)) == 1 else ""

    def older(self) -> dict[str, list[str]]:
        """Return the obsolete ids of each node that took their place."""
        found: dict[str, list[str]] = {}
        for node_id in sorted(self._consider.keys() - self.known):
            if newer := self.newer(node_id):
                found.setdefault(newer, []).append(node_id)
        return found

    def why(self, node_id: str) -> str:
        """Return why an id leads to no node."""
        several = sorted(self._now(node_id))
        if self.settled.keys() & set(several):
            return f"{node_id} stands for several: {', '.join(several)}"
        if several:
            return f"{node_id} was given up for several: {', '.join(several)}"
        if node_id not in self._newer:
            return f"{node_id} is a node of no source"
        choice = sorted(self._consider.get(node_id, ()))
        replaced = sorted(self._newer[node_id])
        if replaced:
            return f"{node_id} is obsolete, and {', '.join(replaced)} that replaced it is a node of no source"
        return f"{node_id} is obsolete" + (f"; consider {', '.join(choice)}" if choice else ", and nothing replaced it")

    def _now(self, node_id: str) -> set[str]:
        found: set[str] = set()
        seen: set[str] = set()
        waiting = [node_id]
        while waiting:
            one = waiting.pop()
            if one in self.known:
                found.add(one)
            elif one not in seen:
                seen.add(one)
                waiting += self._newer.get(one, ())
        return found
