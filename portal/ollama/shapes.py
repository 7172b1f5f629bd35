"""The shape of every endpoint's body, as JSON Schema with what a form needs besides: ranges, steps, and ways to fill in.

`default` is what the server does where the request is silent. `x-from`, `x-to` and `x-step` are the range that is useful,
`minimum` and `maximum` the one that is allowed; `x-as` names the part of a form that fills a field in.
Source: the request types in ollama/ollama `api/types.go`, `openai/*.go` and `anthropic/*.go`, and `DefaultOptions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from portal.ollama.endpoints import Endpoint

Schema = dict[str, object]


def _field(kind: str | Sequence[str], about: str, default: object = None, **more: object) -> Schema:
    given = {} if default is None else {"default": default}
    return {
        "type": kind,
        "description": about,
        **given,
        **{name.replace("x_", "x-"): value for name, value in more.items()},
    }


def _text(about: str, default: object = None, **more: object) -> Schema:
    return _field("string", about, default, **more)


def _long(about: str) -> Schema:
    return _text(about, x_as="long")


def _whole(about: str, default: object = None, **more: object) -> Schema:
    return _field("integer", about, default, **more)


def _number(about: str, default: object = None, **more: object) -> Schema:
    return _field("number", about, default, **more)


def _switch(about: str, default: object = None) -> Schema:
    return _field("boolean", about, default)


def _object(
    about: str, fields: Mapping[str, Schema] | None = None, required: Sequence[str] = (), **more: object
) -> Schema:
    inside: Schema = {} if fields is None else {"properties": dict(fields)}
    if required:
        inside["required"] = list(required)
    return _field("object", about, **inside, **more)


def _list(about: str, items: Schema, **more: object) -> Schema:
    return _field("array", about, items=items, **more)


def _either(about: str, *kinds: Schema, **more: object) -> Schema:
    return {
        "description": about,
        "anyOf": list(kinds),
        **{name.replace("x_", "x-"): value for name, value in more.items()},
    }


_WORDS: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _WORDS}
_MODEL = _text("The model's name", x_as="model")
_STOP = _either("The answer ends before any of these", _WORDS, _TEXTS, x_as="texts")
_KEEP = _either(
    "How long the model stays in memory: 5m, seconds, 0 to let go, -1 for good",
    _WORDS,
    {"type": "number"},
    default="5m",
)
_ROLE_TOOL = _object(
    "A function the model may call",
    {
        "type": _text("Always function", enum=["function"]),
        "function": _object(
            "The function",
            {
                "name": _text("Its name"),
                "description": _text("What it does"),
                "parameters": _object("JSON Schema of its arguments"),
            },
            ["name"],
        ),
    },
    ["type", "function"],
)

OPTIONS = _object(
    "What the model writes with",
    {
        "temperature": _number("Higher is more varied, 0 takes the likeliest", 0.8, x_from=0, x_to=2, x_step=0.05),
        "top_k": _whole("Choose among this many tokens", 40, x_from=1, x_to=100, x_step=1),
        "top_p": _number("Choose among the likeliest that together reach this", 0.9, x_from=0, x_to=1, x_step=0.01),
        "min_p": _number("Drop what is below this part of the likeliest", 0, x_from=0, x_to=1, x_step=0.01),
        "typical_p": _number("Typical sampling; 1 is off", 1, x_from=0, x_to=1, x_step=0.01),
        "repeat_penalty": _number("Weaken what was said lately; 1 is off", 1, x_from=0.5, x_to=2, x_step=0.05),
        "repeat_last_n": _whole("How far back lately reaches, in tokens; -1 is all", 64, x_from=-1, x_to=512, x_step=1),
        "presence_penalty": _number("Weaken what was said at all", 0, x_from=-2, x_to=2, x_step=0.1),
        "frequency_penalty": _number("Weaken what was said often", 0, x_from=-2, x_to=2, x_step=0.1),
        "seed": _whole("The same seed, the same answer; -1 draws a new one", -1),
        "num_predict": _whole("Most tokens to write; -1 is until the model stops", -1),
        "num_ctx": _whole("Context in tokens; another value reloads the model for everybody"),
        "num_keep": _whole("Tokens kept at the start when the context is full", 4),
        "stop": _list("The answer ends before any of these", _WORDS, x_as="texts"),
        "num_batch": _whole("Tokens of the prompt read at once; reloads the model", 512),
        "num_gpu": _whole("Layers on the graphics card, -1 lets the server decide; reloads the model", -1),
        "main_gpu": _whole("Which graphics card holds small tensors; reloads the model", 0),
        "use_mmap": _switch("Map the file instead of reading it; reloads the model"),
        "num_thread": _whole("Threads of the processor, 0 lets the engine decide; reloads the model", 0),
        "draft_num_predict": _whole("Tokens a draft model guesses ahead"),
    },
    additionalProperties=False,
    x_as="options",
)

MESSAGE = _object(
    "One turn of the conversation",
    {
        "role": _text("Who speaks", enum=["system", "user", "assistant", "tool"]),
        "content": _long("What is said"),
        "thinking": _long("What the model thought"),
        "images": _list("Pictures, as base64", _WORDS),
        "tool_calls": _list("Calls the model made", {"type": "object"}),
        "tool_name": _text("Of an answer of a tool: which"),
        "tool_call_id": _text("Of an answer of a tool: to which call"),
    },
    ["role"],
)

_V1_MESSAGE = _object(
    "One turn of the conversation",
    {
        "role": _text("Who speaks", enum=["system", "developer", "user", "assistant", "tool"]),
        "content": _either("What is said", _WORDS, {"type": "array", "items": {"type": "object"}}, {"type": "null"}),
        "tool_calls": _list("Calls the model made", {"type": "object"}),
        "tool_call_id": _text("Of an answer of a tool: to which call"),
    },
    ["role"],
)

_BLOCKS: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "type": _text("What it is", enum=["text", "image", "tool_use", "tool_result", "thinking"]),
            "text": _long("Of a text: its words"),
            "source": _object("Of a picture: its type, media_type and data"),
            "id": _text("Of a call of a tool: its own"),
            "name": _text("Of a call of a tool: which"),
            "input": _object("Of a call of a tool: its arguments"),
            "tool_use_id": _text("Of an answer of a tool: to which call"),
            "content": _either("Of an answer of a tool: what it gave", _WORDS, {"type": "array"}),
            "is_error": _switch("Of an answer of a tool: whether it failed"),
            "thinking": _long("What the model thought"),
            "signature": _text("Of a thought, as it came"),
        },
        "required": ["type"],
    },
}
_ANTHROPIC_MESSAGE = _object(
    "One turn of the conversation",
    {
        "role": _text("Who speaks", enum=["user", "assistant"]),
        "content": _either("What is said, or blocks of it", _WORDS, _BLOCKS),
    },
    ["role", "content"],
)
_RESPONSES_TOOL = _object(
    "A function the model may call",
    {
        "type": _text("Always function", enum=["function"]),
        "name": _text("Its name"),
        "description": _text("What it does"),
        "parameters": _object("JSON Schema of its arguments"),
        "strict": _switch("Exactly"),
    },
    ["type", "name"],
)
_ANTHROPIC_TOOL = _object(
    "A function the model may call",
    {
        "name": _text("Its name"),
        "description": _text("What it does"),
        "input_schema": _object("JSON Schema of its arguments"),
    },
    ["name"],
)

# What endpoints share, referred to as `#/$defs/…`.
SHARED: dict[str, Schema] = {
    "options": OPTIONS,
    "message": MESSAGE,
    "v1_message": _V1_MESSAGE,
    "anthropic_message": _ANTHROPIC_MESSAGE,
    "tool": _ROLE_TOOL,
    "responses_tool": _RESPONSES_TOOL,
    "anthropic_tool": _ANTHROPIC_TOOL,
}


def _shared(name: str, **more: object) -> Schema:
    return {"$ref": f"#/$defs/{name}", **more}


def _messages(name: str = "message") -> Schema:
    return _list("The conversation so far", _shared(name), x_as="messages")


def _tools(name: str = "tool") -> Schema:
    return _list("Functions the model may call", _shared(name), x_as="tools")


_LEVELS: Schema = {"type": "string", "enum": ["low", "medium", "high", "max"]}
_FORMAT = _either(
    "json, or a JSON Schema the answer has to follow",
    {"type": "string", "enum": ["json"]},
    {"type": "object"},
    x_as="schema",
)
_GENERATING: dict[str, Schema] = {
    "stream": _switch("Answer piece by piece", True),
    "think": _either("Think first; some models take a level", {"type": "boolean"}, _LEVELS),
    "format": _FORMAT,
    "options": _shared("options"),
    "keep_alive": _KEEP,
    "logprobs": _switch("Tell each token's probability", False),
    "top_logprobs": _whole("And that of so many others", 0, minimum=0, maximum=20),
    "truncate": _switch("Drop the oldest where the context is too short", True),
    "shift": _switch("Make room when the context fills up while writing", True),
}
_SAMPLING: dict[str, Schema] = {
    "stream": _switch("Answer piece by piece", False),
    "stream_options": _object("Of a stream", {"include_usage": _switch("Count the tokens at its end", False)}),
    "temperature": _number("Higher is more varied, 0 takes the likeliest", 1, minimum=0, x_from=0, x_to=2, x_step=0.05),
    "top_p": _number("Choose among the likeliest that together reach this", 1, x_from=0, x_to=1, x_step=0.01),
    "max_tokens": _whole("Most tokens to write"),
    "stop": _STOP,
    "seed": _whole("The same seed, the same answer"),
    "frequency_penalty": _number("Weaken what was said often", x_from=-2, x_to=2, x_step=0.1),
    "presence_penalty": _number("Weaken what was said at all", x_from=-2, x_to=2, x_step=0.1),
    "user": _text("Who asks; not used"),
}
# Where `/v1` leaves the model's own value when the request is silent.
_OWN_TEMPERATURE = _number("Higher is more varied, 0 takes the likeliest", minimum=0, x_from=0, x_to=2, x_step=0.05)
_OWN_TOP_P = _number("Choose among the likeliest that together reach this", x_from=0, x_to=1, x_step=0.01)
_EFFORT: Schema = {"type": "string", "enum": ["none", "minimal", "low", "medium", "high", "xhigh", "ultra", "max"]}
_RESPONSE_FORMAT = _object(
    "text, json_object or json_schema",
    {
        "type": _text("Which", enum=["text", "json_object", "json_schema"]),
        "json_schema": _object(
            "The schema the answer has to follow",
            {"name": _text("Its name"), "schema": _object("JSON Schema"), "strict": _switch("Exactly")},
        ),
    },
    ["type"],
)

_BODIES: dict[str, tuple[dict[str, Schema], tuple[str, ...]]] = {
    "/api/chat": ({"model": _MODEL, "messages": _messages(), "tools": _tools(), **_GENERATING}, ("model",)),
    "/api/generate": (
        {
            "model": _MODEL,
            "prompt": _long("What to go on from"),
            "system": _long("Instructions, instead of the model's own"),
            "suffix": _long("What comes after the gap to fill in"),
            "images": _list("Pictures, as base64", _WORDS, x_as="images"),
            **_GENERATING,
            "raw": _switch("Send the prompt without a template", False),
            "template": _long("A template, instead of the model's own"),
            "context": _list("Where an earlier answer left off (older form)", {"type": "integer"}),
            "width": _whole("Of a picture, in pixels"),
            "height": _whole("Of a picture, in pixels"),
            "steps": _whole("Of making a picture"),
        },
        ("model",),
    ),
    "/api/embed": (
        {
            "model": _MODEL,
            "input": _either("The text, or several", _WORDS, _TEXTS, x_as="texts"),
            "truncate": _switch("Cut what is too long", True),
            "dimensions": _whole("How many numbers a vector has, where the model can choose", minimum=1),
            "options": _shared("options"),
            "keep_alive": _KEEP,
        },
        ("model", "input"),
    ),
    "/api/embeddings": (
        {"model": _MODEL, "prompt": _long("The text"), "options": _shared("options"), "keep_alive": _KEEP},
        ("model",),
    ),
    "/api/show": ({"model": _MODEL, "verbose": _switch("With the whole vocabulary", False)}, ("model",)),
    "/api/pull": (
        {
            "model": _text("The model to download"),
            "insecure": _switch("Without TLS", False),
            "stream": _switch("Tell how far it is", True),
        },
        ("model",),
    ),
    "/api/push": (
        {"model": _MODEL, "insecure": _switch("Without TLS", False), "stream": _switch("Tell how far it is", True)},
        ("model",),
    ),
    "/api/create": (
        {
            "model": _text("The new model's name"),
            "from": _text("The model it is made from", x_as="model"),
            "system": _long("Its instructions"),
            "template": _long("Its template"),
            "parameters": _object("Its options"),
            "messages": _messages(),
            "license": _either("Its license", _WORDS, _TEXTS),
            "files": _object("Files to make it from, by digest"),
            "adapters": _object("Adapters, by digest"),
            "renderer": _text("Its renderer"),
            "parser": _text("Its parser"),
            "quantize": _text("How to quantise", enum=["q4_K_S", "q4_K_M", "q8_0"]),
            "stream": _switch("Tell how far it is", True),
        },
        ("model",),
    ),
    "/api/copy": (
        {"source": _text("The model that is there", x_as="model"), "destination": _text("Its second name")},
        ("source", "destination"),
    ),
    "/api/delete": ({"model": _MODEL}, ("model",)),
    "/api/web_search": (
        {"query": _text("What to search for"), "max_results": _whole("How many results", 5, minimum=1, maximum=10)},
        ("query",),
    ),
    "/api/web_fetch": ({"url": _text("The page's address")}, ("url",)),
    "/v1/chat/completions": (
        {
            "model": _MODEL,
            "messages": _messages("v1_message"),
            "tools": _tools(),
            "response_format": _RESPONSE_FORMAT,
            **_SAMPLING,
            "max_completion_tokens": _whole("Most tokens to write, with thinking"),
            "reasoning_effort": _EFFORT | {"description": "How much to think"},
            "reasoning": _object("How much to think", {"effort": _EFFORT}),
            "tool_choice": _either("Which tool", _WORDS, {"type": "object"}),
            "logprobs": _switch("Tell each token's probability", False),
            "top_logprobs": _whole("And that of so many others", minimum=0, maximum=20),
            "n": _whole("How many answers; only one is written", 1),
            "parallel_tool_calls": _switch("Several calls at once"),
        },
        ("model", "messages"),
    ),
    "/v1/completions": (
        {
            "model": _MODEL,
            "prompt": _either("What to go on from", _WORDS, _TEXTS, x_as="long"),
            "suffix": _long("What comes after the gap to fill in"),
            **_SAMPLING,
            "frequency_penalty": _SAMPLING["frequency_penalty"] | {"default": 0},
            "presence_penalty": _SAMPLING["presence_penalty"] | {"default": 0},
        },
        ("model", "prompt"),
    ),
    "/v1/embeddings": (
        {
            "model": _MODEL,
            "input": _either("The text, or several", _WORDS, _TEXTS, {"type": "array"}, x_as="texts"),
            "dimensions": _whole("How many numbers a vector has, where the model can choose", minimum=1),
            "encoding_format": _text("How vectors are written", "float", enum=["float", "base64"]),
            "user": _text("Who asks; not used"),
        },
        ("model", "input"),
    ),
    "/v1/images/generations": (
        {
            "model": _MODEL,
            "prompt": _long("What to show"),
            "size": _text("Width and height, such as 512x512"),
            "n": _whole("How many", 1),
            "seed": _whole("The same seed, the same picture"),
            "response_format": _text("How a picture is given", "b64_json", enum=["b64_json"]),
        },
        ("model", "prompt"),
    ),
    "/v1/responses": (
        {
            "model": _MODEL,
            "input": _either(
                "What is said, or the turns so far", _WORDS, {"type": "array", "items": {"type": "object"}}, x_as="long"
            ),
            "instructions": _long("Instructions"),
            "stream": _switch("Answer piece by piece", False),
            "tools": _tools("responses_tool"),
            "temperature": _SAMPLING["temperature"],
            "top_p": _OWN_TOP_P,
            "max_output_tokens": _whole("Most tokens to write"),
            "reasoning": _object("How much to think", {"effort": _EFFORT, "summary": _text("Of the thoughts")}),
            "text": _object(
                "The answer's form",
                {
                    "format": _object(
                        "text, json_object or json_schema",
                        {
                            "type": _text("Which", enum=["text", "json_object", "json_schema"]),
                            "name": _text("Its name"),
                            "schema": _object("JSON Schema"),
                        },
                    )
                },
            ),
            "tool_choice": _either("Which tool", _WORDS, {"type": "object"}),
            "truncation": _text(
                "Drop the oldest where the context is too short", "disabled", enum=["auto", "disabled"]
            ),
            "previous_response_id": _text("Not kept by Ollama"),
            "conversation": _text("Not kept by Ollama"),
            "store": _switch("Not kept by Ollama"),
            "metadata": _object("Handed back"),
            "include": _list("What else to tell", _WORDS),
            "background": _switch("Not offered by Ollama"),
            "service_tier": _text("Not used"),
        },
        ("model", "input"),
    ),
    "/v1/messages": (
        {
            "model": _MODEL,
            "max_tokens": _whole("Most tokens to write", minimum=1),
            "messages": _messages("anthropic_message"),
            "system": _either("Instructions", _WORDS, {"type": "array"}, x_as="long"),
            "stream": _switch("Answer piece by piece", False),
            "temperature": _OWN_TEMPERATURE,
            "top_p": _OWN_TOP_P,
            "top_k": _whole("Choose among this many tokens", x_from=1, x_to=100, x_step=1),
            "stop_sequences": _list("The answer ends before any of these", _WORDS, x_as="texts"),
            "tools": _tools("anthropic_tool"),
            "tool_choice": _object("Which tool"),
            "thinking": _object(
                "Think first",
                {
                    "type": _text("Whether", enum=["enabled", "disabled", "adaptive"]),
                    "budget_tokens": _whole("At most so long"),
                },
            ),
            "metadata": _object("Not used"),
            "output_config": _object("The answer's form"),
            "service_tier": _text("Not used"),
        },
        ("model", "max_tokens", "messages"),
    ),
}


def shape_of(endpoint: Endpoint) -> Schema | None:
    """The JSON Schema of the endpoint's body, which refers to `SHARED`; None where it takes none."""
    if not endpoint.takes_body:
        return None
    fields, required = _BODIES[endpoint.path]
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}
