"""A request as Python: with `openai`, with `ollama`, with `httpx`."""

from __future__ import annotations

from portal.examples.sdk_ollama import call_from_python
from portal.examples.sdk_openai import OPENAI_PARAMETERS, OPENAI_REQUIRED
from portal.examples.snippets.accepting import accepts
from portal.examples.snippets.literals import is_python_name, write_python
from portal.examples.snippets.meaning import means_the_same
from portal.examples.snippets.places import goes_where_it_should, needs_key, origin_of
from portal.examples.values import Request

_KEY = 'os.environ["OLLAMA_API_KEY"]'
_OPENAI = {
    "/v1/chat/completions": ("chat.completions.create", "chunk.choices[0].delta.content", "choices[0].message.content"),
    "/v1/completions": ("completions.create", "chunk.choices[0].text", "choices[0].text"),
    "/v1/embeddings": ("embeddings.create", "chunk", "data[0].embedding"),
    "/v1/responses": ("responses.create", "chunk", "output_text"),
    "/v1/images/generations": ("images.generate", "chunk", "data[0]"),
}
_OLLAMA = {
    "/api/chat": ("chat", "part.message.content", "message.content"),
    "/api/generate": ("generate", "part.response", "response"),
    "/api/embed": ("embed", "part", "embeddings"),
    "/api/embeddings": ("embeddings", "part", "embedding"),
    "/api/pull": ("pull", "part.status", "status"),
    "/api/push": ("push", "part.status", "status"),
    "/api/create": ("create", "part.status", "status"),
    "/api/copy": ("copy", "part", "status"),
    "/api/delete": ("delete", "part", "status"),
    "/api/show": ("show", "part", ""),
    "/api/tags": ("list", "part", "models"),
    "/api/ps": ("ps", "part", "models"),
    "/api/web_search": ("web_search", "part", "results"),
    "/api/web_fetch": ("web_fetch", "part", "content"),
}


def write_openai(request: Request) -> str | None:
    """With OpenAI's library; None for what it does not speak."""
    head = _write_openai_head(request)
    if request.method == "GET" and request.path == "/v1/models":
        return f"{head}\nfor model in client.models.list():\n    print(model.id)\n"
    if request.method == "GET" and request.path.startswith("/v1/models/"):
        name = request.path.removeprefix("/v1/models/")
        return None if "/" in name else f"{head}\nprint(client.models.retrieve({name!r}))\n"
    if request.path not in _OPENAI or not isinstance(request.body, dict):
        return None
    if not OPENAI_REQUIRED[request.path] <= request.body.keys():
        return None
    method, streamed, whole = _OPENAI[request.path]
    body = dict(request.body)
    if request.path == "/v1/embeddings":
        body.setdefault("encoding_format", "float")
    known = OPENAI_PARAMETERS[request.path]
    named = {key: value for key, value in body.items() if key in known and is_python_name(key)}
    extra = {key: value for key, value in body.items() if key not in named}
    call = _write_call(f"client.{method}", named | ({"extra_body": extra} if extra else {}))
    if request.stream and "stream" in named:
        shown = f"{streamed} or ''" if streamed != "chunk" else "chunk"
        ending = ", end='', flush=True" if streamed != "chunk" else ""
        return f"{head}\nstream = {call}\nfor chunk in stream:\n    print({shown}{ending})\n"
    return f"{head}\nresponse = {call}\nprint(response.{whole})\n"


def _write_openai_head(request: Request) -> str:
    key = _KEY if needs_key(request) else '"ollama"'
    imports = "import os\n\nfrom openai import OpenAI" if needs_key(request) else "from openai import OpenAI"
    return f'{imports}\n\nclient = OpenAI(base_url="{origin_of(request)}/v1/", api_key={key})\n'


def _write_call(function: str, arguments: dict[str, object]) -> str:
    if not arguments:
        return f"{function}()"
    lines = "".join(f"    {name}={write_python(value, 4)},\n" for name, value in arguments.items())
    return f"{function}(\n{lines})"


def write_ollama(request: Request) -> str | None:
    """With Ollama's library; None where it would send something that means another thing."""
    if request.path not in _OLLAMA or not goes_where_it_should(request):
        return None
    method, streamed, whole = _OLLAMA[request.path]
    body = dict(request.body) if isinstance(request.body, dict) else {}
    if request.stream:
        body["stream"] = True
    elif "stream" in body:
        del body["stream"]
    arguments = {("from_" if key == "from" else key): value for key, value in body.items()}
    if not all(map(is_python_name, arguments)) or not accepts(arguments):
        return None
    call = call_from_python(method, (), arguments, host=origin_of(request))
    if call is None or call.problem or not means_the_same(request, call):
        return None
    host = origin_of(request)
    head = f'from ollama import Client\n\nclient = Client(host="{host}")\n'
    if needs_key(request):
        options = f'    host="{host}",\n    headers={{"Authorization": "Bearer " + {_KEY}}},\n'
        head = f"import os\n\nfrom ollama import Client\n\nclient = Client(\n{options})\n"
    written = _write_call(f"client.{method}", arguments)
    if request.stream:
        ending = ", end='', flush=True" if streamed in ("part.message.content", "part.response") else ""
        return f"{head}\nfor part in {written}:\n    print({streamed}{ending})\n"
    return f"{head}\nresponse = {written}\nprint(response{'.' + whole if whole else ''})\n"


def write_httpx(request: Request) -> str:
    """With httpx, which sends anything."""
    head = "import httpx\n" if not needs_key(request) else "import os\n\nimport httpx\n"
    lines = [f'    "{origin_of(request)}{request.path}",\n']
    if request.body is not None:
        lines.append(f"    json={write_python(request.body, 4)},\n")
    if needs_key(request):
        lines.append(f'    headers={{"Authorization": "Bearer " + {_KEY}}},\n')
    lines.append("    timeout=None,\n")
    if request.stream:
        inside = "".join(lines)
        call = f'with httpx.stream(\n    "{request.method}",\n{inside}) as response:\n'
        return f"{head}\n{call}    for line in response.iter_lines():\n        print(line)\n"
    function = f"httpx.{request.method.lower()}(\n"
    if request.method in ("DELETE", "GET", "HEAD") and request.body is not None:  # these take no body in httpx
        function = f'httpx.request(\n    "{request.method}",\n'
    return f"{head}\nresponse = {function}{''.join(lines)})\nprint(response.json())\n"
