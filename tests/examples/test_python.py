"""Python examples: what detection says is what the real libraries send."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.reading import as_arrival, read_page
from tests.examples.recorder import record

OPENAI = "from openai import OpenAI\nclient = OpenAI(base_url='http://localhost:11434/v1/', api_key='ollama')\n"
HI = "[{'role': 'user', 'content': 'Hi'}]"
PERSON = """from pydantic import BaseModel, Field
from typing import Literal, Optional
from enum import Enum

class Color(str, Enum):
    RED = 'red'
    BLUE = 'blue'

class Address(BaseModel):
    \"\"\"Where somebody lives.\"\"\"
    street: str
    number: int | None = None

class Person(BaseModel):
    first_name: str = Field(description='The name', min_length=1)
    age: int = Field(ge=0, le=150)
    size: float = 1.8
    tags: list[str] = []
    mood: Literal['good', 'bad'] = 'good'
    kind: Literal['person']
    home: Address
    others: list[Address] = Field(default_factory=list)
    notes: dict[str, int]
    extra: dict
    nick: Optional[str] = None
    pair: tuple[int, str]
    favorite: Color
"""

# Each page is a list of blocks, or one block.
SENT: dict[str, str | list[str]] = {
    "ollama.chat": f"import ollama\nollama.chat(model='m', messages={HI})",
    "ollama.chat by position, streaming": f"""from ollama import chat
for part in chat('m', {HI}, stream=True):
    print(part['message']['content'], end='', flush=True)""",
    "ollama.chat with everything": f"""import ollama
ollama.chat(model='m', messages={HI}, format='json', think='low', keep_alive='5m', logprobs=True,
            options={{'temperature': 0, 'num_ctx': 4096, 'stop': ['a', 'b']}})""",
    "an empty message is dropped as the library drops it": """import ollama
ollama.chat(model='m', messages=[
    {'role': 'assistant', 'content': '', 'name': 'x', 'tool_calls': [
        {'type': 'function', 'id': '1', 'function': {'index': 0, 'name': 'f', 'arguments': {'a': 1}}}]},
    {'role': 'tool', 'tool_name': 'f', 'content': '22'},
])""",
    "a tool as a schema": f"""import ollama
tool = {{'type': 'function', 'function': {{'name': 'f', 'description': 'd', 'strict': True, 'parameters': {{
    'type': 'object', 'required': ['a'], 'additionalProperties': False,
    'properties': {{'a': {{'type': 'string', 'description': 'x', 'minLength': 2}},
                   'b': {{'type': 'array', 'items': {{'type': 'string'}}}},
                   'c': {{'type': 'string', 'enum': ['x', 'y']}}}}}}}}}}
ollama.chat(model='m', messages={HI}, tools=[tool])""",
    "a function as a tool": f"""from ollama import chat
from typing import Optional

def add(a: int, b: float = 2, note: Optional[str] = None, flag: bool = False, things: list[str] = (), loose='x') -> int:
    \"\"\"
    Add two
    numbers.

    Args:
      a (int): The first number
      b: The second number,
        which may be a fraction
      note: Anything

    Returns:
      The sum
    \"\"\"
    return a + b

def plain(city: str):
    return city

def nothing():
    '''Does nothing.'''

known = {{'add': add, 'plain': plain}}
chat(model='m', messages={HI}, tools=[add, plain, nothing], think=True)
chat(model='m', messages={HI}, tools=known.values())""",
    "the library's own web tools": f"""from ollama import chat, web_fetch, web_search
chat(model='m', messages={HI}, tools=[web_search, web_fetch])""",
    "a schema made by pydantic": f"""from ollama import chat
{PERSON}
chat(model='m', messages={HI}, format=Person.model_json_schema())""",
    "the first round of tools": f"""from ollama import chat

def f(x: str) -> str:
    return x

messages = {HI}
response = chat(model='m', messages=messages, tools=[f])
messages.append(response.message)
if response.message.tool_calls:
    for call in response.message.tool_calls:
        messages.append({{'role': 'tool', 'content': f(**call.function.arguments)}})
    chat(model='m', messages=messages)
print(response.message.content)""",
    "an agent's loop": f"""from ollama import chat
