"""Turns messages into the text the model reads, and makes that text fit into the context."""

import json
from collections.abc import Sequence
from typing import Any

from portal.embedded.errors import RequestError
from portal.embedded.go.filling import Template
from portal.embedded.go.template import TemplateError
from portal.embedded.models.library import Model
from portal.embedded.running.llama import Llama

Message = dict[str, Any]
TOO_LONG = (
    "the prompt is longer than the context length currently available to the model; shorten the prompt, adjust the "
    "context length in settings, or use a model with a longer context length"
)


async def render(llama: Llama, messages: Sequence[Message], template: str) -> str:
    """The prompt for a conversation: by the given Go template, or by the weights' own if there is none."""
    if template:
        return fill(template, messages)
    answer = await llama.ask("/apply-template", {"messages": [_for_llama(message) for message in messages]})
    return str(answer["prompt"])


def fill(template: str, messages: Sequence[Message]) -> str:
    """The prompt that a Go template makes of a conversation."""
    try:
        return Template(template).fill(messages)
    except TemplateError as error:
        raise RequestError(500, str(error)) from None


def _for_llama(message: Message) -> Message:
    converted = {"role": message["role"], "content": message["content"]}
    if message.get("tool_call_id"):
        converted["tool_call_id"] = message["tool_call_id"]
    if message.get("tool_calls"):
        converted["tool_calls"] = [
            {"id": call["id"], "type": "function",
             "function": {"name": (call["function"] or {}).get("name", ""),
                          "arguments": json.dumps((call["function"] or {}).get("arguments") or {})}}
            for call in message["tool_calls"]
        ]
    return converted


async def render_fitting(llama: Llama, messages: Sequence[Message], template: str) -> str:
    """The prompt for the latest messages that fit into the context, with the system messages before them."""
    prompt = ""
    for start in range(len(messages)):
        earlier = [message for message in messages[:start] if message["role"] == "system"]
        prompt = await render(llama, [*earlier, *messages[start:]], template)
        if await fits(llama, prompt):
            break
    return prompt


async def fits(llama: Llama, prompt: str) -> bool:
    # A token is a byte at least, so a text of few bytes need not be counted.
    limit = llama.shape.context
    return len(prompt.encode()) <= limit or len(await tokenize(llama, prompt)) <= limit


async def tokenize(llama: Llama, text: str) -> list[int]:
    return list((await llama.ask("/tokenize", {"content": text}))["tokens"])


async def detokenize(llama: Llama, tokens: Sequence[int]) -> str:
    return str((await llama.ask("/detokenize", {"tokens": list(tokens)}))["content"])


async def shorten(llama: Llama, prompt: str, keep: int, *, shift: bool) -> str | list[int]:
    """A prompt longer than the context without its middle, as Ollama cuts it: `keep` tokens and the latest ones."""
    limit = llama.shape.context
    if len(prompt.encode()) < limit:
        return prompt
    tokens = await tokenize(llama, prompt)
    if len(tokens) <= limit - 1:
        return prompt
    if not shift:
        raise RequestError(400, TOO_LONG)
    keep = min(len(tokens) if keep < 0 else keep, limit - 1)
    room = limit - max((limit - keep) // 2, 1)
    return tokens[:keep] + tokens[len(tokens) - (room - keep) :]


def conversation(model: Model, messages: Sequence[Message]) -> list[Message]:
    """A chat's messages with what the model brings along before them."""
    whole = [*model.recipe.messages, *messages]
    if messages[0]["role"] != "system" and model.recipe.system:
        whole.insert(0, system_message(model.recipe.system))
    return whole


def system_message(text: str) -> Message:
    return {"role": "system", "content": text}


def user_message(text: str) -> Message:
    return {"role": "user", "content": text}
