"""What code leaves open, what it takes from elsewhere, and what it never sends by itself."""

from __future__ import annotations

import pytest

from tests.examples.reading import read, read_page

HI = "messages=[{'role': 'user', 'content': 'Hi'}]"
IMPORT = "from ollama import chat\n"
SERVERS = """from fastapi import FastAPI
import ollama
app = FastAPI()

@app.post('/chat')
def answer():
    return ollama.ps()"""


@pytest.mark.parametrize(
    ("text", "name", "at"),
    [
        (f"{IMPORT}chat(model='m', messages=[...])", "messages", ("messages",)),
        (f"{IMPORT}chat(model='m', messages=history)", "history", ("messages",)),
        (f"{IMPORT}model = input('Which one? ')\nchat(model=model, {HI})", "model", ("model",)),
        (f"{IMPORT}chat('m', [{{'role': 'user', 'content': '?', 'images': ['cat.png']}}])", "cat.png",
         ("messages", 0, "images", 0)),
        (f"{IMPORT}with open('notes.txt') as f:\n    text = f.read()\nchat('m', [{{'role': 'user', 'content': text}}])",
         "notes.txt", ("messages", 0, "content")),
        (f"{IMPORT}def ask(question, model='m'):\n    return chat(model, [{{'role': 'user', 'content': question}}])",
         "question", ("messages", 0, "content")),
        ("import ollama\nollama.show(find_model())", "find_model", ("model",)),
    ],
)  # fmt: skip
def test_a_value_that_python_leaves_open_is_asked_of_the_reader(text, name, at):
    example = read(text, "python")
    assert (example.runnable, example.fillable) == (False, True)
    assert (example.missing[0].name, example.missing[0].at) == (name, at)
    assert example.reason


@pytest.mark.parametrize(
    ("text", "name", "at"),
    [
        ("import ollama from 'ollama'\nawait ollama.chat({ model: 'm', messages: [...] })", "messages", ("messages",)),
        ("import ollama from 'ollama'\nconst ask = (q: string) => ollama.generate({ model: 'm', prompt: `A ${q}` })",
         "q", ("prompt",)),
        ("import fs from 'fs'\nimport ollama from 'ollama'\nconst image = fs.readFileSync('cat.png')\n"
         "ollama.generate({ model: 'm', prompt: '?', images: [image] })", "cat.png", ("images", 0)),
        ("await ollama.chat({ model, messages: [] })", "model", ("model",)),
    ],
)  # fmt: skip
def test_a_value_that_javascript_leaves_open_is_asked_of_the_reader(text, name, at):
    example = read(text, "typescript")
    assert (example.runnable, example.fillable) == (False, True)
    assert (example.missing[0].name, example.missing[0].at) == (name, at)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("python", f"{IMPORT}r = chat('m', [])\nchat('m', [{{'role': 'user', 'content': r.message.content}}])"),
        ("javascript", "const r = await ollama.ps()\nawait ollama.generate({ model: r.models[0].name, prompt: 'x' })"),
    ],
)
def test_what_an_answer_says_is_no_field_but_a_reason(lang, text):
    example = read(text, lang)
    assert len(example.requests) == 2
    assert (example.runnable, example.fillable, example.missing) == (False, False, ())
    assert "answer" in example.reason


@pytest.mark.parametrize(
    ("lang", "blocks"),
    [
        ("python", ["from ollama import Client\nimport os", "client = Client()", "MODEL = 'm'", "client.show(MODEL)"]),
        ("python", ["import requests", "URL = 'http://localhost:11434'",
                    "requests.post(f'{URL}/api/show', json={'model': 'm'})"]),
        ("javascript", ["import { Ollama } from 'ollama'", "const o = new Ollama()", "await o.show({ model: 'm' })"]),
        ("typescript", ["const BASE = 'http://localhost:11434' as const", "await fetch(`${BASE}/api/show`, "
                        "{ method: 'POST', body: JSON.stringify({ model: 'm' } satisfies object) })"]),
    ],
)  # fmt: skip
def test_what_earlier_blocks_of_the_page_set_up_counts(lang, blocks):
    *earlier, example = read_page(*blocks, lang=lang)
    assert [request.body for request in example.requests] == [{"model": "m"}]
    assert example.runnable
    assert all(block.kind == "none" for block in earlier)


