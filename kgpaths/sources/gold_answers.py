"""Find which option is right: everything that a row says of it has to point at the same one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kgpaths.errors import SourceError
from kgpaths.sources.cells import is_nothing, same_text, shown, text_of, unquoted, whole_number
from kgpaths.sources.datasets import Columns, as_they_are
from kgpaths.sources.row_options import Options, both_right, label_of, read_options, without_label
from kgpaths.sources.source_faults import Record, Unusable

KEY_COLUMNS = ("answer_key", "answer_idx", "answerKey")
# From the strictest to the loosest: what an earlier one finds, a later one does not add to.
_ALIKE: tuple[Callable[[str], str], ...] = (str, unquoted, same_text, lambda text: same_text(text).casefold())


def right_option(fields: Record, options: Options) -> str:
    """Return the key of the right option.

    Raises:
        Unusable: the row does not say, names what is no option, or points at two.

    >>> options = read_options({"options": {"A": "O", "B": "A", "C": "B", "D": "AB"}})
    >>> right_option({"answer": "B", "answer_key": "C"}, options)
    'C'
    >>> right_option({"answer": "B"}, options)
    Traceback (most recent call last):
    ...
    kgpaths.sources.source_faults.Unusable: 'B' is the key of option B and the text of option C; ...
    """
    said = {name: _by_key(fields[name], options) for name in KEY_COLUMNS if not is_nothing(fields.get(name))}
    if answer := text_of(fields, "answer"):
        said["answer"] = _by_answer(fields["answer"], answer, options)
    if options.right:
        said["options"] = dict.fromkeys(options.right, "mark")
    if not said:
        raise Unusable("no_answer", "there is no answer")
    keys = [key for key, _ in options.given]
    common = [key for key in keys if all(key in meant for meant in said.values())]
    if len(common) == 1:
        return common[0]
    if not common:
        means = (f"{name!r} means option {' or '.join(meant)}" for name, meant in said.items())
        raise _wrong(f"the row names different options as right: {', '.join(means)}; keep the one that is true")
    if "answer" not in said:
        raise _wrong(f"options {' and '.join(common)} are both marked as right; a question has one answer")
    if len({same_text(options.texts[key]) for key in common if key in options.texts}) == 1:
        raise both_right(common, answer)
    ways = " and ".join(f"the {said['answer'][key]} of option {key}" for key in common)
    raise _wrong(f"{shown(answer)} is {ways}; give the key of the one that is meant as 'answer_key'")


def is_a_key(answer: str) -> bool:
    """Say whether an answer is only the letter of an option.

    >>> [is_a_key(answer) for answer in ("B", "(b).", "4", "Gout")]
    [True, True, False, False]
    """
    label = label_of(answer)
    return label is not None and len(label) == 1 and label.upper() in "ABCDEFGH"


def survey(rows: Iterable[Record], place: str) -> Columns:
    """Refuse a file whose numbers of right options count from 1: read as places from 0, all would be wrong.

    Raises:
        SourceError: a number is as large as there are options, and none is 0.
    """
    largest = 0
    for fields in rows:
        number, many = _number(fields)
        if number == 0:
            return as_they_are
        largest = max(largest, many if number == many else 0)
    if largest:
        raise SourceError(
            f"the numbers of the right options in {place} seem to count from 1: one is {largest} of {largest} options, "
            "none is 0; a number counts from 0 here, so write the letters (A, B, …) as 'answer_key'"
        )
    return as_they_are


def _number(fields: Record) -> tuple[int | None, int]:
    """Return the number that says which option is right, and how many there are; None where no number does."""
    given = [name for name in (*KEY_COLUMNS, "answer") if whole_number(fields.get(name)) is not None]
    if not given:
        return None, 0
    try:
        options = read_options(fields)
    except Unusable:
        return None, 0
    for name in given:
        named = options.key(fields[name]) or (name == "answer" and _named(str(fields[name]), options))
        if not named and (name != "answer" or options.counted):
            return whole_number(fields[name]), len(options.given)
    return None, 0


def _by_key(value: Any, options: Options) -> dict[str, str]:
    key = options.key(value) or _at_place(value, options)
    if key is None:
        raise _wrong(f"answer key {value!r} is none of {', '.join(map(repr, options.texts))}")
    return {key: "key"}


def _by_answer(value: Any, answer: str, options: Options) -> dict[str, str]:
    """Return the keys of the options that an answer can mean, and what of them it is."""
    found = dict.fromkeys(_named(answer, options), "text")
    if key := options.key(value):
        found.setdefault(key, "key")
    if options.counted and (key := _at_place(value, options)):
        found.setdefault(key, "place, counted from 0,")
    if not found and (parted := without_label(answer)):
        label, rest = parted  # "B. Gout"
        key = options.key(label)
        found = {key: "key"} if key in _named(rest, options) else {}
    if not found:
        raise _wrong(f"the answer {shown(answer)} is none of the options")
    return found


def _named(answer: str, options: Options) -> list[str]:
    """Return the keys of the options with this text."""
    for alike in _ALIKE:
        found = [key for key, text in options.texts.items() if alike(text) == alike(answer)]
        if found:
            return found
    return []


def _at_place(value: Any, options: Options) -> str | None:
    """Return the key at a place counted from 0; None where numbers are the keys themselves."""
    number = whole_number(value)
    keys = [key for key, _ in options.given]
    if number is None or not 0 <= number < len(keys) or all(key.isdecimal() for key in keys):
        return None
    return keys[number]


def _wrong(message: str) -> Unusable:
    return Unusable("answer_not_in_options", message)
