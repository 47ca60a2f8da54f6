"""Draw a graph's figures: how many neighbours nodes have, their kinds, and where the edges come from.

The same graph gives the same bytes, as long as the version of matplotlib is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from kgpaths.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kgpaths.graph.knowledge_graph import KnowledgeGraph

_INK, _FILL, _RULE = "#333333", "#4477aa", "#dddddd"
_LONGEST = 30
"""Rows in one figure; what comes after them is one row more."""


def write_figures(graph: KnowledgeGraph, folder: str | Path, *, format: Literal["svg", "png"] = "svg") -> list[Path]:
    """Draw a graph; return the files: `degrees`, `node_types`, `edge_sources`, `predicates`.

    Args:
        folder: made if it is not there; files of the same names are replaced.
        format: ending of the files.

    Raises:
        UsageError: matplotlib is not installed, or the folder cannot be written.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError("figures need matplotlib, which is not installed; pip install 'kgpaths[plot]'") from None
    info, folder = graph.info(0), Path(folder)
    tables: dict[str, tuple[str, Mapping[str, int]]] = {
        "node_types": ("nodes by type", info.nodes_by_type),
        "edge_sources": ("edges by source", info.edges_by_source),
        "predicates": ("edges by predicate", info.edges_by_predicate),
    }
    style: Any = {
        "font.size": 9,
        "text.color": _INK,
        "axes.edgecolor": _INK,
        "axes.labelcolor": _INK,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "svg.hashsalt": "kgpaths",  # ids inside the file are drawn by lot otherwise
    }
    with rc_context(style):
        figures = {"degrees": Figure((6.4, 4.2), layout="constrained")}
        _degrees(figures["degrees"].subplots(), graph)
        for name, (_, counts) in tables.items():
            figures[name] = Figure((6.4, 0.9 + 0.2 * min(len(counts), _LONGEST + 1)), layout="constrained")
            _counts(figures[name].subplots(), counts)
        titles = {"degrees": "nodes by number of neighbours", **{name: title for name, (title, _) in tables.items()}}
        paths = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, figure in figures.items():
                figure.suptitle(f"{info.name}: {titles[name]}", x=0.02, ha="left", fontsize=10)
                paths.append(folder / f"{name}.{format}")
                figure.savefig(paths[-1], dpi=160, metadata={"Date": None} if format == "svg" else {"Software": None})
        except OSError as error:
            raise UsageError(
                f"figures cannot be written to {folder}: {error.strerror}; choose another folder"
            ) from None
    return paths


def _degrees(axes: Axes, graph: KnowledgeGraph) -> None:
    """Draw how many nodes have so many neighbours or more: a straight line here is a power law."""
    degrees = np.sort(graph.degrees[graph.degrees > 0])
    if len(degrees):
        values, first = np.unique(degrees, return_index=True)
        axes.loglog(values, len(degrees) - first, color=_FILL, marker=".", markersize=3, linewidth=1)
    axes.set_xlabel("neighbours")
    axes.set_ylabel("nodes with as many or more")
    alone = graph.n_nodes - len(degrees)
    axes.set_title(f"{graph.n_nodes:,} nodes, {alone:,} of them without a neighbour", loc="left", fontsize=9)


def _counts(axes: Axes, counts: Mapping[str, int]) -> None:
    """Draw counts as points on a logarithmic scale, the greatest on top: bars would need a zero, which it has not."""
    shown = dict(list(counts.items())[:_LONGEST])
    if rest := sum(counts.values()) - sum(shown.values()):
        shown[f"{len(counts) - _LONGEST} others"] = rest
    for row, count in enumerate(shown.values()):
        where: Any = {"textcoords": "offset points", "va": "center"}
        label = axes.annotate(f"{count:,}", (count, row), (7, 0), fontsize=8, **where)
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    if shown:
        axes.plot(list(shown.values()), range(len(shown)), "o", color=_FILL, markersize=5)
        axes.set_xscale("log")
        axes.set_xlim(0.7, 8 * max(shown.values()))
    axes.set_yticks(range(len(shown)), list(shown))
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(axis="y", color=_RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
