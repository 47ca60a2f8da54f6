"""The command `kgpaths` with a drafter that asks a model the plain question: `python build_with_model.py build …`.

With `forks` it loads everything and then starts a process for every JSON list of arguments that it reads, so that a
test can start and kill many without waiting for imports: it answers with the process id, then with the exit status.

The chain is the template's, so that it holds whatever the model says; what it says goes into the row all the same.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

from kgpaths.cli import main
from kgpaths.llm import FAULT_REASON, ChatRequest, Message
from kgpaths.pipeline import Pipeline
from kgpaths.records import Draft, Generation
from kgpaths.verbalization import TemplateVerbalizer


class PlainDrafter:
    """Asks a model the question as it stands."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.template = TemplateVerbalizer(pipeline.graph)
        self.config = pipeline.config.llm
        self.stages = 1

    def serves(self, path_set: Any) -> bool:
        return path_set.no_path is None

    def request(self, item: Any, mentions: Any, path_set: Any, *, sample: int = 0) -> ChatRequest:  # noqa: ARG002
        model, temperature, seed = self.config.sampling(sample)
        message = Message(role="user", content=item.question)
        return ChatRequest(model=model, messages=(message,), temperature=temperature, seed=seed, max_tokens=64)

    async def draft(self, item: Any, mentions: Any, path_set: Any, endpoint: Any, *, sample: int = 0) -> Draft:
        reply = await endpoint.ask(
            self.request(item, mentions, path_set, sample=sample), attempt=100 * sample, tries=self.config.tries
        )
        made = Generation(
            model=reply.model, prompt_id="plain", parameters=json.dumps([reply.text]), reply_key=reply.key
        )
        if reply.fault is not None:
            return Draft(generation=(made,), reason=FAULT_REASON[reply.fault], detail=reply.detail)
        chain, _ = self.template.verbalize(item, mentions, path_set)
        return Draft(chain=chain, generation=(made,))


def forks() -> None:
    for name in ("openai", "aiohttp", "pandas", "pyarrow.parquet", "kgpaths.streaming", "kgpaths.paths.kernel_numba"):
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.argv = ["kgpaths", *json.loads(line)]
            sys.stdout = sys.stderr
            main()
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    Pipeline.drafter = lambda self: PlainDrafter(self)  # type: ignore[assignment, method-assign]
    forks() if sys.argv[1:] == ["forks"] else main()