def test_another_blocks_answer_does_not_count():
    first = f"{IMPORT}messages = []\nr = chat('m', messages)\nmessages.append(r.message)"
    *_, example = read_page(first, "chat('m', messages)", lang="python")
    assert not example.runnable
    assert "answer" in example.reason


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("python", f"from openai import OpenAI\nOpenAI().chat.completions.create(model='gpt', {HI})"),
        ("python", f"from openai import OpenAI as O\nO(base_url='https://x.y/v1').completions.create(model='m', {HI})"),
        ("python", f"import anthropic\nanthropic.Anthropic().messages.create(model='c', max_tokens=1, {HI})"),
        ("javascript", "import AI from 'openai'\nnew AI().chat.completions.create({ model: 'm', messages: [] })"),
        ("python", "import requests\nrequests.get('http://gpu.example:11434/api/tags')"),
    ],
)  # fmt: skip
def test_other_providers_get_no_run_button(lang, text):
    example = read(text, lang)
    assert not example.runnable
    assert [request.upstream for request in example.requests] == ["other"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("python", SERVERS),
        ("javascript", "import express from 'express'\nimport ollama from 'ollama'\nconst app = express()\n"
                       "app.get('/api/tags', async (req, res) => res.json(await ollama.list()))\napp.listen(3000)"),
        ("javascript", "import ollama from 'ollama'\nexport async function POST(request) { return ollama.ps() }"),
        ("python", "import ollama\nfrom django.http import JsonResponse\ndef tags(request):\n    return JsonResponse(ollama.list())"),
        ("python", "import ollama\nclass TestTags:\n    def test_some(self):\n        ollama.list()"),
        ("yaml", "steps:\n  - run: |\n      curl http://localhost:11434/api/tags"),
        ("", "# checks\nsteps:\n  - run: |\n      curl http://localhost:11434/api/tags"),
        ("makefile", "tags:\n\tcurl http://localhost:11434/api/tags"),
        ("python", "class Ollama:\n    def chat(self, model):\n        return self.post('/api/chat', model)"),
        ("python", "OLLAMA_URL = 'http://localhost:11434/api/chat'\nprint('curl ' + OLLAMA_URL)"),
        ("python", "# ollama.chat(model='m')\n'''\ncurl http://localhost:11434/api/tags\n'''"),
        ("json", '{"model": "m", "endpoint": "http://localhost:11434/api/chat", "messages": []}'),
        ("yaml", "ollama:\n  base_url: http://localhost:11434/v1\n  path: /api/chat"),
        ("bash", "ollama run llama 'Hi'\npip install ollama openai\nollama serve"),
        ("", "POST /api/chat → the model\n  GET /api/tags → the list"),
        ("dockerfile", "FROM ollama/ollama\nRUN curl http://localhost:11434/api/tags || true"),
    ],
)  # fmt: skip
def test_what_sends_nothing_by_itself_stays_code(lang, text):
    assert not read(text, lang).runnable


def test_only_what_surely_happens_is_sent():
    branches = "if r.message.tool_calls:\n    chat('m', [])\nelse:\n    chat('n', [])"
    example = read(f"{IMPORT}r = chat('m', [])\n{branches}", "python")
    assert [request.body["model"] for request in example.requests] == ["m"]


def test_a_library_that_would_refuse_a_call_sends_nothing():
    example = read("import ollama\nollama.chat(model='m', max_tokens=5)", "python")
    assert not example.runnable
    assert "max_tokens" in example.reason


@pytest.mark.parametrize("lang", ["", "text", "js", "ts", "shell"])
def test_code_is_found_under_a_wrong_label(lang):
    assert read(f"{IMPORT}chat(model='m', {HI})", lang).kind == "python-ollama"
    assert read("import ollama from 'ollama'\nawait ollama.ps()", lang or "python").kind == "js-ollama"


def test_prompts_and_magic_lines_are_taken_off():
    assert read(">>> import ollama\n>>> ollama.ps()\nmodels=[]\n", "pycon").runnable
    assert read("!pip install ollama\n%load_ext x\nimport ollama\nollama.ps()", "python").runnable


@pytest.mark.parametrize(
    "blocks",
    [
        ["import httpx as web  # to ask Ollama", "web.get('http://localhost:11434/api/ps')"],
        ["import httpx  # to ask Ollama\nweb = httpx.Client()", "(web\n  .get('http://localhost:11434/api/ps'))"],
        ["import { Ollama } from 'ollama'", "await new Ollama().ps()"],
        ["host = str('http://localhost:11434')", "import httpx\nhttpx.get(host + '/api/ps')"],
        ["(async () => ollama.ps())()"],
    ],
)
def test_code_without_a_label_is_read_for_its_calls_and_its_names(blocks):
    assert [request.path for request in read_page(*blocks)[-1].requests] == ["/api/ps"]


@pytest.mark.parametrize(("lang", "text"), [
    ("python", "!curl http://localhost:11434/api/tags"),
    ("python", "import os\n!curl -s \\\n  http://localhost:11434/api/tags"),
    ("python", "%%bash\ncurl http://localhost:11434/api/tags"),
    ("batch", "curl ^\n  http://localhost:11434/api/tags"),
    ("yaml", "curl http://localhost:11434/api/tags"),
    ("tsx", "export default function Tags() {\n  useEffect(() => { fetch('http://localhost:11434/api/tags') }, [])\n"
            "  return <ul></ul>\n}"),
    ("js", "const axios = require('axios')\naxios.get('http://localhost:11434/api/tags')"),
    ("js", "const fetch = require('node-fetch')\nfetch('http://localhost:11434/api/tags')"),
])  # fmt: skip
def test_the_same_request_is_found_wherever_it_is_written(lang, text):
    example = read(text, lang)
    assert example.runnable
    assert [(request.method, request.path) for request in example.requests] == [("GET", "/api/tags")]
