"""Read how many of the patients show a finding, in the forms in which HPO and Monarch's graphs write it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TERMS = {  # middle of the range that HPO gives for the term, by id and by name
    ("hp:0040280", "obligate"): 1.0,
    ("hp:0040281", "very frequent"): 0.9,  # 80 to 99 %
    ("hp:0040282", "frequent"): 0.55,  # 30 to 79 %
    ("hp:0040283", "occasional"): 0.17,  # 5 to 29 %
    ("hp:0040284", "very rare"): 0.025,  # 1 to 4 %
    ("hp:0040285", "excluded"): 0.0,
}
_OF_TERM = {name: middle for names, middle in _TERMS.items() for name in names}
_COUNTS, _PERCENT = re.compile(r"(\d+)/(\d+)"), re.compile(r"(\d+(?:\.\d+)?) ?%")


def share(patients: float, of: float) -> float:
    """Return the share of patients, 0..1, to four digits.

    Raises:
        ValueError: there is no such share: nobody was looked at, or more have the finding than there are.

    >>> share(7, 13)
    0.5385
    >>> share(9, 7)
    Traceback (most recent call last):
    ...
    ValueError: 9 of 7 is no share of patients
    """
    if not 0 <= patients <= of or of == 0:
        raise ValueError(f"{patients:g} of {of:g} is no share of patients")
    return round(patients / of, 4)


def counts(text: str) -> tuple[int, int] | None:
    """Return the patients with the finding and all of them; None where a text is not of that form.

    >>> counts("7/13"), counts("45%")
    ((7, 13), None)
    """
    match = _COUNTS.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def frequency(text: str) -> float | None:
    """Return the share of patients, 0..1, for counts, a percentage or a frequency term; None for an empty text.

    Raises:
        ValueError: the text is none of them, or the share is impossible.

    >>> frequency("7/13"), frequency("45%"), frequency("HP:0040282"), frequency("")
    (0.5385, 0.45, 0.55, None)
    """
    text = text.strip()
    if not text or text.lower() in _OF_TERM:
        return _OF_TERM.get(text.lower())
    found, percent = counts(text), _PERCENT.fullmatch(text)
    if found is None and percent is None:
        raise ValueError(f"frequency {text!r} is no count, percentage or term")
    try:
        return share(*found) if found else share(float(percent[1]) if percent else 0.0, 100)
    except ValueError as error:
        raise ValueError(f"frequency {text!r}: {error}") from None


def pooled(texts: Iterable[str]) -> float | None:
    """Return the frequency of several reports: that of the pooled counts, or else the greatest; None if none is given.

    Raises:
        ValueError: one of them is no frequency, or impossible.

    >>> pooled(["2/3", "0/7"]), pooled(["1/4", "HP:0040281"]), pooled(["", "1/2"]), pooled([""])
    (0.2, 0.9, 0.5, None)
    """
    given = [text for text in texts if text]
    shares = [found for found in map(frequency, given) if found is not None]
    pairs = [pair for pair in map(counts, given) if pair is not None]
    if given and len(pairs) == len(given):
        return share(sum(n for n, _ in pairs), sum(m for _, m in pairs))
    return max(shares, default=None)
