"""Chains from a language model: what a recipe asks, what the model is shown, and how its reply becomes a chain."""

from __future__ import annotations

from kgpaths.verbalization.recipes.recipe import Recipe, load_recipe, recipes

__all__ = ["Recipe", "load_recipe", "recipes"]
