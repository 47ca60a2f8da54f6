"""Does what the template writes read as English? Two thousand chains over made graphs, judged by rules of their own.

Nothing of `kgpaths.language.english` is used here: number and form of the names are labelled by hand, articles are
judged by sound from word lists, and the phrases that argue from silence are listed once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

import pytest

from kgpaths.graph import EdgeRecord, KnowledgeGraph, NodeRecord
from kgpaths.graph.tables import read_nodes
from kgpaths.language import read_question
from kgpaths.records import Chain, Evidence, Hop, Mention, Option, OptionEvidence, PathSet, QAItem, ReasoningPath
from kgpaths.resources import resource
from kgpaths.validation import Validator
from kgpaths.verbalization import TemplateVerbalizer
from kgpaths.vocabulary.relations import relations

CHAINS = 1000

LABELLED = """
disease      gout                                   gout                               one
disease      Myocardial Infarction                  myocardial infarction              one
disease      Crohn's disease                        Crohn's disease                    one
disease      Diabetes Mellitus, Type 2              type 2 diabetes mellitus           one
disease      Hypertension, Pulmonary                pulmonary hypertension             one
disease      atrial fibrillation, familial, 9       familial atrial fibrillation 9     one
disease      stroke, susceptibility to              susceptibility to stroke           one
disease      measles                                measles                            one
disease      mumps                                  mumps                              one
disease      rickets                                rickets                            one
disease      herpes zoster                          herpes zoster                      one
disease      HIV Infections                         HIV infections                     many
disease      mental disorders                       mental disorders                   many
disease      Wounds and Injuries                    wounds and injuries                many
disease      Hidrotic ectodermal dysplasia, Halal type   hidrotic ectodermal dysplasia of the Halal type   one
disease      Charcot-Marie-Tooth Disease            Charcot-Marie-Tooth disease        one
disease      erysipelas                             erysipelas                         one
disease      hydrops fetalis                        hydrops fetalis                    one
disease      leukemias                              leukemias                          many
disease      diverticulosis                         diverticulosis                     one
symptom      Fever                                  fever                              one
symptom      Seizures                               seizures                           many
symptom      Diarrhea                               diarrhea                           one
symptom      Ascites                                ascites                            one
symptom      Pelvic mass                            pelvic mass                        one
symptom      Nausea and vomiting                    nausea and vomiting                many
symptom      Difficulty climbing stairs             difficulty climbing stairs         one
symptom      Chills                                 chills                             many
symptom      Abdominal cramps                       abdominal cramps                   many
symptom      Nasal polyps                           nasal polyps                       many
symptom      Petechiae                              petechiae                          many
symptom      Loss of teeth                          loss of teeth                      one
symptom      Abnormality of the kidneys             abnormality of the kidneys         one
symptom      Night sweats                           night sweats                       many
symptom      Intellectual disability, profound      profound intellectual disability   one
symptom      Exophthalmos                           exophthalmos                       one
symptom      Metastases                             metastases                         many
symptom      Tinnitus                               tinnitus                           one
drug         Aspirin                                aspirin                            one
drug         Allopurinol                            allopurinol                        one
drug_class   opioid analgesic                       opioid analgesics                  many
drug_class   Diuretics                              diuretics                          many
drug_class   Vasodilator Agents                     vasodilator agents                 many
drug_class   laxative                               laxatives                          many
drug_class   Calcium Channel Blockers               calcium channel blockers           many
drug_class   Contraceptives, Oral, Synthetic        synthetic oral contraceptives      many
chemical     Vitamin K                              vitamin K                          one
chemical     Estrogens                              estrogens                          many
gene         CFTR                                   CFTR                               one
gene         TP53                                   TP53                               one
procedure    Uterine Biopsy                         a uterine biopsy                   one
procedure    Hour-long catheter                     an hour-long catheter              one
procedure    NSAID test                             an NSAID test                      one
procedure    Ileal graft                            an ileal graft                     one
test         X-ray                                  an X-ray                           one
test         MRI Scan                               an MRI scan                        one
test         HIDA scan                              a HIDA scan                        one
test         LDL assay                              an LDL assay                       one
test         unilateral smear                       a unilateral smear                 one
test         Urine Culture                          a urine culture                    one
test         ulcer examination                      an ulcer examination               one
test         European study                         a European study                   one
test         respiratory function tests             respiratory function tests         many
anatomy      heart                                  the heart                          one
anatomy      Lungs                                  lungs                              many
anatomy      Urinary Bladder                        the urinary bladder                one
cell         Erythrocyte                            erythrocytes                       many
organism     Streptococcus pneumoniae               Streptococcus pneumoniae           one
organism     Bacteria                               bacteria                           many
organism     Pseudomonas                            Pseudomonas                        one
physiology   Hemodynamics                           hemodynamics                       one
physiology   Pregnancy                              pregnancy                          one
biological_process  bone resorption                 bone resorption                    one
"""
ASKED = (
    "What is the most likely diagnosis?", "Which of the following are the diagnoses?", "What is the cause?",
    "Which drug has this side effect?", "What are the side effects of this drug?", "Which drug is best?",
    "Which organism is the most likely cause?", "What is the next best step in management?", "Which is it?",
    "Which test is most appropriate?", "What are the complications?", "Which findings are expected?",
)  # fmt: skip
SILENCE = (
    "account for", "unaccounted", "nothing ", "no such line", "no statement", "no evidence", "tied more",
    "more strongly", "close alternative", "a roundabout", "detour", "connects", "does not explain",
    "not linked", "not supported",
)  # fmt: skip


class Name(NamedTuple):
    """A name as a catalogue has it."""

    kind: str
    catalogue: str
    sentence: str
    """As it stands inside a sentence; empty where nobody has said."""
    many: bool


def labelled() -> list[Name]:
    rows = (re.split(r" {2,}", line.strip()) for line in LABELLED.strip().splitlines())
    return [Name(kind, catalogue, sentence, number == "many") for kind, catalogue, sentence, number in rows]


def found_in_sources(random: Random) -> list[Name]:
    """Names of the default graph's sources, some of every type."""
    by_kind: dict[str, list[str]] = {}
    for node in read_nodes(resource("ontologies", "default")):
        by_kind.setdefault(node.type, []).append(node.name)
    return [
        Name(kind, name, "", False)
        for kind, names in sorted(by_kind.items())
        for name in random.sample(sorted(set(names)), min(400, len(set(names))))
    ]


