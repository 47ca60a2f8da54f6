"""DrugCentral 2016 (CC BY 4.0) and PharmacotherapyDB 1.0 (CC0): drugs, what they are for, what they act on."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from pathlib import Path

from kgpaths.graph.merge import normal_name
from kgpaths.graph.readers.own import OwnReader, Records
from kgpaths.graph.tables import EdgeRecord, NodeRecord
from readers.mesh import pharmacological_actions
from readers.records import node, statement, table, tidy

_ACTIONS = {
    "INHIBITOR": "decreases_activity_of",
    "ANTAGONIST": "decreases_activity_of",
    "BLOCKER": "decreases_activity_of",
    "INVERSE AGONIST": "decreases_activity_of",
    "ALLOSTERIC ANTAGONIST": "decreases_activity_of",
    "NEGATIVE ALLOSTERIC MODULATOR": "decreases_activity_of",
    "AGONIST": "increases_activity_of",
    "PARTIAL AGONIST": "increases_activity_of",
    "ACTIVATOR": "increases_activity_of",
    "OPENER": "increases_activity_of",
    "POSITIVE MODULATOR": "increases_activity_of",
    "POSITIVE ALLOSTERIC MODULATOR": "increases_activity_of",
}
_CLASSES = {  # kind of class → predicate
    "PA": "has_action",  # pharmacological action, MeSH
    "EPC": "has_action",  # established pharmacologic class, FDA
    "MoA": "has_action",  # mechanism of action, FDA: "Cyclooxygenase Inhibitors"
    "has role": "has_action",  # ChEBI
    "PE": "member_of",  # physiologic effect: no class of things
    "Chemical/Ingredient": "member_of",
}
_INDICATIONS = {"DM": "treats", "SYM": "palliates", "NOT": "not_indicated_for"}
_PREVENTION = re.compile(r"^(?:prevention|prophylaxis) of | (?:prevention|prophylaxis)$")
_CAUSE = re.compile(r",? (?:due to|with|associated with|after|following|in|from|caused by) | adjunct$")
_NO_CONDITION = re.compile(
    r"diagnos|\btest\b|imaging|anesthesia|contraception|\b(of|for|non)\b|lactating|without|supplement|donor"
)
_GENERIC_CONDITIONS = frozenset(
    {"infection", "infections", "disease", "disorder", "disorders", "syndrome", "signs", "symptoms"}
)
_NO_MEDICAL_ROLE = re.compile(
    r"prodrug|allergen|^drug$|pharmaceutical|metabolite|contaminant|xenobiotic|agrochemical|plant|food|flour|insect|"
    r"acaricide|pestic|herbicide|fertilizer|rodenticide|avicide|molluscicide|\bdye\b|fluoro|fluorescent|indicator|"
    r"solvent|reagent|refrigerant|detergent|propellant|packaging|plasticiser|tracer|fragrance|flavouring|colouring|"
    r"sweetening|raising|mordant|matrix|curing|excipient|additive|orphan drug|nutraceutical|biomarker|enzyme mimic|"
    r"attractant|repellent"
)
_MISTAKEN = frozenset(
    {
        "alum",
        "ammonia",
        "bendazol",
        "benzoic acid",
        "butacaine",
        "calcium dobesilate",
        "carbamide",
        "cisplatin",
        "cysteine",
        "dexrabeprazole",
        "drostanolone propionate",
        "esaprazole",
        "etebenecid",
        "ethenzamide",
        "exifone",
        "glycine",
        "lactic acid",
        "lithium carbonate",
        "orthocaine",
        "oxymesterone",
        "phenicarbazide",
        "phenylpropanol",
        "procaine",
        "propanol",
        "salicylic acid",
        "serine",
        "silicon dioxide",
        "sodium chloride",
        "sodium phosphate",
        "sodium phosphate, monobasic, monohydrate",
        "thiram",
        "tosylchloramide sodium",
        "trolnitrate",
        "trometamol",
        "tyramine",
        "vindesine",
        "",
    }
)
"""Drugs that the file confuses with products whose names hold theirs (sodium phosphate for dexamethasone sodium
phosphate, serine for cycloserine): read one by one; none of their indications is taken over."""
_SPECIFIC_CLASS = 400
_MANY_DRUGS = 8


class Drugs(OwnReader):
    """Reads drugs, their classes, targets and indications.

    Indications without a disease id are resolved by the exact names of the conditions above.
    """

    def read(self) -> Records:
        data = self.folder
        folder = data / "kg/drugcentral2016"
        rows = list(table(folder / "identifiers.tsv"))
        ids, nodes = _drugs(rows, _drugbank_names(data))
        class_nodes, edges = _classes(folder / "pharm_class.tsv", ids, pharmacological_actions(data))
        targets, more = _targets(data, ids)
        stated = list(_stated(data))
        conditions = [one for one in self.above if one.type in ("disease", "symptom", "finding")]
        edges += more + _plausible(_indications(data, ids, conditions), edges, stated) + stated
        known = {one.id for one in nodes}
        for row in table(data / "kg/pharmacotherapydb/drugs.tsv"):
            if f"DRUGBANK:{row['drugbank_id']}" not in known:
                nodes.append(node(f"DRUGBANK:{row['drugbank_id']}", row["drug"], "drug", "pharmacotherapydb"))
        return nodes + class_nodes + targets, edges


def _stated(data: Path) -> Iterator[EdgeRecord]:
    """Yield PharmacotherapyDB: what three physicians judged to treat, to ease, or not to be indicated."""
    for row in table(data / "kg/pharmacotherapydb/indications.tsv"):
        predicate = _INDICATIONS[row["category"]]
        yield statement(f"DRUGBANK:{row['drugbank_id']}", predicate, row["doid_id"], "pharmacotherapydb")


def _plausible(
    indications: list[EdgeRecord], classes: Iterable[EdgeRecord], stated: Iterable[EdgeRecord]
) -> list[EdgeRecord]:
    """Return the indications without those that stand alone.

    The file mixes up products of similar names (cisplatin for syphilis). Where many drugs are for a condition, one
    that shares no class of drugs with any of the others, and that no physician confirmed, is left out.
    """
    confirmed = {(edge.subject, edge.object) for edge in stated}
    members: dict[str, set[str]] = defaultdict(set)
    for edge in classes:
        if edge.predicate == "has_action":
            members[edge.object].add(edge.subject)
    kin: dict[str, set[str]] = defaultdict(set)
    for drugs in members.values():
        if len(drugs) <= _SPECIFIC_CLASS:
            for drug in drugs:
                kin[drug] |= drugs
    users: dict[str, set[str]] = defaultdict(set)
    for edge in indications:
        users[edge.object].add(edge.subject)
    return [
        edge
        for edge in indications
        if len(users[edge.object]) < _MANY_DRUGS
        or (edge.subject, edge.object) in confirmed
        or not kin[edge.subject]
        or kin[edge.subject] & (users[edge.object] - {edge.subject})
    ]


def _drugbank_names(data: Path) -> dict[str, str]:
    rows = table(data / "kg/hetionet/hetionet-v1.0-nodes.tsv")
    return {row["id"].rpartition(":")[2]: row["name"].lower() for row in rows if row["kind"] == "Compound"}


def _drugs(rows: Iterable[Mapping[str, str]], drugbank: Mapping[str, str]) -> tuple[dict[str, str], list[NodeRecord]]:
    """Return DrugCentral number → node id, and the nodes.

    A drug has the DrugBank id that is its own: the only one given, or the one of the same name (DrugCentral gives
    salicylic acid's to aspirin too); an id that several drugs claim goes to the one of that name, or to none.
    """
    names: dict[str, str] = {}
    given: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        names[row["DRUG_ID"]] = tidy(row["DRUG_NAME"])
        given[row["DRUG_ID"]][row["ID_TYPE"]].add(row["IDENTIFIER"])
    claims: dict[tuple[str, str], set[str]] = defaultdict(set)
    for number, kinds in given.items():
        for kind, values in kinds.items():
            for value in values:
                claims[kind, value].add(number)

    def own(number: str, kind: str) -> str:
        values = given[number][kind]
        named = [one for one in values if drugbank.get(one) == names[number].lower()]
        if len(named) == 1:
            return named[0]
        sole = [one for one in values if len(claims[kind, one]) == 1 and one not in drugbank.values()]
        return sole[0] if len(values) == 1 and sole else ""

    ids, nodes = {}, []
    for number, name in sorted(names.items(), key=lambda item: int(item[0])):
        xrefs = {f"DRUGCENTRAL:{number}"}
        xrefs |= {
            f"MESH:{one}"
            for kind in ("MESH_DESCRIPTOR_UI", "MESH_SUPPLEMENTAL_RECORD_UI")
            if (one := own(number, kind))
        }
        xrefs |= {one for one in [own(number, "CHEBI")] if one}
        xrefs |= {f"CHEMBL:{one}" for one in [own(number, "ChEMBL_ID")] if one}
        xrefs |= {f"UNII:{one}" for one in [own(number, "UNII")] if one}
        bank = own(number, "DRUGBANK_ID")
        ids[number] = f"DRUGBANK:{bank}" if bank else f"DRUGCENTRAL:{number}"
        named = [(drugbank[bank], "exact")] if bank in drugbank else []
        nodes.append(node(ids[number], name, "drug", "drugcentral", named, xrefs))
    return ids, nodes


def _classes(path: Path, ids: Mapping[str, str], medical: Container[str]) -> tuple[list[NodeRecord], list[EdgeRecord]]:
    """Return the classes and their drugs; the FDA's "Aromatase Inhibitor" and "Aromatase Inhibitors" are one class."""
    nodes: dict[str, NodeRecord] = {}
    edges = []
    rows = [
        row
        for row in table(path)
        if row["DRUG_ID"] in ids and row["TYPE"] in _CLASSES and not _NO_MEDICAL_ROLE.search(row["CLASS"])
    ]
    of_fda: dict[str, str] = {}
    for number, name in sorted({(row["CLASS_SOURCE_ID"], row["CLASS"]) for row in rows if row["SOURCE"] == "FDA"}):
        of_fda.setdefault(normal_name(name), f"NDFRT:{number}")
    for row in rows:
        number = row["CLASS_SOURCE_ID"]
        if row["SOURCE"] == "FDA":
            class_id = of_fda[normal_name(row["CLASS"])]
        else:
            class_id = f"MESH:{number}" if row["SOURCE"] == "MeSH" else number
        if row["SOURCE"] == "MeSH" and class_id not in medical:
            continue
        if row["SOURCE"] != "MeSH":
            known = nodes.get(class_id)
            names = [*(known.names if known else ()), *([(row["CLASS"], "exact")] if known else ())]
            nodes[class_id] = node(class_id, known.name if known else row["CLASS"], "drug_class", "drugcentral", names)
        edges.append(statement(ids[row["DRUG_ID"]], _CLASSES[row["TYPE"]], class_id, "drugcentral"))
    return list(nodes.values()), edges


def _targets(data: Path, ids: Mapping[str, str]) -> tuple[list[NodeRecord], list[EdgeRecord]]:
    """Return human targets; a complex is one node: the file does not say which gene is which protein."""
    symbols = json.loads((data / "lexicon/entrez-symbols-human.json").read_text(encoding="utf-8"))
    nodes: dict[str, NodeRecord] = {}
    edges = []
    for row in table(data / "kg/drugcentral2016/drug_target.tsv"):
        proteins, name = row["UNIPROT"].split("|"), tidy(row["TARGET_NAME"])
        if row["DRUG_ID"] not in ids or not name or not row["SWISSPROT"].split("|")[0].endswith("_HUMAN"):
            continue
        if len(proteins) == 1:
            target = f"UniProt:{proteins[0]}"
            symbol = [(row["GENE"], "abbreviation")] if row["GENE"] else []
            xrefs = [f"NCBIGene:{symbols[row['GENE']]}"] if row["GENE"] in symbols else []
            nodes[target] = node(target, name, "protein", "drugcentral", symbol, xrefs)
        else:
            target = "DRUGCENTRAL.TARGET:" + re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
            nodes[target] = node(target, name, "gene_family", "drugcentral")
        predicate = _ACTIONS.get(row["ACTION_TYPE"], "targets")
        reference = row["REFERENCE"].replace("|", " ")
        edges.append(statement(ids[row["DRUG_ID"]], predicate, target, "drugcentral", reference=reference))
    return list(nodes.values()), edges


def _indications(data: Path, ids: Mapping[str, str], conditions: list[NodeRecord]) -> list[EdgeRecord]:
    """Return the indications whose condition is a node: by DOID, by UMLS concept, by name, or by the end of the name.

    "Haemophilus Influenzae Pneumonia" is no node, but a pneumonia: the longest end that names a condition stands for
    it, at less strength. "Asthma Prevention" is not treated but prevented.
    """
    known = {one.id for one in conditions}
    by_name = _names(conditions)
    by_concept = _concepts(data)
    edges = []
    for row in table(data / "kg/drugcentral2016/drug_indication.tsv"):
        if row["DRUG_ID"] not in ids or row["DRUG_NAME"] in _MISTAKEN:
            continue
        name, prevented = _PREVENTION.subn("", row["INDICATION_FDB"].lower())
        concepts = by_concept.get(row["UMLS_CUI"], set()) & known
        for owners in ({row["DOID"]} & known, by_name.get(name, set()), concepts if not prevented else set()):
            if len(owners) == 1:
                strength = 1.0
                break
        else:
            owners, strength = _by_end(name, by_name), 0.8
        if owners:
            predicate = "prevents" if prevented else "indicated_for"
            edges.append(statement(ids[row["DRUG_ID"]], predicate, min(owners), "drugcentral", strength=strength))
    return edges


def _names(conditions: Iterable[NodeRecord]) -> dict[str, set[str]]:
    """Return lower-case name → ids; a name in an earlier vocabulary hides the same name in a later one."""
    by_name: dict[str, set[str]] = {}
    for vocabulary in ("DOID:", "SYMP:", "MESH:"):
        found: dict[str, set[str]] = defaultdict(set)
        for one in conditions:
            if one.id.startswith(vocabulary):
                for text in (one.name, *(name.text for name in one.names if name.scope == "exact")):
                    found[text.lower()].add(one.id)
        for text, owners in found.items():
            by_name.setdefault(text, owners)
    return by_name


def _by_end(name: str, by_name: Mapping[str, set[str]]) -> set[str]:
    """Return the condition that the longest end of a name names: the head of a noun phrase stands last."""
    if _NO_CONDITION.search(name):
        return set()
    words = _CAUSE.split(name)[0].split()
    for start in range(1 if _CAUSE.split(name)[0] == name else 0, len(words)):
        end = " ".join(words[start:])
        if end not in _GENERIC_CONDITIONS and len(by_name.get(end, ())) == 1:
            return by_name[end]
    return set()


def _concepts(data: Path) -> dict[str, set[str]]:
    """Return UMLS concept → DOIDs, by the cross-references of the Disease Ontology."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in table(data / "ontology/doid/allXREFinDO.tsv"):
        if row["xref"].startswith("UMLS_CUI:"):
            found[row["xref"].partition(":")[2]].add(row["id"])
    return found
