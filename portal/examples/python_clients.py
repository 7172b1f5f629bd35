"""The libraries that Python examples call Ollama with: which names make clients, which make calls."""

from __future__ import annotations

from portal.examples.calls import Call
from portal.examples.code_run import Run
from portal.examples.code_values import Bound, Client, Ref, as_words
from portal.examples.function_tools import make_tool, make_web_tool
from portal.examples.pydantic_schema import make_strict, model_schema
from portal.examples.python_values import Arguments, Function, Klass
from portal.examples.sdk_http import VERBS, join_url, make_http_call
from portal.examples.sdk_ollama import PYTHON_METHODS, call_from_python, parse_host
from portal.examples.sdk_openai import (
    ANTHROPIC_BASE,
    OPENAI_BASE,
    call_anthropic,
    call_models,
    call_openai,
    plain_path,
    read_keywords,
)
from portal.examples.unknowns import Entries, Unknown, Words
from portal.examples.values import Kind

_HTTP_CLIENTS: dict[str, tuple[str, Kind]] = {
    "httpx.Client": ("httpx", "python-httpx"),
    "httpx.AsyncClient": ("httpx", "python-httpx"),
    "requests.Session": ("requests", "python-requests"),
    "requests.session": ("requests", "python-requests"),
    "aiohttp.ClientSession": ("aiohttp", "other"),
}
_OPENAI_CLIENTS = {"openai.OpenAI", "openai.AsyncOpenAI", "openai.Client", "openai.AsyncClient"}
_ANTHROPIC_CLIENTS = {"anthropic.Anthropic", "anthropic.AsyncAnthropic", "anthropic.Client", "anthropic.AsyncClient"}
_OLLAMA_CLIENTS = {"ollama.Client", "ollama.AsyncClient"}
_URLLIB = "urllib.request."


# Clients --------------------------------------------------------------------------------------------------------------


def make_client(run: Run, path: str, arguments: Arguments) -> Client | None:
    """The client that calling an imported class makes; None when the class is of no client known here."""
    if path in _OPENAI_CLIENTS:
        base = _address(arguments.named.get("base_url")) or _setting(run, "OPENAI_BASE_URL") or OPENAI_BASE
        return Client("openai", "python-openai", base)
    if path in _OLLAMA_CLIENTS:
        host = _address(arguments.get(0, "host")) or _setting(run, "OLLAMA_HOST") or ""
        return Client("ollama", "python-ollama", parse_host(host))
    if path in _ANTHROPIC_CLIENTS:
        base = _address(arguments.named.get("base_url")) or _setting(run, "ANTHROPIC_BASE_URL") or ANTHROPIC_BASE
        return Client("anthropic", "other", base)
    if path in _HTTP_CLIENTS:
        library, kind = _HTTP_CLIENTS[path]
        given = arguments.get(0 if library == "aiohttp" else None, "base_url")
        return Client(library, kind, _address(given) or "")
    if path == "http.client.HTTPConnection":
        name, port = arguments.get(0, "host"), arguments.get(1, "port")
        return Client("http", "other", f"http://{name}:{port}" if port else f"http://{name}")
    return None


def _address(value: object) -> Words | None:
    if isinstance(value, Ref):  # `httpx.URL(...)` and the like
        return None
    return as_words(value) or None


def _setting(run: Run, name: str) -> Words | None:
    return as_words(run.settings.get(f"os.environ[{name}]"))


# Calls ----------------------------------------------------------------------------------------------------------------


def call_library(run: Run, path: str, arguments: Arguments) -> object:
    """Call an imported function; None when it is of no library known here."""
    library, _, name = path.partition(".")
    if library == "ollama" and name in PYTHON_METHODS:
        host = parse_host(_setting(run, "OLLAMA_HOST") or "")
        return _record(run, _call_ollama(name, arguments, host))
    if library == "openai" and "." in name:
        base = as_words(run.settings.get("openai.base_url")) or _setting(run, "OPENAI_BASE_URL") or OPENAI_BASE
        return _record(run, _call_openai(name, arguments, base))
    if library in ("requests", "httpx") and name in {*VERBS, "request", "stream"}:
        kind: Kind = "python-requests" if library == "requests" else "python-httpx"
        return _record(run, _call_http(Client(library, kind, ""), name, arguments))
    if path.startswith(_URLLIB):
        return _call_urllib(run, path.removeprefix(_URLLIB), arguments)
    return None