messages = {HI}
while True:
    response = chat(model='m', messages=messages)
    messages.append(response.message)
    if not response.message.tool_calls:
        break""",
    "an agent's loop with a limit": f"""from ollama import chat
messages = {HI}
for turn in range(6):
    response = chat(model='m', messages=messages)
    messages.append(response.message)
    try:
        if not response.message.tool_calls:
            break
    finally:
        print(turn)
chat(model='n', messages={HI})""",
    "what returns from its loop": f"""import ollama

def ask():
    tries = 0
    while tries < 3:
        response = ollama.chat(model='m', messages={HI})
        if not response.message.tool_calls:
            return response.message.content
        tries += 1

print(ask())""",
    "ollama.generate": """import ollama
ollama.generate('m', 'Why?', 'because', system='s', template='t', raw=True, format='json', options={'seed': 1})
ollama.generate(model='m', prompt='Why?', stream=False, think=False, images=None, context=[1, 2], width=3)""",
    "embeddings": """import ollama
ollama.embed(model='m', input=['a', 'b'], truncate=True, dimensions=3, keep_alive=0)
ollama.embed('m', 'a')
ollama.embeddings('m', 'a', options={'num_ctx': 1})""",
    "all that manages models": """import ollama
ollama.list()
ollama.ps()
ollama.show('m')
ollama.create(model='x', from_='m', system='s', parameters={'temperature': 1}, quantize='q4_K_M', license=['a'])
ollama.copy('m', 'n')
ollama.pull('m')
for step in ollama.pull('m', stream=True): print(step)
ollama.push('m', insecure=True)
ollama.delete('m')""",
    "a client": f"""from ollama import Client
client = Client(host='http://localhost:11434', headers={{'x-some-header': 'v'}})
client.chat(model='m', messages={HI})
Client('localhost').generate('m', 'x')
Client(host='127.0.0.1:11434').show('m')""",
    "Ollama's cloud": f"""import os
from ollama import Client
client = Client(host='http://ollama.com', headers={{'Authorization': 'Bearer ' + (os.environ.get('NO_KEY') or 'x')}})
client.chat('m', messages={HI})""",
    "an asynchronous client": f"""import asyncio
from ollama import AsyncClient

async def ask():
    client = AsyncClient(host='http://localhost:11434')
    async for part in await client.chat(model='m', messages={HI}, stream=True):
        print(part)

asyncio.run(ask())""",
    "await on its own": f"from ollama import AsyncClient\nawait AsyncClient().chat(model='m', messages={HI})",
    "a client of an earlier block": [
        "from ollama import Client, chat",
        "client = Client()\nMODEL = 'm'",
        f"client.chat(model=MODEL, messages={HI})\nchat(MODEL, {HI})",
    ],
    "openai": f"{OPENAI}client.chat.completions.create(model='m', messages={HI}, temperature=0.5, max_tokens=None)",
    "openai streaming": f"""{OPENAI}
stream = client.chat.completions.create(model='m', messages={HI}, stream=True, stream_options={{'include_usage': True}})
for chunk in stream:
    print(chunk.choices[0].delta.content or '', end='')""",
    "openai's stream manager": f"""{OPENAI}
with client.chat.completions.stream(model='m', messages={HI}) as stream:
    for event in stream:
        print(event)""",
    "openai, asynchronous": f"""import asyncio
from openai import AsyncOpenAI
client = AsyncOpenAI(base_url='http://localhost:11434/v1', api_key='x')

async def main() -> None:
    stream = await client.chat.completions.create(model='m', messages={HI}, stream=True)
    async for chunk in stream:
        print(chunk)

if __name__ == '__main__':
    asyncio.run(main())""",
    "openai's extra_body": f"""{OPENAI}
client.chat.completions.create(model='m', messages={HI}, seed=1, extra_headers={{'a': 'b'}}, timeout=10,
    response_format={{'type': 'json_schema', 'json_schema': {{'name': 'x'}}}},
    extra_body={{'think': False, 'seed': 2, 'response_format': {{'json_schema': {{'strict': True}}}}}})""",
    "openai's parse": f"""{OPENAI}{PERSON}
client.chat.completions.parse(model='m', messages={HI}, response_format=Address)""",
    "openai's parse in beta": f"""{OPENAI}{PERSON}
