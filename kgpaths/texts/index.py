"""An index of the sentences of reference texts.

SQLite's full-text search (FTS5, with Porter's stemmer and BM25) holds the sentences; it is built once, in the cache.
A sentence keeps its text, topic, offsets, URL, source and licence.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
import weakref
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Self

from kgpaths.files import disk_errors, new_folder
from kgpaths.language import sentences as splitter
from kgpaths.language.sentences import sentences
from kgpaths.records import CitedSentence
from kgpaths.resources import cache_dir
from kgpaths.texts.passages import SHIPPED, Passage, passages, texts_fingerprint

_log = logging.getLogger(__name__)

_FORMAT = "2"
"""Of the index file; another one is another file."""
_INDEX = "sentences.sqlite"
_SHORTEST, _LONGEST = 25, 400
"""Characters of a sentence that can be cited."""
_SCHEMA = """
CREATE TABLE sentence (
    number INTEGER PRIMARY KEY, source TEXT, licence TEXT, version TEXT, text_id TEXT, url TEXT, topic TEXT,
    start INTEGER, end INTEGER, text TEXT, topics TEXT
);
CREATE VIRTUAL TABLE words USING fts5(
    text, topics, content='sentence', content_rowid='number', tokenize='porter unicode61'
);
"""
_COLUMNS = "source, licence, version, text_id, url, topic, start, end, text"
_RANK = "bm25(words, 1.0, 0.3)"
"""Words of the sentence itself count for more than those of its topic."""
_WORD = re.compile(r"\w+")
_LOOKED_AT = 40
"""Sentences that are looked at for nearness."""
_STEM = 6
"""Letters by which forms of a word are taken for the same when sentences are compared word by word."""


class SentenceIndex:
    """Finds sentences; open one with `SentenceIndex.open`.

    >>> text = "Gout is caused by crystals of uric acid. It hurts."
    >>> index = SentenceIndex.of([Passage("t1", text, "local", "CC0-1.0")])
    >>> [found.text for found in index.holding([["gout"], ["uric acid", "urate"]])]
    ['Gout is caused by crystals of uric acid.']
    >>> index.holding([["gout"], ["fever"]])
    []
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._closed = weakref.finalize(self, connection.close)

    def close(self) -> None:
        """Close the file; an index that nobody holds any more closes by itself."""
        self._closed()

    @classmethod
    def of(cls, passages: Iterable[Passage]) -> Self:
        """Return an index in memory."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, passages)
        return cls(connection)

    @classmethod
    def open(cls, specs: Sequence[str | Path] = (SHIPPED,)) -> Self:
        """Open the index of some texts, built in the cache when first needed (some 20 s for those that come along).

        Args:
            specs: as of `passages`.

        Raises:
            UsageError, StorageFull: a text cannot be read, or the cache cannot be written.
        """
        code = Path(splitter.__file__).read_bytes() + _FORMAT.encode()
        name = hashlib.sha256(code + texts_fingerprint(specs).encode()).hexdigest()[:16]
        folder = cache_dir() / f"sentences-{name}"
        if not (folder / _INDEX).exists():
            _log.info("indexing the sentences of the reference texts (once)")
            with (
                disk_errors(folder, advice="set KGPATHS_CACHE to a folder that can be written"),
                new_folder(folder) as part,
                closing(sqlite3.connect(part / _INDEX)) as connection,
            ):
                _fill(connection, passages(specs))
        return cls(sqlite3.connect(f"file:{folder / _INDEX}?mode=ro", uri=True, check_same_thread=False))

    def holding(self, groups: Sequence[Sequence[str]], *, limit: int = 3) -> list[CitedSentence]:
        """Return sentences that hold a name of every group, in any form that Porter's stemmer takes for the same.

        What a text is about need not be said again in each of its sentences: a name may stand in the topic, as long
        as the sentence itself holds a name of some other group.

        Args:
            groups: names of the same thing, for each thing.
            limit: most sentences; the best by BM25, of equals the first read.
        """
        queries = [_any(names) for names in groups]
        if not queries or not all(queries):
            return []
        said = " OR ".join(queries)
        return self._found(f"text : ({said}) AND " + " AND ".join(f"({query})" for query in queries), limit)

    def near(self, *texts: str, limit: int = 3, share: float = 0.6) -> list[CitedSentence]:
        """Return sentences near to all texts in words, for things that go by no fixed name: the best by BM25.

        Args:
            texts: what the sentences should speak of.
            limit: most sentences.
            share: least share of the content words of each text that a sentence has, in any form.
        """
        groups = [sorted({stem for word in _WORD.findall(text) if (stem := _stem(word))}) for text in texts]
        if not groups or not all(groups):
            return []
        words = dict.fromkeys(word for text in texts for word in _WORD.findall(text) if _stem(word))
        close = self._found(" OR ".join(map(_phrase, words)), _LOOKED_AT)

        def speaks(sentence: CitedSentence) -> bool:
            there = {_stem(word) for word in _WORD.findall(f"{sentence.text} {sentence.topic}")}
            return all(sum(stem in there for stem in group) >= share * len(group) for group in groups)

        return [sentence for sentence in close if speaks(sentence)][:limit]

    def _found(self, query: str, limit: int) -> list[CitedSentence]:
        rows = self._connection.execute(
            f"SELECT number, {_COLUMNS} FROM sentence JOIN (SELECT rowid, {_RANK} AS score FROM words "
            "WHERE words MATCH ? ORDER BY score, rowid LIMIT ?) AS hit ON hit.rowid = sentence.number "
            "ORDER BY hit.score, number",
            (query, 4 * limit),
        )
        found: dict[str, CitedSentence] = {}
        for _, source, licence, version, text_id, url, topic, start, end, text in rows:
            found.setdefault(
                " ".join(text.split()).casefold(),
                CitedSentence(
                    id=sentence_id(source, text_id, start, end),
                    text=text,
                    source=source,
                    licence=licence,
                    version=version,
                    url=url,
                    text_id=text_id,
                    topic=topic,
                    start=start,
                    end=end,
                ),
            )
        return list(found.values())[:limit]


def sentence_id(source: str, text_id: str, start: int, end: int) -> str:
    """Return the id of a sentence: 16 hex digits, from where it stands.

    >>> sentence_id("openstax", "a:1", 0, 40)
    'be67baa9916c58ea'
    """
    return hashlib.sha256(f"{source}\n{text_id}\n{start}\n{end}".encode()).hexdigest()[:16]


def _stem(word: str) -> str:
    """Return the beginning that stands for a word's forms; empty for words that say little."""
    return word.casefold()[:_STEM] if len(word) > 3 or (len(word) > 1 and word.isupper()) else ""


def _any(names: Sequence[str]) -> str:
    return " OR ".join(dict.fromkeys(phrase for name in names if (phrase := _phrase(name))))


def _phrase(name: str) -> str:
    words = _WORD.findall(name)
    return f'"{" ".join(words)}"' if words else ""


def _fill(connection: sqlite3.Connection, passages: Iterable[Passage]) -> None:
    connection.executescript(_SCHEMA)
    connection.executemany(
        f"INSERT INTO sentence ({_COLUMNS}, topics) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (one.source, one.licence, one.version, one.id, one.url, topic, start, end, one.text[start:end], topics)
            for one in passages
            for topic, topics in [(one.topics[0] if one.topics else "", "; ".join(one.topics))]
            for start, end in sentences(one.text, lines=False)
            if _SHORTEST <= end - start <= _LONGEST and not one.text[start:end].endswith("?")
        ),
    )
    connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    connection.commit()
