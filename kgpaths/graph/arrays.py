"""Records become arrays: names become codes, records become columns, and each statement is kept once, sorted."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from kgpaths.errors import GraphError
from kgpaths.graph.ids import check_id, edge_key, name_key
from kgpaths.graph.snapshot import pack
from kgpaths.graph.tables import SCOPES, TIERS, EdgeRecord, NodeRecord

Arrays = dict[str, npt.NDArray[Any]]
Codes = dict[str, tuple[str, ...]]
Progress = Callable[[int], object]
"""Called now and then with the number of records read since the last call (`tqdm.update` fits)."""
STRIDE = 10_000
"""Records between two such calls."""


def node_arrays(records: Mapping[str, NodeRecord]) -> tuple[Arrays, Codes, dict[str, int]]:
    """Return the arrays of nodes, names and cross-references, the names of the codes, and the index of each id.

    Args:
        records: in the order of their ids.

    Raises:
        GraphError: more than 256 types, or a name with an unknown scope.
    """
    index = {node_id: number for number, node_id in enumerate(records)}
    types = tuple(sorted({record.type for record in records.values()}))
    sources = tuple(sorted({record.source for record in records.values()}))
    if len(types) > 256:
        raise GraphError(f"the graph has {len(types)} node types; at most 256 are possible")
    rank = {scope: number for number, scope in enumerate(SCOPES)}
    names: list[str] = []
    scopes, name_indptr, keys = bytearray(), array("q", [0]), array("Q")
    xrefs: list[tuple[str, int, int]] = []
    for number, record in enumerate(records.values()):
        best: dict[str, int] = {}
        for text, scope in record.names:
            if scope not in rank:
                raise GraphError(f"name {text!r} of node {record.id} has scope {scope!r}; known: {', '.join(SCOPES)}")
            if text.strip() and text != record.name:
                best[text] = min(best.get(text, len(SCOPES)), rank[scope])
        rows = [(0, record.name), *sorted((scope, text) for text, scope in best.items())]
        names += [text for _, text in rows]
        scopes += bytes(scope for scope, _ in rows)
        keys.extend(name_key(text) for _, text in rows)
        name_indptr.append(len(names))
        xrefs += [(xref, number, place) for place, xref in enumerate(dict.fromkeys(record.xrefs)) if xref != record.id]
    xrefs.sort()
    xref_node = np.array([number for _, number, _ in xrefs], np.int32)
    name_keys = np.frombuffer(keys, np.uint64)
    key_order = np.argsort(name_keys, kind="stable").astype(np.int32)
    arrays: Arrays = {
        "node_type": _encode((record.type for record in records.values()), types, np.uint8),
        "node_source": _encode((record.source for record in records.values()), sources, np.uint16),
        "name_scope": np.frombuffer(bytes(scopes), np.uint8),
        "name_indptr": np.frombuffer(name_indptr, np.int64),
        "name_key": name_keys[key_order],
        "name_key_row": key_order,
        "xref_node": xref_node,
        "xref_row": np.lexsort((np.array([place for *_, place in xrefs], np.int32), xref_node)).astype(np.int32),
        "xref_indptr": _indptr(xref_node, len(records)),
    }
    arrays["node_id.text"], arrays["node_id.offsets"] = pack(records)
    arrays["name.text"], arrays["name.offsets"] = pack(names)
    arrays["xref.text"], arrays["xref.offsets"] = pack(xref for xref, *_ in xrefs)
    return arrays, {"node_types": types, "node_sources": sources, "scopes": SCOPES}, index


class _Codes(dict[str, int]):
    """Numbers names in the order they come; `finish` renumbers them in the order of the names."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what

    def __missing__(self, name: str) -> int:
        check_id(name, self.what)
        if len(self) == 65_536:
            raise GraphError(f"the graph has more than 65,536 values of {self.what}")
        self[name] = len(self)
        return self[name]

    def finish(self, column: array[int]) -> tuple[npt.NDArray[np.uint16], tuple[str, ...]]:
        names = tuple(sorted(self))
        return recode(np.frombuffer(column, np.uint16), tuple(self), names), names


