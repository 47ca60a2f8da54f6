"""What counts as a word. One pattern for each purpose; the linker's own, which joins prefixes, is in its tokenizer."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+")
"""Letters and digits, for comparing names: "CD4", "B12" are one, "pre-eclampsia" and "Crohn's" two."""
LETTERS = re.compile(r"[^\W\d_]+")
"""Letters alone, for titles, where a number names an edition or a part and tells nothing of what they are about."""
LETTERS_AND_ENDING = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?")
"""Letters and what follows an apostrophe in small letters, for writing: "Crohn's" is one word, "O'Brien" two names."""
WRITTEN = re.compile(r"[^\W_][\w'’]*")
"""A word as it is written, for what stands before a number: "patient's" and "HCO3" are one."""
APOSTROPHES = "’‘ʼ′´`＇"
"""What texts write for an apostrophe."""
