"""The model leads, the graph disposes: it proposes an argument, what can be found of it is found, then it writes.

`verbalizer.py` holds the stages: propose (`proposal.py`), ground (a callable that is handed in), write (`writing.py`).
`judge.py` lets a model read the finished chain; `dossier.py` holds what a model is shown, under which labels.
"""

from kgpaths.verbalization.recipes.guided.judge import Judge
from kgpaths.verbalization.recipes.guided.proposal import Proposal
from kgpaths.verbalization.recipes.guided.verbalizer import Grounds, GuidedVerbalizer

__all__ = ["Grounds", "GuidedVerbalizer", "Judge", "Proposal"]
