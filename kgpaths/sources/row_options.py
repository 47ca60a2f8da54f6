"""Read the options of a row in whatever shape it gives them, and refuse options that cannot be told apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from kgpaths.files import KeyTwice, loads
from kgpaths.sources.cells import as_written, is_nothing, kind_of, same_text, shown, unquoted
from kgpaths.sources.source_faults import Record, Unusable

COLUMNS = ("options", "choices")
# Fields of an object that is one option. Some names are used for its key and for its text; what they hold decides.
_KEY = ("key", "letter", "option_key", "option_id", "label", "value", "option", "choice", "name", "id", "idx", "index")
_TEXT = ("text", "option_text", "content", "value", "label", "option", "choice", "answer", "name")
_RIGHT = ("is_correct", "isCorrect", "correct", "is_answer", "is_right")
_SHAPES = '{"A": "…", "B": "…"}, ["…", "…"] or [{"key": "A", "text": "…"}]'
# How keys are printed: A, (b), 3., iv, opa, "Option C", choice_2.
_LABEL = re.compile(
    r"[\s(\[]*(?:(?:options?|choices?|answer|ans|ending|opt?)[\s_.-]*)?([a-z]{1,2}[0-9]{0,2}|[0-9]{1,2}|[ivx]+)[\s)\].:]*",
    re.IGNORECASE,
)
_PRINTED_LABEL = re.compile(r"\s*(?:\(([A-Za-z]|[0-9]{1,2})\)\s*|([A-Za-z])[.):]\s*|([0-9]{1,2})[.):]\s+)(?=\S)")
# Columns that hold options where a row gives each its own, or names the whole otherwise.
_ELSEWHERE = re.compile(
    r"(?:options?|choices?|answer_?(?:choices|options)|alternatives?|candidates?|distractors?|"
    r"(?:incorrect|wrong)_?(?:answers?|options?)|(?:options?|choices?|op|opt|ending|distractor)[\s_-]?(?:[a-h]|[0-9]{1,2}))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Options:
    """The options of a row in their order."""

    given: tuple[tuple[str, str], ...] = ()
    """Key and text of each; the text is empty where the row only fills a fixed width."""
    right: tuple[str, ...] = ()
    """Keys of those that are themselves marked as right."""
    counted: bool = False
    """True where they are a list without keys, so that a number can only be a place in it."""

    @property
    def texts(self) -> dict[str, str]:
        """Texts by key, without those that are empty."""
        return {key: text for key, text in self.given if text}

    def key(self, value: Any) -> str | None:
        """Return the key that a value is, as printed or without what surrounds it; None where it is none.

        >>> Options((("A", "Gout"), ("B", "Flu"))).key("(b)")
        'B'
        """
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        written = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()
        keys = [key for key, _ in self.given]
        if written in keys:
            return written
        label = label_of(written)
        alike = [key for key in keys if label is not None and key.casefold() == label.casefold()]
        return alike[0] if len(alike) == 1 else None


def label_of(text: str) -> str | None:
    """Return the letter or number that a text is the label of; None where it says more than that.

    >>> [label_of(text) for text in ("B", "(b)", "Option B.", "op_2", "Gout", "")]
    ['B', 'b', 'B', '2', None, None]
    """
    found = _LABEL.fullmatch(text)
    return found[1] if found else None


def without_label(text: str) -> tuple[str, str] | None:
    """Return the label that is printed before a text, and the text without it; None where there is none.

    >>> without_label("B. Gout"), without_label("(2) Gout"), without_label("1.5 mg"), without_label("Gout")
    (('B', 'Gout'), ('2', 'Gout'), None, None)
    """
    found = _PRINTED_LABEL.match(text)
    return (found[found.lastindex or 0], text[found.end() :]) if found else None


def read_options(fields: Record, *, as_published: bool = False) -> Options:
    """Return the options of a row, or none where it has an open answer.

    Args:
        as_published: keep every text as it stands, as benchmarks are scored.

    Raises:
        Unusable: their shape says nothing for certain, or they stand in columns that are not read.

    >>> read_options({"choices": {"text": ["Gout", "Flu"], "label": ["A", "B"]}}).given
    (('A', 'Gout'), ('B', 'Flu'))
    >>> read_options({"options": [{"text": "Gout", "is_correct": False}, {"text": "Flu", "is_correct": True}]}).right
    ('B',)
    """
    columns = [name for name in COLUMNS if not is_nothing(fields.get(name)) and fields[name] not in ([], {})]
    if len(columns) > 1:
        raise Unusable("malformed_input", f"{' and '.join(map(repr, columns))} both hold options; keep one of them")
    if not columns:
        _refuse_others(fields)
        return Options()
    found = _Reading(columns[0], as_published).read(fields[columns[0]])
    given = tuple((key, _kept(text, as_published)) for key, text in found.given)
    keys = [key.casefold() for key, _ in given]
    if len(set(keys)) < len(keys):
        raise Unusable("malformed_input", "two options have the same key")
    return Options(given, found.right, found.counted)


def _kept(text: str, as_published: bool) -> str:
    if as_published:
        return text if text.strip() else ""
    return "" if is_nothing(text) else unquoted(text)


def without_repeated(options: Sequence[tuple[str, str]], right: str) -> list[tuple[str, str]]:
    """Return the options without wrong ones that repeat another.

    Raises:
        Unusable: a wrong one repeats the right one, so that both or neither are right.

    >>> without_repeated([("A", "Gout"), ("B", "Flu"), ("C", "flu ")], "A")
    [('A', 'Gout'), ('B', 'Flu')]
    """
    keys: dict[str, list[str]] = {}
    for key, text in options:
        keys.setdefault(same_text(text), []).append(key)
    answer = dict(options)[right]
    if len(keys[same_text(answer)]) > 1:
        raise both_right(keys[same_text(answer)], answer)
    return [(key, text) for key, text in options if keys[same_text(text)][0] == key]


def both_right(keys: Sequence[str], answer: str) -> Unusable:
    """Return the fault of a row in which several options are the answer."""
    message = f"options {' and '.join(keys)} are both the answer, {shown(answer)}; mend them or leave the row out"
    return Unusable("answer_not_in_options", message)


def _refuse_others(fields: Record) -> None:
    """Refuse a row whose options stand where they are not read: without them it would be another question."""
    named = [name for name, value in fields.items() if not is_nothing(value) and value not in ([], {})]
    found = [name for name in named if _ELSEWHERE.fullmatch(str(name))]
    letters = [name for name in named if str(name).upper() in set(ascii_uppercase[:8])]
    found += letters if len(letters) > 1 else []
    if found:
        listed = ", ".join(map(repr, found))
        raise Unusable("no_options", f"{listed} look like options; put them into one column 'options', as {_SHAPES}")


class _Reading:
    """One column's value into options."""

    def __init__(self, column: str, as_published: bool) -> None:
        self.column, self.as_published = column, as_published

    def read(self, value: Any) -> Options:
        if isinstance(value, str):
            value = self._decoded(value)
        if isinstance(value, Mapping):
            return self._object(value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self._list(value)
        raise self._fault(f"is {kind_of(value)}, not an object or a list")

    def _decoded(self, text: str) -> Any:
        try:
            return loads(text)
        except KeyTwice as error:
            raise self._fault(f"cannot be read: {error}") from None
        except (ValueError, RecursionError):
            raise self._fault(f"is text but not a JSON object or list; write {_SHAPES}") from None

    def _fault(self, what: str) -> Unusable:
        return Unusable("malformed_input", f"field {self.column!r} {what}")

    def _object(self, value: Mapping[Any, Any]) -> Options:
        inner = list(value.values())
        if inner and all(isinstance(part, Sequence) and not isinstance(part, str) for part in inner):
            if len({len(part) for part in inner}) > 1:
                raise self._fault("holds lists of unequal length")
            return self._parts([dict(zip(value, row, strict=True)) for row in zip(*inner, strict=True)])
        if inner and all(isinstance(part, Mapping) for part in inner):
            return self._parts([{"key": key, **part} for key, part in value.items()])
        return self._keyed([(str(key), text) for key, text in value.items()])

    def _list(self, value: Sequence[Any]) -> Options:
        if value and all(isinstance(part, Mapping) for part in value):
            single = [next(iter(part.items())) for part in value if len(part) == 1]
            if len(single) == len(value) and all(label_of(str(name)) for name, _ in single):
                return self._keyed([(str(key), text) for key, text in single])
            return self._parts(value)
        if value and all(isinstance(part, Sequence) and not isinstance(part, str) and len(part) == 2 for part in value):
            return self._keyed([(self._text(key), text) for key, text in value])
        return self._counted([self._text(part) for part in value])

    def _parts(self, parts: Sequence[Mapping[str, Any]]) -> Options:
        """Read objects, one an option: which field is the key and which the text."""
        if not parts:
            return Options()
        named = [name for name in _TEXT if all(name in part for part in parts)]
        text = next((name for name in named if not self._labels(name, parts)), next(iter(named), None))
        if text is None:
            fields = ", ".join(sorted({repr(str(name)) for part in parts for name in part}))
            raise self._fault(f"holds objects with {fields or 'nothing'}; give each a 'key' and a 'text'")
        others = [name for name in _KEY if name != text]
        keys = [name for name in others if self._labels(name, parts)]
        keys += [name for name in others if name not in _TEXT and any(not is_nothing(part.get(name)) for part in parts)]
        # A field of another name that numbers the options is their key too: a place must not be counted past it.
        keys += [name for name in parts[0] if name not in (text, *_RIGHT) and self._numbers(name, parts)]
        if keys and any(is_nothing(part.get(keys[0])) for part in parts):
            raise self._fault(f"holds an option without its {keys[0]!r}")
        if keys:
            found = self._keyed([(str(part[keys[0]]), part[text]) for part in parts])
        else:
            found = self._counted([self._text(part[text]) for part in parts])
        flag = next((name for name in _RIGHT if any(name in part for part in parts)), None)
        right = [key for (key, _), part in zip(found.given, parts, strict=True) if flag and self._true(part.get(flag))]
        return Options(found.given, tuple(right), found.counted)

    @staticmethod
    def _labels(name: str, parts: Sequence[Mapping[str, Any]]) -> bool:
        """Say whether a field of all objects holds their labels."""
        return all(isinstance(part.get(name), str | int) and label_of(str(part[name])) for part in parts)

    @staticmethod
    def _numbers(name: str, parts: Sequence[Mapping[str, Any]]) -> bool:
        """Say whether a field numbers the objects: A, B, …, 1, 2, … or 0, 1, …, in any order."""
        found = sorted(str(part.get(name)).upper() for part in parts)
        kinds = (ascii_uppercase[: len(parts)], map(str, range(1, len(parts) + 1)), map(str, range(len(parts))))
        return len(parts) > 1 and any(found == sorted(kind) for kind in kinds)

    def _true(self, value: Any) -> bool:
        known = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
        said = known.get(str(value).strip().casefold())
        if said is None and not is_nothing(value):
            raise self._fault(f"marks an option as {shown(value)}, which is neither true nor false")
        return bool(said)

    def _keyed(self, pairs: Sequence[tuple[str, Any]]) -> Options:
        """Read pairs of key and text; where the keys are no labels but the texts are, the pairs stand turned round."""
        read = [(label_of(key), self._text(text)) for key, text in pairs]
        wrong = [key for key, _ in pairs if label_of(key) is None]
        if wrong:
            read = [(label_of(self._text(text)), key) for key, text in pairs]
        given = [(key, text) for key, text in read if key is not None]
        if len(given) < len(pairs):
            raise self._fault(f"has {shown(wrong[0])} for the key of an option; a key is a letter or a number")
        printed = self._printed([text for _, text in given]) or []
        keys, labels = [key.casefold() for key, _ in given], [label.casefold() for label, _ in printed]
        if set(keys) != set(labels):
            return Options(tuple(given))
        if keys != labels:
            raise self._fault("gives its options one letter as their key and prints another before their text")
        return Options(tuple((key, text) for (key, _), (_, text) in zip(given, printed, strict=True)))

    def _counted(self, texts: Sequence[str]) -> Options:
        """Read a list: its keys are the letters printed before the texts, or else those of the alphabet in order."""
        printed = self._printed(texts)
        if printed is not None:
            return Options(tuple(printed), counted=True)
        keys = ascii_uppercase if len(texts) <= len(ascii_uppercase) else [str(n) for n in range(1, len(texts) + 1)]
        return Options(tuple(zip(keys, texts, strict=False)), counted=True)

    def _printed(self, texts: Sequence[str]) -> list[tuple[str, str]] | None:
        """Part labels from the texts that they are printed before; None unless all have one, together A to the last.

        So "E. coli" and "S. aureus" stay whole.
        """
        if self.as_published:
            return None
        pairs = [parted for parted in map(without_label, texts) if parted]
        wanted = ascii_uppercase[: len(texts)]
        numbers = [str(n) for n in range(1, len(texts) + 1)]
        labels = sorted(label.upper() for label, _ in pairs)
        return pairs if len(texts) > 1 and labels in (list(wanted), sorted(numbers)) else None

    def _text(self, value: Any) -> str:
        return as_written(value, self.column)
