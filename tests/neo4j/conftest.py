"""The real server of `tests/services`, and graphs to put into it."""

from __future__ import annotations

import importlib.util
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeName, NodeRecord
from kgpaths.graph.tables import SCOPES, TIERS
from kgpaths.records import Evidence
from kgpaths.vocabulary.node_types import node_types
from kgpaths.vocabulary.relations import relations

_STARTER = Path(__file__).parents[1] / "services" / "neo4j_server.py"
_spec = importlib.util.spec_from_file_location("neo4j_server", _STARTER)
assert _spec is not None
assert _spec.loader is not None
_module = sys.modules.setdefault("neo4j_server", importlib.util.module_from_spec(_spec))
_spec.loader.exec_module(_module)

neo4j_session, neo4j_server = _module.neo4j_session, _module.neo4j_server


HOSTILE = (
    'O\'Brien "quoted" \\ back\\\\slash',
    "}) DETACH DELETE n //",
    "' OR 1=1 RETURN n; MATCH (n) DETACH DELETE n",
    "$rows {name: $x} `tick` \\u0041 %s {0}",
    "naïve β-Blocker 心不全 \U0001f600 e\u0301 \u202eabc",
    "line\nbreak\ttab\r\nreturn \x00\x1b end",
)
"""Names that would break, or break out of, a query that they were put into."""


@pytest.fixture(scope="session")
def multigraph() -> Callable[..., KnowledgeGraph]:
    """Return a maker of random typed multigraphs: parallel and opposite edges, loops, ties, unwalked relations."""
    return _multigraph


def _multigraph(seed: int, *, nodes: int = 60, edges: int = 200, predicates: int = 6) -> KnowledgeGraph:
    draw = random.Random(seed)
    kinds = [key for key, kind in sorted(node_types().items()) for _ in range(20 if kind.linkable else 1)]
    walked = [key for key, each in sorted(relations().items()) if each.in_paths and each.polarity == "supports"]
    relation = [*draw.sample(walked, predicates - 1), draw.choice(sorted({*relations()} - {*walked}))]
    ids = [f"T{number % 3}:{draw.randrange(10**6):06}x{number}" for number in range(nodes)]
    return KnowledgeGraph.from_records(
        [
            NodeRecord(
                node,
                draw.choice((f"node {node}", *HOSTILE)),
                draw.choice(kinds),
                draw.choice(("doid", "hpo")),
                tuple(f"XREF:{number}-{each}" for each in range(draw.randrange(3))),
                tuple(
                    NodeName(f"{draw.choice(HOSTILE)} {each}", draw.choice(SCOPES)) for each in range(draw.randrange(3))
                ),
            )
            for number, node in enumerate(ids)
        ],
        [
            EdgeRecord(
                draw.choice(ids),
                draw.choice(relation),
                draw.choice(ids),
                draw.choice(("doid", "hpo", "symp")),
                draw.choice(("2025", "v'1")),
                draw.choice(("CC0-1.0", "CC-BY-4.0")),
                draw.choice((*TIERS, *TIERS[:1] * 5)),
                draw.random(),
                tuple(
                    Evidence(reference=f"PMID:{each}", sentence=draw.choice(HOSTILE), score=draw.random(), start=each)
                    for each in range(draw.randrange(3))
                ),
            )
            for _ in range(edges)
        ],
        name=f"random {seed}",
    )
