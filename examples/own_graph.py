"""A graph of your own: a handful of nodes and edges, and one question answered with it."""

import kgpaths as kg

nodes = [
    kg.NodeRecord("HP:0001945", "Fever", "phenotype", "mine"),
    kg.NodeRecord("HP:0002829", "Arthralgia", "phenotype", "mine"),
    kg.NodeRecord("DOID:13189", "gout", "disease", "mine"),
    kg.NodeRecord("DOID:552", "pneumonia", "disease", "mine"),
]
edges = [
    kg.EdgeRecord("DOID:552", "has_symptom", "HP:0001945", "mine", "1", "CC0-1.0"),
    kg.EdgeRecord("DOID:13189", "has_symptom", "HP:0002829", "mine", "1", "CC0-1.0"),
]
graph = kg.KnowledgeGraph.from_records(nodes, edges)
item = kg.QAItem(
    id="mine-1",
    dataset="mine",
    split="train",
    question="Which disease causes arthralgia in this man?",
    options=(kg.Option(key="A", text="Pneumonia"), kg.Option(key="B", text="Gout")),
    answer="Gout",
    answer_key="B",
    licence="local",
)
row = kg.Pipeline(graph).row(item)
print(row.status)
print(row.chain.text if row.chain else row.reasons)
