"""Write the model card of trained weights: what they rest on, how they were made, what they must not be used for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kgpaths.training.record import TrainingRecord

DISCLAIMER = (
    "**Not medical advice.** These weights learned from chains that a program made from examination questions and "
    "public databases, not reviewed by clinicians. Do not use them to diagnose or treat."
)


def model_card(record: TrainingRecord, lines: Sequence[Mapping[str, Any]], *, merged: bool = False) -> str:
    """Return the text of `README.md` for the adapter, or for the merged model."""
    from kgpaths.vocabulary.licences import licences

    about, config, lengths = record.provenance, record.config, record.lengths
    name = Path(record.base_model).name
    ledger = licences()
    local = Path(record.base_model).exists()
    head = [
        "---",
        *([] if local else [f"base_model: {record.base_model}"]),
        *([] if merged else ["library_name: peft"]),
        "pipeline_tag: text-generation",
        "language: en",
        "license: other",
        "license_link: README.md#licences",
        "tags:",
        *(f"- {tag}" for tag in ("medical", "reasoning", "knowledge-graph", "kgpaths", "lora")),
        "---",
        "",
    ]
    scaling = "α/√r" if config.rslora else "α/r"
    adapter = f"rank {config.rank}, alpha {config.alpha} (scaled by {scaling}), dropout {config.dropout:g}"
    stabilise = config.stabilise
    facts = [
        ("base model", f"`{name}`, configuration and weights `{record.base_fingerprint[:16]}`"),
        ("corpus", f"{about.name}, `{about.corpus_hash}`"),
        ("graph", f"{about.graph_name}, `{about.graph_hash}`" if about.graph_hash else "none named by the data"),
        ("recipe", about.recipe or "not named by the data"),
        ("rows", f"{lengths.rows - lengths.too_long:,} trained on, {lengths.too_long:,} left out as longer than "
                 f"{lengths.max_length:,} tokens"),
        ("tokens", f"{lengths.tokens:,}, of which {lengths.learned:,} (the answers) are inside the loss"),
        ("adapter", ("DoRA, " if config.dora else "LoRA, ") + adapter),
        ("base weights", "NF4, double quantisation" if record.choices.quantise == "nf4" else "not quantised"),
        ("precision", record.choices.precision),
        ("rate", f"{config.learning_rate:g}, {config.scheduler}, {config.epochs:g} epochs"
                 + (f"; then {stabilise.learning_rate:g}, {stabilise.epochs:g} epochs" if stabilise else "")),
        ("batch", f"{config.effective_batch} sequences" + (", packed" if config.packing else "")),
        ("results", ", ".join(f"{key} {value:.4f}" for key, value in record.results.items()) or "not measured"),
    ]  # fmt: skip
    sources = [
        f"| {ledger[key].title if key in ledger else key} | {ledger[key].licence if key in ledger else 'unknown'} | "
        f"{count:,} | {ledger[key].attribution if key in ledger else ''} |"
        for key, count in about.sources.items()
    ]
    unlicensed = [f"{about.unlicensed:,} rows name no licence."] if about.unlicensed else []
    return "\n".join(
        [
            *head,
            f"# {name} trained on {about.name}",
            "",
            f"{'The base model with an adapter merged in' if merged else 'An adapter'}, trained with "
            f"[kgpaths](https://github.com/kgpaths/kgpaths) {record.kgpaths} on reasoning chains grounded in a "
            "knowledge graph.",
            "",
            DISCLAIMER,
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {key} | {value} |" for key, value in facts),
            "",
            f"{len(lines)} lines of metrics, the loss curve and `training.json` lie beside these weights where they "
            "were trained.",
            "",
            "## Licences",
            "",
            f"Base model: **{record.base_licence or 'unknown'}**. Strictest licence of any row: "
            f"**{about.licence or 'unknown'}**.",
            "",
            "| source | licence | rows | attribution |",
            "| --- | --- | --- | --- |",
            *sources,
            "",
            *unlicensed,
            "",
            "## Configuration",
            "",
            "```json",
            json.dumps(config.model_dump(mode="json"), indent=2),
            "```",
            "",
            "Made with " + ", ".join(f"{key} {value}" for key, value in record.versions.items()) + ".",
            "",
        ]
    )
