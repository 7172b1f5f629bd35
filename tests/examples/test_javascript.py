"""JavaScript examples: what detection says is what the real libraries send."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.examples.reading import as_arrival, read
from tests.examples.recorder import record
from tests.strict import leave_out

CLIENTS = Path(__file__).parents[1] / "clients"
HI = "[{ role: 'user', content: 'Hi' }]"
OPENAI = """import OpenAI from "openai";
const client = new OpenAI({ baseURL: "http://localhost:11434/v1/", apiKey: "x" });
"""
PERSON = """const Address = z.object({ street: z.string(), number: z.number().int().nullable() })
const Person = z.object({
  name: z.string().describe('The name').min(1),
  age: z.number().min(0).max(150),
  tags: z.array(z.string()),
  mood: z.enum(['good', 'bad']),
  kind: z.literal('person'),
  home: Address,
  either: z.union([z.string(), z.boolean()]),
  oneOf: z.union([z.string().min(2), z.number()]),
  perhaps: z.string().nullable(),
  nested: z.array(Address).describe('All').nullable(),
  count: z.number().default(3),
})
"""

SENT = {
    "ollama.chat": f"import ollama from 'ollama'\nawait ollama.chat({{ model: 'm', messages: {HI} }})",
    "ollama.chat, streaming": f"""import ollama from "ollama";
const stream = await ollama.chat({{ model: "m", messages: {HI}, stream: true, think: "low", options: {{ seed: 1 }} }});
for await (const part of stream) {{
  process.stdout.write(part.message.content);
}}""",
    "all methods of ollama": """import ollama from 'ollama'
await ollama.generate({ model: 'm', prompt: 'x', keep_alive: '5m', suffix: undefined })
await ollama.embed({ model: 'm', input: ['a'] })
await ollama.embeddings({ model: 'm', prompt: 'a' })
await ollama.list()
await ollama.ps()
await ollama.show({ model: 'm' })
await ollama.create({ model: 'x', from: 'm', system: 's' })
await ollama.copy({ source: 'a', destination: 'b' })
await ollama.pull({ model: 'm' })
await ollama.push({ model: 'm', insecure: true, stream: false })
await ollama.delete({ model: 'm' })
await ollama.version()""",
    "another client of ollama": f"""import {{ Ollama as Client }} from 'ollama'
const one = new Client({{ host: 'http://localhost:11434', headers: {{ 'User-Agent': 'x' }} }})
await one.chat({{ model: 'm', messages: {HI} }})
await new Client().show({{ model: 'm' }})
await new Client({{ host: '127.0.0.1' }}).show({{ model: 'n' }})""",
    "Ollama's cloud": f"""import {{ Ollama }} from "ollama";
const ollama = new Ollama({{
  host: "http://ollama.com",
  headers: {{ Authorization: "Bearer " + process.env.OLLAMA_API_KEY }},
}});
ollama.chat({{ model: "m", messages: {HI} }}).then(r => console.log(r))""",
    "the first round of tools": f"""import ollama from 'ollama'
const tools = [{{ type: 'function', function: {{ name: 'f', parameters: {{ type: 'object', properties: {{}} }} }} }}]
async function main() {{
  const messages = {HI}
  while (true) {{
    const response = await ollama.chat({{ model: 'm', messages, tools }})
    messages.push(response.message)
    const calls = response.message.tool_calls ?? []
    if (calls.length) {{
      for (const call of calls) messages.push({{ role: 'tool', content: String(call) }})
    }} else {{
      break
    }}
  }}
}}
main().catch(console.error)""",
    "rounds of tools with a limit": f"""import ollama from 'ollama'
const messages = {HI}
for (let turn = 0; turn < 6; turn++) {{
  const response = await ollama.chat({{ model: 'm', messages }})
  messages.push(response.message)
  if (!response.message.tool_calls) break
}}
for (const word of ['a', 'b']) {{
  const {{ response }} = await ollama.generate({{ model: 'm', prompt: word }})
  if (response) break
}}
await ollama.show({{ model: 'n' }})""",
    "zod by its own hand": f"""import ollama from 'ollama'