def edge_arrays(
    edges: Iterable[EdgeRecord], index: Mapping[str, int], skipped: Counter[str], tick: Progress
) -> tuple[Arrays, Codes]:
    """Return the arrays of edges, sorted by (subject, object, predicate, source), and the names of the codes.

    Only numbers are kept while reading: about 50 bytes an edge, and its evidence.

    Raises:
        GraphError: an unknown tier, a strength outside 0..1, or two edges with the same 64-bit id.
    """
    coded = {what: _Codes(what) for what in ("predicate", "source", "version", "licence")}
    predicate, source, version, licence = coded.values()
    columns = {what: array("H") for what in coded}
    subjects, objects, tiers, strengths, hashes = array("i"), array("i"), array("B"), array("f"), array("Q")
    evidence_row, evidence_end, evidence = array("q"), array("q", [0]), bytearray()
    tier_code = {tier: number for number, tier in enumerate(TIERS)}
    count = 0
    for count, edge in enumerate(edges, 1):
        if count % STRIDE == 0:
            tick(STRIDE)
        subject, object_ = index.get(edge.subject), index.get(edge.object)
        if subject is None or object_ is None:
            skipped["dangling_edge"] += 1
            continue
        if edge.tier not in tier_code or not 0.0 <= edge.strength <= 1.0:
            raise GraphError(
                f"edge {edge.subject} {edge.predicate} {edge.object} of source {edge.source!r}: tier {edge.tier!r} "
                f"(known: {', '.join(TIERS)}) or strength {edge.strength} (0 to 1) is not valid"
            )
        for item in edge.evidence:
            evidence += item.model_dump_json(exclude_defaults=True).encode()
            evidence_row.append(len(subjects))
            evidence_end.append(len(evidence))
        subjects.append(subject)
        objects.append(object_)
        columns["predicate"].append(predicate[edge.predicate])
        columns["source"].append(source[edge.source])
        columns["version"].append(version[edge.source_version or "unknown"])
        columns["licence"].append(licence[edge.licence or "unknown"])
        tiers.append(tier_code[edge.tier])
        strengths.append(edge.strength)
        hashes.append(edge_key(edge.subject, edge.predicate, edge.object, edge.source))
    tick(count % STRIDE)
    values: Arrays = {
        "subject": np.frombuffer(subjects, np.int32),
        "object": np.frombuffer(objects, np.int32),
        "tier": np.frombuffer(tiers, np.uint8),
        "strength": np.frombuffer(strengths, np.float32),
        "edge_hash": np.frombuffer(hashes, np.uint64),
    }
    codes: Codes = {"tiers": TIERS}
    for what, names in coded.items():
        values[what], codes[f"{what}s"] = names.finish(columns[what])
    values, number = _join_edges(values, codes["licences"], skipped)
    values, number = _without_denials(values, number, codes["predicates"], skipped)
    values["edge_order"] = _order_by_id(values["edge_hash"])
    for what in coded:  # joining may have left a version or licence without an edge
        used, place = np.unique(values[what], return_inverse=True)
        values[what], codes[f"{what}s"] = place.astype(np.uint16), tuple(codes[f"{what}s"][code] for code in used)
    lines = (np.frombuffer(evidence_row, np.int64), np.frombuffer(evidence_end, np.int64), bytes(evidence))
    return values | _evidence(lines, number, len(values["subject"])), codes


def _join_edges(values: Arrays, licences: Sequence[str], skipped: Counter[str]) -> tuple[Arrays, npt.NDArray[np.int64]]:
    """Sort edges and join those of the same key; also return the new number of each old row."""
    key = ("subject", "object", "predicate", "source")
    order = np.lexsort(tuple(values[column] for column in reversed(key)))
    values = {column: array[order] for column, array in values.items()}
    rows = len(order)
    first = np.ones(rows, bool)
    first[1:] = np.any([values[column][1:] != values[column][:-1] for column in key], axis=0)
    starts = np.flatnonzero(first)
    place = np.empty(rows, np.int64)
    place[order] = np.cumsum(first) - 1
    skipped.update({"duplicate_edge": rows - len(starts)} if rows > len(starts) else {})
    merged = {column: array[starts] for column, array in values.items()}
    if 0 < len(starts) < rows:
        merged["strength"] = np.maximum.reduceat(values["strength"], starts)
        merged["tier"] = np.minimum.reduceat(values["tier"], starts)
        merged["version"] = np.maximum.reduceat(values["version"], starts)
        _join_licences(merged, values["licence"], starts, licences)
    return merged, place


def _order_by_id(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.int32]:
    by_id = np.argsort(hashes, kind="stable").astype(np.int32)
    ids = hashes[by_id]
    if np.any(ids[1:] == ids[:-1]):
        raise GraphError("two different edges have the same 64-bit id; leave one of them out")
    return by_id


