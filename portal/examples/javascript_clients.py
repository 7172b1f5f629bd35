"""The libraries that JavaScript examples call Ollama with: which names make clients, which make calls."""

from __future__ import annotations

from collections.abc import Sequence

from portal.examples.calls import Call
from portal.examples.code_run import Run
from portal.examples.code_values import Client, Ref, as_words
from portal.examples.javascript_values import UNDEFINED
from portal.examples.sdk_http import join_url, make_http_call
from portal.examples.sdk_ollama import DEFAULT_HOST, call_from_javascript, parse_host
from portal.examples.sdk_openai import ANTHROPIC_BASE, OPENAI_BASE, call_anthropic, call_models, call_openai
from portal.examples.unknowns import Entries, JsonText, Text, Unknown, Words
from portal.examples.values import Kind

GLOBALS = {
    "fetch", "JSON", "Object", "Promise", "console", "process", "require", "Buffer", "Array", "String", "URL", "Math",
    "setTimeout", "setImmediate", "queueMicrotask", "globalThis", "window", "btoa", "Uint8Array", "Blob", "prompt",
    "Date", "Number", "Error", "TextDecoder", "Map", "Set", "Headers", "AbortController", "Deno", "Bun",
    "structuredClone",
}  # fmt: skip
_OLLAMA_MODULES = {"ollama", "ollama/browser", "npm:ollama"}
_OPENAI_MODULES = {"openai", "npm:openai", "jsr:@openai/openai"}
_ANTHROPIC_MODULES = {"@anthropic-ai/sdk", "npm:@anthropic-ai/sdk"}
_FETCH_MODULES = {"node-fetch", "undici", "cross-fetch", "isomorphic-fetch"}
_ZOD_MODULES = {"zod", "zod/v4", "zod/v3", "npm:zod"}
_AXIOS = Client("axios", "other", "")
_AXIOS_VERBS_WITH_BODY = {"post", "put", "patch"}
_AXIOS_VERBS = {"get", "delete", "head", "options"}


def import_name(module: str, name: str) -> object:
    """What a module exports under a name; `default` is its default export. Of other modules, a reference."""
    if module in _OLLAMA_MODULES:
        return Client("ollama", "js-ollama", DEFAULT_HOST) if name == "default" else Ref(f"ollama.{name}")
    if module in _OPENAI_MODULES:
        return Ref("openai.OpenAI") if name in ("default", "OpenAI") else Ref(f"openai.{name}")
    if module in _ANTHROPIC_MODULES:
        return Ref("anthropic.Anthropic") if name in ("default", "Anthropic") else Ref(f"anthropic.{name}")
    if module == "axios" and name in ("default", "axios"):
        return _AXIOS
    if module in _FETCH_MODULES and name in ("default", "fetch"):
        return Ref("fetch")
    if module in ("globalThis", "window"):
        return Ref(name)
    if module in _ZOD_MODULES and name in ("default", "z"):
        return Ref("zod")
    if name == "default":
        return Ref(module)
    return Ref(f"{module.removeprefix('node:')}.{name}")


def make_client(run: Run, path: str, arguments: Sequence[object]) -> Client | None:
    """The client that `new` makes of an imported class; None when it is of no client known here."""
    options = arguments[0] if arguments else None
    if path in ("ollama.Ollama", "ollama"):
        return Client("ollama", "js-ollama", parse_host(_option(options, "host") or ""))
    if path in ("openai.OpenAI", "openai"):
        base = _option(options, "baseURL") or as_words(run.settings.get("process.env.OPENAI_BASE_URL")) or OPENAI_BASE
        return Client("openai", "js-openai", base)
    if path in ("anthropic.Anthropic", "@anthropic-ai/sdk"):
        return Client("anthropic", "other", _option(options, "baseURL") or ANTHROPIC_BASE)
    return None


def _option(options: object, name: str) -> Words | None:
    if isinstance(options, Unknown):
        return options
    if not isinstance(options, Entries):
        return None
    return as_words(options.get(name)) or (options.doubt if name not in options else None)


def call_library(run: Run, path: str, arguments: Sequence[object]) -> object:
    """Call a function of a library; None when it is of none known here."""
    if path == "fetch" and arguments:
        return _record(run, _call_fetch(arguments))
    return None


def call_client(run: Run, client: Client, path: str, arguments: Sequence[object]) -> object:
    """Call a method of a client, or the client itself where it is a function."""
    name = path.rpartition(".")[2]
    if name in ("withOptions", "abort"):
        return client
    if client.library == "axios":
        if path == "create":
            options = arguments[0] if arguments else None
            return Client("axios", "other", _option(options, "baseURL") or "")
        return _record(run, _call_axios(client, path, arguments)) or Unknown(name, "computed")
    return _record(run, _call_sdk(client, path, arguments)) or Unknown(name, "computed")


def _record(run: Run, call: Call | None) -> object:
    return None if call is None else run.record(call)


def _call_sdk(client: Client, path: str, arguments: Sequence[object]) -> Call | None:
    if client.library == "ollama":
        return call_from_javascript(path, arguments, host=client.base)
    body = arguments[0] if arguments else None
    rest = body if isinstance(body, Unknown) else body.doubt if isinstance(body, Entries) else None
    given = dict(body) if isinstance(body, Entries) else {}
    if client.library == "anthropic":
        return call_anthropic(path, given, base=client.base, rest=rest)
    models = call_models(client.kind, path, arguments, base=client.base)
    if models is not None:
        return models
    return call_openai(client.kind, path, given, base=client.base, rest=rest, schema_of=lambda _: None)


def _call_fetch(arguments: Sequence[object]) -> Call | None:
    url = as_words(arguments[0])
    if url is None:
        return None
    options = arguments[1] if len(arguments) > 1 else None
    if isinstance(options, Unknown):
        return Call("js-fetch", "POST", url, body=options)
    given = options if isinstance(options, Entries) else Entries()
    body = given.get("body")
    method = given.get("method") or "GET"
    if body is None and given.doubt is not None:
        return Call("js-fetch", method if isinstance(method, str) else "POST", url, body=given.doubt)
    return make_http_call("js-fetch", method, url, content=None if body is UNDEFINED else body)


def _call_axios(client: Client, path: str, arguments: Sequence[object]) -> Call | None:
    first = arguments[0] if arguments else None
    second = arguments[1] if len(arguments) > 1 else None
    if path in ("", "request"):
        if isinstance(first, Entries):
            return _axios_call(client, first.get("method") or "get", first.get("url"), first.get("data"))
        options = second if isinstance(second, Entries) else Entries()
        return _axios_call(client, options.get("method") or "get", first, options.get("data"))
    if path in _AXIOS_VERBS_WITH_BODY:
        return _axios_call(client, path, first, second)
    if path in _AXIOS_VERBS:
        return _axios_call(client, path, first, second.get("data") if isinstance(second, Entries) else None)
    return None


def _axios_call(client: Client, method: object, url: object, data: object) -> Call | None:
    words = as_words(url)
    if words is None:
        return None
    kind: Kind = client.kind
    full = join_url(client.base, words)
    if data is None or data is UNDEFINED:
        return make_http_call(kind, method, full)
    if isinstance(data, (str, Text, JsonText)):
        return make_http_call(kind, method, full, content=data)
    return make_http_call(kind, method, full, json=data)
