"""A request as JavaScript: with `openai`, with `ollama`, with `fetch`."""

from __future__ import annotations

from portal.examples.sdk_ollama import call_from_javascript
from portal.examples.snippets.literals import fits_javascript, write_javascript
from portal.examples.snippets.meaning import means_the_same
from portal.examples.snippets.places import goes_where_it_should, needs_key, origin_of
from portal.examples.unknowns import Entries
from portal.examples.values import Request

_KEY = "process.env.OLLAMA_API_KEY"
_OPENAI = {
    "/v1/chat/completions": (
        "chat.completions.create", "chunk.choices[0]?.delta?.content ?? ''", ".choices[0].message.content",
    ),
    "/v1/completions": ("completions.create", "chunk.choices[0]?.text ?? ''", ".choices[0].text"),
    "/v1/embeddings": ("embeddings.create", None, ".data[0].embedding"),
    "/v1/responses": ("responses.create", None, ".output_text"),
    "/v1/images/generations": ("images.generate", None, ".data[0]"),
}  # fmt: skip
_OLLAMA = {
    "/api/chat": ("chat", "part.message.content", ".message.content"),
    "/api/generate": ("generate", "part.response", ".response"),
    "/api/embed": ("embed", None, ".embeddings"),
    "/api/embeddings": ("embeddings", None, ".embedding"),
    "/api/pull": ("pull", None, ""),
    "/api/push": ("push", None, ""),
    "/api/create": ("create", None, ""),
    "/api/copy": ("copy", None, ""),
    "/api/delete": ("delete", None, ""),
    "/api/show": ("show", None, ""),
    "/api/tags": ("list", None, ".models"),
    "/api/ps": ("ps", None, ".models"),
    "/api/version": ("version", None, ""),
    "/api/web_search": ("webSearch", None, ".results"),
    "/api/web_fetch": ("webFetch", None, ".content"),
}


def write_openai(request: Request) -> str | None:
    """With OpenAI's library; None for what it does not speak."""
    key = _KEY if needs_key(request) else '"ollama"'
    head = (
        'import OpenAI from "openai";\n\n'
        f'const client = new OpenAI({{ baseURL: "{origin_of(request)}/v1/", apiKey: {key} }});\n'
    )
    if request.method == "GET" and request.path == "/v1/models":
        return f"{head}\nfor await (const model of client.models.list()) {{\n  console.log(model.id);\n}}\n"
    if request.method == "GET" and request.path.startswith("/v1/models/"):
        name = write_javascript(request.path.removeprefix("/v1/models/"))
        return f"{head}\nconsole.log(await client.models.retrieve({name}));\n" if "/" not in name else None
    if request.path not in _OPENAI or not isinstance(request.body, dict) or not fits_javascript(request.body):
        return None
    method, streamed, whole = _OPENAI[request.path]
    body = dict(request.body)
    if request.path == "/v1/embeddings":
        body.setdefault("encoding_format", "float")
    return head + "\n" + _write_use(
        f"client.{method}", body, stream=request.stream, name="chunk", streamed=streamed, whole=whole
    )


def _write_use(function: str, body: object, *, stream: bool, name: str, streamed: str | None, whole: str) -> str:
    """The call and what is done with its answer."""
    call = f"await {function}({'' if body is None else write_javascript(body)})"
    if not stream:
        return f"const response = {call};\nconsole.log(response{whole});\n"
    shown = f"process.stdout.write({streamed});" if streamed else f"console.log({name});"
    return f"const stream = {call};\nfor await (const {name} of stream) {{\n  {shown}\n}}\n"


def write_ollama(request: Request) -> str | None:
    """With Ollama's library; None where it would send something that means another thing."""
    if request.path not in _OLLAMA or not fits_javascript(request.body) or not goes_where_it_should(request):
        return None
    method, streamed, whole = _OLLAMA[request.path]
    body = dict(request.body) if isinstance(request.body, dict) else None
    if body is not None and request.stream:
        body["stream"] = True
    call = call_from_javascript(method, [] if body is None else [Entries(body)], host=origin_of(request))
    if call is None or call.problem or not means_the_same(request, call):
        return None
    options = f'{{ host: "{origin_of(request)}" }}'
    if needs_key(request):
        options = f'{{\n  host: "{origin_of(request)}",\n  headers: {{ Authorization: "Bearer " + {_KEY} }},\n}}'
    head = f'import {{ Ollama }} from "ollama";\n\nconst ollama = new Ollama({options});\n'
    return head + "\n" + _write_use(
        f"ollama.{method}", body, stream=request.stream, name="part", streamed=streamed, whole=whole
    )


def write_fetch(request: Request) -> str | None:
    """With `fetch`; None when a number in the body is more than JavaScript can hold."""
    if not fits_javascript(request.body):
        return None
    options: list[str] = [] if request.method == "GET" else [f'  method: "{request.method}",\n']
    headers = [] if request.body is None else ['"Content-Type": "application/json"']
    if needs_key(request):
        headers.append(f"Authorization: `Bearer ${{{_KEY}}}`")
    if headers:
        options.append(f"  headers: {{ {', '.join(headers)} }},\n")
    if request.body is not None:
        options.append(f"  body: JSON.stringify({write_javascript(request.body, 2)}),\n")
    arguments = f'"{origin_of(request)}{request.path}"' + (f", {{\n{''.join(options)}}}" if options else "")
    call = f"const response = await fetch({arguments});\n"
    if not request.stream:
        return call + "console.log(await response.json());\n"
    return (
        f"{call}for await (const text of response.body.pipeThrough(new TextDecoderStream())) {{\n"
        "  process.stdout.write(text);\n}\n"
    )
