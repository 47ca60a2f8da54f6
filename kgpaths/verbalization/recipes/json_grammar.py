"""A grammar of JSON texts, made from their schema, in GBNF, the form of llama.cpp (`grammars/README.md` there)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_SCALARS = {
    "boolean": '"true" | "false"',
    "string": r'"\"" ([^"\\\x00-\x1f\x7f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))* "\""',
    "integer": '"-"? ("0" | [1-9] [0-9]{0,8})',
}


def json_grammar(schema: Mapping[str, Any]) -> str:
    """Return a GBNF grammar of the objects that a JSON schema describes, with their members in its order.

    It reads what the schemas of this package consist of: strings, integers and `enum`, arrays of any length, and
    objects that have all of their members and no others. A space stands after each comma and colon, and nowhere else.

    Raises:
        ValueError: the schema is none of these.

    >>> yes_or_no = {"type": "string", "enum": ["yes", "no"]}
    >>> members = {"steps": {"type": "array", "items": yes_or_no}, "why": {"type": "string"}}
    >>> print(json_grammar({"type": "object", "properties": members}))
    root ::= "{\\"steps\\": " root-steps ", \\"why\\": " string "}"
    root-steps ::= "[" (root-steps-item (", " root-steps-item)*)? "]"
    root-steps-item ::= "\\"yes\\"" | "\\"no\\""
    string ::= ...
    """
    rules: dict[str, str] = {}
    _named("root", schema, rules)
    return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())


def _named(name: str, schema: Mapping[str, Any], rules: dict[str, str]) -> str:
    """Add the rules of a schema; return the name of the one that stands for all of it."""
    kind = schema.get("type")
    if "enum" in schema:
        rules[name] = " | ".join(_literal(json.dumps(value)) for value in schema["enum"])
    elif kind in _SCALARS:
        rules.setdefault(kind, _SCALARS[kind])
        return str(kind)
    elif kind == "array":
        rules[name] = ""  # the rule of a whole stands before those of its parts
        item = _named(f"{name}-item", schema["items"], rules)
        rules[name] = f'"[" ({item} (", " {item})*)? "]"'
    elif kind == "object" and schema.get("properties"):
        rules[name] = ""
        written, before = [], "{"
        for member, value in schema["properties"].items():
            written.append(_literal(f"{before}{json.dumps(member)}: "))
            written.append(_named(f"{name}-{member.replace('_', '-')}", value, rules))
            before = ", "
        rules[name] = " ".join((*written, _literal("}")))
    else:
        raise ValueError(f"no grammar is made of the schema {json.dumps(schema)}")
    return name


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
