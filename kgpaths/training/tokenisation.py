"""Turn conversations into tokens: the answer is learned and the prompt is not, and the tokens are checked for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from kgpaths.errors import TrainingError
from kgpaths.training.conversations import Conversation

IGNORED = -100
"""Label of a token that is not learned, as PyTorch's cross-entropy has it."""


class Tokenised(NamedTuple):
    """One row as tokens; both lists have the same length."""

    id: str
    input_ids: list[int]
    labels: list[int]
    """The token where it is learned, else -100."""
    hops: int | None


class Lengths(BaseModel):
    """Lengths of rows in tokens, and how many of them did not fit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    tokens: int
    """Of the rows that fit."""
    learned: int
    """Of those, tokens inside the loss."""
    shortest: int
    median: int
    p95: int
    longest: int
    max_length: int
    too_long: int
    """Rows longer than `max_length`; they are left out whole."""
    first_too_long: tuple[str, ...] = ()
    """Ids of the first of them."""

    def lines(self) -> list[str]:
        """Return the statistics for people, the warning last."""
        text = [
            f"{self.rows:,} rows, {self.tokens:,} tokens, {self.learned:,} of them learned; length {self.shortest:,} "
            f"to {self.longest:,}, median {self.median:,}, 95 % up to {self.p95:,}"
        ]
        if self.too_long:
            ids = ", ".join(self.first_too_long)
            text.append(
                f"warning: {self.too_long:,} of {self.rows:,} rows are longer than {self.max_length:,} tokens and are "
                f"left out ({ids}{', …' if self.too_long > len(self.first_too_long) else ''}); "
                f"max_length={self.longest} would take them all"
            )
        return text


def tokenise(row: Conversation, tokenizer: Any) -> Tokenised:
    """Return one row as tokens, with the loss on the last answer and its end-of-turn token alone.

    Prompt and answer are tokenised apart, because that is how the model meets them when it is asked.

    Raises:
        TrainingError: the chat template does not leave the row's reasoning and answer as they are, and inside the loss.
    """
    try:
        prompt = tokenizer.apply_chat_template(row.messages[:-1], tokenize=False, add_generation_prompt=True)
        whole = tokenizer.apply_chat_template(row.messages, tokenize=False)
    except Exception as error:  # templates raise whatever their author wrote
        raise TrainingError(f"row {row.id}: the chat template refuses its messages: {error}") from error
    if not whole.startswith(prompt):
        raise TrainingError(
            f"row {row.id}: the chat template writes the prompt differently once the answer follows; give another with "
            "chat_template"
        )
    asked = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    answered = tokenizer(whole[len(prompt) :], add_special_tokens=False)["input_ids"]
    # Templates put a line break behind the end-of-turn token; generation has stopped by then, so it is not learned.
    end = len(answered)
    while end and not tokenizer.decode(answered[end - 1 : end]).strip():
        end -= 1
    if not end or answered[end - 1] not in _special(tokenizer):
        answered = [*answered[:end], tokenizer.eos_token_id]  # else the model would never learn to stop
        end = len(answered)
    labels = [IGNORED] * len(asked) + answered[:end] + [IGNORED] * (len(answered) - end)
    made = Tokenised(row.id, [*asked, *answered], labels, row.hops)
    _check(made, row, tokenizer)
    return made


def learned_text(row: Tokenised, tokenizer: Any) -> str:
    """Return the text of the tokens inside the loss."""
    return str(
        tokenizer.decode([label for label in row.labels if label != IGNORED], clean_up_tokenization_spaces=False)
    )


def _check(made: Tokenised, row: Conversation, tokenizer: Any) -> None:
    inside = _squeezed(learned_text(made, tokenizer))
    reasoning, closing, answer = row.messages[-1]["content"].rpartition("</think>")
    for what, text in (("reasoning", reasoning.replace("<think>", "") if closing else ""), ("answer", answer)):
        if _squeezed(text) not in inside:
            raise TrainingError(
                f"row {row.id}: its {what} is not inside the loss; the chat template changes or removes it. Give one "
                "that keeps the assistant's text, with chat_template"
            )
    if any(label not in (IGNORED, token) for label, token in zip(made.labels, made.input_ids, strict=True)):
        raise TrainingError(f"row {row.id}: labels and tokens do not match")


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _special(tokenizer: Any) -> set[int]:
    added = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    return added | set(tokenizer.all_special_ids)


def tokenise_all(
    rows: Sequence[Conversation], tokenizer: Any, max_length: int, too_long: str = "drop"
) -> tuple[list[Tokenised], Lengths]:
    """Return the rows that fit, in order, and the lengths of all.

    Raises:
        TrainingError: no row fits; or one does not and `too_long` is "refuse".
    """
    made = [tokenise(row, tokenizer) for row in rows]
    fits = [row for row in made if len(row.input_ids) <= max_length]
    lengths = measure(made, max_length)
    if not fits:
        raise TrainingError(
            f"none of {len(made)} rows fits into {max_length} tokens; the shortest has {lengths.shortest}: raise "
            "max_length"
        )
    if lengths.too_long and too_long == "refuse":
        raise TrainingError(
            f"{lengths.too_long} of {lengths.rows} rows are longer than {max_length} tokens "
            f"({', '.join(lengths.first_too_long)}): set max_length={lengths.longest}, or too_long=drop"
        )
    return fits, lengths


def measure(rows: Iterable[Tokenised], max_length: int) -> Lengths:
    """Return the lengths of some rows; there must be one at least.

    >>> rows = [Tokenised(str(n), [1] * n, [IGNORED] * (n - 1) + [1], None) for n in (3, 5, 9)]
    >>> found = measure(rows, max_length=8)
    >>> found.median, found.longest, found.tokens, found.too_long, found.first_too_long
    (5, 9, 8, 1, ('9',))
    """
    rows = list(rows)
    sizes = sorted(len(row.input_ids) for row in rows)
    long = [row.id for row in rows if len(row.input_ids) > max_length]
    fits = [row for row in rows if len(row.input_ids) <= max_length]
    return Lengths(
        rows=len(rows),
        tokens=sum(len(row.input_ids) for row in fits),
        learned=sum(label != IGNORED for row in fits for label in row.labels),
        shortest=sizes[0],
        median=sizes[len(sizes) // 2],
        p95=sizes[min(len(sizes) - 1, -(-95 * len(sizes) // 100) - 1)],
        longest=sizes[-1],
        max_length=max_length,
        too_long=len(long),
        first_too_long=tuple(long[:5]),
    )
