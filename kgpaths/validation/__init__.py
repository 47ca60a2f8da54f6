"""The validator checks a chain before it goes into the corpus; every check gives a typed verdict."""

from __future__ import annotations

from kgpaths.validation.validator import Validator, checks, decide

__all__ = ["Validator", "checks", "decide"]
