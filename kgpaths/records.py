"""The datum that flows through every room: question, mentions, paths, chain, verdicts, row.

All models are frozen and refuse unknown fields. Offsets count Unicode code points (Python `str` indices)
into one named *section* of an item: ``question``, ``context``, ``answer`` or ``option:KEY``.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Split = Literal["train", "validation", "test"]
Role = Literal["question", "context", "option", "answer"]
"""Where a mention stands: the right option's mentions have role `answer`, the wrong options' `option`."""
Assertion = Literal["present", "absent", "hypothetical", "family", "historical"]
MentionTier = Literal[
    "label", "exact", "normalised", "word_order", "abbreviation", "synonym", "partial", "fuzzy", "ngram", "embedding",
    "value",
]  # fmt: skip
ValueKind = Literal["age", "duration", "vital_sign", "laboratory", "quantity"]
"""Vital signs as FHIR's profile of that name has them; a `quantity` is a number whose unit alone is known."""
Comparison = Literal["", "<", "<=", ">", ">="]
Direction = Literal["", "low", "normal", "high"]
QuestionKind = Literal[
    "diagnosis", "cause", "finding", "next_step", "treatment", "prevention", "harm", "test", "mechanism", "anatomy",
    "organism", "complication", "risk_factor", "other",
]  # fmt: skip
QuestionPolarity = Literal["holds", "exception", "not_to_do", "harms"]
FindingKind = Literal["finding", "context", "subject"]
"""What a concept is to a question: what the patient has, what is known beside (a drug that is taken, pregnancy, age),
or what the question asks about."""
Result = Literal["", "normal", "negative", "abnormal", "positive", "high", "low"]
"""What came out of a test or measurement."""
EdgeTier = Literal["curated", "text", "associated_in_text"]
Polarity = Literal["supports", "contradicts", "neutral"]
PathKind = Literal["selected", "contrast"]
PathEffect = Literal["start_increases_end", "start_decreases_end", "end_increases_start", "end_decreases_start"]
StepKind = Literal["findings", "evidence", "absent", "differential", "link", "distractor", "conclusion", "check"]
"""`differential` names the conditions that come into question; `check` looks back after the conclusion."""
Outcome = Literal["pass", "fail", "warn", "error", "skipped"]
Status = Literal["accepted", "rejected", "failed"]
EdgeFault = Literal["false_edge", "wrong_sense"]
"""What can be wrong with an edge itself: it is untrue, or one of its ends is not what the question's words mean."""
Reason = Literal[
    # the item itself
    "malformed_input",
    "empty_question",
    "no_answer",
    "no_options",
    "answer_not_in_options",
    # linking and paths
    "unlinked_question",
    "unlinked_answer",
    "answer_not_told_apart",
    "no_path",
    "asks_exception",
    "no_relevant_path",
    "margin_below_threshold",
    # the chain
    "edge_not_in_graph",
    "path_not_connected",
    "node_not_in_graph",
    "quote_not_verbatim",
    "answer_mismatch",
    "conclusion_mismatch",
    "polarity_violated",
    "meta_reference",
    "argues_from_silence",
    "incomplete_structure",
    "uncited_step",
    "too_much_knowledge",
    "judged_false",
    # a language model
    "llm_length",
    "llm_refusal",
    "llm_empty",
    "llm_bad_response",
    "llm_transport",
    "llm_timeout",
    "llm_rate_limited",
    "llm_not_accepted",
    "llm_unparsed",
    "llm_unknown_citation",
    "stage_error",
]
"""The closed set of reasons a row is rejected or failed with."""


class Record(BaseModel):
    """Base of all records: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(Record):
    """One answer option of a multiple-choice question."""

    key: str
    """Letter or label of the option, as the source prints it."""
    text: str
    """The option's text, without space and stray quotation marks around it."""


