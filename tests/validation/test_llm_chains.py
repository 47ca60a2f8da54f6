"""Chains of a model: free wording passes, spoilt steps do not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kgpaths.config import LLMConfig
from kgpaths.graph import KnowledgeGraph
from kgpaths.records import Chain
from kgpaths.validation import Validator, decide
from kgpaths.verbalization import LLMVerbalizer
from kgpaths.verbalization.recipes.rehearsal import rehearse

_SPEC = importlib.util.spec_from_file_location("corruptions", Path(__file__).parent / "corruptions.py")
assert _SPEC is not None
assert _SPEC.loader is not None
spoiling = sys.modules.setdefault("corruptions", importlib.util.module_from_spec(_SPEC))
if not hasattr(spoiling, "CORRUPTIONS"):
    _SPEC.loader.exec_module(spoiling)
CORRUPTIONS = spoiling.CORRUPTIONS
SEEDS = range(12)

FREE = {
    "pneumonia": """## Finding reasoning paths
1. This 54-year-old man has had fever [Q1], cough [Q2], and shortness of breath [Q3] for three days.
## Exploration
2. Asthma could account for the cough [E4] and the dyspnea [E5], yet this is an acute febrile illness.
3. Without wheezing [Q4], asthma becomes less likely still [E6].
4. Heart failure leads to dyspnea [E7], but one would look for peripheral edema [E8].
## Reasoning process
5. Cough together with fever is the classic picture of pneumonia [E1, E2].
6. Dyspnea fits as well, since pneumonia fills the airspaces [E3].
## Conclusion
7. Taken together, pneumonia explains the whole picture best.
Answer: B. Pneumonia""",
    "cystitis": """## Finding reasoning paths
1. A pregnant [Q1] woman has burning upon urination [Q2].
## Exploration
2. Ciprofloxacin would clear the infection but is best avoided in pregnancy [E4].
3. Doxycycline is also off the table in pregnancy [E5].
## Reasoning process
4. Dysuria points to cystitis [E1], for which pregnancy is a known risk factor [E3].
5. Nitrofurantoin works well against cystitis [E2].
## Conclusion
6. Hence nitrofurantoin is the drug to give.
Answer: C""",
    "gout": """**Finding reasoning paths**
- The case turns on hyperuricemia [Q1] and joint pain [Q2].

**Reasoning process**
- Hyperuricemia with arthralgia: that is gout until proven otherwise [E1, E3].
- Gout is kept at bay with allopurinol [E2].

**Conclusion**
- The drug of choice is allopurinol.

**Answer:** B. Allopurinol""",
}


ALLOWED = {"change_relation": 0.45, "drop_step": 0.75, "swap_entity": 0.1}
"""Shares that may pass: in free wording "causes" may stand for "can present with"; a model need not follow every
finding to the answer; and what a step with "this" or "which" refers to is not known."""
DRAWS = 60
"""Draws for a share, which swings by five points with a dozen."""


def parsed(graph: KnowledgeGraph, case: Any, recipe: str, text: str | None = None) -> Chain:
    verbalizer = LLMVerbalizer(graph, LLMConfig(models=("m",), base_url="http://127.0.0.1:1/v1", recipe=recipe))
    said = text or rehearse(verbalizer.request(*case).messages[-1].content)
    chain = verbalizer.parse(said, *case).chain
    assert chain is not None
    return chain


@pytest.fixture(scope="module")
def chains(graph: KnowledgeGraph, cases: Any) -> dict[tuple[str, str], Chain]:
    """Chains as an obedient model writes them, and three in free prose."""
    made = {
        (recipe, name): parsed(graph, case, recipe)
        for recipe in ("medreason", "evidence-steps", "clinical-phases")
        for name, case in cases.items()
    }
    return made | {("free", name): parsed(graph, cases[name], "medreason", text) for name, text in FREE.items()}


def test_free_wording_is_accepted(graph: KnowledgeGraph, cases: Any, chains: dict[tuple[str, str], Chain]) -> None:
    validator = Validator(graph)
    for (_, name), chain in chains.items():
        verdicts = validator.validate(*cases[name], chain)
        assert decide(verdicts) == ("accepted", ()), [v for v in verdicts if v.outcome == "fail"]


@pytest.mark.parametrize("name", sorted(CORRUPTIONS))
def test_corruptions_of_a_models_chains_are_caught(
    graph: KnowledgeGraph, cases: Any, chains: dict[tuple[str, str], Chain], name: str
) -> None:
    validator = Validator(graph)
    spoil, _ = CORRUPTIONS[name]
    made, missed = 0, []
    for seed in range(DRAWS) if name in ALLOWED else SEEDS:
        for (recipe, key), chain in chains.items():
            spoilt = spoil(Random(f"{name}-{seed}-{recipe}-{key}"), graph, cases[key], chain)
            if spoilt is None:
                continue
            made += 1
            case = cases[key]
            status, _ = decide(
                validator.validate(case.item, case.mentions, spoilt.path_set or case.path_set, spoilt.chain)
            )
            if status != "rejected":
                missed.append((recipe, key, spoilt.chain.text))
    assert made
    assert len(missed) <= ALLOWED.get(name, 0.05) * made, missed[:3]