def _without_denials(
    values: Arrays, place: npt.NDArray[np.int64], predicates: Sequence[str], skipped: Counter[str]
) -> tuple[Arrays, npt.NDArray[np.int64]]:
    """Leave out the denials of what the same source states of the same nodes; the number of their rows is then -1.

    "0 of 7 patients" of one report is no lack where another report of the source counts some, and of one concept made
    of two a source may deny what it states of the other.
    """
    from kgpaths.vocabulary.relations import denials

    code = {name: number for number, name in enumerate(predicates)}
    pair = values["subject"].astype(np.int64) << 32 | values["object"]
    left_out = np.zeros(len(pair), bool)
    for denial in sorted({*denials().values()} & code.keys()):
        denied = values["predicate"] == code[denial]
        stated = np.isin(values["predicate"], [code[name] for name in code if denials().get(name) == denial])
        for source in np.unique(values["source"][denied]):
            own = values["source"] == source
            left_out |= denied & own & np.isin(pair, pair[stated & own])
    if not left_out.any():
        return values, place
    skipped["denial_of_what_the_source_states"] += int(left_out.sum())
    number = np.where(left_out, -1, np.cumsum(~left_out) - 1)
    return {column: array[~left_out] for column, array in values.items()}, number[place]


def _join_licences(
    joined: Arrays, column: npt.NDArray[Any], starts: npt.NDArray[np.int64], licences: Sequence[str]
) -> None:
    low, high = np.minimum.reduceat(column, starts), np.maximum.reduceat(column, starts)
    ends = np.append(starts[1:], len(column))
    for edge in np.flatnonzero(low != high):
        from kgpaths.vocabulary.licences import strictest

        given = {licences[code] for code in column[starts[edge] : ends[edge]]}
        joined["licence"][edge] = licences.index(strictest(sorted(given)))


def _evidence(
    lines: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], bytes], place: npt.NDArray[np.int64], edges: int
) -> Arrays:
    """Put the evidence lines in the order of the edges, those of one edge sorted and each once."""
    row, ends, text = lines
    edge_of = place[row]
    order = np.argsort(edge_of, kind="stable")
    order = order[edge_of[order] >= 0]  # the others are of edges that are left out
    owner = edge_of[order]
    new = np.ones(len(owner), bool)
    new[1:] = owner[1:] != owner[:-1]
    bounds: list[int] = [*np.flatnonzero(new).tolist(), len(owner)]
    lengths = np.zeros(edges, np.int64)
    blob = bytearray()
    for start, stop in pairwise(bounds):
        own = sorted({text[ends[line] : ends[line + 1]] for line in order[start:stop]})
        block = b"\n".join(own) + b"\n"
        lengths[owner[start]] = len(block)
        blob += block
    return {
        "evidence.text": np.frombuffer(bytes(blob), np.uint8),
        "evidence.offsets": np.append(np.int64(0), np.cumsum(lengths)),
    }


def adjacency(subject: npt.NDArray[np.int32], object_: npt.NDArray[np.int32], nodes: int) -> Arrays:
    """Return `indptr`, `arcs` and `degree`: the edges that touch each node, by neighbour, in either direction."""
    ends = np.concatenate((subject, object_))
    other = np.concatenate((object_, subject))
    # Stable: arcs of one node and one neighbour stay in the order of edge numbers, forward before backward.
    order = np.argsort(ends.astype(np.int64) * nodes + other, kind="stable")
    ends, other = ends[order], other[order]
    new = np.ones(len(order), bool)
    new[1:] = (ends[1:] != ends[:-1]) | (other[1:] != other[:-1])
    return {
        "indptr": _indptr(ends, nodes),
        "arcs": (order % max(len(subject), 1)).astype(np.int32),
        "degree": np.bincount(ends[new & (ends != other)], minlength=nodes).astype(np.int32),
    }


def _indptr(owners: npt.NDArray[Any], nodes: int) -> npt.NDArray[np.int64]:
    return np.append(np.int64(0), np.cumsum(np.bincount(owners, minlength=nodes))).astype(np.int64)


def _encode(values: Iterable[str], names: Sequence[str], kind: type[np.integer[Any]]) -> npt.NDArray[Any]:
    code = {name: number for number, name in enumerate(names)}
    return np.array([code[value] for value in values], kind)


def recode(column: npt.NDArray[Any], old: Sequence[str], new: Sequence[str]) -> npt.NDArray[np.uint16]:
    """Return the codes of `column` for another order of the same names."""
    recoded: npt.NDArray[np.uint16] = _encode(old, new, np.uint16)[column]
    return recoded
