"""Configuration of a build: typed, frozen, and every default in this one place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kgpaths.errors import ConfigError, nearest
from kgpaths.records import EdgeTier

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Build the configuration from plain values.

        Raises:
            ConfigError: an unknown key (the nearest valid one is named) or a value of the wrong kind.

        >>> PathConfig.parse({"max_hop": 3})
        Traceback (most recent call last):
        ...
        kgpaths.errors.ConfigError: unknown option 'max_hop'; did you mean 'max_hops'? ...
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise ConfigError(cls._message(error.errors()[0])) from None

    @classmethod
    def check(cls, values: Mapping[str, Any], where: str) -> None:
        """Check the values that one place gives; what they leave out may come from another.

        Args:
            where: names the place in the message: a file, for one.

        Raises:
            ConfigError: as `parse`.

        >>> BuildConfig.check({"llm": {"samples": 3}}, "build.yaml")
        >>> BuildConfig.check({"linking": {"overlap": "maximla"}}, "b.yaml")
        Traceback (most recent call last):
        ...
        kgpaths.errors.ConfigError: b.yaml: option 'linking.overlap' cannot be 'maximla'; did you mean 'maximal'? ...
        """
        try:
            cls.model_validate(values)
        except ValidationError as error:
            for fault in error.errors():
                if fault["type"] != "missing":
                    raise ConfigError(f"{where}: {cls._message(fault)}") from None

    @classmethod
    def options(cls, inside: str = "") -> Iterator[tuple[str, FieldInfo]]:
        """Yield every option with its dotted name; a group comes before its members.

        >>> [name for name, _ in EndpointConfig.options()][7:10]
        ['prices', 'prices.prompt', 'prices.completion']
        """
        for name, field in cls.model_fields.items():
            yield inside + name, field
            if (group := group_of(field)) is not None:
                yield from group.options(f"{inside}{name}.")

    @classmethod
    def _message(cls, fault: ErrorDetails) -> str:
        where = ".".join(str(part) for part in fault["loc"])
        match fault["type"]:
            case "extra_forbidden":
                return f"unknown option {where!r}; {cls.nearest_option(where)}"
            case "literal_error":
                choices = re.findall(r"'([^']*)'", fault["ctx"]["expected"])
                return f"option {where!r} cannot be {fault['input']!r}; {nearest(str(fault['input']), choices)}"
            case "missing":
                return f"option {where!r} is missing"
            case "tuple_type":
                return f"option {where!r} takes a list, e.g. [a, b]"
            case "model_type":
                return f"option {where!r} is a group: its options are set one by one, as {where}.NAME"
            case _:
                return f"option {where!r}: {fault['msg'].removeprefix('Value error, ')}"

    @classmethod
    def nearest_option(cls, where: str) -> str:
        """Return a hint that names the option nearest to a wrong one, in its group or, where none is near, elsewhere.

        >>> BuildConfig.nearest_option("max_hop")
        "did you mean 'paths.max_hops'? Known: accept, ..."
        """
        inside, _, name = where.rpartition(".")
        known = [key for key, _ in cls.options()]
        hint = nearest(name, [key.rpartition(".")[2] for key in known if key.rpartition(".")[0] == inside])
        elsewhere = {key.rpartition(".")[2]: key for key in reversed(known)}
        alike = 0.8 if inside else 0.6  # who names a group seldom means another
        if not hint.startswith("did you mean") and (near := get_close_matches(name, elsewhere, n=1, cutoff=alike)):
            return f"did you mean {elsewhere[near[0]]!r}? {hint}"
        return hint


def group_of(field: FieldInfo) -> type[_Config] | None:
    """Return the group of options that an option is, None for one that has a plain value.

    >>> group_of(LLMConfig.model_fields["endpoint"])
    <class 'kgpaths.config.EndpointConfig'>
    """
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, _Config)), None)


def choices_of(field: FieldInfo) -> tuple[str, ...]:
    """Return the values of an option that is chosen from a closed set; empty for any other.

    >>> choices_of(LinkingConfig.model_fields["overlap"])
    ('maximal', 'nested')
    """
    kinds = (field.annotation, *get_args(field.annotation))
    if bool in kinds:
        return ("true", "false")
    return next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())


LinkingRule = Literal[
    "plural",
    "spelling",
    "stop_words",
    "word_order",
    "coordination",
    "variants",
    "defined_abbreviations",
    "clinical_abbreviations",
    "values",
    "stop_names",
    "general_abnormalities",
    "turning_words",
]


class LinkingConfig(_Config):
    """How text is linked to the graph."""

    overlap: Literal["maximal", "nested"] = "maximal"
    """`maximal` keeps the longest of overlapping mentions; `nested` keeps the mentions inside them as well."""
    fuzzy_threshold: int = Field(default=92, ge=0, le=100)
    """A whole string (an option, an answer) may match a name fuzzily when its rapidfuzz score is at least this; running
    text is never matched fuzzily."""
    stop_names: tuple[str, ...] = ()
    """These names are never linked; a list of such names is built in."""
    roots: tuple[str, ...] = ()
    """When ids are given, only these nodes and those below them in the hierarchy of their vocabulary (`HP:0000118`
    belongs to HP) are linked, whichever id they carry in the graph."""
    ids: tuple[str, ...] = ()
    """`EntityLinker.id_of` returns the id that a node has in the first of these vocabularies; when the list is empty,
    the vocabularies of the roots are used."""
    types: tuple[str, ...] = ()
    """Only nodes of these types are linked; an empty list allows every type that can be linked."""
    general_names: bool = False
    """Names that say little in the stem of a question, such as "tumor", are linked in running text too."""
    without: tuple[LinkingRule, ...] = ()
    """These rules are switched off, which shows what each of them contributes."""


class PathConfig(_Config):
    """How paths are searched and chosen."""

    k: int = Field(default=10, ge=1, le=1000)
    """`PathFinder.find` returns this many paths for each pair of question node and answer node; a build, which chooses
    paths together, does not ask it."""
    max_hops: int = Field(default=3, ge=1, le=6)
    """A path has at most this many edges, in `PathFinder.find` too where its caller says nothing."""
    selected: int = Field(default=6, ge=1)
    """At most this many paths to the right answer go into a chain."""
    contrast: int = Field(default=2, ge=0)
    """At most this many contrast paths are kept for each wrong option."""
    intermediate_nodes: int = Field(default=2, ge=0)
    """The selected paths of a question lead over at most this many intermediate nodes in all."""
    min_worth: float | None = None
    """Paths over intermediate nodes that are worth less than this many nats are left out, and a question may then have
    no path. Experts name a fifth of the intermediate nodes where the best path is worth -3 to -2, and four
    fifths where it is worth more than 1; of 31 chains over a node below -2 that a reader saw, 28 argued by
    another disease."""
    per_question_node: int = Field(default=2, ge=1)
    """At most this many selected paths start at the same finding."""
    degree_cap: int = Field(default=2000, ge=1)
    """A node with more neighbours than this is never in the middle of a path."""
    degree_weight: float = Field(default=0.5, ge=0.0, le=2.0)
    """This is the exponent `w` of the degree-weighted path count: it says how much dearer an edge becomes when its ends
    are well connected."""
    hop_millinats: int = Field(default=100, ge=0, le=10_000)
    """Every hop costs this much by itself, in milli-nats."""
    priors: str = ""
    """These costs in milli-nats, of relations or of `TYPE>PREDICATE>TYPE`, replace the built-in ones: name a YAML
    file of names and costs, or `mechanism` for the costs that come with kgpaths."""
    per_length: tuple[int, ...] = ()
    """At most so many selected paths have 1, 2, ... hops (in `find` this counts for each pair); a length that is not
    named has no limit."""
    exclude_direct: bool = False
    """Paths that go from a finding straight to the answer are left out."""
    forbidden: tuple[str, ...] = ()
    """No path holds any of these, in either direction, where `*` stands for anything: a step, as `TYPE>TYPE` or
    `TYPE>PREDICATE>TYPE`, or a sequence of types along the path, as `drug>gene>drug` or `*>drug>*` (a drug in the
    middle)."""
    work_budget: int = Field(default=20_000_000, ge=1)
    """The search for one item touches at most this many arcs; beyond that it is cut, and the row says `truncated`."""

    @classmethod
    def mechanism(cls, **changes: Any) -> Self:
        """Return the configuration that asks how a drug acts on a disease, and not whether it treats it.

        Steps cost what ``ontologies/paths/mechanism.yaml`` says, learned from curated mechanisms: target, process and
        finding are cheap, other drugs and other indications dear; the direct edge is left out.

        >>> PathConfig.mechanism(degree_cap=5000).exclude_direct
        True
        """
        preset = {"priors": "mechanism", "degree_weight": 0.3, "exclude_direct": True, "max_hops": 4}
        return cls.parse({**preset, **changes})


class ValidationConfig(_Config):
    """What a row must fulfil."""

    min_margin: float | None = None
    """A row is accepted only when the evidence of its right option is ahead of the best other option by at least this;
    without a number, any margin is accepted."""
    most_knowledge: int = Field(default=3, ge=0)
    """At most this many steps of a chain may rest on a model's own knowledge without citing an edge or a
    sentence."""


class Prices(_Config):
    """What tokens cost, in US dollars per million."""

    prompt: float = Field(default=0.0, ge=0.0)
    """A million prompt tokens cost this many US dollars."""
    completion: float = Field(default=0.0, ge=0.0)
    """A million completion tokens cost this many US dollars."""


class EndpointConfig(_Config):
    """How an endpoint is treated: nothing here changes a reply, so nothing here makes it another build."""

    concurrency: int = Field(default=64, ge=1, le=4096)
    """This many calls are in flight at a time."""
    timeout_s: float = Field(default=300.0, gt=0.0)
    """A call that takes longer than this many seconds is given up and tried again."""
    max_retries: int = Field(default=6, ge=0, le=20)
    """The client repeats a call that failed on its way (408, 409, 429, 5xx, a reset) at most this often, with growing
    pauses."""
    requests_per_minute: float | None = Field(default=None, gt=0.0)
    """At most this many requests are sent a minute; without a number there is no limit."""
    tokens_per_minute: float | None = Field(default=None, gt=0.0)
    """At most this many tokens, of prompts and of the completions that are expected, are sent a minute; without a
    number there is no limit."""
    max_cost: float | None = Field(default=None, gt=0.0)
    """Nothing new is sent once the run has cost this many US dollars by `prices`."""
    max_tokens_total: int | None = Field(default=None, ge=1)
    """Nothing new is sent once the run has used this many tokens, of prompts and completions together."""
    prices: Prices = Prices()
    """These prices turn tokens into costs."""
    outage_after: int = Field(default=10, ge=1)
    """The endpoint counts as down when this many calls in a row have failed, each after all its retries."""
    outage_share: float = Field(default=0.5, gt=0.0, le=1.0)
    """The endpoint counts as down when more than this share of the last 100 calls has failed."""
    batch: bool = False
    """A build sends its requests through the endpoint's Batch API and ends with exit code 75 while replies are missing;
    the same command fetches them."""


class LLMConfig(_Config):
    """Which model writes the chains, and how it is asked. The key comes from KGPATHS_API_KEY or OPENAI_API_KEY only."""

    models: tuple[str, ...] = Field(min_length=1)
    """These are the model names as the server knows them; when there are several, samples take turns."""
    base_url: str
    """This is the root of the OpenAI-compatible API, such as `http://localhost:8000/v1`."""
    recipe: str = "guided"
    """This recipe says how the model is asked: the name of a built-in one, or the path of a recipe file."""
    prompts: str | None = None
    """The files in this folder take the place of the built-in prompts and recipes of the same name."""
    temperatures: tuple[float, ...] = Field(default=(0.7,), min_length=1)
    """These are the sampling temperatures; when there are several, samples take turns, after the models."""
    top_p: float | None = Field(default=None, gt=0.0, le=1.0)
    """The model samples from the likeliest tokens that hold this share of the probability; without a number the server
    decides."""
    max_tokens: int = Field(default=2048, ge=1)
    """A completion has at most this many tokens, thinking included."""
    seed: int | None = 0
    """The first sample has this seed, and the next ones count on from it; null sends no seed."""
    dialect: Literal["none", "json_schema", "json_object", "grammar"] = "none"
    """This holds a reply to its shape; `none` reads numbered steps. What a server obeys is found out by
    `verbalization.recipes.structured_output.probe`."""
    samples: int = Field(default=1, ge=1, le=64)
    """This many chains are written for each question, and the best by its verdicts is kept."""
    tries: int = Field(default=2, ge=1, le=16)
    """A request is sent at most this often in all when its reply is a refusal, is empty, or is cut at the token
    limit."""
    judge: bool = True
    """A model reads each chain that passed the checks, where the recipe has a prompt for it;
    `--no-judge` leaves it out."""
    judge_model: str = ""
    """This model judges; without a name it is the first of `models`, under another seed."""
    texts: tuple[str, ...] = Field(default=("default",), min_length=1)
    """Sentences that ground what a model says are looked for in these texts: `default`, which come along, files or
    folders; only recipes that ground claims read them."""
    endpoint: EndpointConfig = EndpointConfig()
    """These options say how the endpoint is treated; they change no reply, so a run continues with other values."""

    @field_validator("base_url")
    @classmethod
    def _base_url_is_one(cls, given: str) -> str:
        if fault := base_url_fault(given):
            raise ValueError(fault)
        return given

    def sampling(self, sample: int) -> tuple[str, float, int | None]:
        """Return model, temperature and seed of a sample.

        >>> config = LLMConfig(models=("a", "b"), base_url="http://localhost:1/v1", temperatures=(0.0, 1.0), samples=4)
        >>> [config.sampling(n) for n in range(4)]
        [('a', 0.0, 0), ('b', 0.0, 100), ('a', 1.0, 200), ('b', 1.0, 300)]
        """
        model = self.models[sample % len(self.models)]
        temperature = self.temperatures[sample // len(self.models) % len(self.temperatures)]
        return model, temperature, None if self.seed is None else self.seed + 100 * sample


def base_url_fault(url: str) -> str:
    """Say why a text is no base URL of an endpoint, without repeating a secret in it; empty where it is one.

    Base URLs stand in manifests and cards, so they hold no user, password, or query.

    >>> base_url_fault("http://localhost:8000/v1")
    ''
    >>> base_url_fault("https://me:secret@host/v1")
    'the base URL holds a user or a password; put the key into KGPATHS_API_KEY'
    """
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "the base URL cannot be read: its host or port is none; it looks like http://localhost:8000/v1"
    if "@" in parts.netloc:
        return "the base URL holds a user or a password; put the key into KGPATHS_API_KEY"
    if parts.query or parts.fragment or "?" in url or "#" in url:
        return "the base URL holds a query or a fragment; it ends with the path, as http://localhost:8000/v1"
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        return f"{url!r} is no base URL; it looks like http://localhost:8000/v1"
    return ""


class BuildConfig(_Config):
    """Everything that decides what a build writes; hashed into the manifest."""

    source: str
    """The questions come from this source, such as `medqa` or `jsonl:questions.jsonl`; `kgpaths sources` lists what
    there is."""
    graph: str = "default"
    """The paths come from this graph: `default`, a snapshot folder, or `neo4j://host/database`."""
    tiers: tuple[EdgeTier, ...] = ()
    """Links, paths, evidence and chains use edges of these tiers only; an empty list allows all."""
    limit: int | None = Field(default=None, ge=1)
    """At most this many questions are read."""
    shard_size: int = Field(default=100, ge=1)
    """A shard, the unit of work that is never done twice, holds this many questions."""
    llm: LLMConfig | None = None
    """This model writes the chains; without one they are written from templates."""
    accept: int | None = Field(default=None, ge=1)
    """The build stops at exactly this many accepted rows; `limit` then bounds how many questions are tried."""
    cite_sources: bool = False
    """The steps of a conversation say the sentence and the URL that their text edges come from."""
    linking: LinkingConfig = LinkingConfig()
    """These options say how text is linked to the graph."""
    paths: PathConfig = PathConfig()
    """These options say how paths are searched and chosen."""
    validation: ValidationConfig = ValidationConfig()
    """These options say what a row must fulfil."""

    @field_validator("tiers", mode="before")
    @classmethod
    def _tiers_are_known(cls, given: Any) -> Any:
        """Take `curated,text` too, in any order; name the nearest tier for one that is none."""
        names = [name.strip() for name in given.split(",")] if isinstance(given, str) else given
        if not isinstance(names, list | tuple):
            return names
        for name in names:
            if name not in get_args(EdgeTier):
                raise ValueError(f"no tier {name!r}; {nearest(str(name), get_args(EdgeTier))}")
        return tuple(tier for tier in get_args(EdgeTier) if tier in names)


def default_out(source: str) -> Path:
    """Folder that a build without `--out` writes to: the same call names the same folder.

    >>> default_out("medqa").as_posix()
    'runs/medqa'
    >>> default_out("jsonl:data/My questions.jsonl").as_posix()
    'runs/jsonl-data-my-questions-jsonl'
    """
    return Path("runs") / (re.sub(r"[^a-z0-9]+", "-", source.lower()).strip("-") or "run")