class QAItem(Record):
    """A question with its answer, as read from a source.

    >>> item = QAItem(id="demo-1", dataset="demo", split="train", question="Fever and cough?",
    ...               options=(Option(key="A", text="Pneumonia"), Option(key="B", text="Gout")),
    ...               answer="Pneumonia", answer_key="A", licence="CC0-1.0")
    >>> item.section("option:B")
    'Gout'
    >>> [name for name, _ in item.sections()]
    ['question', 'option:A', 'option:B']
    """

    id: str
    """Unique within the dataset; stable between runs and revisions."""
    dataset: str
    """Name of the source data set, e.g. `medqa`."""
    split: Split
    """The split the source gives the item; `test` items are never training input."""
    question: str
    """The stem, unchanged."""
    options: tuple[Option, ...] = ()
    """Empty for questions with open answers."""
    answer: str
    """The gold answer's text; for multiple choice the text of the right option."""
    answer_key: str | None = None
    """Key of the right option; None for open answers."""
    context: str = ""
    """A passage the question is about, where the source gives one."""
    explanation: str = ""
    """The source's own explanation; used for measuring only, never as input to a chain."""
    subject: str = ""
    """The source's subject or speciality."""
    url: str = ""
    """Page of the item or its source."""
    licence: str
    """Licence id of the question source, a key of the ledger in `ontologies/licences.yaml`."""

    @model_validator(mode="after")
    def _answer_is_an_option(self) -> Self:
        if self.options:
            texts = {option.key: option.text for option in self.options}
            if len(texts) != len(self.options):
                raise ValueError("two options have the same key")
            if self.answer_key is None or self.answer_key not in texts:
                raise ValueError(f"answer key {self.answer_key!r} is none of the options {sorted(texts)}")
            if texts[self.answer_key] != self.answer:
                raise ValueError("the answer's text is not the text of the option that answer_key names")
        return self

    def sections(self) -> tuple[tuple[str, str], ...]:
        """Return (name, text) of every non-empty section, in reading order; `answer` only for open answers."""
        named = [("question", self.question), ("context", self.context)]
        named += [(f"option:{option.key}", option.text) for option in self.options]
        if not self.options:
            named.append(("answer", self.answer))
        return tuple((name, text) for name, text in named if text)

    def section(self, name: str) -> str:
        """Return the text of one section.

        Raises:
            KeyError: the item has no section of that name.
        """
        if name == "answer":
            return self.answer
        return dict((("question", self.question), ("context", self.context), *self.sections()))[name]

    @property
    def answer_section(self) -> str:
        """Section that holds the gold answer: `option:KEY` for multiple choice, else `answer`."""
        return f"option:{self.answer_key}" if self.options else "answer"


class Span(Record):
    """A verbatim quotation of one section of the item: ``item.section(section)[start:end] == text``."""

    section: str
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    text: str

    def holds(self, other: Span) -> bool:
        """Say whether the other span lies in this one."""
        return self.section == other.section and self.start <= other.start and other.end <= self.end


class Question(Record):
    """What a question asks, read once from its item by `kgpaths.language.read_question`; nobody else reads the stem."""

    asking: Span
    """The sentence of the stem that asks."""
    kind: QuestionKind
    """What kind of thing the answer is."""
    polarity: QuestionPolarity
    """`holds`: the right option is what holds; `exception`: what does not, or is least likely; `not_to_do`: what must
    not be done or given; `harms`: what harms, or the harm that something does."""
    asks_for: str
    """What the answer fills, as a noun phrase without article: "most likely diagnosis"; "best answer" where the stem
    names nothing that the answer could be called."""
    relations: tuple[str, ...]
    """Predicates that answer it, those that it names first; empty where the stem says too little."""
    vignette: bool
    """True when the stem tells of a patient."""
    patient: Span | None = None
    """Where the stem says who the patient is; None where it may be somebody else."""

    @property
    def wants_remedy(self) -> bool:
        """True when the right option is to help: what speaks against giving it speaks against an option."""
        return self.polarity == "holds" and self.kind in ("treatment", "next_step", "prevention")

    @property
    def wants_harm(self) -> bool:
        """True when only a relation that says harm answers it: what must not be done, or what harms."""
        return self.polarity in ("not_to_do", "harms")


