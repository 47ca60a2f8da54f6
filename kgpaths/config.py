"""Configuration of a build: typed, frozen, and every default in this one place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self, TypeGuard, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kgpaths.errors import ConfigError, nearest
from kgpaths.records import EdgeTier


class _Config(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Self:
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
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"])
            if fault["type"] == "extra_forbidden":
                keys = cls._keys(tuple(str(part) for part in fault["loc"][:-1]))
                raise ConfigError(f"unknown option {where!r}; {nearest(str(fault['loc'][-1]), keys)}") from None
            raise ConfigError(f"option {where!r}: {fault['msg'].removeprefix('Value error, ')}") from None

    @classmethod
    def _keys(cls, inside: tuple[str, ...]) -> list[str]:
        model: type[BaseModel] = cls
        for part in inside:
            annotation = model.model_fields[part].annotation
            inner = next((kind for kind in (annotation, *get_args(annotation)) if _is_model(kind)), None)
            if inner is None:
                return []
            model = inner
        return list(model.model_fields)


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


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
    """`maximal` keeps the longest mentions; `nested` keeps those inside them too."""
    fuzzy_threshold: int = Field(default=92, ge=0, le=100)
    """Least rapidfuzz score for whole strings (options, answers); running text is never matched fuzzily."""
    stop_names: tuple[str, ...] = ()
    """Names that are never linked, besides the built-in list."""
    roots: tuple[str, ...] = ()
    """Ids; only nodes that are one of them or lie below it in the hierarchy of its vocabulary (`HP:0000118`: HP) are
    linked, whichever id they carry in the graph."""
    ids: tuple[str, ...] = ()
    """Vocabularies whose ids `EntityLinker.id_of` returns, in order of preference; those of the roots, when empty."""
    types: tuple[str, ...] = ()
    """Node types that are linked; all that can be, when empty."""
    general_names: bool = False
    """Link names that say little in a question stem, such as "tumor", in running text too."""
    without: tuple[LinkingRule, ...] = ()
    """Rules that are switched off, to measure what each contributes."""


class PathConfig(_Config):
    """How paths are searched and chosen."""

    k: int = Field(default=10, ge=1, le=1000)
    """Best paths kept for each pair of question node and answer node."""
    max_hops: int = Field(default=3, ge=1, le=6)
    """Longest path, in edges."""
    selected: int = Field(default=6, ge=1)
    """Paths to the right answer that go into a chain."""
    contrast: int = Field(default=2, ge=0)
    """Contrast paths kept for each wrong option."""
    middles: int = Field(default=2, ge=0)
    """Nodes between findings and answer that the selected paths lead over in all, under `ranking: learned`."""
    min_worth: float | None = None
    """Nats: under `ranking: learned`, paths over middles that are worth less are left out, and a question may have none
    then. Experts name a fifth of the middles where the best path is worth -3 to -2, and four fifths where above 1; of
    31 chains that a reader saw over a middle below -2, 28 argued by another disease."""
    per_question_node: int = Field(default=2, ge=1)
    """Selected paths that may start at the same finding."""
    degree_cap: int = Field(default=2000, ge=1)
    """Nodes with more neighbours than this are never in the middle of a path."""
    degree_weight: float = Field(default=0.5, ge=0.0, le=2.0)
    """Exponent `w` of the degree-weighted path count: how dear well-connected ends make an edge."""
    hop_millinats: int = Field(default=100, ge=0, le=10_000)
    """Cost of a hop as such."""
    cost: Literal["dwpc", "hub", "pathrag", "idf"] = "dwpc"
    """Formula of edge costs, see `kgpaths.paths.costs`."""
    ranking: Literal["learned", "pivot", "cheapest"] = "learned"
    """What chooses the paths of an item: weights learned from experts' explanations with the findings' joint evidence,
    joint evidence alone, or `cost` alone, path by path, for comparison."""
    priors: str = ""
    """Costs in milli-nats, of relations or of `TYPE>PREDICATE>TYPE`, that replace the built-in ones: a file, as
    `kgpaths paths learn-priors` writes it, or `mechanism` for those that come with kgpaths."""
    per_length: tuple[int, ...] = ()
    """Selected paths of 1, 2, ... hops at most (in `find`: of each pair); lengths that are not named have no quota."""
    exclude_direct: bool = False
    """Leave out paths that go from a finding straight to the answer."""
    forbidden: tuple[str, ...] = ()
    """What no path holds, in either direction, with `*` for any: steps, as `TYPE>TYPE` or `TYPE>PREDICATE>TYPE`, and
    sequences of types along the path, as `drug>gene>drug` or `*>drug>*` (a drug in the middle)."""
    work_budget: int = Field(default=20_000_000, ge=1)
    """Arcs that may be touched for one item; beyond it the search is cut and the row says `truncated`."""

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
    """Least margin of the right option's evidence over the best other; None accepts any."""
    most_knowledge: int = Field(default=3, ge=0)
    """Steps of a chain that may rest on a model's own knowledge and on nothing else."""


