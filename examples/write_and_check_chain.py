"""Verbalization and validation by themselves: from one question of yours to a checked chain."""

import kgpaths as kg

graph = kg.KnowledgeGraph.open("default")
item = kg.QAItem(
    id="mine-1",
    dataset="mine",
    split="train",
    question="A man has fever, productive cough and chest pain. He denies hemoptysis. What is the diagnosis?",
    options=(
        kg.Option(key="A", text="Pneumonia"),
        kg.Option(key="B", text="Gout"),
        kg.Option(key="C", text="Migraine"),
    ),
    answer="Pneumonia",
    answer_key="A",
    licence="local",
)

mentions = kg.EntityLinker(graph).link_item(item)
path_set = kg.PathFinder(graph).find_item(item, mentions)
if path_set.no_path:
    raise SystemExit(f"no path: {path_set.no_path}")
chain, _ = kg.TemplateVerbalizer(graph).verbalize(item, mentions, path_set)
verdicts = kg.Validator(graph).validate(item, mentions, path_set, chain)

print(chain.text)
print("Answer:", chain.answer)
print(*kg.decide(verdicts))
