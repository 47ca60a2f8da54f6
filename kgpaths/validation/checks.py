"""All checks of a row. Importing their files registers them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kgpaths.validation import answer, discourse, grounding, negation, polarity, silence, wording
from kgpaths.validation.registry import Registered, registered

_FILES = (answer, discourse, grounding, negation, polarity, silence, wording)


def all_checks() -> Mapping[str, Registered]:
    """Return all checks, in the order in which they run.

    >>> "polarity_kept" in all_checks()
    True
    """
    return MappingProxyType(registered())
