"""A small Hugging Face Hub on a real socket, which serves and takes repositories from folders; for tests only.

It answers the calls that `huggingface_hub`, `datasets` and `transformers` make to read a repository, and the ones that
create a repository and commit files to it (https://huggingface.co/docs/hub/api). Every revision is the one there is.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

_API = re.compile(
    r"/api/(models|datasets)/([^/]+/[^/]+)(?:/(revision|tree|paths-info|preupload|commit)/([^/]+)/?(.*))?$"
)
_FILE = re.compile(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)$")


class HubServer:
    """Repositories under one folder: ``datasets/ORG/NAME/…`` and ``models/ORG/NAME/…``.

    A client finds it by the environment variable ``HF_ENDPOINT``, which is read when `huggingface_hub` is imported.

    Args:
        root: folder of the repositories; what clients commit is written there.
        port: 0 takes a free one.

    >>> import tempfile, urllib.request
    >>> with tempfile.TemporaryDirectory() as place:
    ...     rows = Path(place, "datasets/someone/chains/train.jsonl")
    ...     rows.parent.mkdir(parents=True)
    ...     _ = rows.write_text("{}")
    ...     with HubServer(place) as hub:
    ...         with urllib.request.urlopen(hub.url + "/datasets/someone/chains/resolve/main/train.jsonl") as reply:
    ...             print(reply.read())
    b'{}'
    """

    def __init__(self, root: str | Path, *, port: int = 0) -> None:
        self.root = Path(root)
        self.asked: list[str] = []
        """Method and path of every request."""
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Value for ``HF_ENDPOINT``."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def folder(self, kind: str, repo: str) -> Path:
        """Return where a repository lies, whether or not it is there."""
        return self.root / kind / repo

    def commit_of(self, folder: Path) -> str:
        """Return the id of what the folder holds now."""
        digest = hashlib.sha1(usedforsecurity=False)
        for path in _files(folder):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _oid(path: Path) -> str:
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _entry(folder: Path, path: Path) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    if path.is_dir():
        return {"type": "directory", "path": name, "oid": hashlib.sha1(name.encode()).hexdigest(), "size": 0}
    return {"type": "file", "path": name, "oid": _oid(path), "size": path.stat().st_size}


class _Handler(BaseHTTPRequestHandler):
    server_hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Keep silent; `HubServer.asked` has the requests."""

    def do_HEAD(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server_hub.asked.append(f"{self.command} {path}")
        if path == "/api/repos/create":
            return self._create(json.loads(body))
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})  # the head of a card is not checked
        if found := _FILE.match(path):
            return self._send_file("datasets" if found[1] else "models", found[2], found[4])
        if found := _API.match(path):
            kind, repo, verb, _revision, rest = found.groups()
            folder = self.server_hub.folder(kind, repo)
            if not folder.is_dir():
                return self._missing("RepoNotFound")
            if verb == "tree":
                return self._tree(folder, rest)
            if verb == "paths-info":
                wanted = [folder / name for name in _paths(body, self.headers.get("Content-Type", ""))]
                return self._json([_entry(folder, path) for path in wanted if path.exists()])
            if verb == "preupload":
                files = json.loads(body)["files"]
                return self._json(
                    {"files": [{"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in files]}
                )
            if verb == "commit":
                return self._commit(folder, repo, body)
            return self._info(folder, repo)
        return self._missing("EntryNotFound")

    def _info(self, folder: Path, repo: str) -> None:
        names = [path.relative_to(folder).as_posix() for path in _files(folder)]
        self._json(
            {
                "id": repo,
                "sha": self.server_hub.commit_of(folder),
                "private": False,
                "gated": False,
                "disabled": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "lastModified": "2026-01-01T00:00:00.000Z",
                "siblings": [{"rfilename": name} for name in names],
            }
        )

    def _tree(self, folder: Path, inside: str) -> None:
        start = folder / inside
        if not start.is_dir():
            return self._missing("EntryNotFound")
        recursive = "recursive=True" in self.path or "recursive=true" in self.path
        found = start.rglob("*") if recursive else start.iterdir()
        return self._json([_entry(folder, path) for path in sorted(found)])

    def _send_file(self, kind: str, repo: str, name: str) -> None:
        folder = self.server_hub.folder(kind, repo)
        if not folder.is_dir():
            return self._missing("RepoNotFound")
        path = folder / name
        if not path.is_file():
            return self._missing("EntryNotFound")
        content = path.read_bytes()
        start, end = 0, len(content)
        if wanted := re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            start, end = int(wanted[1]), min(end, int(wanted[2]) + 1 if wanted[2] else end)
        part = content[start:end]
        self.send_response(206 if wanted else 200)
        self.send_header("ETag", f'"{_oid(path)}"')
        self.send_header("X-Repo-Commit", self.server_hub.commit_of(folder))
        self.send_header("Accept-Ranges", "bytes")
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(part)
        return None

    def _create(self, wanted: dict[str, Any]) -> None:
        owner = wanted.get("organization") or "someone"
        repo = wanted["name"] if "/" in wanted["name"] else f"{owner}/{wanted['name']}"
        kind = f"{wanted.get('type') or 'model'}s"
        self.server_hub.folder(kind, repo).mkdir(parents=True, exist_ok=True)
        self._json({"url": f"{self.server_hub.url}/{'datasets/' if kind == 'datasets' else ''}{repo}"})

    def _commit(self, folder: Path, repo: str, body: bytes) -> None:
        for line in body.splitlines():
            operation = json.loads(line)
            if operation["key"] == "file":
                path = folder / operation["value"]["path"]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(base64.b64decode(operation["value"]["content"]))
            elif operation["key"] == "deletedFile":
                (folder / operation["value"]["path"]).unlink()
        commit = self.server_hub.commit_of(folder)
        self._json({"success": True, "commitOid": commit, "commitUrl": f"{self.server_hub.url}/{repo}/commit/{commit}"})

    def _json(self, value: Any) -> None:
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _missing(self, code: str) -> None:
        self.send_response(404)
        self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _paths(body: bytes, kind: str) -> list[str]:
    if "json" in kind:
        wanted = json.loads(body)["paths"]
        return [wanted] if isinstance(wanted, str) else list(wanted)
    from urllib.parse import parse_qs

    return parse_qs(body.decode())["paths"]
