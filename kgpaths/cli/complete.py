"""What a shell offers when a user presses Tab: names of sources, tiers, recipes, options and what else is chosen from.

Each function gets what was typed so far and returns the words that go on from there. `kgpaths --install-completion`
tells the shell about them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

if TYPE_CHECKING:
    from kgpaths.config import _Config


def _starting(incomplete: str, words: Iterable[str]) -> list[str]:
    return [word for word in words if word.startswith(incomplete)]


def _listed(incomplete: str, words: Iterable[str]) -> list[str]:
    """Return what goes on a list with commas."""
    *before, last = incomplete.split(",")
    return [",".join([*before, word]) for word in _starting(last, words) if word not in before]


def sources(incomplete: str) -> list[str]:
    """Return source specs.

    >>> sources("medq")
    ['medqa', 'medqa@hub', 'medqa:', 'medquad', 'medquad@hub', 'medquad:']
    """
    from kgpaths.sources.catalogue import DATASETS

    forms = [form for name in DATASETS for form in (name, f"{name}@hub", f"{name}:")]
    return _starting(incomplete, [*forms, "jsonl:", "hf:"])


def graphs(incomplete: str) -> list[str]:
    """Return the graphs that have a name; the shell itself completes folders."""
    return _starting(incomplete, ["default", "neo4j://"])


def tiers(incomplete: str) -> list[str]:
    """Return tiers, behind those that are typed already.

    >>> tiers("curated,t")
    ['curated,text']
    """
    from kgpaths.records import EdgeTier

    return _listed(incomplete, get_args(EdgeTier))


def recipes(incomplete: str) -> list[str]:
    """Return the built-in recipes."""
    from kgpaths.verbalization.recipes.recipe import recipes as known

    return _starting(incomplete, known())


def checks(incomplete: str) -> list[str]:
    """Return the checks of the validator."""
    from kgpaths.validation import checks as known

    return _starting(incomplete, known())


def relations(incomplete: str) -> list[str]:
    """Return the predicates of the vocabulary."""
    from kgpaths.vocabulary.relations import relations as known

    return _starting(incomplete, known())


def node_types(incomplete: str) -> list[str]:
    """Return the node types of the vocabulary."""
    from kgpaths.vocabulary.node_types import node_types as known

    return _starting(incomplete, known())


def ledger(incomplete: str) -> list[str]:
    """Return the sources of the licence ledger."""
    from kgpaths.vocabulary.licences import licences

    return _starting(incomplete, licences())


def licences(incomplete: str) -> list[str]:
    """Return the licences that the ledger's sources are under."""
    from kgpaths.vocabulary.licences import licences as known

    return _starting(incomplete, sorted({entry.licence for entry in known().values()}))


def policies(incomplete: str) -> list[str]:
    """Return the policies of a release."""
    from kgpaths.vocabulary.licences import POLICIES

    return _starting(incomplete, POLICIES)


def shapes(incomplete: str) -> list[str]:
    """Return the shapes of sampled subgraphs."""
    from kgpaths.paths.samplers import SHAPES

    return _starting(incomplete, SHAPES)


def presets(incomplete: str) -> list[str]:
    """Return the presets of a training."""
    from kgpaths.training.config import PRESETS

    return _starting(incomplete, PRESETS)


def tasks(incomplete: str) -> list[str]:
    """Return the benchmarks that a model can be evaluated on."""
    from kgpaths.evaluation.benchmarks import BENCHMARKS, GROUPS

    return _listed(incomplete, [*BENCHMARKS, *GROUPS])


def build_keys(incomplete: str) -> list[str]:
    """Return options of a build and their groups, as `kgpaths config` takes them.

    >>> build_keys("validation")
    ['validation', 'validation.min_margin', 'validation.most_knowledge']
    """
    from kgpaths.config import BuildConfig

    return _starting(incomplete, (name for name, _ in BuildConfig.options()))


def build_options(incomplete: str) -> list[str]:
    """Return options of a build as `--set` takes them; behind the equals sign, the values of a closed set.

    >>> build_options("paths.max"), build_options("linking.overlap=")
    (['paths.max_hops='], ['linking.overlap=maximal', 'linking.overlap=nested'])
    """
    from kgpaths.config import BuildConfig

    return _settings(BuildConfig, incomplete)


def train_options(incomplete: str) -> list[str]:
    """Return options of a training as `--set` takes them."""
    from kgpaths.training.config import TrainConfig

    return _settings(TrainConfig, incomplete)


def evaluate_options(incomplete: str) -> list[str]:
    """Return options of an evaluation as `--set` takes them."""
    from kgpaths.evaluation import EvaluateConfig

    return _settings(EvaluateConfig, incomplete)


def _settings(model: type[_Config], incomplete: str) -> list[str]:
    from kgpaths.config import choices_of, group_of

    name, equals, value = incomplete.partition("=")
    options = {key: field for key, field in model.options() if group_of(field) is None}
    if not equals:
        return [f"{key}=" for key in _starting(name, options)]
    return [f"{name}={choice}" for choice in _starting(value, choices_of(options[name]) if name in options else ())]
