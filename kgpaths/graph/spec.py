"""A specification (YAML) says from which sources a graph is made.

::

    name: my-graph
    sources:
      - {format: obo, path: doid.obo}
      - {format: hpoa, path: phenotype.hpoa, version: "2025-01-16"}
      - {format: sssom, path: mondo_exactmatch_doid.sssom.tsv}
      - format: edge_table
        path: colleague.csv
        source: colleague
        licence: CC-BY-4.0
        columns: {subject: drug_id, object: disease_id}
        predicates: {cures: treats, expresses: ^expressed_in, nonsense: null}
        options: {subject_prefix: DRUGBANK}
    merge: {xrefs: true, exact_names: true}
    output: graphs/my-graph

Paths are relative to the specification's folder, those of the sources to a folder of data where one is given. Every
edge keeps its source and licence; edges of different sources between the same nodes stay apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kgpaths.errors import ConfigError, UsageError, nearest
from kgpaths.graph.merge import RULES, read_apart
from kgpaths.graph.readers import Settings
from kgpaths.graph.readers.reader import named_predicate
from kgpaths.graph.readers.values import load_yaml

_NAME_RULES = ("same_label", "label_is_exact_name")


class SourceSpec(Settings):
    """One source: what it is, where it lies, and how its names become ours."""

    format: str = ""
    """A name of `kgpaths.graph.readers.formats()`."""
    reader: str = ""
    """Instead of a format, a reader of one's own: `module:Class`, beside the specification."""
    path: str | list[str] = ""
    """A file, a folder where the format has several files, or a list of them; without one, the whole folder of data."""


class MergeSpec(BaseModel):
    """Which evidence makes two nodes one concept; the rules are those of `kgpaths.graph.merge`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    xrefs: bool = True
    """Cross-references of the sources, and mappings (SSSOM)."""
    exact_names: bool = True
    """The same preferred name, or a preferred name that is an exact name of the other."""
    apart: str = ""
    """A table whose first two columns are ids of nodes that were found to be two concepts, whatever the rules say."""

    @property
    def rules(self) -> tuple[str, ...]:
        """Names of the rules, the surest first."""
        return tuple(rule for rule in RULES if (self.exact_names if rule in _NAME_RULES else self.xrefs))


class GraphSpec(BaseModel):
    """What a graph is made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    """What the graph is called in reports."""
    sources: list[SourceSpec] = Field(min_length=1)
    merge: MergeSpec = MergeSpec()
    finish: str = ""
    """A function of one's own that all records go through before they are merged: `module:function`; see `Finish`."""
    output: str = ""
    """The snapshot's folder, unless the caller gives one."""
    folder: Path = Path()
    """What paths are relative to; set by `load`."""

    def apart(self) -> frozenset[frozenset[str]]:
        """Return the pairs of ids that `merge.apart` keeps apart."""
        return read_apart(self.folder / self.merge.apart) if self.merge.apart else frozenset()

    @classmethod
    def parse(cls, values: Mapping[str, Any], *, folder: Path = Path()) -> Self:
        """Check plain values.

        Raises:
            ConfigError: an unknown key (the nearest valid one is named), or a value of the wrong kind.

        >>> GraphSpec.parse({"name": "g", "sources": [{"fromat": "obo", "path": "x.obo"}]})
        Traceback (most recent call last):
        ...
        kgpaths.errors.ConfigError: sources.0: unknown key 'fromat'; did you mean 'format'? ...
        """
        if "folder" in values:
            raise ConfigError("specification: unknown key 'folder'; paths are relative to the specification's folder")
        try:
            spec = cls.model_validate({**values, "folder": folder})
        except ValidationError as error:
            faults = sorted(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
            where, last = ".".join(map(str, faults[0]["loc"][:-1])), str(faults[0]["loc"][-1])
            if faults[0]["type"] == "extra_forbidden":
                models: dict[str, type[BaseModel]] = {"sources": SourceSpec, "merge": MergeSpec}
                model = models.get(where.partition(".")[0], cls)
                known = [key for key in model.model_fields if key != "folder"]
                raise ConfigError(f"{where or 'specification'}: unknown key {last!r}; {nearest(last, known)}") from None
            raise ConfigError(f"{where + '.' if where else ''}{last}: {faults[0]['msg']}") from None
        for number, source in enumerate(spec.sources):
            if bool(source.format) == bool(source.reader):
                raise ConfigError(f"sources.{number}: give either `format` or `reader`")
            if not source.path and not source.reader and source.format != "hpo":
                raise ConfigError(f"sources.{number}.path: Field required")
            for theirs, ours in source.predicates.items():
                try:
                    named_predicate(ours or "is_a")
                except UsageError as error:
                    raise ConfigError(f"sources.{number}.predicates: {theirs!r}: {error}") from None
        return spec

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a specification file.

        Raises:
            ConfigError: the file cannot be read, is no YAML, or is not valid.
        """
        import yaml

        path = Path(path)
        try:
            values = load_yaml(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}; check the path") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
        if not isinstance(values, dict):
            raise ConfigError(f"{path} holds no mapping; it needs the keys `name` and `sources`")
        try:
            return cls.parse(values, folder=path.parent)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from None
