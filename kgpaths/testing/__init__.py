"""Servers for tests of programs that use kgpaths: a model that answers or fails as it is told, and a small Hub."""

from __future__ import annotations

from kgpaths.testing.endpoint_faults import FaultKind, echo, share, times
from kgpaths.testing.fault_server import FaultServer
from kgpaths.testing.hub_server import HubServer

__all__ = ["FaultKind", "FaultServer", "HubServer", "echo", "share", "times"]
