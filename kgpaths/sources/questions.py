"""Turn a row of columns into a question by the generic schema, or say what makes the row unusable.

===========  =========================================================================================================
column       meaning
===========  =========================================================================================================
question     the stem; must not be empty
options      ``{"A": "…", "B": "…"}``, ``["…", "…"]`` (keys A, B, …) or ``[{"key": "A", "text": "…"}]`` (also called
             ``choices``); in CSV as JSON; leave it out for questions with open answers
answer       the answer's text; for multiple choice the text of the right option, or its key
answer_key   key of the right option (also called ``answer_idx``); a number counts the options from 0
id           unique; made from a hash of the content where it is missing
split        train, validation (dev) or test; train where it is missing
context      a passage that the question is about
explanation  the source's own explanation
subject      speciality
url          page of the item
===========  =========================================================================================================

Other columns are ignored. An option without text, or with what data frames write for none, is left out, and so is a
wrong one that repeats another. A row that names different options as right, or has the right one twice, is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import get_args

from kgpaths.records import Option, QAItem, Split
from kgpaths.sources.cells import is_nothing, shown, text_of
from kgpaths.sources.gold_answers import KEY_COLUMNS, is_a_key, right_option
from kgpaths.sources.row_options import read_options, without_repeated
from kgpaths.sources.source_faults import Record, SourceFault, Unusable

_SPLITS: dict[str, Split] = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development"), "validation"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}


def split_of(fields: Record, default: Split = "train") -> Split | None:
    """Return the split that a row gives itself, `default` where it gives none, None for an unknown word.

    >>> split_of({"split": "dev"}), split_of({}), split_of({"split": "holiday"})
    ('validation', 'train', None)
    """
    value = fields.get("split")
    if is_nothing(value):
        return default
    return _SPLITS.get(value.strip().lower()) if isinstance(value, str) else None


def split_of_name(stem: str) -> Split | None:
    """Return the split that a file's name states, for data sets whose rows do not say.

    >>> split_of_name("phrases_no_exclude_test"), split_of_name("medqa-dev"), split_of_name("questions")
    ('test', 'validation', None)
    """
    words = "".join(letter if letter.isalnum() else " " for letter in stem.lower()).split()
    found = {_SPLITS[word] for word in words if word in _SPLITS}
    return next(split for split in reversed(get_args(Split)) if split in found) if found else None


def to_item(
    fields: Record,
    where: str,
    *,
    dataset: str,
    licence: str,
    default_split: Split = "train",
    needs_options: bool = False,
    as_published: bool = False,
) -> QAItem | SourceFault:
    """Turn one row of the generic schema into a question, or into the fault that says why it is none.

    Args:
        as_published: leave every option as it stands, also one that repeats another, as benchmarks are scored.

    >>> row = {"question": "Fever and cough?", "options": ["Gout", "Pneumonia"], "answer": "Pneumonia"}
    >>> item = to_item(row, "my.jsonl:1", dataset="my", licence="local")
    >>> item.answer_key, item.split
    ('B', 'train')
    >>> to_item({"id": "q2", "question": "Fever and cough?"}, "my.jsonl:2", dataset="my", licence="local").reason
    'no_answer'
    """
    item_id = ""
    try:
        item_id = text_of(fields, "id").strip()
        question = text_of(fields, "question")
        if not question.strip():
            raise Unusable("empty_question", "the question is empty" if "question" in fields else _no_column(fields))
        split = split_of(fields, default_split)
        if split is None:
            raise Unusable("malformed_input", f"split {fields['split']!r} is none of train, validation, test")
        options, key, answer = _options(fields, needs_options, dataset, as_published)
        texts = {name: text_of(fields, name) for name in ("context", "explanation", "subject", "url")}
        _encodable(item_id, question, answer, *texts.values(), *(part for option in options for part in option))
        return QAItem(
            id=item_id or _content_id(dataset, question, options, answer),
            dataset=dataset,
            split=split,
            question=question,
            options=tuple(Option(key=key, text=text) for key, text in options),
            answer=answer,
            answer_key=key,
            licence=licence,
            **texts,
        )
    except Unusable as fault:
        return SourceFault(where, fault.reason, str(fault), item_id if item_id.isprintable() else "")


def _options(
    fields: Record, needed: bool, dataset: str, as_published: bool
) -> tuple[list[tuple[str, str]], str | None, str]:
    """Return the options, and key and text of the answer."""
    given = read_options(fields, as_published=as_published)
    # Fixed-width schemas pad missing options with null or empty text.
    options = list(given.texts.items())
    if not options:
        if needed:
            raise Unusable("no_options", f"a {dataset} question needs options and this one has none")
        return [], None, _open_answer(fields)
    right = right_option(fields, given)
    if right not in given.texts:
        raise Unusable("answer_not_in_options", f"option {right} is said to be the answer and holds no text")
    return options if as_published else without_repeated(options, right), right, given.texts[right]


def _open_answer(fields: Record) -> str:
    answer = text_of(fields, "answer")
    key = next((name for name in KEY_COLUMNS if not is_nothing(fields.get(name))), None)
    if key is not None:
        raise Unusable(
            "no_options", f"{key!r} is {shown(fields[key])}, but there are no options; add them as 'options'"
        )
    if not answer:
        raise Unusable("no_answer", "there is no answer")
    if is_a_key(answer):
        raise Unusable(
            "no_options", f"the answer is only {shown(answer)}; give the options it is the key of, or write it out"
        )
    return answer


def _content_id(dataset: str, question: str, options: Sequence[tuple[str, str]], answer: str) -> str:
    content = json.dumps([question, options, answer], ensure_ascii=True)
    return f"{dataset}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _encodable(*texts: str) -> None:
    for text in texts:
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Unusable(
                "malformed_input", f"not valid Unicode: a lone surrogate at character {error.start + 1}"
            ) from None


def _no_column(fields: Record) -> str:
    return f"there is no field 'question'; the fields are {', '.join(sorted(map(repr, fields))) or 'none'}"
