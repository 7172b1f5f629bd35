"""The requests of Ollama's own API, field by field."""

from portal.embedded.go.binding import (
    ANYTHING,
    FLAG,
    IMAGES,
    INTEGER,
    OPTIONAL_FLAG,
    STAY,
    TEXT,
    THINK,
    Kind,
    mapping,
    sequence,
    structure,
)

OPTIONS = mapping()

TOOL_CALLS = sequence(
    structure(
        {"id": TEXT, "function": structure({"index": INTEGER, "name": TEXT, "arguments": mapping()},
                                           "api.ToolCallFunction")},
        "api.ToolCall",
    ),
    "[]api.ToolCall",
)
MESSAGE = structure(
    {"role": TEXT, "content": TEXT, "thinking": TEXT, "images": IMAGES, "tool_calls": TOOL_CALLS, "tool_name": TEXT,
     "tool_call_id": TEXT},
    "api.Alias",
)
MESSAGES = sequence(MESSAGE, "[]api.Message")
TOOLS = sequence(structure({"type": TEXT, "function": ANYTHING}, "api.Tool"), "api.Tools")

_COMMON = {
    "model": TEXT, "stream": OPTIONAL_FLAG, "format": ANYTHING, "keep_alive": STAY, "options": OPTIONS, "think": THINK,
    "truncate": OPTIONAL_FLAG, "shift": OPTIONAL_FLAG, "_debug_render_only": FLAG, "logprobs": FLAG,
    "top_logprobs": INTEGER,
}
GENERATE = structure(
    {**_COMMON, "prompt": TEXT, "suffix": TEXT, "system": TEXT, "template": TEXT,
     "context": sequence(INTEGER, "[]int"), "raw": FLAG, "images": IMAGES},
    "api.GenerateRequest",
)
CHAT = structure({**_COMMON, "messages": MESSAGES, "tools": TOOLS}, "api.ChatRequest")
EMBED = structure(
    {"model": TEXT, "input": ANYTHING, "keep_alive": STAY, "truncate": OPTIONAL_FLAG, "dimensions": INTEGER,
     "options": OPTIONS},
    "api.EmbedRequest",
)
EMBEDDINGS = structure({"model": TEXT, "prompt": TEXT, "keep_alive": STAY, "options": OPTIONS}, "api.EmbeddingRequest")
SHOW = structure(
    {"model": TEXT, "system": TEXT, "template": TEXT, "verbose": FLAG, "options": OPTIONS, "name": TEXT},
    "api.ShowRequest",
)
COPY = structure({"source": TEXT, "destination": TEXT}, "api.CopyRequest")
DELETE = structure({"model": TEXT, "name": TEXT}, "api.DeleteRequest")
_TRANSFER = {"model": TEXT, "name": TEXT, "insecure": FLAG, "username": TEXT, "password": TEXT,
             "stream": OPTIONAL_FLAG}
PULL = structure(_TRANSFER, "api.PullRequest")
PUSH = structure(_TRANSFER, "api.PushRequest")
_FILES = mapping(TEXT, "map[string]string")
CREATE = structure(
    {"model": TEXT, "name": TEXT, "stream": OPTIONAL_FLAG, "quantize": TEXT, "quantization": TEXT, "from": TEXT,
     "remote_host": TEXT, "files": _FILES, "adapters": _FILES, "template": TEXT, "license": ANYTHING, "system": TEXT,
     "parameters": mapping(), "messages": MESSAGES, "renderer": TEXT, "parser": TEXT, "requires": TEXT,
     "info": mapping()},
    "api.CreateRequest",
)

GO_TYPES: dict[str, tuple[Kind, str]] = {
    "generate": (GENERATE, "api.GenerateRequest"),
    "chat": (CHAT, "api.ChatRequest"),
    "embed": (EMBED, "api.EmbedRequest"),
    "embeddings": (EMBEDDINGS, "api.EmbeddingRequest"),
    "show": (SHOW, "api.ShowRequest"),
    "copy": (COPY, "api.CopyRequest"),
    "delete": (DELETE, "api.DeleteRequest"),
    "pull": (PULL, "api.PullRequest"),
    "push": (PUSH, "api.PushRequest"),
    "create": (CREATE, "api.CreateRequest"),
}
