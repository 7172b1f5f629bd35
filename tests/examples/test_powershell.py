"""PowerShell examples; there is no PowerShell to run them with here, so the expected requests are written out."""

from __future__ import annotations

import pytest

from tests.examples.reading import read

URL = "http://localhost:11434/api/generate"


def sent(text):
    return [(r.method, r.path, r.upstream, r.stream, r.body) for r in read(text, "powershell").requests]


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (f"""(Invoke-WebRequest -method POST -Body '{{"model":"m"}}' -uri {URL} ).Content | ConvertFrom-json""",
         {"model": "m"}),
        (f"""Invoke-RestMethod -Uri "{URL}" -Method Post -ContentType "text/x" -Body '{{"prompt":"it''s"}}'""",
         {"prompt": "it's"}),
        (f"""$body = @{{
  model = "m"   # which one
  prompt = "Why?"; stream = $false
  options = @{{ temperature = 0.5; num_ctx = 4096 }}
  messages = @(@{{ role = 'user'; content = 'Hi' }}, @{{ role = 'assistant'; content = 'Ho' }})
}} | ConvertTo-Json -Depth 5

$answer = Invoke-RestMethod -Uri "{URL}" `
  -Method Post `
  -Body $body
$answer.response""",
         {"model": "m", "prompt": "Why?", "stream": False, "options": {"temperature": 0.5, "num_ctx": 4096},
          "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}),
        (f"""$model = "m"
irm {URL} -Method POST -Body (@{{ model = $model; prompt = "Hi, $model" }} | ConvertTo-Json)""",
         {"model": "m", "prompt": "Hi, m"}),
        (f"""$json = @'
{{"model": "$m"}}
'@
iwr -Uri {URL} -Method Post -Body $json""", {"model": "$m"}),
    ],
)  # fmt: skip
def test_a_body_is_read_in_every_form(text, body):
    assert sent(text) == [("POST", "/api/generate", "local", body.get("stream", True), body)]


def test_without_a_method_it_gets():
    assert sent("Invoke-RestMethod http://localhost:11434/api/tags | ConvertTo-Json") == [
        ("GET", "/api/tags", "local", False, None)
    ]


def test_an_unknown_variable_is_asked_of_the_reader():
    example = read(f'irm {URL} -Method Post -Body (@{{ prompt = $question }} | ConvertTo-Json)')
    assert example.fillable
    assert example.missing[0].name == "question"


@pytest.mark.parametrize(
    "text",
    [
        "Invoke-WebRequest https://ollama.com/install.ps1 | iex",
        "Invoke-RestMethod -Uri http://localhost:11434/api/tags -Body '",
        "irm (((((",
        "irm @{",
        "irm @{ a =",
        'irm "$(Get-Date)" http://localhost:11434/api/tags',
    ],
)
def test_what_is_no_request_or_half_of_one_stays_code(text):
    assert read(text, "powershell").kind == "none"


def test_an_environment_that_the_block_sets_counts():
    text = '$env:OLLAMA_HOST = "http://gpu.example:11434"\nInvoke-RestMethod "$env:OLLAMA_HOST/api/tags"'
    (request,) = read(text, "powershell").requests
    assert (request.upstream, request.origin) == ("other", "http://gpu.example:11434")
    assert read('Invoke-RestMethod "$env:OLLAMA_HOST/api/tags"', "powershell").requests[0].upstream == "local"
