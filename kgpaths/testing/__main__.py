"""`python -m kgpaths.testing` runs the fault server; it prints its base URL and serves until it is killed."""

from __future__ import annotations

import argparse
from pathlib import Path

from kgpaths.testing.endpoint_faults import FAULT_KINDS, Payload, echo, share
from kgpaths.testing.fault_server import FaultServer


def _rehearsed(payload: Payload) -> str:
    from kgpaths.verbalization.recipes.rehearsal import rehearse

    return rehearse("\n".join(message["content"] for message in payload["messages"] if message["role"] != "assistant"))


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="python -m kgpaths.testing", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--fault", action="append", default=[], metavar="KIND=SHARE", help="|".join(FAULT_KINDS))
    parser.add_argument("--rehearse", action="store_true", help="answer the shipped prompts as an obedient model would")
    parser.add_argument("--log", type=Path, help="add a line for every request")
    options = parser.parse_args()
    kinds = {kind: float(part) for kind, _, part in (fault.partition("=") for fault in options.fault)}
    if unknown := sorted(set(kinds) - set(FAULT_KINDS)):
        parser.error(f"unknown fault {unknown[0]!r}")
    reply = _rehearsed if options.rehearse else echo
    with FaultServer(
        reply=reply, plan=share(kinds), latency_s=options.latency, log=options.log, port=options.port
    ) as server:
        print(server.base_url, flush=True)
        server.wait()


if __name__ == "__main__":
    main()
