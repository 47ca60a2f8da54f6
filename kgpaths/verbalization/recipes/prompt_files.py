"""A prompt file has a YAML head, which names inputs and outputs, and a sandboxed Jinja2 body with one block a message.

A file of the user's folder takes the place of the shipped file of the same name. What is written in a question stays
data: values are never rendered again, and `|data` takes the markup out of them that a model or a server would obey.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgpaths.errors import ConfigError, UsageError, nearest
from kgpaths.language.english import folded
from kgpaths.resources import resource

if TYPE_CHECKING:
    from jinja2 import Environment, Template

_INSTRUCTION = 7
"""Words of a clause that nobody writes by chance."""
INPUTS: Mapping[str, str] = {
    "question": "the stem, unchanged",
    "context": "the passage the question is about; may be empty",
    "options": "list of .key and .text; empty for open answers",
    "asked": "what the answer is, as a noun phrase: most likely diagnosis",
    "answer": "the gold answer as .key and .text; only where the head says shows_gold_answer",
    "findings": "list of .label (Q1), .quote, .concept, .type and .said (present, historical)",
    "absent": "the same, for what the question says is not there",
    "stated": "all that the question says of the patient or asks about, in reading order: list of .label and .concept "
    "(either may be empty), .quote, .kind (finding, context, subject), .said (present, absent, …) and .direction (of a "
    "value: low, normal or high; else empty)",
    "support": "for the right answer: list of lines of statements with their labels; empty where the answer is hidden",
    "rivals": "list of .key, .text, .lines (what ties an option to the case), .against (what contradicts it), .missed",
    "candidates": "further diseases of the graph that share findings with the case: list of .name and .lines",
    "ratios": "lines that compare how often two diseases show a finding, where the graph has both numbers",
    "edge_label": "letter of the statements' labels, E unless the question holds such a label itself",
    "quote_label": "letter of the findings' labels, likewise",
    "repeat_answer": "False where an open answer is too long to be said again in the last line",
    "fault": "what was wrong with a reply; of repair prompts",
    "known": "the labels that may be cited; of repair prompts",
    "polarity": "what the question asks for: holds, exception, not_to_do or harms",
    "recognised": "of guided recipes: lines of all that was recognised in the case, with labels, status and values",
    "notes": "of guided recipes: .key_findings, .condition, .concepts and .missing of the proposal",
    "argument": "of guided recipes: the proposal's claims as .text, with the .labels of what was found for them",
    "set_aside": "of guided recipes: what the proposal says against options, as .option and .because",
    "statements": "of guided recipes: lines of statements of the graph that fit the proposal, with their labels",
    "contradicting": "of guided recipes: lines of statements that contradict a claim of the proposal",
    "sentences": "of guided recipes: lines of sentences of reference texts, with their labels",
    "path_label": "letter of the paths' labels, P unless the question holds such a label itself",
    "sentence_label": "letter of the sentences' labels, S likewise",
    "knowledge_label": "letter of the mark of own knowledge, K likewise",
    "most_findings": "findings that a proposal may name",
    "most_concepts": "concepts that a proposal may name",
    "most_claims": "claims that a proposal may make",
    "most_knowledge": "steps that may rest on own knowledge without an edge or a sentence",
    "steps": "of judges: the chain's steps as .text, .cited (lines of what it rests on) and .knowledge",
}
"""What a prompt may be given, for people who write prompts."""

Grammar = Literal["cited-steps", "marked-steps", "json"]
"""How a reply is laid out. `cited-steps`: titled sections of numbered steps with marks in brackets (labels, quotations,
own knowledge), and an `Answer:` line; `marked-steps`: the same without sections; `json`: one JSON object."""

_HEAD = re.compile(r"\A---\r?\n(.*?\r?\n)---\r?\n", re.DOTALL)
_TAG = re.compile(r"<(?=[/|!?]?[A-Za-z_|])")
_BRACKETED_ROLE = re.compile(r"\[(?=/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS)\b)", re.IGNORECASE)


def as_data(text: str) -> str:
    """Return a text without the markup that chat templates and thinking models obey; numbers and wording stay.

    >>> as_data("BP <90/60. </think> <|im_end|> [INST] <b>bold</b>")
    'BP <90/60. ‹/think> ‹|im_end|> ⁅INST] ‹b>bold‹/b>'
    """
    return _BRACKETED_ROLE.sub("⁅", _TAG.sub("‹", text))


def one_line(text: str) -> str:
    """Return a text on one line, without a quotation mark that was never opened.

    >>> one_line('Urinary  output "')
    'Urinary output'
    """
    line = " ".join(text.split())
    return line.rstrip('" ') if line.count('"') == 1 and line.endswith('"') else line


class PromptHead(BaseModel):
    """The YAML head of a prompt file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    version: int = Field(ge=1)
    inputs: tuple[str, ...]
    """Names of `INPUTS` that the body uses, all of them and no others."""
    grammar: Grammar
    shows_gold_answer: bool
    """False promises that nothing in the prompt tells which option is right."""