client.beta.chat.completions.parse(model='m', messages={HI}, response_format=Person)""",
    "openai's other endpoints": f"""{OPENAI}
client.completions.create(model='m', prompt='Say')
client.embeddings.create(model='m', input=['a'])
client.embeddings.create(model='m', input='a', encoding_format='float')
client.responses.create(model='m', input='Write', instructions='Short')
client.images.generate(model='m', prompt='a cat', size='1024x1024', response_format='b64_json')
client.models.retrieve('m')
list(client.models.list())""",
    "openai's responses, parsed and streamed": f"""{OPENAI}{PERSON}
client.responses.parse(model='m', input='x', text_format=Address)
for event in client.responses.create(model='m', input='x', stream=True):
    print(event)""",
    "openai as a module": f"""import openai
openai.base_url = 'http://localhost:11434/v1/'
openai.api_key = 'ollama'
openai.chat.completions.create(model='m', messages={HI})""",
    "openai wrapped": f"""{OPENAI}
client.with_options(timeout=5).chat.completions.create(model='m', messages={HI})
client.chat.completions.with_raw_response.create(model='m', messages={HI})""",
    "anthropic": f"""import anthropic
client = anthropic.Anthropic(base_url='http://localhost:11434', api_key='ollama')
client.messages.create(model='m', max_tokens=10, messages={HI})
with client.messages.stream(model='m', max_tokens=10, messages={HI}) as stream:
    for text in stream.text_stream:
        print(text)""",
    "requests": """import requests
requests.post('http://localhost:11434/api/chat', json={'model': 'm', 'stream': False}, timeout=5)
requests.get('http://localhost:11434/api/tags').json()
requests.delete('http://localhost:11434/api/delete', json={'model': 'm'})
requests.request('POST', 'http://localhost:11434/api/show', json={'model': 'm'})""",
    "requests with json.dumps": """import json, requests
URL = "http://localhost:11434"
payload = {"model": "m", "prompt": "é ü"}
payload["options"] = {"seed": 1}
payload.update(stream=False, think=True)
headers = {"Content-Type": "application/json"}
r = requests.post(f"{URL}/api/generate", headers=headers, data=json.dumps(payload))
requests.post(URL + "/api/generate", data=json.dumps({"model": "m"}).encode("utf-8"), stream=True)
requests.post("{}/api/generate".format(URL), '{"model": "m"}')
session = requests.Session()
session.post("%s/api/show" % URL, json=dict(model="m", **{"verbose": True}))
with requests.post(URL + "/api/pull", json={"model": "m"}, stream=True) as r:
    for line in r.iter_lines():
        print(line)""",
    "httpx": """import httpx
httpx.post('http://localhost:11434/api/chat', json={'model': 'm'})
with httpx.stream('POST', 'http://localhost:11434/api/generate', json={'model': 'm', 'prompt': 'x'}) as response:
    for line in response.iter_lines():
        print(line)
with httpx.Client(base_url='http://localhost:11434/api/') as client:
    client.post('/show', json={'model': 'm'})
    client.post('show', content='{"model": "n"}')
    client.request('GET', '/tags')""",
    "httpx, asynchronous": """import asyncio, httpx
async def ask(prompt: str, model: str = 'm') -> str:
    async with httpx.AsyncClient(base_url='http://localhost:11434', timeout=None) as client:
        async with client.stream('POST', '/api/generate', json={'model': model, 'prompt': prompt}) as response:
            async for line in response.aiter_lines():
                print(line)
async def main():
    await asyncio.gather(ask('one'), )
    for prompt in ['two', 'three']:
        await ask(prompt, model='n')
asyncio.run(main())""",
    "aiohttp": """import aiohttp, asyncio, json
async def main():
    async with aiohttp.ClientSession() as session:
        async with session.post('http://localhost:11434/api/chat', json={'model': 'm'}) as response:
            print(await response.text())
        async with session.get('http://localhost:11434/api/ps') as response:
            pass
        async with session.post('http://localhost:11434/api/show', data=json.dumps({'model': 'm'})) as response:
            pass
asyncio.run(main())""",
    "urllib": """import json
from urllib.request import Request, urlopen
import urllib.request
data = json.dumps({'model': 'm', 'prompt': 'x'}).encode()
request = Request('http://localhost:11434/api/generate', data=data, headers={'Content-Type': 'application/json'})
with urlopen(request) as response:
    print(response.read())