class Ward:
    """A graph of many small cases, each with the findings, one way to an answer, and wrong options."""

    def __init__(self, names: list[Name], seed: int) -> None:
        self.random = Random(seed)
        self.names = names
        self.nodes = [NodeRecord(f"N:{number}", name.catalogue, name.kind, "s") for number, name in enumerate(names)]
        self.by_kind: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            self.by_kind.setdefault(name.kind, []).append(number)
        self.predicates = [
            (name, relation)
            for name, relation in sorted(relations().items())
            if relation.in_paths and relation.polarity != "contradicts"
        ]
        self.edges: dict[tuple[int, str, int], EdgeRecord] = {}
        self.plans = [plan for plan in (self._plan() for _ in range(CHAINS)) if plan]
        self.graph = KnowledgeGraph.from_records(self.nodes, self.edges.values())

    def _edge(self, subject: int, predicate: str, object_: int, share: float | None = None) -> EdgeRecord:
        evidence = () if share is None else (Evidence(score=share),)
        record = EdgeRecord(
            f"N:{subject}", predicate, f"N:{object_}", "s", "1", "CC0-1.0",
            strength=1.0 if share is None else share, evidence=evidence,
        )  # fmt: skip
        return self.edges.setdefault((subject, predicate, object_), record)

    def _partner(self, node: int) -> tuple[EdgeRecord, int] | None:
        """An edge between a node and another one that some relation may hold between."""
        kind = self.names[node].kind
        for _ in range(20):
            predicate, relation = self.random.choice(self.predicates)
            ways = [
                (forward, others)
                for forward, ours, others in (
                    (True, relation.subject_types, relation.object_types),
                    (False, relation.object_types, relation.subject_types),
                )
                if kind in ours
            ]
            if not ways:
                continue
            forward, others = self.random.choice(ways)
            kinds = [one for one in self.by_kind if one in others]
            if not kinds:
                continue
            other = self.random.choice(self.by_kind[self.random.choice(kinds)])
            if other != node:
                ends = (node, other) if forward else (other, node)
                return self._edge(ends[0], predicate, ends[1]), other
        return None

    def _plan(self) -> tuple[int, int, list[int], list[int], list[int]] | None:
        middle = self.random.randrange(len(self.names))
        around = {}
        for _ in range(self.random.randint(2, 5)):
            if found := self._partner(middle):
                around[found[1]] = found[0]
        if len(around) < 2:
            return None
        answer, *findings = around
        wrong = self.random.sample(self.by_kind["disease"] + self.by_kind["drug"], 2)
        absent = self.random.sample(self.by_kind["symptom"], 2)
        taken = {middle, answer, *findings}
        wrong, absent = [one for one in wrong if one not in taken], [one for one in absent if one not in taken]
        for one in wrong:
            if self.names[one].kind == "disease" and absent:
                self._edge(one, "has_phenotype", absent[0], self.random.choice([None, 0.9]))
            elif self.names[findings[0]].kind == "disease":
                self._edge(one, "contraindicated_for", findings[0])
        return middle, answer, findings, wrong, absent

    def chains(self) -> Iterator[tuple[QAItem, tuple[Mention, ...], PathSet, Chain]]:
        verbalizer = TemplateVerbalizer(self.graph)
        for number, (middle, answer, findings, wrong, absent) in enumerate(self.plans):
            mentions, text = [], "A 40-year-old man is seen."
            for node in (*findings, *absent):
                lead = " There is no " if node in absent else " There is "
                words = self.names[node].catalogue
                start = len(text) + len(lead)
                mentions.append(self._mention("question", start, node, "absent" if node in absent else "present"))
                text += f"{lead}{words}."
            options = [
                Option(key=key, text=self.names[n].catalogue) for key, n in zip("ABC", (answer, *wrong), strict=False)
            ]
            mentions += [
                self._mention(f"option:{option.key}", 0, node, "present", "answer" if node == answer else "option")
                for option, node in zip(options, (answer, *wrong), strict=True)
            ]
            item = QAItem(
                id=f"q{number}", dataset="d", split="train", question=f"{text} {self.random.choice(ASKED)}",
                options=tuple(options), answer=options[0].text, answer_key="A", licence="local",
            )  # fmt: skip
            paths = tuple(
                ReasoningPath(
                    hops=(self._hop(one, middle), self._hop(middle, answer)), cost_millinats=1, option_key="A"
                )
                for one in findings
            )
            evidence = tuple(
                OptionEvidence(key=option.key, node_ids=(f"N:{node}",), score=0.0)
                for option, node in zip(options, (answer, *wrong), strict=True)
            )
            path_set = PathSet(paths=paths, option_evidence=evidence, question=read_question(item))
            yield item, tuple(mentions), path_set, verbalizer.verbalize(item, mentions, path_set)[0]

    def _mention(self, section: str, start: int, node: int, said: str, role: str = "question") -> Mention:
        words = self.names[node].catalogue
        return Mention.model_validate(
            {"section": section, "start": start, "end": start + len(words), "text": words, "node_id": f"N:{node}"}
            | {"score": 1.0, "tier": "exact", "assertion": said, "role": role}
        )

    def _hop(self, start: int, end: int) -> Hop:
        edge = self.graph.edges_between(f"N:{start}", f"N:{end}")[0]
        return Hop(
            edge_id=edge.id, subject=edge.subject, predicate=edge.predicate, object=edge.object,
            forward=edge.subject == f"N:{start}", source="s", licence="CC0-1.0",
        )  # fmt: skip


