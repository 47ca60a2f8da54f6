"""Read SSSOM: mappings between ids of different vocabularies.

Format: https://mapping-commons.github.io/sssom/ (TSV with a YAML header in comment lines).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from kgpaths.errors import ConfigError
from kgpaths.graph.readers.names import curie, is_known_prefix, licence_id
from kgpaths.graph.readers.reader import Reader
from kgpaths.graph.readers.text import Table
from kgpaths.graph.readers.values import load_yaml
from kgpaths.graph.tables import EdgeRecord, NodeRecord

_SKOS, _OBO = "http://www.w3.org/2004/02/skos/core#", "purl.obolibrary.org/obo/"
_NO_TERM = "sssom:NoTermFound"
_BETWEEN_KEYS = re.compile(r"\n(?=[^\s-])")


class Sssom(Reader):
    """Reads mappings; they add cross-references to the nodes of other sources, and neither nodes nor edges.

    Prefixes are what the header's `curie_map` says: `D:8718` is `DOID:8718` where `D` stands for DOID's IRIs.
    """

    FORMAT = "sssom"
    DESCRIPTION = "SSSOM mappings (TSV); only skos:exactMatch unless the option `match` names others"
    SUFFIXES = (".tsv",)
    SOURCE = "sssom"
    OPTIONS: ClassVar[Mapping[str, str]] = {
        "match": "list of mapping predicates that make two ids one concept; [skos:exactMatch] when not given"
    }

    _open: Table | None = None

    @property
    def where(self) -> str:
        return self._open.where if self._open else str(self.paths[0])

    def nodes(self) -> Iterator[NodeRecord]:
        return iter(())

    def edges(self) -> Iterator[EdgeRecord]:
        return iter(())

    def xrefs(self) -> Iterator[tuple[str, str]]:
        wanted = self.option("match", ["skos:exactMatch"])
        if not isinstance(wanted, list):
            raise ConfigError(f"sssom: the option `match` is a list, not {wanted!r}")
        for path in self.files():
            table = self._open = Table(path, self.faults, comment="#")
            prefixes = self._header(table.comments)
            found = table.require(("subject_id", "predicate_id", "object_id"))
            subject, predicate, object_ = found.values()
            modifier = table.header.index("predicate_modifier") if "predicate_modifier" in table.header else None
            for row in table:
                if not {row[predicate], _predicate(row[predicate], prefixes)} & set(wanted):
                    self.faults.skip(f"mapping by {row[predicate]}")
                elif modifier is not None and row[modifier].lower() == "not":
                    self.faults.skip("mapping that says NOT")
                elif _NO_TERM in (row[subject].strip(), row[object_].strip()):
                    self.faults.skip("mapping that says that there is no term")
                else:
                    ends = _expanded(row[subject], prefixes), _expanded(row[object_], prefixes)
                    if all(ends):
                        yield ends
                    else:
                        self.fault("bad_value", "subject_id or object_id is empty")

    def _header(self, comments: list[str]) -> Mapping[str, str]:
        """Take licence and version, and return what prefixes stand for; remarks between them are passed over."""
        import yaml

        found: dict[str, Any] = {}
        header = textwrap.dedent("\n".join(comment.rstrip().strip('"') for comment in comments))
        for entry in _BETWEEN_KEYS.split(header):
            key = entry.partition(":")[0].strip()
            if key in ("license", "mapping_set_version", "curie_map"):
                try:
                    found |= load_yaml(entry)
                except yaml.YAMLError as error:
                    self.fault("bad_value", f"{key} of the header is no YAML: {' '.join(str(error).split())}")
        if found.get("license") and not self.settings.licence:
            self.licence = licence_id(str(found["license"]))
        if found.get("mapping_set_version") and not self.settings.version:
            self.version = str(found["mapping_set_version"])
        prefixes = found.get("curie_map") or {}
        if not isinstance(prefixes, dict):
            self.fault("bad_value", f"curie_map of the header is no mapping but {prefixes!r}")
            return {}
        return {prefix: iri for prefix, iri in prefixes.items() if isinstance(iri, str)}


def _iri(text: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = text.strip().partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else ""


def _expanded(text: str, prefixes: Mapping[str, str]) -> str:
    """Return an id with the usual prefix of what its own one stands for; as it is where that is none that we know.

    >>> _expanded("D:8718", {"D": "http://purl.obolibrary.org/obo/DOID_"}), _expanded("X:1", {"X": "https://x.org/i_"})
    ('DOID:8718', 'X:1')
    """
    iri = _iri(text, prefixes)
    usual = curie(iri)
    known = is_known_prefix(usual.partition(":")[0]) or (_OBO in iri and usual != iri)
    return usual if iri and known else curie(text)


def _predicate(text: str, prefixes: Mapping[str, str]) -> str:
    iri = _iri(text, prefixes) or text.strip()
    return f"skos:{iri.removeprefix(_SKOS)}" if iri.startswith(_SKOS) else text.strip()