urllib.request.urlopen('http://localhost:11434/api/version')
urllib.request.urlopen(Request('http://localhost:11434/api/delete', method='DELETE', data=b'{"model":"m"}'))
urllib.request.urlopen('http://localhost:11434/api/show', data=data)""",
    "what follows from constants": """import ollama
NAME, TIMES = 'World', 2 + 1
parts = ['a'] + ['b'] * 2
parts += ['c']
parts.append('d')
parts.extend(x.upper() for x in ('e', 'f') if x != 'f')
parts.insert(0, 'z')
messages = [{'role': 'system', 'content': 'Be brief'}]
messages.append({'role': 'user', 'content': f'Hello, {NAME}! {TIMES} times ' + ', '.join(parts)})
base = {'temperature': 0.1}
options = {**base, 'seed': 3, **dict(top_k=4)}
extra = [*messages, {'role': 'user', 'content': '''  many
lines '''.strip()}]
ollama.chat(model='m' if TIMES > 2 else 'n', messages=extra, options=options, keep_alive=-1)
for number, word in enumerate(['x', 'y']):
    if number == 1:
        continue
    ollama.generate(model='m', prompt=word + str(number))
squares = [{'n': n} for n in range(3)]
settings = {k: v for k, v in zip(['a', 'b'], [1, 2])}
text = 'Translate {what} to {0}'.format('French', what='it')
ollama.generate(model='m', prompt=text.replace('it', 'this')[:18], options={'squares': squares, **settings})""",
    "functions of the block": """import ollama
def chat(prompt, *, model='m', **options):
    messages = build(prompt)
    return ollama.chat(model=model, messages=messages, options=options)
def build(prompt, role='user'):
    if role == 'system':
        return []
    return [{'role': role, 'content': prompt}]
def main():
    chat('one', temperature=0.5)
    chat(prompt='two', model='n')
if __name__ == '__main__':
    main()""",
    "a class of the block": """import requests
class Asker:
    path = '/api/generate'
    def __init__(self, base='http://localhost:11434', model='m'):
        self.base, self.model = base, model
        self.history = []
    @property
    def url(self):
        return self.base + self.path
    def ask(self, prompt, stream=False):
        self.history.append(prompt)
        return self._post({'model': self.model, 'prompt': ' '.join(self.history), 'stream': stream})
    def _post(self, body):
        return requests.post(self.url, json=body).json()
asker = Asker(model='n')
asker.ask('one')
asker.ask('two', stream=True)""",
    "errors handled": """import ollama
try:
    ollama.chat(model='m', messages=[])
except ollama.ResponseError as e:
    if e.status_code == 404:
        ollama.pull('m')
finally:
    ollama.ps()""",
    "threads": """from concurrent.futures import ThreadPoolExecutor
import ollama
def ask(prompt):
    return ollama.generate(model='m', prompt=prompt)['response']
with ThreadPoolExecutor(max_workers=1) as pool:
    print(list(pool.map(ask, ['one', 'two'])))""",
}


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory):
    """What arrived from each page, all run for real in one go."""
    pages = [[page] if isinstance(page, str) else page for page in SENT.values()]
    folder = tmp_path_factory.mktemp("python")
    with record() as recorder:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "OLLAMA_API_KEY": "x", **recorder.environment}
        script = Path(__file__).with_name("run_python.py")
        done = subprocess.run(
            [sys.executable, str(script)], input=json.dumps(pages), env=environment, cwd=folder, timeout=120,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        pages_seen: list[list] = []
        for arrival in recorder.take():
            if arrival.path == "/next-page":
                pages_seen.append([])
            else:
                pages_seen[-1].append(arrival)
    return dict(zip(SENT, pages_seen, strict=True)), done.stderr


@pytest.mark.parametrize("name", SENT)
def test_what_the_library_sends_is_what_detection_says(name, arrivals):
    arrived, errors = arrivals
    page = SENT[name]
    said = [
        as_arrival(request)
        for example in read_page(*([page] if isinstance(page, str) else page), lang="python")
        for request in example.requests
    ]
    assert said == arrived[name], errors
    assert arrived[name]
