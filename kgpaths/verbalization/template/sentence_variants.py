"""This module renders the sentence variants of `prompts/template/sentences.yaml` with sandboxed Jinja2."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b, sha256
from typing import TYPE_CHECKING, Any

from kgpaths.language.english import capitalised, joined, listing
from kgpaths.resources import resource

if TYPE_CHECKING:
    from jinja2 import Template

PROMPT_ID = "template/sentences"
"""Name of the sentence file, as generation records carry it."""


class Sentences:
    """The sentence variants of one file.

    >>> sentences = Sentences.default()
    >>> sentences.render("conclusion", "item-1", asked="most likely diagnosis", answer="gout", nodes=[])
    'So the most likely diagnosis is gout.'
    """

    def __init__(self, text: str) -> None:
        import yaml
        from jinja2 import StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.filters.update(listing=listing, joined=joined, capital=capitalised)
        self.hash = sha256(text.encode()).hexdigest()
        """SHA-256 of the file, 64 hex digits."""
        self._variants: dict[str, list[Template]] = {
            slot: [environment.from_string(variant) for variant in variants]
            for slot, variants in yaml.safe_load(text).items()
        }

    @classmethod
    @cache
    def default(cls) -> Sentences:
        """Return the sentences that the library ships."""
        return cls(resource("prompts", "template", "sentences.yaml").read_text("utf-8"))

    def render(self, slot: str, seed: str, **values: Any) -> str:
        """Return one sentence; equal seeds choose equal variants.

        Raises:
            KeyError: the file has no such slot.
            jinja2.UndefinedError: the sentence needs a value that was not given.
        """
        variants = self._variants[slot]
        choice = int.from_bytes(blake2b(f"{seed}\x1f{slot}".encode(), digest_size=8).digest(), "big")
        return variants[choice % len(variants)].render(values)
