"""Read OBO ontologies, frame by frame, through fastobo (the parser behind pronto).

Format: https://owlcollab.github.io/oboformat/doc/obo-syntax.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kgpaths.errors import GraphError
from kgpaths.graph.readers.annotations import condition, parse_notes
from kgpaths.graph.readers.faults import Faults
from kgpaths.graph.readers.names import curie
from kgpaths.graph.readers.ontology import OntologyReader, Term
from kgpaths.graph.readers.text import Lines
from kgpaths.graph.tables import NodeName

_LICENCE = re.compile(r"property_value: (terms|dcterms):license ")
_ID, _OBSOLETE = re.compile(r"\s*id\s*:"), re.compile(r"\s*is_obsolete\s*:\s*(t|y|1)", re.IGNORECASE)
_LAYPERSON = ("layperson", "omo:0003003")
_ABBREVIATION = ("abbreviation", "acronym", "omo:0003000", "omo:0003012")
"""Kinds of synonyms, by name and by their ids in the OBO Metadata Ontology."""
_OBSOLETE_NAME = ("obsolete_synonym", "deprecated")


class Obo(OntologyReader):
    """Reads terms, hierarchy and relationships; a line that is not OBO is a fault, and the others are read."""

    FORMAT = "obo"
    DESCRIPTION = "OBO ontologies (.obo, compressed or not)"
    SUFFIXES = (".obo",)

    _lines: Lines | None = None
    _start = 0

    @property
    def where(self) -> str:
        return f"{self._lines.path}:{self._start}" if self._lines else str(self.paths[0])

    def terms(self, path: Path) -> Iterator[Term]:
        lines = self._lines = Lines(path, self.faults)
        header = True
        for block in self._blocks(lines):
            if header:
                self._read_header(path, block)
                header = False
            elif block.startswith(("[Term]", "[Typedef]")):
                frame, obsolete = self._frame(block, lines)
                if frame is not None and block.startswith("[Typedef]"):
                    self._typedef(frame)
                elif frame is not None:
                    term = self._term(frame)
                    term.obsolete |= obsolete
                    yield term

    def _frame(self, block: str, lines: Lines) -> tuple[Any, bool]:
        """Parse a frame; where it is no OBO, line by line, so that a bad line costs the term no more than itself.

        Returns:
            The frame, None when not even its id can be read; and whether a bad line says that it is obsolete.
        """
        import fastobo

        # on a line that is all comment the parser gives up for good
        given = ["" if line.lstrip().startswith("!") else line for line in block.splitlines()]
        try:
            return fastobo.loads("\n".join(given) + "\n")[0], False
        except SyntaxError:
            pass  # one of the lines
        head = given[0].partition("]")[0] + "]"
        frame: Any = None
        obsolete = False
        for number, line in sorted(enumerate(given), key=lambda item: not _ID.match(item[1])):  # the id comes first
            if number == 0 or not line.strip():
                continue
            try:
                if frame is None:
                    frame = fastobo.loads(f"{head}\n{line}\n")[0]
                else:
                    frame.append(fastobo.loads(f"{head}\nid: {frame.id}\n{line}\n")[0][0])
            except SyntaxError as error:
                obsolete = obsolete or _OBSOLETE.match(line) is not None
                if not lines.repeated:
                    message = f"not OBO: {error.msg}; {'the line' if frame is not None else 'the term'} is left out"
                    self.fault("bad_value", message, f"{lines.path}:{self._start + number}")
                if frame is None:
                    break
        return frame, obsolete

    def hierarchy(self, path: Path) -> Iterator[tuple[str, str]]:
        term_id = ""
        for line in Lines(path, Faults()):  # `terms` notes the faults of the same lines
            if line.startswith("id: "):
                term_id = curie(line[4:].split(" ")[0])
            elif line.startswith("is_a: ") and not condition(parse_notes(line)):
                yield term_id, curie(line[6:].split(" ")[0])

    def _blocks(self, lines: Lines) -> Iterator[str]:
        """Cut the text at lines that begin with `[`; `where` names the first line of the block at hand."""
        block: list[str] = []
        start = 1
        for line in lines:
            if line.startswith("[") and block:
                self._start = start
                yield "".join(block)
                start, block = lines.number, []
            block.append(line.rstrip("\r\n") + "\n")
        self._start = start
        if block:
            yield "".join(block)

    def _read_header(self, path: Path, block: str) -> None:
        values = dict(line.partition(":")[::2] for line in block.splitlines())
        if "format-version" not in values and "ontology" not in values:
            raise GraphError(f"{path} is no OBO file: it has no header with format-version or ontology")
        self.released(values.get("data-version", "").strip())
        self.licensed(next((line.split()[-1] for line in block.splitlines() if _LICENCE.match(line)), ""))

    def _typedef(self, frame: Any) -> None:
        names = [str(frame.id)]
        for clause in frame:
            if clause.raw_tag() == "name":
                names.append(str(clause.name))
            elif clause.raw_tag() == "xref":
                names.append(str(clause.xref.id))
        self.declare(names)

    def _term(self, frame: Any) -> Term:
        term = Term(id=curie(str(frame.id)))
        for clause in frame:
            tag = clause.raw_tag()
            if tag == "name":
                term.name = clause.name
            elif tag == "namespace":
                term.namespace = clause.raw_value()
            elif tag == "is_obsolete":
                term.obsolete |= clause.obsolete
            elif tag == "is_a":
                term.relations.append(("is_a", curie(str(clause.term)), _notes(clause)))
            elif tag == "relationship":
                term.relations.append((str(clause.typedef), curie(str(clause.term)), _notes(clause)))
            elif tag == "alt_id":
                term.alternatives.append(curie(str(clause.alt_id)))
            elif tag == "replaced_by":
                term.replaced_by.append(curie(str(clause.term)))
            elif tag == "consider":
                term.consider.append(curie(str(clause.term)))
            elif tag == "property_value":
                term.note(str(clause.property_value.relation), str(clause.property_value.value))
            elif tag == "xref":
                term.xrefs.append((curie(str(clause.xref.id)), _notes(clause)))
            elif tag == "synonym":
                synonym = clause.synonym
                kind = str(synonym.type or "").lower()
                if not any(word in kind for word in _OBSOLETE_NAME):
                    term.names.append(NodeName(synonym.desc, _scope(synonym.scope, kind)))
            elif tag == "intersection_of" and self._lines is not None and not self._lines.repeated:
                self.faults.skip("part of a logical definition (intersection_of)")
        return term


def _notes(clause: Any) -> list[tuple[str, str]]:
    return [(str(note.key), note.value) for note in clause.qualifiers or ()]


def _scope(scope: str, kind: str) -> str:
    if any(word in kind for word in _ABBREVIATION):
        return "abbreviation"
    return "lay" if scope == "EXACT" and any(word in kind for word in _LAYPERSON) else scope.lower()