import * as z from 'zod'
{PERSON}
await ollama.chat({{ model: 'm', messages: {HI}, format: z.toJSONSchema(Person) }})""",
    "zod-to-json-schema": f"""import ollama from 'ollama'
import {{ z }} from 'zod/v3'
import {{ zodToJsonSchema }} from 'zod-to-json-schema'
{PERSON}
await ollama.chat({{ model: 'm', messages: {HI}, format: zodToJsonSchema(Person) }})
await ollama.chat({{ model: 'm', messages: {HI},
  format: zodToJsonSchema(z.object({{ a: z.string().optional() }})) }})""",
    "openai's zod helper": f"""{OPENAI}
import {{ zodResponseFormat }} from 'openai/helpers/zod'
import {{ z }} from 'zod'
{PERSON}
const response_format = zodResponseFormat(Person, 'p')
await client.chat.completions.parse({{ model: 'm', messages: {HI}, response_format }})""",
    "openai": f"{OPENAI}await client.chat.completions.create({{ model: 'm', messages: {HI}, n: 1, stop: null }})",
    "openai, streaming": f"""{OPENAI}
const stream = await client.chat.completions.create({{ model: 'm', messages: {HI}, stream: true }})
for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content || '')""",
    "openai's stream helper": f"""{OPENAI}
const runner = client.chat.completions.stream({{ model: 'm', messages: {HI} }}).on('content', c => console.log(c))
await runner.finalContent()""",
    "openai's other endpoints": f"""{OPENAI}
await client.completions.create({{ model: 'm', prompt: 'x' }})
await client.embeddings.create({{ model: 'm', input: 'a', encoding_format: 'float' }})
await client.responses.create({{ model: 'm', input: 'x' }}, {{ maxRetries: 0 }})
await client.images.generate({{ model: 'm', prompt: 'a cat' }})
await client.models.list()
await client.models.retrieve('m')
await client.embeddings.create({{ model: 'm', input: ['a'] }})""",
    "openai by its name": """import { OpenAI } from 'openai'
const api = new OpenAI({ baseURL: process.env.NOT_SET || 'http://127.0.0.1:11434/v1', apiKey: 'x' })
const ask = async (content, { model = 'm', ...rest } = {}) =>
  (await api.chat.completions.create({ model, messages: [{ role: 'user', content }] })).choices[0]
await ask('one')
await ask(`t${1 + 1}o`, { model: 'n' })""",
    "anthropic": f"""import Anthropic from '@anthropic-ai/sdk'
const anthropic = new Anthropic({{ baseURL: 'http://localhost:11434', apiKey: 'x' }})
await anthropic.messages.create({{ model: 'm', max_tokens: 5, messages: {HI} }})
const stream = anthropic.messages.stream({{ model: 'm', max_tokens: 5, messages: {HI} }})
await stream.done().catch(() => {{}})""",
    "fetch": """const url = 'http://localhost:11434'
const response = await fetch(`${url}/api/generate`, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ model: 'm', prompt: "it's", stream: false }),
})
const { response: text } = await response.json()
console.log(text)
await fetch(url + '/api/tags').then(r => r.json()).then(tags => console.log(tags.models))
await fetch(new URL('/api/show', url), { method: 'POST', body: '{"model": "m"}' })
const answer = await fetch(`${url}/api/chat`, { method: 'post', body: JSON.stringify({ model: 'm' }) })
const reader = answer.body.getReader()
while (true) {
  const { done, value } = await reader.read()
  if (done) break
  console.log(new TextDecoder().decode(value))
}""",
    "axios": """import axios from 'axios'
const { data } = await axios.post('http://localhost:11434/api/generate', { model: 'm', prompt: 'x', stream: false })
await axios.get('http://localhost:11434/api/tags')
await axios({ method: 'post', url: 'http://localhost:11434/api/show', data: { model: 'm' } })
await axios.delete('http://localhost:11434/api/delete', { data: { model: 'm' } })
const api = axios.create({ baseURL: 'http://localhost:11434/api' })
await api.post('/show', { model: 'n' })
await api.request({ url: '/ps' })""",
    "what follows from constants": """import ollama from 'ollama'