class Value(Record):
    """A number that a text gives: an age, a duration, a vital sign, a laboratory value.

    It is never linked as a name. Where it is clearly abnormal, `node_id` is the finding that it amounts to, which is
    also a mention of tier `value` with the same span.
    """

    section: str = "question"
    """Section that the offsets count in."""
    start: int = Field(ge=0)
    """First character, of the name where one stands before the number."""
    end: int = Field(gt=0)
    """One past the last character of the unit."""
    text: str
    """The span, verbatim."""
    kind: ValueKind
    what: str = ""
    """What is measured, under one name however it is written; empty where the text does not say."""
    numbers: tuple[float, ...] = Field(min_length=1)
    """One number; two for a range, for systolic and diastolic pressure, for feet and inches."""
    unit: str = ""
    """As it is written; empty for a bare number."""
    comparison: Comparison = ""
    """`<` for "less than 0.5"."""
    reference_low: float | None = None
    """Lower end of the reference range that the text gives beside the number."""
    reference_high: float | None = None
    direction: Direction = ""
    """Against the reference range; empty where none is known."""
    judged_by: Literal["", "text", "adult_range"] = ""
    """The range of the text, or the table of adults' ranges in `ontologies/linking/reference_ranges.yaml`."""
    node_id: str = ""
    """CURIE of the abnormal finding that the value amounts to; empty where there is none in the graph."""


class Mention(Record):
    """A span of an item linked to a node of the graph."""

    section: str = "question"
    """Section that the offsets count in."""
    start: int = Field(ge=0)
    """First character, in code points."""
    end: int = Field(gt=0)
    """One past the last character."""
    text: str
    """The span, verbatim."""
    node_id: str
    """CURIE of the node."""
    score: float = Field(ge=0.0, le=1.0)
    """Confidence that the link is right."""
    tier: MentionTier
    """How the span matched a name of the node."""
    assertion: Assertion = "present"
    """What the text says of it; `absent` mentions are kept as pertinent negatives."""
    role: Role = "question"
    value: Value | None = None
    """The number that a mention of tier `value` was read from."""
    result: Result = ""
    """What the text says came out of a test or of what is measured, in words or by a number that is judged; empty
    where it is merely named, ordered or pending. A test that came out `normal` or `negative` is `absent`."""

    @property
    def span(self) -> Span:
        """The mention's span without the link."""
        return Span(section=self.section, start=self.start, end=self.end, text=self.text)


class Finding(Record):
    """What a question says of the patient, or asks about: with a node of the graph, or a value that has none."""

    section: str = "question"
    """Section that the offsets count in."""
    start: int = Field(ge=0)
    end: int = Field(gt=0)
    text: str
    """The span, verbatim."""
    node_id: str = ""
    """CURIE of the node; empty for a value that amounts to none."""
    status: Assertion = "present"
    """What the text says of it; `absent` is what is denied, and a test whose result is normal or negative."""
    kind: FindingKind = "finding"
    value: Value | None = None
    """The number, where it is one."""

    @property
    def direction(self) -> Direction:
        """Of a value against its reference range; empty where none is known."""
        return self.value.direction if self.value else ""


class Evidence(Record):
    """Where an edge was read: a reference, and for text edges the sentence itself."""

    reference: str = ""
    """PMID, OMIM number, URL or record id that the source gives."""
    score: float | None = None
    """The source's own number for the statement (frequency 0..1, association score)."""
    sentence: str = ""
    """For text edges: the sentence, verbatim."""
    start: int = 0
    """First character of the sentence in its text."""
    end: int = 0
    """One past its last character: ``text[start:end] == sentence``."""
    lead: str = ""
    """For an item of a list: what introduces the list, verbatim."""
    url: str = ""
    section: str = ""
    rule: str = ""

    @property
    def quotation(self) -> str:
        """The sentence on one line, behind what introduces it."""
        return " ".join(f"{self.lead} {self.sentence}".split())