class Prices(_Config):
    """What tokens cost, in US dollars per million."""

    prompt: float = Field(default=0.0, ge=0.0)
    completion: float = Field(default=0.0, ge=0.0)


class EndpointConfig(_Config):
    """How an endpoint is treated: nothing here changes a reply, so nothing here makes it another build."""

    concurrency: int = Field(default=64, ge=1, le=4096)
    """Calls in flight."""
    timeout_s: float = Field(default=300.0, gt=0.0)
    """Seconds that one call may take before it is tried again."""
    max_retries: int = Field(default=6, ge=0, le=20)
    """Retries of a call that failed on its way (408, 409, 429, 5xx, resets), by the client, with backoff."""
    requests_per_minute: float | None = Field(default=None, gt=0.0)
    tokens_per_minute: float | None = Field(default=None, gt=0.0)
    """Prompt and expected completion tokens a minute."""
    max_cost: float | None = Field(default=None, gt=0.0)
    """US dollars that the run may cost in all, by `prices`; nothing new is sent once it is reached."""
    max_tokens_total: int | None = Field(default=None, ge=1)
    """Tokens, prompt and completion, that the run may use in all."""
    prices: Prices = Prices()
    outage_after: int = Field(default=10, ge=1)
    """Calls that fail in a row, each after all its retries, before the endpoint counts as down."""
    outage_share: float = Field(default=0.5, gt=0.0, le=1.0)
    """Share of the last 100 calls that may fail before the endpoint counts as down."""


class LLMConfig(_Config):
    """Which model writes the chains, and how it is asked. The key comes from KGPATHS_API_KEY or OPENAI_API_KEY only."""

    models: tuple[str, ...] = Field(min_length=1)
    """Model names as the server knows them; with several, samples go round."""
    base_url: str
    """Root of the OpenAI-compatible API, e.g. ``http://localhost:8000/v1``."""
    recipe: str = "guided"
    """Name of a recipe, or the path of a recipe file."""
    prompts: str | None = None
    """Folder whose files take the place of the built-in prompts and recipes of the same name."""
    temperatures: tuple[float, ...] = Field(default=(0.7,), min_length=1)
    """With several, samples go round, after the models."""
    top_p: float | None = Field(default=None, gt=0.0, le=1.0)
    max_tokens: int = Field(default=2048, ge=1)
    """Longest completion, thinking included."""
    seed: int | None = 0
    """Seed of the first sample; the next ones count on from it. None sends no seed."""
    dialect: Literal["none", "json_schema", "json_object", "grammar"] = "none"
    """How a reply is held to its shape; `none` reads numbered steps. `verbalization.dialects.probe` asks a server."""
    samples: int = Field(default=1, ge=1, le=64)
    """Chains written for each question; the best by verdicts is kept."""
    tries: int = Field(default=2, ge=1, le=16)
    """Times a request is sent in all when its reply is a refusal, empty or cut at the token limit."""
    judge: bool = True
    """Let a model read each chain that passed the checks, where the recipe has a prompt for it."""
    judge_model: str = ""
    """Model that judges; empty for the first of `models`, under another seed."""
    endpoint: EndpointConfig = EndpointConfig()

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
    graph: str = "default"
    tiers: tuple[EdgeTier, ...] = ()
    """Use edges of these tiers only, in everything: links, paths, evidence and chains; all, when empty."""
    limit: int | None = Field(default=None, ge=1)
    """Read at most this many items."""
    shard_size: int = Field(default=100, ge=1)
    """Items in one shard, the unit of work that is never done twice."""
    llm: LLMConfig | None = None
    """The model that writes the chains; None writes them from templates, without a model."""
    accept: int | None = Field(default=None, ge=1)
    """Stop at exactly this many accepted rows; `limit` is then the most candidates that are tried."""
    cite_sources: bool = False
    """Let the steps of a conversation say the sentence and the URL that their text edges come from."""
    linking: LinkingConfig = LinkingConfig()
    paths: PathConfig = PathConfig()
    validation: ValidationConfig = ValidationConfig()

    @field_validator("tiers", mode="before")
    @classmethod
    def _tiers_are_known(cls, given: Any) -> Any:
        """Take `curated,text` too; name the nearest tier for one that is none."""
        names = [name.strip() for name in given.split(",")] if isinstance(given, str) else given
        for name in names if isinstance(names, list | tuple) else ():
            if name not in get_args(EdgeTier):
                raise ValueError(f"no tier {name!r}; {nearest(str(name), get_args(EdgeTier))}")
        return names


def default_out(source: str) -> Path:
    """Folder that a build without `--out` writes to: the same call names the same folder.

    >>> default_out("medqa").as_posix()
    'runs/medqa'
    >>> default_out("jsonl:data/My questions.jsonl").as_posix()
    'runs/jsonl-data-my-questions-jsonl'
    """
    import re

    return Path("runs") / (re.sub(r"[^a-z0-9]+", "-", source.lower()).strip("-") or "run")
