"""A grammar of a schema derives the JSON texts of that schema; turned into a regular expression, it is tried here."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgpaths.config import LLMConfig
from kgpaths.llm import ChatRequest, Message
from kgpaths.verbalization.recipes.calls import shaped
from kgpaths.verbalization.recipes.guided.judge import judgement_schema
from kgpaths.verbalization.recipes.guided.proposal import proposal_schema
from kgpaths.verbalization.recipes.json_grammar import json_grammar
from kgpaths.verbalization.recipes.structured_output import chain_schema

SCHEMAS = {
    "chain": chain_schema(['What "we" see', "So"]),
    "chain without titles": chain_schema([]),
    "proposal": proposal_schema(["P1", "P2"]),
    "proposal without paths": proposal_schema([]),
    "judgement": judgement_schema(),
}
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\](?:\{[^}]*\})?|[a-z][a-zA-Z-]*|[()|?*]')


def as_regex(grammar: str) -> re.Pattern[str]:
    """Return a grammar without recursion as a regular expression."""
    rules = dict(line.split(" ::= ") for line in grammar.splitlines())

    def written(rule: str) -> str:
        return "".join(map(part, _PART.findall(rule)))

    def part(token: str) -> str:
        if token[0] == '"':
            return re.escape(json.loads(token))
        return f"(?:{written(rules[token])})" if token in rules else token

    return re.compile(written(rules["root"]))


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            members = schema["properties"]
            return st.tuples(*map(values, members.values())).map(lambda drawn: dict(zip(members, drawn, strict=True)))
        case "array":
            return st.lists(values(schema["items"]), max_size=3)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(-999_999_999, 999_999_999)
    return st.text(max_size=12)


@pytest.mark.parametrize("name", SCHEMAS)
@given(data=st.data())
def test_what_a_schema_allows_the_grammar_derives(name: str, data: st.DataObject) -> None:
    pattern, value = as_regex(json_grammar(SCHEMAS[name])), data.draw(values(SCHEMAS[name]))
    for ascii_only in (True, False):
        text = json.dumps(value, ensure_ascii=ascii_only).replace("\x7f", r"\u007f")
        assert pattern.fullmatch(text), text
    assert not pattern.fullmatch(text[:-1])
    assert not pattern.fullmatch(json.dumps(dict(reversed(value.items()))))
    assert not pattern.fullmatch(json.dumps({**value, "more": 1}))


@pytest.mark.parametrize(
    "text", ['{"a": "x\ny"}', r'{"a": "\q"}', r'{"a": "\u12"}', '{"a": "x}', '{"a": 1}', '{"b": "x"}']
)
def test_what_is_no_json_of_the_schema_is_not_derived(text: str) -> None:
    pattern = as_regex(json_grammar({"type": "object", "properties": {"a": {"type": "string"}}}))
    assert pattern.fullmatch(r'{"a": "x\ny \u00e9 é"}')
    assert not pattern.fullmatch(text)


@pytest.mark.parametrize("schema", [{"type": "number"}, {}, {"type": "object", "properties": {}}])
def test_a_schema_that_it_does_not_know_is_an_error(schema: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="no grammar"):
        json_grammar({"type": "array", "items": schema})


@pytest.mark.parametrize("schema", [proposal_schema(["P1"]), judgement_schema()])
def test_what_guided_asks_for_is_held_by_every_dialect_in_its_own_words(schema: Mapping[str, Any]) -> None:
    asked = ChatRequest(model="m", messages=(Message(role="user", content="Propose."),))

    def sent(dialect: str) -> Mapping[str, Any]:
        config = LLMConfig.parse({"models": ["m"], "base_url": "http://localhost:1/v1", "dialect": dialect})
        return shaped(config, asked, schema).wire()

    plain = sent("none")
    assert sent("grammar") == plain | {"grammar": json_grammar(schema)}
    assert sent("json_object") == plain | {"response_format": {"type": "json_object"}}
    assert sent("json_schema")["response_format"]["json_schema"]["schema"] == schema