class Edge(Record):
    """A statement of the graph with where it comes from."""

    id: str
    """Stable: 16 hex digits derived from (subject, predicate, object, source)."""
    subject: str
    predicate: str
    object: str
    source: str
    """Key of the licence ledger, e.g. `doid`, `hpoa`, `drugcentral`."""
    source_version: str
    licence: str
    """SPDX id or a ledger id."""
    tier: EdgeTier = "curated"
    strength: float = Field(default=1.0, ge=0.0, le=1.0)
    """How strongly the source states it; frequency for phenotype annotations, 1.0 where it gives none."""
    evidence: tuple[Evidence, ...] = ()

    @property
    def surest(self) -> Evidence | None:
        """The sentence with the highest score, of equals the fullest; None where no text was read."""
        said = [one for one in self.evidence if one.sentence]
        return max(said, key=lambda one: (one.score or 0.0, len(one.quotation)), default=None)


class Hop(Record):
    """One edge of a path as it is walked."""

    edge_id: str
    subject: str
    predicate: str
    object: str
    forward: bool
    """True when the path walks from subject to object."""
    source: str
    licence: str

    @property
    def start(self) -> str:
        """Node the hop leaves."""
        return self.subject if self.forward else self.object

    @property
    def end(self) -> str:
        """Node the hop reaches."""
        return self.object if self.forward else self.subject


class ReasoningPath(Record):
    """A simple path from a node of the question to a node of an option."""

    hops: tuple[Hop, ...] = Field(min_length=1)
    cost_millinats: int = Field(ge=0)
    """Sum of the integer edge costs."""
    fallback_step: str = ""
    """Fallback step that found it (`longer`, `full`, `parent`); empty where the usual search did, and `statement` where
    only certain statements answer the question."""
    kind: PathKind = "selected"
    """`selected` leads to the right answer, `contrast` to a wrong option."""
    option_key: str | None = None
    """Option the path leads to; None for open answers."""
    effect: PathEffect | None = None
    """What the signs of its edges compose to; None where one has no sign. See `kgpaths.paths.telling`."""
    explanation: str = ""
    """For people: why it was chosen, and what speaks against it. Never parsed."""

    @property
    def node_ids(self) -> tuple[str, ...]:
        """Nodes in walking order."""
        return (self.hops[0].start, *(hop.end for hop in self.hops))

    @property
    def edge_ids(self) -> tuple[str, ...]:
        """Edge ids in walking order."""
        return tuple(hop.edge_id for hop in self.hops)

    def __str__(self) -> str:
        """Return the path on one line, an arrow for each edge in the direction that it is stated.

        >>> hop = Hop(edge_id="e", subject="DOID:1", predicate="has_symptom", object="HP:1", forward=False,
        ...           source="doid", licence="CC0-1.0")
        >>> print(ReasoningPath(hops=(hop,), cost_millinats=4390))
        HP:1 ←has_symptom─ DOID:1  (4.39)
        """
        steps = (
            f" ─{hop.predicate}→ {hop.end}" if hop.forward else f" ←{hop.predicate}─ {hop.end}" for hop in self.hops
        )
        return f"{self.hops[0].start}{''.join(steps)}  ({self.cost_millinats / 1000:.2f})"

    @model_validator(mode="after")
    def _connected(self) -> Self:
        for left, right in zip(self.hops, self.hops[1:], strict=False):
            if left.end != right.start:
                raise ValueError(f"hop {right.edge_id} starts at {right.start}, the one before ends at {left.end}")
        return self


class OptionEvidence(Record):
    """How strongly the graph ties one option to the question's findings."""

    key: str | None
    """Option key; None for the answer of an open question."""
    node_ids: tuple[str, ...]
    """Nodes the option links to and no other option does; empty when there are none."""
    score: float
    """Evidence score: log-odds in nats against the item's average linked option; 0 where nothing is linked."""


