"""The linker as a component of a spaCy pipeline.

>>> import spacy
>>> from kgpaths.graph import build_snapshot
>>> from kgpaths.graph.tables import NodeRecord
>>> import tempfile, pathlib
>>> folder = pathlib.Path(tempfile.mkdtemp(), "graph")
>>> _ = build_snapshot([NodeRecord("HP:0001945", "Fever", "phenotype", "hpo")], [], folder, name="demo")
>>> nlp = spacy.blank("en")
>>> _ = nlp.add_pipe("kgpaths_linker", config={"graph": str(folder)})
>>> doc = nlp("She denies fever.")
>>> [(e.text, e.label_, e.kb_id_, e._.assertion, e._.tier) for e in doc.ents]
[('fever', 'PHENOTYPE', 'HP:0001945', 'absent', 'label')]

After `import kgpaths.linking.spacy_component`, or without it where kgpaths is installed: spaCy finds it by its entry
point. `doc.spans["kgpaths"]` holds all mentions, `doc.ents` those that do not overlap; displaCy draws both.
`doc._.kgpaths_values` holds the numbers of the text: ages, vital signs, laboratory values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from kgpaths.config import LinkingConfig
from kgpaths.records import Mention

ATTRIBUTES = ("assertion", "score", "tier", "value")
"""Custom attributes of every span: `span._.assertion` and so on, as in `Mention`; `value` is a record or None."""
VALUES = "kgpaths_values"
"""Custom attribute of every document: the numbers that it gives, as `EntityLinker.values` returns them."""


@Language.factory(
    "kgpaths_linker",
    assigns=["doc.ents", "doc.spans", f"doc._.{VALUES}", *(f"span._.{name}" for name in ATTRIBUTES)],
    default_config={"graph": "default", "spans_key": "kgpaths", "set_ents": True, "linking": {}},
)
def make_linker(
    nlp: Language,  # noqa: ARG001 - spaCy hands over the pipeline and the component's name
    name: str,  # noqa: ARG001
    graph: str,
    spans_key: str,
    set_ents: bool,
    linking: dict[str, Any],
) -> LinkerComponent:
    """Return the component.

    Args:
        nlp: the pipeline.
        name: the component's name in it.
        graph: `default` or a snapshot folder.
        spans_key: where in `doc.spans` the mentions go.
        set_ents: whether `doc.ents` is set too.
        linking: options of `LinkingConfig`.
    """
    return LinkerComponent(graph, spans_key, set_ents, LinkingConfig.parse(linking))


class LinkerComponent:
    """Adds mentions to documents."""

    def __init__(self, graph: str, spans_key: str, set_ents: bool, config: LinkingConfig) -> None:
        from kgpaths.graph import KnowledgeGraph
        from kgpaths.linking.linker import EntityLinker

        self.linker = EntityLinker(KnowledgeGraph.open(graph), config)
        self._spans_key, self._set_ents = spans_key, set_ents
        for attribute in ATTRIBUTES:
            if not Span.has_extension(attribute):
                Span.set_extension(attribute, default=None)
        if not Doc.has_extension(VALUES):
            Doc.set_extension(VALUES, default=())

    def __call__(self, doc: Doc) -> Doc:
        """Link one document."""
        text = doc.text
        return self._filled(doc, text, self.linker.link(text))

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Link many documents, in batches."""
        docs = iter(stream)
        while some := list(islice(docs, batch_size)):
            texts = [doc.text for doc in some]
            for doc, text, mentions in zip(some, texts, self.linker.link_batch(texts), strict=True):
                yield self._filled(doc, text, mentions)

    def _filled(self, doc: Doc, text: str, mentions: Sequence[Mention]) -> Doc:
        spans = []
        for mention in mentions:
            label = self.linker.graph.type(mention.node_id).upper()
            node_id = self.linker.id_of(mention)
            if node_id is None:
                continue
            span = doc.char_span(mention.start, mention.end, label=label, kb_id=node_id, alignment_mode="expand")
            if span is not None:
                for attribute in ATTRIBUTES:
                    span._.set(attribute, getattr(mention, attribute))
                spans.append(span)
        doc._.set(VALUES, tuple(self.linker.values(text)))
        doc.spans[self._spans_key] = spans
        if self._set_ents:
            doc.set_ents(filter_spans(spans))
        return doc
