"""What the graph and reference texts hold of somebody's claims."""

from kgpaths.grounding.claims import ClaimSearch

__all__ = ["ClaimSearch"]
