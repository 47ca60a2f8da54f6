"""Build, train, evaluate: the whole way from questions to a measured adapter, on a CPU in about a minute.

The model is tiny and random, so its accuracy means nothing; take a real one, e.g. Qwen/Qwen3-0.6B, and a preset. Needs
the extras: pip install 'kgpaths[train,evaluate]'.
"""

import json
from pathlib import Path

import kgpaths as kg

# 1. A corpus, from bundled questions and the embedded graph.
run = kg.build(source="medqa", limit=60, out="runs/example-train")
print(f"{run.accepted} rows to train on in {run.out}")

# 2. An adapter. A real base model is a folder or a name on the Hub; here one is made.
chains = [message["content"] for row in run.dataset("sft") for message in row["messages"]]
base = kg.make_tiny_model("models/tiny", chains)
trained = kg.train(
    run.out,
    base_model=base,
    out="models/tiny-medqa",
    preset="smoke",
    max_steps=30,
    learning_rate=5e-3,
    say=print,
)
losses = [line["loss"] for line in trained.metrics if "loss" in line]
print(f"loss {losses[0]:.2f} -> {losses[-1]:.2f}; adapter in {trained.adapter}")

# 3. Base and tuned on the same questions: a few of the bundled sample, read as a local file.
questions = Path("questions.jsonl")
with questions.open("w", encoding="utf-8") as file:
    for item in list(kg.open_source("medqa", limit=120))[80:]:
        options = {option.key: option.text for option in item.options}
        row = {"question": item.question, "options": options, "answer_idx": item.answer_key}
        file.write(json.dumps(row) + "\n")
result = kg.evaluate(trained.out, tasks=[f"medqa5={questions}"], out="reports/tiny-medqa")
print(result.report.markdown())
