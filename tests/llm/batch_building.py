"""A build by batches, typed as often as it takes, beside the same build by direct calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import kgpaths as kg
from kgpaths.errors import BatchPending
from kgpaths.llm import REPLIES, ReplyStore
from kgpaths.verbalization.recipes.guided.rehearsal import rehearse_guided
from kgpaths.verbalization.recipes.rehearsal import rehearse

from .batch_server import BatchServer

OPTIONS = {"A": "Pneumonia", "B": "Gout", "C": "Asthma"}
STEMS = {
    "A": "A {age}-year-old man has fever, cough and chest pain. He denies headache. What is the diagnosis?",
    "B": "A {age}-year-old man has arthralgia but no fever. What is the diagnosis?",
    "C": "A {age}-year-old girl has wheezing and dyspnea. She has no chest pain. What is the diagnosis?",
}


def answer(payload: Any) -> str:
    return rehearse("\n".join(message["content"] for message in payload["messages"]))


def guided(payload: Any) -> str:
    return rehearse_guided(payload["messages"][1]["content"])


class Building:
    """A builder of one set of questions."""

    def __init__(self, ward: Path, folder: Path, server: BatchServer) -> None:
        self.ward, self.folder, self.server = ward, folder, server
        self.source = folder / "q.jsonl"
        self.questions("ABCABC")

    def questions(self, keys: str) -> None:
        rows = [
            {"id": f"q{n}", "question": STEMS[key].format(age=20 + n), "options": OPTIONS, "answer_idx": key}
            for n, key in enumerate(keys)
        ]
        self.source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    def build(self, out: str = "run", *, batch: bool = True, llm: Any = (), endpoint: Any = (), **options: Any) -> Any:
        """Type the command once."""
        treated = {"batch": batch, "max_retries": 0, "timeout_s": 20.0, **dict(endpoint)}
        model = {
            "models": ("m",), "base_url": self.server.base_url, "recipe": "medreason", "endpoint": treated, **dict(llm)
        }  # fmt: skip
        return kg.build(f"jsonl:{self.source}", out=self.folder / out, graph=str(self.ward), llm=model, **options)

    def built(self, out: str = "run", **options: Any) -> tuple[Any, list[str]]:
        """Type the command until it ends; return the result, and what was said each time before."""
        said: list[str] = []
        while len(said) < 30:
            try:
                return self.build(out, **options), said
            except BatchPending as pending:
                said.append(str(pending))
        raise AssertionError(f"it does not end: {said}")

    def files(self, out: str) -> dict[str, bytes]:
        """Return the files of a corpus, without how its endpoint was treated."""
        files = {
            path.relative_to(self.folder / out).as_posix(): path.read_bytes()
            for path in sorted((self.folder / out).rglob("*"))
            if path.is_file() and not path.name.startswith((REPLIES, "usage.json", "."))
        }
        manifest = json.loads(files["manifest.json"])
        del manifest["config"]["llm"]["endpoint"]
        return files | {"manifest.json": json.dumps(manifest).encode()}

    def usage(self, out: str = "run") -> Any:
        return json.loads((self.folder / out / "usage.json").read_text())

    def replies(self, out: str = "run") -> dict[str, Any]:
        with ReplyStore(self.folder / out / REPLIES) as store:
            return {one.key: one for one in store}
