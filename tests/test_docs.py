"""What the documentation points at exists: links and anchors, files, commands with their options, Python names."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise, product
from pathlib import Path
from typing import NamedTuple

import pytest
import typer
from markdown_it import MarkdownIt
from markdown_it.token import Token

from kgpaths.cli.app import app

ROOT = Path(__file__).parents[1]
ROOMS = ("benchmarks", "docs", "examples", "kgpaths", "ontologies", "prompts", "tests")
"""The folders that documents are read from, and that a path in backticks is looked for in."""
PAGES = sorted([*ROOT.glob("*.md"), *(page for room in ROOMS for page in (ROOT / room).rglob("*.md"))])
PAGES = [page for page in PAGES if "_data" not in page.parts]
COMMANDS = typer.main.get_command(app)
SIGNATURES = {"architecture.md"}
"""Pages whose Python blocks are signatures and no programs."""
MARKDOWN = MarkdownIt("commonmark").enable("table")


class Code(NamedTuple):
    """A piece of code in a page: the language of its block, `inline` for backticks in a sentence."""

    language: str
    text: str


@cache
def tokens(page: Path) -> list[Token]:
    """Return the page's tokens, block and inline, in one list."""
    blocks = MARKDOWN.parse(page.read_text("utf-8"))
    return [token for block in blocks for token in (block, *(block.children or ()))]


def code(page: Path) -> Iterator[Code]:
    for token in tokens(page):
        if token.type in ("fence", "code_block"):
            yield Code(token.info.split(" ")[0], token.content)
        elif token.type == "code_inline":
            yield Code("inline", token.content)


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    found: list[str] = []
    blocks = MARKDOWN.parse(page.read_text("utf-8"))
    for heading, inline in pairwise(blocks):
        if heading.type == "heading_open":
            words = "".join(child.content for child in inline.children or ())
            slug = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
            found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return frozenset(found)


def broken_links(page: Path) -> Iterator[str]:
    """Yield the page's links to files or headings that do not exist."""
    for token in tokens(page):
        target = str(token.attrGet("href") or token.attrGet("src") or "")
        if not target or re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            yield target


def missing_files(page: Path) -> Iterator[str]:
    """Yield the paths in backticks that begin with a folder of the project and do not exist."""
    for piece in code(page):
        if piece.language == "inline":
            for path in re.findall(rf"(?<![\w./-])(?:{'|'.join(ROOMS)})/[\w./*-]+", piece.text):
                if not list(ROOT.glob(path.rstrip("/."))):
                    yield path


def command_lines(page: Path) -> Iterator[list[str]]:
    """Yield the words behind `kgpaths` of each command in a page; alternatives one by one."""
    for piece in code(page):
        if piece.language not in ("python", "yaml"):
            for line in re.sub(r"\\\n\s*", " ", piece.text).splitlines():
                if "kgpaths " in line:
                    yield from commands(line)


def commands(line: str) -> Iterator[list[str]]:
    """Yield the commands of a line: several behind one another, words that a `|` parts one by one.

    >>> list(commands("pip install . && kgpaths graph push|pull 'my graph'  # to Neo4j and back"))
    [['graph', 'push', 'my graph'], ['graph', 'pull', 'my graph']]
    """
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # an apostrophe: a sentence, or a command that a shell would not take either
        words = line.split()
    marks = [number for number, word in enumerate(words) if word in ("&&", "||", "|", "·", ";")]
    for start, end in zip([-1, *marks], [*marks, len(words)], strict=True):
        part = words[start + 1 : end]
        while part and part[0] in ("$", "accelerate", "launch"):
            del part[0]
        if part and part[0] in ("kgpaths", "$(which kgpaths)"):
            yield from (list(each) for each in product(*map(alternatives, part[1:])))


def alternatives(word: str) -> list[str]:
    """Return the words that a `|` parts: `push|pull`."""
    return word.split("|") if re.fullmatch(r"[\w-]+(\|[\w-]+)+", word) else [word]


