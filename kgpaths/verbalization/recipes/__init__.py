"""A language model writes chains: a recipe says what it is asked and shown, and its reply becomes a chain."""

from __future__ import annotations

from kgpaths.verbalization.recipes.recipe import Recipe, load_recipe, recipes

__all__ = ["Recipe", "load_recipe", "recipes"]
