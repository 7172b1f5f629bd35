"""Snippets: whatever the request holds, each one sends it when it is run for real."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.examples.snippets.meaning import normalize
from portal.examples.snippets.writing import write_snippets
from portal.examples.values import Request
from portal.ollama.endpoints import ENDPOINTS, find_endpoint, will_stream
from tests.examples.reading import read
from tests.examples.recorder import record
from tests.strict import leave_out

# The libraries are left to themselves when a snippet has run: they close their sockets when they are collected.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::DeprecationWarning"
)
CLIENTS = Path(__file__).parents[1] / "clients"
MESSAGES = [{"role": "user", "content": "It's \"so\" $(id) `id` %s !x \\ \n\t🦙\u2028\u2029\u0085 {{model}} {{{a}}}"}]
BODIES = {
    "/api/generate": {"model": "m", "prompt": "Hi 'there'", "options": {"seed": 1, "temperature": 0.5}, "think": "low"},
    "/api/chat": {"model": "m", "messages": MESSAGES, "keep_alive": -1},
    "/api/embed": {"model": "m", "input": ["a", "b"], "dimensions": 3},
    "/api/embeddings": {"model": "m", "prompt": "a"},
    "/api/show": {"model": "m"},
    "/api/pull": {"model": "m"},
    "/api/push": {"model": "m"},
    "/api/create": {"model": "x", "from": "m", "system": "Be brief", "parameters": {"stop": ["a"]}},
    "/api/copy": {"source": "a", "destination": "b"},
    "/api/delete": {"model": "m"},
    "/api/web_search": {"query": "q", "max_results": 2},
    "/api/web_fetch": {"url": "https://example.org"},
    "/v1/chat/completions": {"model": "m", "messages": MESSAGES, "think": False, "max_tokens": 3, "x-y": None},
    "/v1/completions": {"model": "m", "prompt": "a", "stream": True},
    "/v1/embeddings": {"model": "m", "input": "a"},
    "/v1/images/generations": {"model": "m", "prompt": "a"},
    "/v1/responses": {"model": "m", "input": "a"},
    "/v1/messages": {"model": "m", "max_tokens": 3, "messages": MESSAGES, "stream": True},
}


def make_request(method, path, body, upstream="local"):
    endpoint = find_endpoint(method, path)
    return Request(method, path, upstream, will_stream(endpoint, body), body)


REQUESTS = [
    make_request(endpoint.method, endpoint.path.replace("{model}", "m"), BODIES.get(endpoint.path))
    for endpoint in ENDPOINTS
]
STREAMED = [
    make_request(request.method, request.path, {**request.body, "stream": not request.stream})
    for request in REQUESTS
    if request.body is not None and find_endpoint(request.method, request.path).streams is not None
]


def texts_of(request):
    return {snippet.name: snippet.text for snippet in write_snippets(request)}


@pytest.fixture(scope="module")
def far_end():
    with record() as recorder:
        before = {name: os.environ.get(name) for name in recorder.environment}
        os.environ.update(recorder.environment)
        yield recorder
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def meaning(request):
    return normalize(request.method, request.path, request.body)


def check(request, arrivals):
    """What arrived is the request, and nothing else."""
    (arrival,) = arrivals
    assert (arrival.method, arrival.path) == (request.method, request.path)
    assert meaning(arrival) == meaning(request)


def run_python(text):
    """Run a snippet; the far end's answers are small, and what a library makes of them does not matter here."""
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text.replace("https://ollama.com", "http://ollama.com"), "snippet.py", "exec"), {})


@pytest.mark.parametrize("request_", [*REQUESTS, *STREAMED], ids=lambda r: f"{r.method} {r.path} {r.stream}")
@pytest.mark.parametrize("name", ["python-openai", "python-ollama", "python-httpx"])
def test_python_sends_the_request(request_, name, far_end):
    text = texts_of(request_).get(name)
    if text is None:
        assert name != "python-httpx"
        assert not request_.path.startswith("/v1/" if name == "python-openai" else "/api/") or request_.path in (
            "/api/version", "/v1/messages", "/api/web_search", "/api/web_fetch",
        )  # fmt: skip
        return
    far_end.take()
    run_python(text)
    check(request_, far_end.take())


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("request_", [*REQUESTS, *STREAMED], ids=lambda r: f"{r.method} {r.path} {r.stream}")
def test_curl_sends_the_request(request_, far_end):
    far_end.take()
    subprocess.run(["bash", "-c", texts_of(request_)["curl"]], check=True, capture_output=True, timeout=20)
    check(request_, far_end.take())