def bare(text: str) -> str:
    """A text without what it quotes."""
    return re.sub(r"“[^”]*”(?: \([^“]*?\)(?=[,.;]| and| or|$))?", "“”", text)


def wrong_articles(text: str) -> list[str]:
    """The places where "a" stands before a vowel sound or "an" before a consonant."""
    found = []
    for article, word in re.findall(r"(^An?|\ban?) ([A-Za-z0-9α-ω][\w-]*)", text):
        if re.match(r"[A-Z]{2,}|[A-Z]\d|[A-Z](?:-|$)", word) and not re.match("HIDA|FAST|SARS|MELAS|STEMI|SPECT", word):
            vowel = word[0] in "AEFHILMNORSX"
        elif re.match(r"(?i)uni(?!n|m)|us[aeu]|ut[ei]|ur[ie]|uro|eu|one\b|once\b|ubi|uv[eu]|uk", word):
            vowel = False
        elif re.match(r"(?i)hour|hon[eo]|heir", word):
            vowel = True
        else:
            vowel = word[0].lower() in "aeiou" or bool(re.match(r"8|11\b|18\b", word))
        if vowel != (article.lower() == "an"):
            found.append(f"{article} {word}")
    return found


def misfits(text: str) -> list[str]:
    """What no English sentence holds, whatever the names."""
    plain = bare(text)
    faults = [f"article: {one}" for one in wrong_articles(plain)]
    faults += [f"silence: {one}" for one in SILENCE if one in plain.lower()]
    for pattern in (
        r"\b(the|a|an|of|is|are|can|with|in) \1\b",
        r"\b(?:a|an) (?:the|a|an)\b",
        r"\bthe (?:an?|the)\b",
        r" [,.;]",
        r",,|\.\.|,\.| {2}",
        r"[{}]",
        r"\bNone\b",
        r"\bthe (?:[\w-]+ )*?(?:diagnoses|effects|drugs|tests|causes|complications|findings|organisms|reactions) is\b",
        r"\b(?:is|are|can be) (?:a )?kinds? of (?:an?|the)\b",
        r"(?<![.:] )(?<!^)\b(?:Disease|Syndrome|Infections?|Pain|Acute|Chronic|Deficiency|Cancer|Agents?|Failure)\b",
    ):
        faults += [match.group() for match in re.finditer(pattern, plain)]
    if not re.match(r"[A-Z“0-9([α-ω]|[a-z]+[A-Z]", text) or not text.endswith("."):
        faults.append("neither begins nor ends like a sentence")
    return faults


