"""The endpoint against a server that nobody here wrote: llama-cpp-python's, with a model of random weights.

It holds a model to a grammar or to JSON mode, rejects `json_schema` with a 500, and answers for any model name.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kgpaths.config import EndpointConfig
from kgpaths.errors import UsageError
from kgpaths.llm import Endpoint
from kgpaths.verbalization.recipes.structured_output import chain_grammar, probe

_NEEDED = ("llama_cpp", "gguf", "uvicorn", "starlette_context")
_ABSENT = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
if _ABSENT:
    pytest.skip(
        f"without {', '.join(_ABSENT)}: pip install 'llama-cpp-python[server]' gguf (compiles for minutes)",
        allow_module_level=True,
    )
CONTEXT = 4096


@pytest.fixture(scope="module")
def served(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    model = tmp_path_factory.mktemp("llama") / "tiny.gguf"
    subprocess.run([sys.executable, Path(__file__).with_name("tiny_gguf.py"), model], check=True)
    options = ("--model_alias", "tiny", "--n_ctx", CONTEXT, "--n_threads", 1, "--host", "127.0.0.1")
    return serve(
        lambda port: [sys.executable, "-m", "llama_cpp.server", "--model", model, *options, "--port", port],
        "tiny",
        "/v1/models",
    )


def test_replies_with_usage_that_are_replayed(served: Any, tmp_path: Path) -> None:
    requests = [served.request(f"A man of {age} years has fever.") for age in range(6)]
    replies, endpoint = served.asked(requests, tmp_path / "r.sqlite")
    for reply in replies:
        assert reply.fault == "length", "twelve tokens of a model that never learned to stop"
        assert reply.completion_tokens >= 12  # it counts bytes of half characters anew
        assert reply.prompt_tokens > 20
    assert endpoint.spent.calls == 6
    again, endpoint = served.asked(requests, tmp_path / "r.sqlite")
    assert endpoint.spent.calls == 0
    assert [reply.text for reply in again] == [reply.text for reply in replies]


def test_the_dialects_that_it_obeys_are_found_by_asking(served: Any) -> None:
    async def run() -> Mapping[str, bool]:
        async with Endpoint(served.base_url, EndpointConfig(max_retries=0)) as endpoint:
            return await probe(endpoint, served.model)

    obeyed = asyncio.run(run())
    assert not obeyed["json_schema"]
    assert obeyed["grammar"]


def test_the_grammar_of_a_chain_is_taken_and_held(served: Any, tmp_path: Path) -> None:
    grammar = json.dumps({"grammar": chain_grammar(["Findings", "Conclusion"])})
    (reply,), _ = served.asked([served.request("Why?", extra=grammar, max_tokens=60)], tmp_path / "r.sqlite")
    start = '{"steps": [{"section": "'
    assert reply.text.startswith((start + "Findings", start + "Conclusion")), reply


def test_a_shape_that_the_server_rejects_is_a_fault_of_that_request_only(served: Any, tmp_path: Path) -> None:
    shape = '{"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}'
    requests = [served.request("Why?", response_format=shape), served.request("Why?")]
    (refused, good), _ = served.asked(requests, tmp_path / "r.sqlite")
    assert refused.fault == "transport"
    assert "500" in refused.detail
    assert "json_object" in refused.detail
    assert good.text


def test_a_prompt_longer_than_the_context_is_refused_for_that_request_only(served: Any, tmp_path: Path) -> None:
    requests = [served.request("Why? " * CONTEXT), served.request("Why?")]
    (long, short), _ = served.asked(requests, tmp_path / "r.sqlite")
    assert long.fault == "not_accepted"
    assert str(CONTEXT) in long.detail
    assert short.text


def test_a_path_that_is_not_there(served: Any, tmp_path: Path) -> None:
    elsewhere = type(served)(served.base_url.replace("/v1", "/v7"), served.model)
    with pytest.raises(UsageError, match="--base-url"):
        elsewhere.asked([served.request("Why?")], tmp_path / "r.sqlite")


def test_a_whole_build(
    served: Any, tmp_path: Path, questions: Callable[..., Path], built: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, err = built(questions(6), served.base_url, "--concurrency", 4, model=served.model)
    assert code in (0, 1), err  # random bytes may end before the limit, or not
    stats = json.loads((tmp_path / "run" / "stats.json").read_text())
    assert stats["accepted"] + sum(stats["failed_by_reason"].get(f"llm_{why}", 0) for why in ("length", "empty")) == 6
    used = json.loads((tmp_path / "run" / "usage.json").read_text())
    assert used["replies"] >= 6
    assert used["prompt_tokens"] > 0