class PathSet(Record):
    """All that the path room found for one item."""

    paths: tuple[ReasoningPath, ...] = ()
    option_evidence: tuple[OptionEvidence, ...] = ()
    question: Question | None = None
    """What is asked, as every later stage reads it; None only where no item was looked at."""
    findings: tuple[Finding, ...] = ()
    """What the question says and asks about, in reading order; paths start from some of them, others have none."""
    margin: float | None = None
    """Score of the right option minus the best other; None when fewer than two options are linked."""
    truncated: bool = False
    """True when the work budget cut the search."""
    no_path: Reason | None = None
    """Why there is no selected path: `unlinked_question`, `unlinked_answer`, `answer_not_told_apart` (all that the
    right option is linked to, another one is linked to as well), `no_path` or `asks_exception`."""
    detail: str = ""
    """For people: why there is none, where the reason alone does not say it. Never parsed."""

    @property
    def asks(self) -> Question:
        """What is asked.

        Raises:
            ValueError: the set was made without a question.
        """
        if self.question is None:
            raise ValueError("a path set without a question: read it with kgpaths.language.read_question")
        return self.question


class Claim(Record):
    """A statement that a model makes in words, before anything says whether the graph or a text holds it."""

    subject: str
    relation: str
    object: str

    def __str__(self) -> str:
        """Return the claim as words.

        >>> print(Claim(subject="vitamin K", relation="activates", object="factor VII"))
        vitamin K activates factor VII
        """
        return f"{self.subject} {self.relation} {self.object}"


class CitedSentence(Record):
    """A sentence of a reference text that a step may rest on: verbatim, with where it stands."""

    id: str
    """Stable for the same sentence at the same place."""
    text: str
    source: str
    """Key of the licence ledger, as on an edge."""
    licence: str
    version: str = ""
    """Version of the source."""
    url: str = ""
    text_id: str = ""
    """Id of the reference text."""
    topic: str = ""
    """What the text says it is about, where the sentence may not say it again: its title or heading."""
    start: int = Field(default=0, ge=0)
    """First character of the sentence in its text."""
    end: int = Field(default=0, ge=0)
    """One past its last character."""


class GroundedClaim(Record):
    """A claim with what was found that may bear it out, or that speaks against it."""

    claim: Claim
    subject_id: str = ""
    """CURIE that the subject links to; empty where it links to none."""
    object_id: str = ""
    edges: tuple[Edge, ...] = ()
    """Edges of the graph between its ends, or between one end and a class or an example of the other."""
    sentences: tuple[CitedSentence, ...] = ()
    """Sentences of reference texts that name both ends."""
    against: tuple[Edge, ...] = ()
    """Edges between its ends that deny."""
    sentences_against: tuple[CitedSentence, ...] = ()
    """Sentences that name both ends and deny, forbid or rule out one for the other."""

    @property
    def found(self) -> bool:
        """True when there is an edge or a sentence to look at; whether it says the claim is for a reader to judge."""
        return bool(self.edges or self.sentences)


class Grounded(Record):
    """What the graph and the reference texts hold of a model's proposal."""

    claims: tuple[GroundedClaim, ...] = ()
    paths: tuple[ReasoningPath, ...] = ()
    """Further paths from a finding over a proposed concept to the right answer."""
    sentences: tuple[CitedSentence, ...] = ()
    """Further sentences, which belong to no single claim."""


class Complaint(Record):
    """What a model says is wrong with an edge that it was shown."""

    edge_id: str
    fault: EdgeFault


class Step(Record):
    """One sentence or two of reasoning with what it rests on."""

    kind: StepKind
    text: str
    edge_ids: tuple[str, ...] = ()
    node_ids: tuple[str, ...] = ()
    quotes: tuple[Span, ...] = ()
    sentences: tuple[CitedSentence, ...] = ()
    """Sentences of reference texts that it rests on, beside its edges."""
    knowledge: bool = False
    """True: it says something that the model knows and that nothing cited says."""

    @property
    def claims(self) -> bool:
        """True when it states something of medicine: more than what the case says, and more than the answer."""
        said = self.kind not in ("findings", "conclusion", "check")
        return said or (self.kind == "conclusion" and (self.grounded or self.knowledge))

    @property
    def grounded(self) -> bool:
        """True when it cites an edge or a sentence."""
        return bool(self.edge_ids or self.sentences)

    @property
    def alone(self) -> bool:
        """True when what it says of medicine rests on own knowledge alone, whatever it quotes of the case."""
        return self.knowledge and not self.grounded


