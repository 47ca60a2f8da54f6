"""The endpoint against a server that nobody here wrote: `transformers serve` with a model of random weights."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kgpaths.errors import UsageError

_NEEDED = ("torch", "transformers", "fastapi", "uvicorn")
_ABSENT = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
pytestmark = pytest.mark.filterwarnings("ignore")  # libraries that we do not own may warn
_SERVE = Path(sys.executable).with_name("transformers")


@pytest.fixture(scope="module")
def served(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    if _ABSENT:
        said = f"transformers serve needs {', '.join(_ABSENT)}: pip install -e '.[dev,train]' 'transformers[serving]'"
        pytest.fail(said) if os.environ.get("KGPATHS_REQUIRE_EXTRAS") == "1" else pytest.skip(said)
    from kgpaths.training.tiny import make_tiny_model

    folder = tmp_path_factory.mktemp("served")
    texts = [f"A man of {age} years has fever and cough. The answer is pneumonia." for age in range(40)]
    model = make_tiny_model(folder / "model", texts, vocabulary=400)
    (folder / "hub").mkdir()
    return serve(
        lambda port: [_SERVE, "serve", model, "--device", "cpu", "--host", "127.0.0.1", "--port", port],
        str(model),
        "/health",
        {"HF_HUB_CACHE": str(folder / "hub"), "HF_HUB_OFFLINE": "1"},
    )


def test_replies_with_usage_that_are_replayed(served: Any, tmp_path: Path) -> None:
    requests = [served.request(f"A man of {age} years has fever.") for age in range(6)]
    replies, endpoint = served.asked(requests, tmp_path / "r.sqlite")
    for reply in replies:
        assert reply.fault == "length", "twelve tokens of a model that never learned to stop"
        assert reply.text
        assert reply.completion_tokens == 12
        assert reply.prompt_tokens > 5
        assert Path(reply.model.split("@")[0]).name == Path(served.model).name
    assert endpoint.spent.calls == 6
    again, endpoint = served.asked(requests, tmp_path / "r.sqlite")
    assert endpoint.spent.calls == 0
    assert [reply.text for reply in again] == [reply.text for reply in replies]


def test_a_member_that_the_server_does_not_know_is_refused_for_that_request_only(served: Any, tmp_path: Path) -> None:
    odd = served.request("Why?", extra='{"no_such_member": 1}')
    (refused, good), _ = served.asked([odd, served.request("Why?")], tmp_path / "r.sqlite")
    assert refused.fault == "not_accepted"
    assert "422" in refused.detail
    assert good.text


def test_a_shape_that_the_server_ignores(served: Any, tmp_path: Path) -> None:
    shape = '{"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}'
    (reply,), _ = served.asked([served.request("Why?", response_format=shape)], tmp_path / "r.sqlite")
    assert reply.text
    assert not reply.text.lstrip().startswith("{"), "ignored: this is why dialects are probed and never assumed"


def test_a_model_that_is_not_there(served: Any, tmp_path: Path) -> None:
    unknown = type(served)(served.base_url, "no-such-model")
    with pytest.raises(UsageError, match="no-such-model"):
        unknown.asked([unknown.request("Why?")], tmp_path / "r.sqlite")


def test_a_path_that_is_not_there(served: Any, tmp_path: Path) -> None:
    elsewhere = type(served)(served.base_url.replace("/v1", "/v7"), served.model)
    with pytest.raises(UsageError, match="--base-url"):
        elsewhere.asked([served.request("Why?")], tmp_path / "r.sqlite")


def test_a_whole_build(
    served: Any, tmp_path: Path, questions: Callable[..., Path], built: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, err = built(questions(6), served.base_url, "--concurrency", 2, model=served.model)
    assert code in (0, 1), err  # random words may end before the limit, or not
    stats = json.loads((tmp_path / "run" / "stats.json").read_text())
    assert stats["accepted"] + stats["failed_by_reason"].get("llm_length", 0) == 6
    used = json.loads((tmp_path / "run" / "usage.json").read_text())
    assert used["replies"] >= 6
    assert used["prompt_tokens"] > 0