const model = 'm', count = 2
let prompt = 'Hello, '
prompt += `${model}! `
const words = ['a', 'b'].map((word, index) => word.toUpperCase() + index)
words.push('c', ...['d'])
const base = { temperature: 0.1 }
const options = { ...base, ['se' + 'ed']: 0x10, num_ctx: 1_000, top_p: .5, stop: ['\\n', "\\u{1F999}\\x41"] }
options.top_k = count > 1 ? 4 : 5
const messages = [{ role: 'system', content: 'Be\\
 brief' }]
messages.push({ role: 'user', content: prompt + words.join(', ') })
await ollama.chat({ model, messages, options })
for (const [index, word] of Object.entries({ x: 'one', y: 'two' })) {
  await ollama.generate({ model, prompt: `${index}: ${word}` })
}
for (let i = 0; i < 2; i++) await ollama.generate({ model, prompt: 'turn ' + i })
const [first, second = 'z'] = ['q']
await Promise.all([first, second].map(async (prompt) => ollama.generate({ model, prompt })))""",
    "a class of the block": """class Asker {
  model = 'm'
  #path = '/api/generate'
  constructor(base = 'http://localhost:11434') { this.base = base }
  async ask(prompt) { return this.send({ model: this.model, prompt, stream: false }) }
  async send(body) {
    const response = await fetch(`${this.base}${this.#path}`, { method: 'POST', body: JSON.stringify(body) })
    if (!response.ok) throw new Error('no')
    return response.json()
  }
}
const asker = new Asker()
asker.model = 'n'
await asker.ask('one')""",
    "a function used before it is there": """main()
async function main() { await fetch('http://localhost:11434/api/version') }""",
    "an arrow function called at once": """import ollama from 'ollama';
(async () => {
  try {
    await ollama.ps()
  } catch (error) {
    await ollama.list()
  }
})()""",
}


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory):
    """What arrived from each block, all run for real in one go."""
    if shutil.which("node") is None or not (CLIENTS / "node_modules").is_dir():
        leave_out("node or the npm packages of tests/clients are not installed (npm ci --prefix tests/clients)")
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "node_modules").symlink_to(CLIENTS / "node_modules")
    files = []
    for number, block in enumerate(SENT.values()):
        path = folder / f"block{number}.mjs"
        path.write_text(block, encoding="utf-8")
        files.append(str(path))
    with record() as recorder:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **recorder.environment}
        done = subprocess.run(
            ["node", str(CLIENTS / "run_pages.mjs"), *files], env=environment, cwd=folder, timeout=120,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        seen: list[list] = []
        for arrival in recorder.take():
            if arrival.path == "/next-page":
                seen.append([])
            else:
                seen[-1].append(arrival)
    return dict(zip(SENT, seen, strict=True)), done.stderr


@pytest.mark.parametrize("name", SENT)
def test_what_the_library_sends_is_what_detection_says(name, arrivals):
    arrived, errors = arrivals
    said = [as_arrival(request) for request in read(SENT[name], "javascript").requests]
    assert arrived[name], errors
    # What is sent at once arrives in any order.
    in_order = repr if "Promise.all" in SENT[name] else lambda _: 0
    assert sorted(said, key=in_order) == sorted(arrived[name], key=in_order)


@pytest.mark.parametrize(("call", "path", "body"), [
    ("webSearch('llamas')", "/api/web_search", {"query": "llamas"}),
    ("webFetch('https://example.org')", "/api/web_fetch", {"url": "https://example.org"}),
])  # fmt: skip
def test_a_text_where_the_library_takes_an_object_says_what_is_meant_and_is_not_sent(call, path, body):
    example = read(f"import ollama from 'ollama'\nawait ollama.{call}", "javascript")
    (request,) = example.requests
    assert (request.path, request.body, request.upstream, example.runnable) == (path, body, "cloud", False)
    assert "stops before sending" in example.reason


@pytest.mark.parametrize("key", ["[1, [2]]", "{}", "0x" + "f" * 5000, "() => 1", "/a/"])
def test_a_member_by_any_odd_name_is_no_fault(key):
    assert not read(f"import ollama from 'ollama'\nconst o = {{}}\nollama.chat(o[{key}])", "javascript").runnable
