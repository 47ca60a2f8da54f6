"""By what recipe and prompts a model is asked: the files' hashes, so that a changed prompt is another build."""

from __future__ import annotations

from hashlib import sha256

from kgpaths.config import LLMConfig
from kgpaths.verbalization.prompt_files import PromptFolder
from kgpaths.verbalization.recipes import Recipe, load_recipe


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
