"""How a chain names the nodes of the graph and the options of the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kgpaths.language.english import folded, in_sentence, is_plural, same_words, with_article
from kgpaths.records import Mention, QAItem
from kgpaths.vocabulary.node_types import types_of

if TYPE_CHECKING:
    from kgpaths.graph import KnowledgeGraph

LONGEST_ANSWER = 160
"""Characters; longer option texts are not repeated inside a sentence."""

_ONE_OF_A_CLASS = re.compile(
    r"(?:agent|drug|or|ist|er|[ae]nt|ic|oid|ive|anti\w+al|vaccine|urea|analog(?:ue)?|compound|enzyme|statin|mycin|cillin|"
    r"sporin|penem|azole|amide|floxacin|oxacin|quinolone|cycline|azine|azide|(?:andro|estro|gesta)gen)$"
)
_CELL = re.compile(r"(?:cell|cyte|blast|clast|phage|phil|neuron|platelet)$")
_NUMBERED = re.compile(r" (?:[IVX]+|\d+)$")
_COUNTABLE = re.compile(
    r"\b(?:test|scan|biopsy|examination|study|culture|smear|procedure|graft|transplant|catheter|assay|count|stent|"
    r"operation|injection|implant|x-ray|radiograph|electrocardiogram|echocardiogram|\w+gram|prosthesis|device)$",
    re.IGNORECASE,
)


class Names:
    """Names of nodes as they stand inside a sentence."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph

    def node(self, node_id: str) -> str:
        """Return the node's name for the middle of a sentence.

        Body parts and single tests have their article; cells and classes of drugs stand in the plural.
        """
        kind = self._graph.type(node_id)
        name = in_sentence(self._graph.name(node_id), kind)
        if is_plural(name) or name.startswith(("the ", "a ", "an ")):
            return name
        if kind in ("anatomy", "cellular_component") and not _NUMBERED.search(name):
            return f"the {name}"
        if (kind == "drug_class" and _ONE_OF_A_CLASS.search(name)) or (kind == "cell" and _CELL.search(name)):
            return f"{name}s"
        if kind in types_of("care") and _COUNTABLE.search(name):
            return with_article(name)
        return name

    def quoted(self, mention: Mention) -> str:
        """Return the words of the question in quotation marks, followed by the concept where that is another name."""
        words = re.sub(r"\s+", " ", mention.text)
        name = in_sentence(self._graph.name(mention.node_id), self._graph.type(mention.node_id))
        text = f"“{words}”" if same_words(words, name) else f"“{words}” ({name})"
        return f"a history of {text}" if mention.assertion == "historical" else text

    def is_named(self, node_id: str, text: str) -> bool:
        """Say whether a text is, as a whole, a name of the node."""
        node = self._graph.node(node_id)
        return any(same_words(text, name) for name in (node.name, *(entry.text for entry in node.names)))

    def answer_text(self, text: str, node_ids: Sequence[str]) -> tuple[str, bool]:
        """Return an option's text as it stands inside a sentence, and whether it names one of the nodes as a whole."""
        clean = " ".join(text.split()).strip('"“” ').rstrip(".;, ")
        for node_id in node_ids:
            if self.is_named(node_id, clean):
                name = in_sentence(clean, self._graph.type(node_id))
                bare = is_plural(name) or name.startswith("the ") or not self.node(node_id).startswith("the ")
                return (name if bare else f"the {name}"), True
        return f"“{clean}”", False

    def option(self, item: QAItem, key: str | None, node_ids: Sequence[str]) -> str:
        """Return how an option is called: its text, or its concepts where the text is too long for a clause."""
        texts = {option.key: option.text for option in item.options}
        text = texts.get(key or "", item.answer)
        name, _ = self.answer_text(text, node_ids)
        if len(name) <= LONGEST_ANSWER and folded(name):
            return name
        return " and ".join(self.node(node) for node in node_ids)