def call_client(run: Run, client: Client, path: str, arguments: Arguments) -> object:
    """Call a method of a client."""
    name = path.rpartition(".")[2]
    if path == "with_options" or (path == "copy" and client.library != "ollama"):
        base = _address(arguments.named.get("base_url"))
        return Client(client.library, client.kind, base) if base else client
    call: Call | None
    match client.library:
        case "ollama":
            call = _call_ollama(path, arguments, client.base)
        case "openai":
            call = _call_openai(path, arguments, client.base)
        case "anthropic":
            body = read_keywords(arguments.named)
            rest = arguments.rest or (body if isinstance(body, Unknown) else None)
            call = call_anthropic(path, body if isinstance(body, dict) else {}, base=client.base, rest=rest)
        case _:
            call = _call_http(client, name, arguments)
    return _record(run, call) or Unknown(name, "computed")


def _record(run: Run, call: Call | None) -> object:
    return None if call is None else run.record(call)


def _call_ollama(method: str, arguments: Arguments, host: Words) -> Call | None:
    return call_from_python(
        method, arguments.positional, arguments.named,
        host=host, rest=arguments.rest, convert_function=_convert_tool,
    )  # fmt: skip


def _convert_tool(value: object) -> object:
    """A function handed over as a tool; the library's own two web functions may be handed over as well."""
    if isinstance(value, Function):
        return make_tool(value)
    if isinstance(value, Ref) and value.path.startswith("ollama."):
        return make_web_tool(value.path.removeprefix("ollama."))
    if isinstance(value, Bound) and isinstance(value.owner, Client) and value.owner.library == "ollama":
        return make_web_tool(value.path)
    return None


def _call_openai(path: str, arguments: Arguments, base: Words) -> Call | None:
    models = call_models("python-openai", path, [*arguments.positional, *arguments.named.values()], base=base)
    if models is not None:
        return models
    body = read_keywords(arguments.named)
    rest = arguments.rest
    if not isinstance(body, dict) or (isinstance(body, Entries) and body.doubt is not None):
        rest = body.doubt if isinstance(body, Entries) else body if isinstance(body, Unknown) else rest
        body = {}
    if plain_path(path) == "chat.completions.parse":
        body = {**body, "stream": False}
    return call_openai("python-openai", path, body, base=base, rest=rest, schema_of=_response_format)


def _response_format(value: object) -> object:
    """What `parse` makes of a pydantic model given as the format."""
    if not isinstance(value, Klass):
        return None
    schema = model_schema(value)
    if isinstance(schema, Unknown):
        return schema
    return {
        "type": "json_schema",
        "json_schema": {"schema": make_strict(schema), "name": value.node.name, "strict": True},
    }


# HTTP libraries -------------------------------------------------------------------------------------------------------


def _call_http(client: Client, name: str, arguments: Arguments) -> Call | None:
    """A call by `get`, `post` and so on, or by `request` and `stream` that take the method first."""
    if name in VERBS:
        method: object = name
        at = 0
    elif name in ("request", "stream"):
        method = arguments.get(0, "method")
        at = 1
    else:
        return None
    url = as_words(arguments.get(at, "url"))
    if url is None:
        return None
    json, content = _find_body(client.library, name, at, arguments)
    call = make_http_call(client.kind, method, join_url(client.base, url), json=json, content=content)
    if call is not None and arguments.rest is not None and json is None and content is None and method != "get":
        return Call(call.kind, call.method, call.url, body=arguments.rest)
    return call


def _find_body(library: str, name: str, at: int, arguments: Arguments) -> tuple[object, object]:
    """The JSON and the raw content of a call; where a library takes them by position, also from there."""
    json, content = arguments.named.get("json"), arguments.named.get("content", arguments.named.get("data"))
    if library == "requests" and name in ("post", "put", "patch"):
        content = arguments.get(at + 1, "data", content)
        json = arguments.get(at + 2 if name == "post" else None, "json", json)
    elif library == "http":
        content = arguments.get(at + 1, "body", content)
    return json, content


def _call_urllib(run: Run, name: str, arguments: Arguments) -> object:
    if name == "Request":
        return _UrllibRequest(arguments)
    if name != "urlopen":
        return None
    request = arguments.get(0, "url")
    data = arguments.get(1, "data")
    if isinstance(request, _UrllibRequest):
        return _record(run, request.make_call(data))
    return _record(run, _UrllibRequest(Arguments((request, data), {})).make_call(None))


class _UrllibRequest:
    """A `urllib.request.Request`: an address, and data that makes it a POST."""

    def __init__(self, arguments: Arguments) -> None:
        self.url = arguments.get(0, "url")
        self.data = arguments.get(1, "data")
        self.method = arguments.get(None, "method")

    def make_call(self, data: object) -> Call | None:
        content = data if data is not None else self.data
        method = self.method or ("GET" if content is None else "POST")
        return make_http_call("other", method, self.url, content=content)

