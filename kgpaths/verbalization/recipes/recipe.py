"""A recipe names the prompt that asks for a chain, what the prompt shows, and the titles of the chain's sections.

A recipe is a YAML file. The shipped ones are in `prompts/recipes/`; any other is named by its path.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kgpaths.config import LinkingConfig, LLMConfig, PathConfig, ValidationConfig
from kgpaths.errors import ConfigError, UsageError, nearest
from kgpaths.language.layout import Layout
from kgpaths.records import Chain, Step
from kgpaths.verbalization.recipes.prompt_files import PromptFolder, explained


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shown(_Table):
    """What of an item the model is shown."""

    paths: int = Field(default=6, ge=1, le=50)
    """Paths to the right answer; where the answer is hidden, paths to each option."""
    rivals: int = Field(default=4, ge=0, le=26)
    """Wrong options that are tied to the case."""
    rival_paths: int = Field(default=2, ge=1, le=20)
    """Lines for each of them."""
    findings: int = Field(default=12, ge=1, le=50)
    """Findings that are present."""
    absent: int = Field(default=4, ge=0, le=20)
    """Findings that the question says are not there."""
    candidates: int = Field(default=0, ge=0, le=20)
    """Further diseases of the graph that share findings with the case."""
    context: int = Field(default=6000, ge=0)
    """Characters of the passage, cut at a space."""


class Guide(_Table):
    """What a recipe needs in which the model leads: the prompt by which it proposes, and how much."""

    propose: str
    """Name of the prompt that asks for a proposal."""
    mend: str
    """Name of the prompt that sends a proposal back."""
    paths: int = Field(default=20, ge=0, le=50)
    """Paths to the right answer that are offered."""
    rival_paths: int = Field(default=4, ge=0, le=20)
    """Paths to each other option that are offered."""
    findings: int = Field(default=6, ge=1, le=20)
    """Findings that the proposal may name."""
    concepts: int = Field(default=8, ge=0, le=20)
    """Concepts that it may name."""
    claims: int = Field(default=8, ge=1, le=20)
    """Claims that it may make."""


class Recipe(_Table):
    """How a model is asked for a chain, from the stages before it to the titles of its parts.

    >>> recipe = load_recipe("blind")
    >>> recipe.prompt, [section.title for section in recipe.layout.sections][-1]
    ('blind', 'Conclusion')
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    description: str
    """One line for `kgpaths recipes`."""
    prompt: str
    """Name of the prompt file, without `.j2`."""
    repair_prompt: str = "repair"
    repairs: int = Field(default=1, ge=0, le=3)
    """Times that a reply with a structural fault is sent back with the fault named."""
    guide: Guide | None = None
    """What the model proposes before it writes; None where it writes at once from what it is given."""
    judge: str = ""
    """Name of the prompt by which a model judges the finished chain; empty for none."""
    judge_mend: str = ""
    """Name of the prompt that sends a judgement back which cannot be read."""
    linking: dict[str, Any] = {}
    """Knobs of the linking stage (`LinkingConfig`) that the recipe wants other than they are by default."""
    paths: dict[str, Any] = {}
    """Knobs of the path stage (`PathConfig`)."""
    validation: dict[str, Any] = {}
    """Knobs of the checks (`ValidationConfig`)."""
    shown: Shown = Shown()
    layout: Layout

    @model_validator(mode="after")
    def _knobs_are_known(self) -> Self:
        try:
            LinkingConfig.parse(dict(self.linking))
            PathConfig.parse(dict(self.paths))
            ValidationConfig.parse(dict(self.validation))
        except ConfigError as error:
            raise ValueError(str(error)) from None
        if self.judge and not self.judge_mend:
            raise ValueError("a recipe with a judge needs judge_mend, the prompt that sends its reply back")
        return self

    @property
    def most_knowledge(self) -> int:
        """Steps of a chain that may rest on the model's own knowledge and on nothing else."""
        return ValidationConfig.parse(dict(self.validation)).most_knowledge

    @property
    def prompts(self) -> tuple[str, ...]:
        """Names of all prompts that it asks with, in the order of its stages."""
        proposing = (self.guide.propose, self.guide.mend) if self.guide else ()
        names = (*proposing, self.prompt, self.repair_prompt, self.judge, self.judge_mend)
        return tuple(dict.fromkeys(name for name in names if name))

    def stages(self) -> dict[str, dict[str, Any]]:
        """Return the knobs of the stages before and after, as `BuildConfig` takes them; only what the recipe sets."""
        named = {"linking": self.linking, "paths": self.paths, "validation": self.validation}
        return {stage: dict(knobs) for stage, knobs in named.items() if knobs}

    def text(self, chain: Chain) -> str:
        """Return a chain as the recipe prints it: titled sections, steps numbered through, without the final answer.

        >>> from kgpaths.records import Step
        >>> steps = (Step(kind="findings", text="There is “fever”."), Step(kind="conclusion", text="It is pneumonia."))
        >>> print(load_recipe("medreason").text(Chain(steps=steps, answer="Pneumonia")))
        ## Finding reasoning paths
        1. There is “fever”.
        <BLANKLINE>
        ## Conclusion
        2. It is pneumonia.
        """
        return self.layout.text(chain)

    def ordered(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """Return the steps in the order of the sections, the conclusion behind all that leads to it."""
        rank = {kind: place for place, section in enumerate(self.layout.sections) for kind in section.holds}
        last = len(self.layout.sections)
        rank |= {"findings": -1, "conclusion": last, "check": last + 1}
        return tuple(sorted(steps, key=lambda step: rank.get(step.kind, last - 1)))


def load_recipe(spec: str | Path, prompts: PromptFolder | None = None) -> Recipe:
    """Read a recipe: the name of one in the prompt folders, or the path of a file.

    Raises:
        UsageError: there is no such recipe or file.
        ConfigError: the file is not a recipe; an unknown key is named with the nearest known one.
    """
    folder = prompts or PromptFolder()
    text = str(spec)
    path = Path(text) if text.endswith((".yaml", ".yml")) else folder.find(f"recipes/{text}.yaml")
    if path is None:
        raise UsageError(f"no recipe {text!r}; {nearest(text, recipes(folder))} (or the path of a .yaml file)")
    if not path.is_file():
        raise UsageError(f"no recipe file at {path}")
    return _read(path)


def recipes(prompts: PromptFolder | None = None) -> Mapping[str, Recipe]:
    """Return the recipes of the prompt folders by name.

    >>> list(recipes())
    ['blind', 'clinical-phases', 'evidence-steps', 'guided', 'medreason']
    """
    folders = (prompts or PromptFolder()).folders
    found = {path.stem: path for folder in reversed(folders) for path in folder.glob("recipes/*.yaml")}
    return {name: _read(found[name]) for name in sorted(found)}


def recipe_of(config: LLMConfig) -> tuple[Recipe, PromptFolder]:
    """Return the recipe, and the folders where its prompts are: beside a recipe file, the user's, the shipped.

    Raises:
        UsageError: there is no such recipe or folder.
        ConfigError: the file is not a recipe.
    """
    folder = PromptFolder.of_recipe(config.recipe, config.prompts)
    return load_recipe(config.recipe, folder), folder


def prompt_hashes(config: LLMConfig) -> dict[str, str]:
    """Return SHA-256 hashes of the recipe and of its prompt files, by id.

    >>> sorted(prompt_hashes(LLMConfig(models=("m",), base_url="http://localhost:1/v1", recipe="blind")))
    ['blind', 'recipe', 'repair']
    """
    recipe, folder = recipe_of(config)
    prompts = {name: folder.prompt(name).hash for name in recipe.prompts}
    return prompts | {"recipe": sha256(recipe.model_dump_json().encode()).hexdigest()}


def _read(path: Path) -> Recipe:
    import yaml

    try:
        values = yaml.safe_load(path.read_text("utf-8"))
        recipe = Recipe.model_validate(values)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise ConfigError(f"{path}: {explained(error, Recipe)}") from None
    if recipe.id != path.stem:
        raise ConfigError(f"{path}: the recipe calls itself {recipe.id!r}, the file {path.stem!r}; they must agree")
    return recipe