@pytest.fixture(scope="module")
def labelled_ward() -> Ward:
    return Ward(labelled(), seed=1)


def test_names_as_sources_have_them_make_sentences() -> None:
    ward = Ward(found_in_sources(Random(2)), seed=3)
    wrong, count = [], 0
    for *_, chain in ward.chains():
        count += 1
        wrong += [(fault, step.text) for step in chain.steps for fault in misfits(step.text)]
    assert count > 0.9 * CHAINS
    assert not wrong, (len(wrong), wrong[:5])


def test_verbs_and_articles_agree_with_names_of_known_number(labelled_ward: Ward) -> None:
    number = {name.sentence: name.many for name in labelled_ward.names}
    forms = "|".join(sorted(map(re.escape, number), key=len, reverse=True))
    # A list of two has no comma, one of three has: "a, and b is" is the end of one clause and the start of another.
    several_names = rf"(?:{forms})(?:(?:, (?:{forms}))+, and (?:{forms})| and (?:{forms}))"
    subject = re.compile(rf"(?<![\w-])({several_names}|{forms}) (?!and )(\w+)(?: be)? (\w+ \w+)")
    judged, wrong = 0, []
    for *_, chain in labelled_ward.chains():
        for step in chain.steps:
            wrong += [(fault, step.text) for fault in misfits(step.text)]
            text = bare(step.text)
            if step.kind not in ("evidence", "link", "distractor") or "ost patients with" in text:
                continue
            text = (
                text[0].lower() + text[1:] if not text.startswith(tuple(n for n in number if n[0].isupper())) else text
            )
            for match in subject.finditer(text):
                subjects, verb, after = match.groups()
                if (
                    verb not in ("is", "are", "has", "have", "can")
                    and not verb.endswith("s")
                    and verb in ("which", "it")
                ):
                    continue
                several = subjects not in number
                many = several or number[subjects]
                judged += 1
                if verb == "can":
                    ok = not several or not re.match(r"an? (?:symptom|feature|complication|side)", after)
                    ok &= several or not re.match(r"(?:symptoms|features|complications|side effects)\b", after)
                elif verb in ("is", "are", "has", "have"):
                    ok = (verb in ("are", "have")) == many
                    ok &= several or not re.match(r"(?:kinds|risk factors|indications)\b", after)
                else:
                    ok = (not re.search("[^s]s$", verb)) == many
                if not ok:
                    wrong.append((match.group(), step.text))
    assert judged > CHAINS
    assert not wrong, (len(wrong), wrong)


def test_pronouns_stand_for_one_or_for_many(labelled_ward: Ward) -> None:
    many = {f"N:{place}" for place, name in enumerate(labelled_ward.names) if name.many}
    seen = {"it": 0, "them": 0}
    for *_, chain in labelled_ward.chains():
        for step in chain.steps:
            found = re.search(r"\b(it|them)\b", bare(step.text))
            if found and step.kind in ("evidence", "link") and " kind of " not in step.text:  # a class is named as one
                seen[found.group()] += 1
                assert (found.group() == "them") == (step.node_ids[-1] in many), step.text
    assert min(seen.values()) > 20


def test_what_is_written_is_what_the_checks_read(labelled_ward: Ward) -> None:
    validator = Validator(labelled_ward.graph)
    for item, mentions, path_set, chain in list(labelled_ward.chains())[:200]:
        verdicts = validator.validate(item, mentions, path_set, chain)
        stated = [v for v in verdicts if v.check in ("relations_stated", "entities_named", "no_argument_from_silence")]
        assert all(v.outcome == "pass" for v in stated), (stated, chain.text)