def wrong_usage(line: Sequence[str]) -> str | None:
    """Return what is wrong with a command, or None: its words and options are looked up, nothing is run.

    >>> wrong_usage("build --source medqa --limit 5".split()), wrong_usage("build --sauce medqa".split())
    (None, '`kgpaths build` has no --sauce')
    >>> wrong_usage("graph bild".split()), wrong_usage("build --source".split())
    ('`kgpaths graph` has no bild', '--source of `kgpaths build` has no value')
    """
    words = [stripped for word in line if (stripped := word.strip("[]"))]
    command, name, argument = COMMANDS, "kgpaths", False
    while words:
        word = words.pop(0)
        if word.startswith("-"):
            option, equals, _ = word.partition("=")
            options = {each: param for param in command.params for each in (*param.opts, *param.secondary_opts)}
            if option == "--help":
                continue
            if option not in options:
                return f"`{name}` has no {option}"
            takes_value = not getattr(options[option], "is_flag", False)
            if takes_value and not equals and (not words or words.pop(0).startswith("--")):
                return f"{option} of `{name}` has no value"
        elif (verbs := getattr(command, "commands", None)) and not argument and word != "…":
            if word in verbs:
                command, name = verbs[word], f"{name} {word}"
            elif word.islower() or not getattr(command, "invoke_without_command", False):
                return f"`{name}` has no {word}"
            else:
                argument = True
    return None


def unknown_names(page: Path) -> Iterator[str]:
    """Yield the names of the package that a page's examples and backticks use and that the package does not have."""
    for piece in code(page):
        if piece.language == "python" and page.name not in SIGNATURES:
            for node in ast.walk(ast.parse(piece.text)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "kgpaths":
                    yield from (name for each in node.names if not exists(name := f"{node.module}.{each.name}"))
                elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "kg":
                    yield from (name for name in [f"kgpaths.{node.attr}"] if not exists(name))
        elif found := re.fullmatch(r"kgpaths(\.\w+)+", piece.text):
            yield from (name for name in [found[0]] if not exists(name))


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or a name in one."""
    module, _, last = name.rpartition(".")
    try:
        return hasattr(import_module(module), last) or find_spec(name) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_points_at_what_exists(page: Path) -> None:
    assert not list(broken_links(page)), "links without a target"
    if page.name == "CHANGELOG.md":
        return  # tells of names that are gone
    assert not list(missing_files(page)), "files that do not exist"
    assert not [wrong for line in command_lines(page) if (wrong := wrong_usage(line))]
    assert not list(unknown_names(page)), "names that the package does not have"


def test_commands_are_found() -> None:
    lines = [line for page in PAGES for line in command_lines(page)]
    assert ["build", "--source", "medqa", "--limit", "200", "--out", "runs/first"] in lines
    assert len({line[0] for line in lines}) > 10


def python(*arguments: str, cwd: Path) -> str:
    """Return what Python prints; a Hub cache of its own, and lines as wide as the README's."""
    environment = {**os.environ, "COLUMNS": "120", "HF_HOME": str(cwd / "hub")}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.splitlines())


def test_readme_examples_run(tmp_path: Path) -> None:
    blocks = [piece.text for piece in code(ROOT / "README.md") if piece.language == "python"]
    assert blocks
    python("-c", "\n".join(blocks), cwd=tmp_path)


def test_readme_shows_what_explain_prints(tmp_path: Path) -> None:
    (explain,) = (line for line in command_lines(ROOT / "README.md") if line[0] == "explain" and line[1] != "RUN")
    (chain,) = (piece.text for piece in code(ROOT / "README.md") if piece.text.startswith("Chain\n"))
    limit = int(explain[2].rsplit("-", 1)[1]) + 1
    python("-m", "kgpaths", "build", "--source", "medqa", "--limit", str(limit), "--out", explain[1], cwd=tmp_path)
    assert chain.rstrip() in python("-m", "kgpaths", *explain, cwd=tmp_path)
