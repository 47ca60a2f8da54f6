"""All calls to an OpenAI-compatible endpoint go through here: replies are stored, budgets kept, faults named."""

from __future__ import annotations

from kgpaths.llm.accounting import Spent
from kgpaths.llm.endpoint import Endpoint
from kgpaths.llm.flow import ordered_map
from kgpaths.llm.messages import FAULT_REASON, ChatRequest, Fault, Message, Reply
from kgpaths.llm.store import REPLIES, ReplyStore
from kgpaths.llm.tokens import TokenMeter

__all__ = [
    "FAULT_REASON",
    "REPLIES",
    "ChatRequest",
    "Endpoint",
    "Fault",
    "Message",
    "Reply",
    "ReplyStore",
    "Spent",
    "TokenMeter",
    "ordered_map",
]
