"""One rule reads an answer out of generated text; it was fixed before any model was scored with it.

1. Reasoning does not count: only what follows the last ``</think>`` is read. Reasoning that was never closed holds no
   answer.
2. The answer is the letter of the last ``The answer is X`` whose letter stands by itself: brackets, stars and a colon
   may be around it, and punctuation or the end of the line follows.
3. A letter that is no option of the question, or no such sentence at all, is no answer. No answer is wrong; it is never
   left out of the count, and no second rule is tried.
"""

from __future__ import annotations

import re
from collections.abc import Collection

INSTRUCTION = "Think it through, then end with one line that gives the letter of the right option: The answer is X."
"""What every model is told beneath a question, so that the rule is known to it."""

_SENTENCE = re.compile(
    r"[Tt]he (?:final )?answer is:?[ \t]*[*_(\[{]*([A-Z])(?![\w'’-])[*_)\]}]*(?=[.,:;!]|[ \t]*$)", re.MULTILINE
)


def extract_answer(text: str, letters: Collection[str], *, in_thought: bool = False) -> str | None:
    """Return the letter that a reply gives, or None.

    Args:
        text: what the model wrote.
        letters: the keys of the question's options.
        in_thought: the prompt itself opened the reasoning, as some chat templates do.

    >>> extract_answer("<think>The answer is A.</think> The answer is B. Pneumonia", "ABCD")
    'B'
    >>> extract_answer("The answer is NOT B. It is C.", "ABCD") is None
    True
    """
    _, closed, after = text.rpartition("</think>")
    if not closed and (in_thought or "<think>" in text):
        return None
    found = _SENTENCE.findall(after)
    return found[-1] if found and found[-1] in letters else None
