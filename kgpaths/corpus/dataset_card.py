"""Write the dataset card: what the Hub shows of a run, and what a person must know before training on it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from kgpaths.corpus.funnel import Funnel
from kgpaths.corpus.manifest import FileEntry, Manifest
from kgpaths.corpus.row_schema import CONFIGS
from kgpaths.records import EdgeTier

_HUB_LICENCES = {
    "CC0-1.0", "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC-BY-3.0", "CC-BY-4.0", "CC-BY-SA-3.0",
    "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0",
}  # fmt: skip
_SIZES = (("n<1K", 1_000), ("1K<n<10K", 10_000), ("10K<n<100K", 100_000), ("100K<n<1M", 1_000_000))

_CONFIG_TEXT = {
    "sft": "conversations for fine-tuning: the reasoning in `<think>` tags, the gold answer in columns of its own",
    "structured": "the whole row: question, mentions, paths, chain with edge ids and quoted spans, verdicts, licence",
    "paths": "one row for each path: node ids and names, predicates, edge ids, cost, licence",
    "rejected": "whole rows that were not accepted, each with its reasons",
}

_TIER_TEXT: Mapping[EdgeTier, str] = {
    "curated": "stated by a database",
    "text": "read in a reference text, with the sentence that states it",
    "associated_in_text": "concepts that stand together in sentences: for ranking, never a step",
}

DISCLAIMER = (
    "**Not medical advice.** These chains were made by a program from examination questions and public databases. They "
    "were not reviewed by clinicians. That a step is supported by an edge of the graph does not make it true for a "
    "patient, and databases hold errors. Do not use this corpus, or a model trained on it, to diagnose or treat."
)


def card(manifest: Manifest, funnel: Funnel) -> str:
    """Return the text of `README.md`, with the YAML head that the Hub and `datasets.load_dataset` read."""
    from kgpaths.vocabulary.licences import licences

    ledger = licences()
    known = manifest.source_licence == manifest.source_name and manifest.source_licence in ledger
    title = ledger[manifest.source_name].title if known else manifest.source_name
    name = f"{title}: reasoning chains grounded in a knowledge graph"
    accepted = f"{funnel.accepted:,} of {funnel.items:,}"
    return "\n".join(
        [
            *_head(manifest, funnel, name),
            f"# {name}",
            "",
            f"{accepted} questions of {title} with a stepwise rationale. Every step cites the edges "
            "of the knowledge graph and the spans of the question that it rests on. Made with "
            f"[kgpaths](https://github.com/kgpaths/kgpaths) {manifest.kgpaths}, {_writer(manifest)}.",
            "",
            DISCLAIMER,
            "",
            "## Load",
            "",
            "```python",
            "from datasets import load_dataset",
            'sft = load_dataset("path/to/this/folder", "sft", split="train")',
            "```",
            "",
            *_table(("configuration", "rows", "what it holds"), _configs(manifest.files)),
            "",
            "The last line of every assistant message is `The answer is …`, for multiple choice with key and text.",
            "",
            "## Funnel",
            "",
            *_table(("", "rows"), _funnel(funnel)),
            "",
            "A row with several reasons is counted under its first.",
            "",
            *_edges(manifest, funnel),
            "## Licences and attribution",
            "",
            f"The strictest licence of any row is **{manifest.licence}**; every row names its own in `licence` and "
            "what it rests on in `sources`.",
            "",
            *_table(
                ("source", "version", "licence", "rows", "attribution"),
                (
                    (
                        f"[{ledger[key].title}]({ledger[key].url})" if ledger[key].url else ledger[key].title,
                        ledger[key].version,
                        ledger[key].licence,
                        f"{count:,}",
                        ledger[key].attribution,
                    )
                    if key in ledger
                    else (key, "", "unknown", f"{count:,}", "")
                    for key, count in sorted(funnel.sources.items())
                ),
            ),
            "",
            "## How it was made",
            "",
            f"- questions: {title}" + (f", {manifest.source_url}" if manifest.source_url else "")
            + (f", revision {manifest.source_revision}" if manifest.source_revision else "")
            + f", `{manifest.source_fingerprint}`",
            f"- graph: {manifest.graph_name}, `{manifest.graph_hash}`",
            f"- configuration: `{json.dumps(manifest.identity.config, sort_keys=True)}`",
            "- `manifest.json` lists every file with its hash; `kgpaths verify FOLDER` checks all of it.",
            "",
        ]
    )  # fmt: skip


def _edges(manifest: Manifest, funnel: Funnel) -> list[str]:
    """Say how the edges came to be; where chains rest on sentences, of whose texts."""
    from kgpaths.vocabulary.licences import licences

    ledger = licences()
    tiers = [(tier, text) for tier, text in _TIER_TEXT.items() if tier in manifest.graph_tiers]
    lines = [
        "## What the steps rest on",
        "",
        *_table(
            ("edges", "in the graph", "cited by chains", "what they are"),
            (
                (f"`{tier}`", f"{manifest.graph_tiers[tier]:,}", f"{funnel.tiers.get(tier, 0):,}", text)
                for tier, text in tiers
            ),
        ),
        "",
    ]
    if funnel.knowledge_steps:
        share = funnel.grounded_steps / max(1, funnel.claim_steps)
        lines += [
            f"Of {funnel.claim_steps:,} steps that state something of medicine, {funnel.grounded_steps:,} "
            f"({share:.0%}) cite an edge or a sentence. The model marked "
            f"{funnel.knowledge_steps:,} steps as its own knowledge (`knowledge` in the column `chain`), "
            f"{funnel.knowledge_alone:,} of which cite no edge and no sentence.",
            "",
        ]
    if funnel.texts or funnel.sentences:
        lines += [
            f"{funnel.quoting:,} accepted rows have a step that rests on a sentence of a reference text. The sentence "
            "stands in the row's column `edges`, or in the step of its `chain` that cites it, with its place in the "
            "text, URL and licence. "
            "These are the texts:",
            "",
        ]
        both = {key: funnel.texts.get(key, 0) + funnel.sentences.get(key, 0) for key in funnel.texts | funnel.sentences}
        for key, count in _ordered(both):
            terms = f"{ledger[key].attribution.rstrip('.')} ({ledger[key].licence})" if key in ledger else key
            lines.append(f"- {terms}: {count:,} citations")
        lines.append("")
    return lines


def _writer(manifest: Manifest) -> str:
    """Say what wrote the chains: the templates, or which models by which recipe."""
    llm = manifest.config.llm
    if llm is None:
        return "without a language model"
    return f"the chains written by {', '.join(llm.models)} with the recipe {llm.recipe}"


def _head(manifest: Manifest, funnel: Funnel, name: str) -> list[str]:
    size = next((label for label, top in _SIZES if funnel.accepted < top), "n>1M")
    known = manifest.licence in _HUB_LICENCES
    licence = [f"license: {manifest.licence.lower() if known else 'other'}"]
    if not known:
        licence += [f"license_name: {manifest.licence.lower()}", "license_link: README.md#licences-and-attribution"]
    # `datasets` refuses configurations without rows: their files are there, but no head names them.
    splits = {config: _splits(manifest.files, config) for config in CONFIGS}
    configs: list[str] = []
    for config, names in splits.items():
        if names:
            configs += [f"- config_name: {config}", *([] if configs else ["  default: true"]), "  data_files:"]
        for split in names:
            configs += [f"  - split: {split}", f"    path: data/{config}/{split}-*.parquet"]
    return [
        "---",
        *licence,
        "language: en",
        f"pretty_name: {json.dumps(name)}",
        "size_categories:",
        f"- {size}",
        "task_categories:",
        "- question-answering",
        "- text-generation",
        "annotations_creators: machine-generated",
        "tags:",
        "- medical",
        "- reasoning",
        "- knowledge-graph",
        "- chain-of-thought",
        "- kgpaths",
        "configs:",
        *configs,
        "---",
        "",
    ]


def _splits(files: Iterable[FileEntry], config: str) -> list[str]:
    return list(dict.fromkeys(entry.split for entry in files if entry.config == config and entry.rows))


def _configs(files: Iterable[FileEntry]) -> Iterable[tuple[str, ...]]:
    files = tuple(files)
    for config in CONFIGS:
        counts: dict[str, int] = {}
        for entry in files:
            if entry.config == config:
                counts[entry.split] = counts.get(entry.split, 0) + entry.rows
        rows = ", ".join(f"{count:,} {split}" for split, count in counts.items())
        yield (f"`{config}`", rows, _CONFIG_TEXT[config])


def _funnel(funnel: Funnel) -> Iterable[tuple[str, str]]:
    def share(label: str, count: int) -> tuple[str, str]:
        return label, f"{count:,} ({count / max(1, funnel.items):.1%})"

    yield "questions", f"{funnel.items:,}"
    yield share("question linked to the graph", funnel.linked_question)
    yield share("answer linked to the graph", funnel.linked_answer)
    yield share("at least one path", funnel.with_paths)
    yield share("**accepted**", funnel.accepted)
    yield "&nbsp;&nbsp;strongest evidence for the right option", f"{funnel.answer_ahead:,} of {funnel.with_margin:,}"
    yield share("rejected", funnel.rejected)
    yield from (share(f"&nbsp;&nbsp;{reason}", count) for reason, count in _ordered(funnel.rejected_by_reason))
    yield share("failed", funnel.failed)
    yield from (share(f"&nbsp;&nbsp;{reason}", count) for reason, count in _ordered(funnel.failed_by_reason))


def _ordered(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [header, tuple("---" for _ in header), *rows]
    return [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ").strip() for cell in line) + " |" for line in lines
    ]
