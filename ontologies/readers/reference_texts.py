"""Edges that MedQuAD and six OpenStax textbooks state, drawn by kgpaths' own rules, with a short quotation each.

MedQuAD (Ben Abacha and Demner-Fushman 2019, CC BY 4.0) holds fact sheets of the National Institutes of Health; the
"symptoms" sections of GARD are left out, for they reprint HPO. The textbooks (CC BY 4.0 at the commits named in the
ledger) are microbiology, anatomy and physiology, psychology, and pharmacology, nutrition and population health for
nurses. The texts are linked to the graph that all other sources give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from kgpaths.extraction import RuleExtractor, Statement, read_texts
from kgpaths.extraction.directions import right_way_round
from kgpaths.extraction.edge_tables import ASSOCIATED, best_evidence
from kgpaths.extraction.readers import REPRINT
from kgpaths.extraction.run import LEAST_NPMI
from kgpaths.extraction.strengths import Together, stated
from kgpaths.extraction.texts import ReferenceText
from kgpaths.files import Fault
from kgpaths.graph import KnowledgeGraph
from kgpaths.graph.readers.own import OverGraph
from kgpaths.graph.tables import EdgeRecord
from kgpaths.vocabulary.licences import licences

_MISTITLED = frozenset({"http://www.ninds.nih.gov/disorders/lyme/lyme.htm"})
"""Pages that are about something else than MedQuAD says: this one about Lyme disease, not Machado-Joseph disease."""
_LONGEST = 260
"""Characters of a quotation: what the sentence says of the thing at hand."""
_SENTENCES = 3
"""Together in so many sentences: twice may be one page copied into another."""


class ReferenceTexts(OverGraph):
    """Reads one file of texts; `source` says which."""

    def read_edges(self) -> Iterator[EdgeRecord]:
        terms = licences()[self.source]
        texts = [one for one in read_texts(self.folder) if not isinstance(one, Fault) and _is_read(one)]
        together = Together()
        found: dict[tuple[str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
        for text, reading in zip(texts, _extractor(self.graph).read(texts), strict=True):
            for named in reading.together:
                together.add(named)
            for one in reading.statements:
                found[one.subject, one.predicate, one.object].append(_quoted(text, one))
        edges = right_way_round(found, self.graph)
        for key, rows in edges.items():
            evidence = best_evidence(rows)
            strength = stated({item.sentence: item.score or 0.0 for item in evidence}.values())
            yield EdgeRecord(*key, self.source, terms.version, terms.licence, "text", strength, tuple(evidence))
        typed = {frozenset((subject, object_)) for subject, _, object_ in edges}
        for pair, count in together.pairs.items():
            if count >= _SENTENCES and frozenset(pair) not in typed and (score := together.npmi(pair)) >= LEAST_NPMI:
                ends, strength = sorted(pair), round(score, 2)
                key = (ends[0], ASSOCIATED, ends[1])
                yield EdgeRecord(*key, self.source, terms.version, terms.licence, "associated_in_text", strength)


@cache
def _extractor(graph: KnowledgeGraph) -> RuleExtractor:
    return RuleExtractor(graph)


def _is_read(text: ReferenceText) -> bool:
    return text.section != REPRINT and text.url not in _MISTITLED


def _quoted(text: ReferenceText, one: Statement) -> tuple[Any, ...]:
    start, end = shortened(text.text, one.start, one.end, one.at)
    lead = one.lead if len(one.lead) <= _LONGEST else one.lead[-_LONGEST:].partition(" ")[2]
    return (text.id, one.score, text.text[start:end], start, end, lead, text.url, one.section, one.rule, one.whole)


def shortened(text: str, start: int, end: int, at: tuple[int, int]) -> tuple[int, int]:
    """Return the part of a sentence to quote: its beginning when it holds the mention, else what is around it.

    >>> shortened("a short sentence", 0, 16, (2, 7))
    (0, 16)
    """
    if end - start <= _LONGEST:
        return start, end
    if at[1] > start + _LONGEST - 20:
        start = max(start, at[1] - _LONGEST + 60)
        start = text.find(" ", start, at[0]) + 1 or at[0]
    cut = text.rfind(" ", at[1], start + _LONGEST)
    return start, min(end, cut if cut > at[1] else at[1])
