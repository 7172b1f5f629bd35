"""Calls of OpenAI's and Anthropic's libraries as they go over the wire.

Sources: openai-python 3 and openai-node 6 (`resources/`), anthropic-sdk-python and -typescript (`resources/messages`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from portal.examples.calls import Call
from portal.examples.unknowns import Entries, Unknown, Words, join_pieces
from portal.examples.values import Kind

OPENAI_BASE = "https://api.openai.com/v1"
ANTHROPIC_BASE = "https://api.anthropic.com"
_WRAPPERS = {"beta", "with_raw_response", "with_streaming_response", "withResponse"}
_POSTS = {
    "chat.completions.create": "/chat/completions",
    "chat.completions.parse": "/chat/completions",
    "chat.completions.stream": "/chat/completions",
    "chat.completions.runTools": "/chat/completions",
    "completions.create": "/completions",
    "embeddings.create": "/embeddings",
    "responses.create": "/responses",
    "responses.parse": "/responses",
    "responses.stream": "/responses",
    "images.generate": "/images/generations",
}

# The keyword arguments of the Python client that every release of it takes; all else goes by `extra_body`.
_SAMPLING = {"frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n", "presence_penalty", "seed", "stop",
             "stream", "stream_options", "temperature", "top_p", "user"}  # fmt: skip
OPENAI_PARAMETERS: dict[str, set[str]] = {
    "/v1/chat/completions": {*_SAMPLING, "messages", "model", "max_completion_tokens", "parallel_tool_calls",
                             "reasoning_effort", "response_format", "tool_choice", "tools", "top_logprobs"},
    "/v1/completions": {*_SAMPLING, "model", "prompt", "best_of", "echo", "suffix"},
    "/v1/embeddings": {"input", "model", "dimensions", "encoding_format", "user"},
    "/v1/responses": {"input", "model", "instructions", "max_output_tokens", "reasoning", "stream", "temperature",
                      "text", "tool_choice", "tools", "top_p", "user"},
    "/v1/images/generations": {"prompt", "model", "n", "quality", "response_format", "size", "user"},
}  # fmt: skip
OPENAI_REQUIRED: dict[str, set[str]] = {
    "/v1/chat/completions": {"messages", "model"},
    "/v1/completions": {"model", "prompt"},
    "/v1/embeddings": {"input", "model"},
    "/v1/responses": set(),
    "/v1/images/generations": {"prompt"},
}
_NOT_SENT = {"extra_headers", "extra_query", "extra_body", "timeout"}

Convert = Callable[[object], object]


def plain_path(path: str) -> str:
    """A method's path without the steps that only wrap it, as `beta` and `with_raw_response` do."""
    return ".".join(step for step in path.split(".") if step not in _WRAPPERS)


def join_base(base: Words, path: str) -> Words:
    """An endpoint's address under a base URL, whatever slash that ends with."""
    if isinstance(base, str):
        return base.rstrip("/") + path
    return join_pieces((base, path))


def call_openai(
    kind: Kind, path: str, body: Mapping[object, object], *, base: Words, rest: Unknown | None, schema_of: Convert
) -> Call | None:
    """The call one method of OpenAI's client makes with this body; None when it is none of those that post one.

    `schema_of` makes the response format of a model handed over as a class, and None of anything else.
    """
    path = plain_path(path)
    if path not in _POSTS:
        return None
    url = join_base(base, _POSTS[path])
    if rest is not None:
        return Call(kind, "POST", url, body=rest)
    return Call(kind, "POST", url, body=_write_body(path, body, schema_of))


def read_keywords(named: Mapping[str, object]) -> object:
    """The body that keyword arguments of the Python client make, `extra_body` laid over them."""
    body: dict[object, object] = {
        name: value for name, value in named.items() if name not in _NOT_SENT and not _is_left_out(value)
    }
    extra = named.get("extra_body")
    if isinstance(extra, Unknown) or (isinstance(extra, Entries) and extra.doubt is not None):
        return extra
    return {**body, **extra} if isinstance(extra, dict) else body


def _is_left_out(value: object) -> bool:
    """`NOT_GIVEN` and `omit` leave an argument out; both are imported under these names."""
    return getattr(value, "path", "").rpartition(".")[2] in ("NOT_GIVEN", "omit", "not_given")


def _write_body(path: str, given: Mapping[object, object], schema_of: Convert) -> dict[object, object]:
    body = dict(given)
    if path == "embeddings.create":
        if not body.get("encoding_format"):
            body["encoding_format"] = "base64"
    elif path.startswith("chat.completions."):
        model = schema_of(body.get("response_format"))
        if model is not None:
            body["response_format"] = model
    elif "text_format" in body:
        _set_text_format(body, schema_of)
    if path.endswith(".stream"):
        body["stream"] = True
    return body


def _set_text_format(body: dict[object, object], schema_of: Convert) -> None:
    """`responses.parse(text_format=Model)` sends the model's schema as `text.format`."""
    made = schema_of(body.pop("text_format"))
    text = body.get("text")
    if isinstance(made, dict) and isinstance(made.get("json_schema"), dict):
        made = {"type": "json_schema", **made["json_schema"]}
    if made is not None:
        body["text"] = {**(text if isinstance(text, dict) else {}), "format": made}


def call_models(kind: Kind, path: str, positional: Sequence[object], *, base: Words) -> Call | None:
    """The call that `client.models.list()` and its like make."""
    steps = plain_path(path).split(".")
    if steps[0] != "models" or len(steps) != 2:
        return None
    if steps[1] == "list":
        return Call(kind, "GET", join_base(base, "/models"))
    if steps[1] not in ("retrieve", "delete", "del") or not positional:
        return None
    name = positional[0]
    shown = name if isinstance(name, (str, Unknown)) else Unknown("model", "computed")
    method = "GET" if steps[1] == "retrieve" else "DELETE"
    return Call(kind, method, join_pieces((join_base(base, "/models/"), shown)))


def call_anthropic(path: str, body: Mapping[object, object], *, base: Words, rest: Unknown | None) -> Call | None:
    """The call one method of Anthropic's client makes; None when it is none of the messages endpoint."""
    path = plain_path(path)
    if path not in ("messages.create", "messages.stream"):
        return None
    url = join_base(base, "/v1/messages")
    if rest is not None:
        return Call("other", "POST", url, body=rest)
    return Call("other", "POST", url, body={**body, "stream": True} if path == "messages.stream" else dict(body))