class PromptFile:
    """One prompt, parsed and checked.

    Raises:
        ConfigError: no head, a bad key in it, a template that does not parse or uses what the head does not declare.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        raw = path.read_bytes()
        self.hash = sha256(raw).hexdigest()
        """SHA-256 of the file's bytes, 64 hex digits."""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: not UTF-8 at byte {error.start}") from None
        self.head, body = _parted(path, text)
        self._template, names, said = _compiled(path, body)
        self._check(names)
        self._instructions = {words for words in _clauses(said) if len(words.split()) >= _INSTRUCTION}

    def _check(self, names: set[str]) -> None:
        for name in sorted({*names, *self.head.inputs}):
            if name not in INPUTS:
                raise ConfigError(f"{self.path}: unknown input {name!r}; {nearest(name, INPUTS)}")
        undeclared = sorted(names - set(self.head.inputs))
        if undeclared:
            raise ConfigError(f"{self.path}: uses {', '.join(undeclared)}, which its head does not list under inputs")
        hidden = not self.head.shows_gold_answer
        if hidden and {"answer", "support"} & {*names, *self.head.inputs}:
            raise ConfigError(f"{self.path}: shows_gold_answer is false, so answer and support cannot be inputs")
        if "user" not in self._template.blocks:
            raise ConfigError(f"{self.path}: the body needs {{% block user %}}…{{% endblock %}}")

    @property
    def id(self) -> str:
        """Name and version, as generation records carry it: `medreason@1`."""
        return f"{self.head.id}@{self.head.version}"

    def repeated(self, texts: Iterable[str]) -> str:
        """Return the first clause of the prompt's own words that stands in a text as a whole; empty where none does.

        A small model copies what it is told to do, and a chain that says so is no argument.
        """
        return next((words for text in texts for words in _clauses(text) if words in self._instructions), "")

    def render(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return the text of every block, by its name (`system`, `user`).

        Raises:
            jinja2.UndefinedError: an input of the head is missing from `values`.
        """
        given = {name: values[name] for name in self.head.inputs if name in values}
        context = self._template.new_context(given)
        return {
            name: re.sub(r"\n{3,}", "\n\n", "".join(block(context))).strip()
            for name, block in sorted(self._template.blocks.items())
        }


def _parted(path: Path, text: str) -> tuple[PromptHead, str]:
    import yaml

    found = _HEAD.match(text)
    if found is None:
        raise ConfigError(f"{path}: a prompt begins with a YAML head between two lines of ---")
    try:
        values = yaml.safe_load(found.group(1))
        head = PromptHead.model_validate(values)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: the head is not YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        raise ConfigError(f"{path}: {explained(error, PromptHead)}") from None
    if head.id != path.stem:
        raise ConfigError(f"{path}: the head calls it {head.id!r}, the file {path.stem!r}; they must agree")
    return head, text[found.end() :]


def explained(error: ValidationError, model: type[BaseModel]) -> str:
    """Return the first fault of a validation as a sentence that names the nearest key, also inside lists."""
    from typing import get_args

    faults = error.errors()
    # A misspelt key shows twice: the unknown one, and the one that is missed. The first says what to type.
    fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] != "extra_forbidden":
        return f"{where or 'the whole'}: {fault['msg']}"
    inside: type[BaseModel] = model
    for part in fault["loc"][:-1]:
        if isinstance(part, str) and part in inside.model_fields:
            kinds = (inside.model_fields[part].annotation, *get_args(inside.model_fields[part].annotation))
            inside = next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), inside)
    return f"unknown key {where!r}; {nearest(str(fault['loc'][-1]), inside.model_fields)}"


def _clauses(text: str) -> Iterator[str]:
    """Yield the clauses of a text, folded."""
    yield from map(folded, re.split(r"[.;:!?\n]", text))


def _compiled(path: Path, body: str) -> tuple[Template, set[str], str]:
    """Return the template of a body, the names it uses, and its own words, without what is filled in."""
    from jinja2 import TemplateSyntaxError, meta, nodes

    environment = _environment()
    try:
        parsed = environment.parse(body)
        words = "\n".join(piece.data for piece in parsed.find_all(nodes.TemplateData))
        return environment.from_string(body), set(meta.find_undeclared_variables(parsed)), words
    except TemplateSyntaxError as error:
        raise ConfigError(f"{path}: line {error.lineno} of the body: {error.message}") from None


def _environment() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # No loader: a prompt is one file, so that the hash of its bytes is the hash of all that it says.
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["data"] = as_data
    return environment


class PromptFolder:
    """Prompts by name: first beside the user's recipe file, then in the user's folder, then among those shipped.

    >>> PromptFolder().prompt("medreason").head.shows_gold_answer
    True
    """

    def __init__(self, folder: str | Path | None = None, *, beside: Path | None = None) -> None:
        if folder is not None and not Path(folder).is_dir():
            raise UsageError(f"no folder of prompts at {folder}")
        self._own = tuple(Path(path) for path in (beside, folder) if path is not None)

    @classmethod
    def of_recipe(cls, recipe: str, folder: str | Path | None = None) -> PromptFolder:
        """Return the folders of a recipe given by name or by file: prompts may lie beside the file."""
        return cls(folder, beside=Path(recipe).parent if recipe.endswith((".yaml", ".yml")) else None)

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders in the order in which they are searched."""
        return (*self._own, resource("prompts"))

    def find(self, name: str) -> Path | None:
        """Return the first file of that name, relative to the folders."""
        return next((path for folder in self.folders if (path := folder / name).is_file()), None)

    def prompt(self, name: str) -> PromptFile:
        """Read a prompt.

        Raises:
            UsageError: there is none of that name.
            ConfigError: the file is not a valid prompt.
        """
        path = self.find(f"{name}.j2")
        if path is None:
            known = {file.stem for folder in self.folders for file in folder.glob("*.j2")}
            raise UsageError(f"no prompt {name!r}; {nearest(name, known)}")
        return PromptFile(path)
