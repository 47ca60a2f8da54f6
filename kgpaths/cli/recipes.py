"""`kgpaths recipes`: the ways in which a model can be asked for chains."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kgpaths.cli import complete


def recipes(
    recipe: Annotated[
        str | None,
        typer.Argument(help="Show this recipe, by name or file, with its prompt.", autocompletion=complete.recipes),
    ] = None,
    prompts: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Read prompts and recipes of your own from this folder first.")
    ] = None,
) -> None:
    """List the recipes that say how a model is asked, or show one with its prompt."""
    from rich.table import Table

    from kgpaths.cli import screen
    from kgpaths.verbalization.recipes.prompt_files import PromptFolder
    from kgpaths.verbalization.recipes.recipe import load_recipe
    from kgpaths.verbalization.recipes.recipe import recipes as known

    out = screen.console()
    if recipe is not None:
        folder = PromptFolder.of_recipe(recipe, prompts)
        chosen = load_recipe(recipe, folder)
        prompt = folder.prompt(chosen.prompt)
        out.print(f"{chosen.id}@{chosen.version}: {chosen.description}", highlight=False)
        out.print(f"prompt {prompt.id}, sha256 {prompt.hash}", highlight=False)
        out.print("the model sees the right answer" if prompt.head.shows_gold_answer else "the answer is hidden")
        out.print()
        for section in chosen.layout.sections:
            out.print(f"{section.title or '(no title)'}: {', '.join(section.holds)}", highlight=False)
        out.print()
        out.print(prompt.path.read_text("utf-8"), markup=False, highlight=False)
        return
    folder = PromptFolder(prompts)
    table = Table(show_edge=False, pad_edge=False)
    for column in ("recipe", "answer", "what it makes"):
        table.add_column(column)
    for name, entry in known(folder).items():
        shown = folder.prompt(entry.prompt).head.shows_gold_answer
        table.add_row(name, "shown" if shown else "hidden", entry.description)
    out.print(table)
    out.print("\nYour own: --recipe path/to/recipe.yaml, with its prompt beside it or in --prompts FOLDER")