class Chain(Record):
    """A stepwise rationale. Structured first: `text` is rendered from it and holds nothing more."""

    steps: tuple[Step, ...]
    answer: str
    """The final answer's text."""
    answer_key: str | None = None
    answer_node_ids: tuple[str, ...] = ()
    """Nodes the conclusion names."""
    verbalizer: str = "template"
    """`template`, or the recipe that an LLM followed."""

    @property
    def text(self) -> str:
        """The steps as numbered lines, without the final answer."""
        return "\n".join(f"{number}. {step.text}" for number, step in enumerate(self.steps, 1))


class Verdict(Record):
    """What one check says of one row or step."""

    check: str
    outcome: Outcome
    score: float | None = None
    reason: Reason | None = None
    """Given when the outcome is `fail` or `error`."""
    where: int | None = None
    """Index of the step, from 0; None for the row."""
    detail: str = ""
    """For people: what was found. Never parsed."""


class Generation(Record):
    """How a chain's text came to be."""

    model: str = "template"
    prompt_id: str = ""
    prompt_hash: str = ""
    parameters: str = "{}"
    """Sampling parameters as canonical JSON."""
    reply_key: str = ""
    """Key of the reply in `replies.sqlite`."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    saw_gold_answer: bool = True


class Draft(Record):
    """One try of a language model at a chain."""

    chain: Chain | None = None
    """None when no chain came of it; `reason` then says why."""
    generation: tuple[Generation, ...] = ()
    """One for every call that it took."""
    reason: Reason | None = None
    detail: str = ""
    """For people: what went wrong. Never parsed."""
    paths: tuple[ReasoningPath, ...] | None = None
    """The paths that it rests on, where the model chose among them; None: all of the path set."""
    complaints: tuple[Complaint, ...] = ()
    """Edges that the model was shown and called wrong."""
    ungrounded: tuple[Claim, ...] = ()
    """What the model proposed and for which neither an edge nor a sentence with both ends was found."""


class Row(Record):
    """One question with everything that was made of it."""

    id: str
    """The item's id; for a source row that could not be read, its place (`file.jsonl:17`)."""
    item: QAItem | None = None
    """None only for a source row that is no question with an answer: unreadable, or a part is missing."""
    status: Status
    reasons: tuple[Reason, ...] = ()
    """Why it was rejected or failed; empty when accepted."""
    mentions: tuple[Mention, ...] = ()
    path_set: PathSet = PathSet()
    chain: Chain | None = None
    verdicts: tuple[Verdict, ...] = ()
    generation: tuple[Generation, ...] = ()
    drafts: tuple[Draft, ...] = ()
    """The other samples of the same question: each with its chain and the reason it is worse, where it has one."""
    graph_hash: str
    """Content hash of the snapshot that every edge id refers to."""
    licence: str
    """Most restrictive licence of the question source and all cited edges."""
    sources: tuple[str, ...] = ()
    """Ledger keys of the question source and of all cited edges, sorted."""
    detail: str = ""
    """For people: what went wrong. Never parsed."""
    edges: tuple[Edge, ...] = ()
    """Every edge that paths, chain and drafts cite, whole, by id: where each was read, and for text the sentence."""
    complaints: tuple[Complaint, ...] = ()
    """Edges that the model was shown and called wrong, cited or not."""
    ungrounded: tuple[Claim, ...] = ()
    """What the model proposed and for which neither an edge nor a sentence with both ends was found."""

    @property
    def cited(self) -> frozenset[str]:
        """Ids of all edges that paths, chain and drafts cite."""
        chains = (self.chain, *(draft.chain for draft in self.drafts))
        steps = {edge for chain in chains if chain for step in chain.steps for edge in step.edge_ids}
        return frozenset(steps | {edge for path in self.path_set.paths for edge in path.edge_ids})

    @property
    def cited_sentences(self) -> tuple[CitedSentence, ...]:
        """All sentences that the chain and the drafts' chains cite, each once, by id."""
        chains = (self.chain, *(draft.chain for draft in self.drafts))
        said = {one.id: one for chain in chains if chain for step in chain.steps for one in step.sentences}
        return tuple(said[one] for one in sorted(said))
