"""What is skipped for speed is never what would have matched."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgpaths.extraction import segments
from kgpaths.extraction.cue_finder import CueFinder
from kgpaths.extraction.patterns import lowered
from kgpaths.extraction.rules import Cue, Section, rules

CUES = rules().cues
FINDER = CueFinder(CUES)
_SOME = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
_every_cue = pytest.mark.parametrize("cue", CUES, ids=lambda cue: cue.name)


@_every_cue
@given(data=st.data())
@_SOME
def test_a_cue_that_speaks_is_never_spared(cue: Cue, data: st.DataObject) -> None:
    sentence = data.draw(st.from_regex(cue.pattern))
    section = Section(next(iter(cue.in_sections), "any"))
    types = {*cue.frame.anchors, *cue.frame.fillers}
    found = list(FINDER.in_sentence(sentence, types, section, "definition" if cue.only else "prose"))
    assert cue in found
    assert found == sorted(found, key=CUES.index)
    assert cue not in FINDER.in_sentence(sentence, types - cue.frame.fillers, section, "definition")


@_every_cue
@given(data=st.data(), chance=st.randoms(use_true_random=False))
@_SOME
def test_lower_case_is_read_as_a_pattern_that_ignores_case_reads(
    cue: Cue, data: st.DataObject, chance: random.Random
) -> None:
    sentence = data.draw(st.from_regex(re.compile(cue.pattern.pattern, re.ASCII)))
    mixed = "".join(chance.choice((c, c.upper() if len(c.upper()) == 1 else c)) for c in sentence)
    places = [match.span() for match in cue.pattern.finditer(lowered(mixed))]
    assert places == [match.span() for match in re.finditer(cue.pattern.pattern, mixed, re.IGNORECASE)]


@given(st.text())
def test_lower_case_is_as_long_as_the_text(text: str) -> None:
    assert len(lowered(text)) == len(text)


@given(st.text("aZ1.-•) \n\t\u00a0", max_size=40))
@settings(max_examples=1000)
def test_blocks_end_where_their_pattern_matches(text: str) -> None:
    assert [m.span() for m in segments._ends(text)] == [m.span() for m in segments._BLOCK.finditer(text)]