@pytest.mark.parametrize("request_", [*REQUESTS, *STREAMED], ids=lambda r: f"{r.method} {r.path} {r.stream}")
def test_every_snippet_reads_back_as_the_request(request_):
    for name, text in texts_of(request_).items():
        lang = name.partition("-")[0].replace("js", "javascript")
        example = read(text, lang)
        assert example.runnable, (name, text, example.reason)
        (found,) = example.requests
        assert (found.method, found.path, found.upstream, found.stream) == (
            request_.method, request_.path, request_.upstream, request_.stream,
        )  # fmt: skip
        assert meaning(found) == meaning(request_), (name, text)


ODD = ["'", '"', "`id`", "$(id)", "${x}", "\\", "\u2028", "!!", "%s", "{{a}}", "🦙", "###", "> x", "@a"]
STRINGS = st.text(max_size=20) | st.sampled_from(ODD)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | STRINGS
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not float(number).is_integer()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(STRINGS | st.just("__proto__"), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
CHATS = st.builds(
    lambda content, system, extra, stream: {
        "model": "m",
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": content}],
        **extra,
        **stream,
    },
    STRINGS,
    STRINGS,
    st.dictionaries(STRINGS, VALUES, max_size=3),
    st.sampled_from([{}, {"stream": True}, {"stream": False}]),
)  # fmt: skip
PATHS = st.sampled_from(["/api/chat", "/v1/chat/completions"])
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def usable(body):
    """The model, the messages and the stream stay as made; nothing has a lone surrogate."""
    return isinstance(body.get("stream", False), bool) and body["model"] == "m" and isinstance(body["messages"], list)


@SLOW
@given(CHATS.filter(usable), PATHS)
def test_python_sends_any_body(far_end, body, path):
    request = make_request("POST", path, body)
    for name, text in texts_of(request).items():
        if name.startswith("python"):
            far_end.take()
            run_python(text)
            check(request, far_end.take())


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@SLOW
@given(CHATS.filter(usable), PATHS)
def test_curl_sends_any_body(far_end, body, path):
    request = make_request("POST", path, body)
    far_end.take()
    subprocess.run(["bash", "-c", texts_of(request)["curl"]], check=True, capture_output=True, timeout=20)
    check(request, far_end.take())


@SLOW
@given(CHATS.filter(usable), PATHS)
def test_an_http_entry_reads_back_whatever_it_holds(body, path):
    request = make_request("POST", path, body)
    text = texts_of(request)["http"]
    assert read(text, "http").requests[0].body == body
    assert "{{" not in text


class TestJavaScript:
    """All of them in a few runs of node, for each takes its time to start."""

    def run(self, requests, far_end, folder):
        if shutil.which("node") is None or not (CLIENTS / "node_modules").is_dir():
            leave_out("node or the npm packages of tests/clients are not installed (npm ci --prefix tests/clients)")
        if not (folder / "node_modules").exists():
            (folder / "node_modules").symlink_to(CLIENTS / "node_modules")
        files, expected = [], []
        for request in requests:
            for name, text in texts_of(request).items():
                if name.startswith("js"):
                    path = folder / f"{len(files)}.mjs"
                    path.write_text(text.replace("https://ollama.com", "http://ollama.com"), encoding="utf-8")
                    files.append(str(path))
                    expected.append((request, name))
        far_end.take()
        environment = {"PATH": os.environ["PATH"], "OLLAMA_API_KEY": "x", **far_end.environment}
        command = ["node", str(CLIENTS / "run_pages.mjs"), *files]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
        pages: list[list] = []
        for arrival in far_end.take():
            if arrival.path == "/next-page":
                pages.append([])
            else:
                pages[-1].append(arrival)
        for (request, _name), arrivals in zip(expected, pages, strict=True):
            check(request, arrivals)

    def test_it_sends_every_request(self, far_end, tmp_path):
        self.run([*REQUESTS, *STREAMED], far_end, tmp_path)

    @settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.builds(make_request, st.just("POST"), PATHS, CHATS.filter(usable)), min_size=12, max_size=12))
    def test_it_sends_any_body(self, far_end, tmp_path_factory, requests):
        self.run(requests, far_end, tmp_path_factory.mktemp("any"))


def test_the_cloud_takes_the_key_from_the_environment():
    request = make_request("POST", "/api/chat", BODIES["/api/chat"], "cloud")
    for name, text in texts_of(request).items():
        assert "OLLAMA_API_KEY" in text, name
        assert "https://ollama.com" in text, name


def test_a_library_that_would_change_the_meaning_is_left_out():
    odd = make_request("POST", "/api/chat", {"model": "m", "messages": [{"role": "user", "content": "x", "name": "y"}]})
    assert "python-ollama" not in texts_of(odd)
    assert "python-httpx" in texts_of(odd)
    large = make_request("POST", "/api/chat", {"model": "m", "messages": [], "seed": 2**60})
    assert not [name for name in texts_of(large) if name.startswith("js")]


def test_a_pasted_command_becomes_the_request():
    request = make_request("POST", "/api/chat", BODIES["/api/chat"])
    for name in ("curl", "http"):
        assert read(texts_of(request)[name]).requests[0].body == request.body


