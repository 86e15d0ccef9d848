"""Records that look like a known shape and are none: one identifying part is missing or of another type."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.sources.shapes import observe

NEAR_MISSES: dict[str, dict[str, Any]] = {
    "an attribute under an unknown key": {"attributes": [{"key": "model", "value": {"stringValue": "m"}}]},
    "an attribute that is a list": {"attributes": [{"key": "gen_ai.request.model", "value": {"arrayValue": ["m"]}}]},
    "one lone flat attribute": {"gen_ai.request.model": "m", "note": "x"},
    "an AI SDK span without a provider": {"attributes": {"ai.model.id": "m"}},
    "a Claude Code line of no session": {"type": "assistant", "message": {"model": "m"}},
    "a user's Claude Code line": {"type": "assistant", "uuid": "u", "message": {"model": "m", "role": "user"}},
    "another progress": {"type": "progress", "data": {"type": "bash_progress", "message": {"type": "assistant"}}},
    "a settings notice": {"type": "system", "subtype": "notice", "uuid": "u", "model": "m", "fallbackModel": "m"},
    "an init of no session": {"type": "system", "subtype": "init", "model": "m"},
    "a result of no session": {"type": "result", "subtype": "success", "modelUsage": {"m": {}}},
    "a stream event of no session": {
        "type": "stream_event",
        "event": {"type": "message_start", "message": {"type": "message", "role": "assistant", "model": "m"}},
    },
    "a Codex line without a time": {"type": "turn_context", "payload": {"cwd": "/", "model": "m"}},
    "a Codex line of nothing": {"timestamp": "t", "type": "turn_context", "payload": {"model": "m"}},
    "a pi message without a provider": {"type": "message", "message": {"role": "assistant", "model": "m", "usage": {}}},
    "a pi message without its keys": {
        "type": "message",
        "message": {"role": "assistant", "model": "m", "provider": "p"},
    },
    "a pi choice outside a session": {"type": "model_change", "provider": "p", "modelId": "m"},
    "a LiteLLM row without a deployment": {"custom_llm_provider": "p", "call_type": "completion", "model": "m"},
    "a LiteLLM tool row": {"custom_llm_provider": "p", "call_type": "call_mcp_tool", "model": "m", "api_base": "h"},
    "an Inspect log of nothing": {"eval": {"model": "p/m", "task": "t"}},
    "an Inspect plan of nothing": {"version": 2, "eval": {"model": "p/m"}},
    "an Inspect event without input": {"event": "model", "model": "p/m", "output": {"model": "m"}},
    "a list of roles": {"version": 2, "eval": {"task": "t", "model_roles": ["p/m"]}},
    "another schema": {"schema_version": "other-1", "agent": {"model_name": "m"}, "steps": []},
    "a harness of another kind": {"agent_info": {"model_info": {"name": "m"}}, "trial_name": "t"},
    "an answer without choices": {"object": "chat.completion", "model": "m", "id": "c"},
    "a list of models": {"object": "list", "data": [{"id": "m", "object": "model"}], "model": "m"},
    "a chat by unknown roles": {"model": "m", "messages": [{"role": "narrator", "content": "x"}]},
    "a chat of texts": {"model": "m", "messages": ["x"]},
    "a chat of nobody": {"model": "m", "messages": []},
    "a response without output": {"object": "response", "model": "m", "status": "completed"},
    "another response event": {"type": "response.output_text.delta", "response": {"object": "response", "model": "m"}},
    "a Responses request without input": {"model": "m", "input": 7, "stream": True, "output_format": "x"},
    "a message by a user": {"type": "message", "role": "user", "model": "m", "content": []},
    "a message without content": {"type": "message", "role": "assistant", "model": "m"},
    "a delta without usage": {"type": "message_delta", "delta": {}, "model": "m"},
    "a block of another type": {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "text", "from": {"model": "m"}, "to": {"model": "m"}},
    },
    "an Ollama line without a time": {"model": "m", "response": "x", "done": True},
    "an Ollama line by a user": {"model": "m", "created_at": "t", "message": {"role": "user"}, "done": True},
    "an Ollama request of nothing": {"model": "m", "prompt": "x", "template": 7},
    "a completion without counts": {"model": "m", "content": "x", "generation_settings": {}},
    "a completion without a name": {"content": "x", "generation_settings": {}, "tokens_predicted": 1},
    "a body in a string": {"request": {"url": "https://h.example", "body": '{"object":"chat.completion","model":"m"}'}},
    "a body outside HTTP": {"response": {"body": {"object": "chat.completion", "model": "m", "choices": []}}},
    "a response event taken twice": {"type": "response.other", "response": {"object": "chat.completion", "model": "m"}},
}


@pytest.mark.parametrize("record", NEAR_MISSES.values(), ids=NEAR_MISSES.keys())
def test_a_near_miss_says_nothing(record: dict[str, Any]) -> None:
    assert observe(record) == []
