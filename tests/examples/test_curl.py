"""curl examples: what detection says is what curl sends."""

from __future__ import annotations

import json
import os
import shutil
import subprocess

import pytest

from tests.examples.reading import as_arrival, read, read_page
from tests.examples.recorder import record

CHAT = "http://localhost:11434/api/chat"
SENT = {
    "single quotes": f"curl {CHAT} -d '{{\"model\": \"m\", \"messages\": []}}'",
    "a body over several lines": f"""curl {CHAT} -d '{{
  "model": "m",
  "messages": [{{"role": "user", "content": "it is \\"so\\""}}]
}}'""",
    "double quotes with escapes": f'curl {CHAT} -d "{{\\"model\\": \\"m\\", \\"n\\": \\"\\\\\\\\ \\$HOME\\"}}"',
    "ANSI-C quotes": f"""curl {CHAT} -d $'{{"model": "it\\'s", "prompt": "\\u00e9 \\x41\\101"}}'""",
    "an apostrophe by closing and opening": f"""curl {CHAT} -d '{{"prompt": "it'\\''s"}}'""",
    "continued lines": f"""curl -X POST {CHAT} \\
  -H "Content-Type: application/json" \\
  -H 'Authorization: Bearer x' \\
  -d '{{"model": "m"}}'""",
    "short options in one word": f"curl -sSNX POST {CHAT} -d'{{\"a\": 1}}'",
    "the method in the same word": """curl -XDELETE http://localhost:11434/api/delete -d '{"model": "m"}'""",
    "long options": f"curl --request POST --url {CHAT} --header 'X: y' --data '{{\"a\": [1, 2.5, null, true]}}'",
    "--json": f"curl --json '{{\"a\": 1}}' {CHAT}",
    "--json in two halves": f"""curl --json '{{"a": 1,' --json '"b": 2}}' {CHAT}""",
    "--data-raw with an @": f"""curl {CHAT} --data-raw '{{"to": "@me"}}'""",
    "--data-binary with line ends": f"""curl {CHAT} --data-binary '{{\n "a": 1\n}}'""",
    "no scheme": "curl localhost:11434/api/tags",
    "another name of this machine": "curl http://127.0.0.1:11434/api/ps",
    "HEAD": "curl -I http://localhost:11434/api/blobs/sha256:abc",
    "several commands": f"""# load it
curl {CHAT} -d '{{"model": "m"}}'   # and keep it
curl {CHAT} -d '{{"model": "m", "keep_alive": 0}}'
curl -s http://localhost:11434/api/version && curl http://localhost:11434/api/ps; true""",
    "piped on": f"curl -s {CHAT} -d '{{\"model\": \"m\", \"stream\": false}}' | python3 -m json.tool | head -5",
    "output sent away": f"curl -s -o /dev/null -w '%{{http_code}}' {CHAT} -d '{{}}' > /dev/null 2>&1",
    "a here-document": f"""curl {CHAT} -d @- <<'EOF'
{{"model": "m", "prompt": "$HOME `x` \\"q\\""}}
EOF""",
    "a here-document with a variable": f"""MODEL=llama
curl {CHAT} -d @- <<EOF
{{"model": "$MODEL", "prompt": "cost \\$5 and ${{MODEL}}s"}}
EOF""",
    "a here-document piped in": f"""cat <<EOF | curl -s {CHAT} --data-binary @-
{{"model": "m"}}
EOF""",
    "a pipe after the here-document's mark": f"""curl -s {CHAT} -d @- <<EOF | cat
{{"model": "m"}}
EOF""",
    "echo piped in": f"""echo '{{"model": "m"}}' | curl {CHAT} -d @-""",
    "printf piped in": f"""printf '%s' '{{"model": "m"}}' | curl {CHAT} -d @-""",
    "a here-string": f"""curl {CHAT} -d @- <<< '{{"model": "m"}}'""",
    "a file the block wrote": f"""cat > body.json <<'EOF'
{{
  "model": "m"
}}
EOF
curl {CHAT} -d @body.json
curl {CHAT} --json @body.json""",
    "a here-document inside quotes": f"""curl {CHAT} -d "$(cat <<'EOF'
{{"model": "m", "prompt": "it's"}}
EOF
)\"""",
    "variables": """BASE=http://localhost:11434
export MODEL="llama" N=5
curl "$BASE/api/chat" -d '{"model": "'"$MODEL"'", "n": '$N'}'
curl ${BASE}/api/chat -d "{\\"model\\": \\"${MODEL}\\", \\"n\\": ${N}}" """,
    "a default": 'curl "${OLLAMA:-http://localhost:11434}/api/tags"',
    "a variable made by a command": f"""PROMPT=$(echo "hi there")
curl {CHAT} -d "{{\\"prompt\\": \\"$PROMPT\\"}}" """,
    "a loop": f"""for model in a b; do
  curl -s {CHAT} -d "{{\\"model\\": \\"$model\\"}}"
done""",
    "a condition": """if curl -sf http://localhost:11434/api/version; then
  curl -s http://localhost:11434/api/tags
fi""",
    "the answer kept in a variable": "TAGS=$(curl -s http://localhost:11434/api/tags)\necho done",
    "an assignment for one command": "LANG=C curl http://localhost:11434/api/tags",
    "two addresses": "curl http://localhost:11434/api/tags http://localhost:11434/api/ps",
    "--next": f"curl http://localhost:11434/api/tags --next {CHAT} -d '{{\"a\": 1}}'",
    "Ollama's cloud": 'curl http://ollama.com/api/tags -H "Authorization: Bearer $OLLAMA_API_KEY"',
    "unusual characters": f"""curl {CHAT} -d '{{"p": "🦙 \u2028 $(date) `id` %20 !x"}}'""",
}


@pytest.fixture(scope="module")
def far_end():
    with record() as recorder:
        yield recorder


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("name", SENT)
def test_what_curl_sends_is_what_detection_says(name, far_end, tmp_path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **far_end.environment}
    run = ["bash", "-c", SENT[name]]
    subprocess.run(run, env=environment, cwd=tmp_path, timeout=20, capture_output=True, check=False)
    arrived = far_end.take()
    assert arrived
    assert [as_arrival(request) for request in read(SENT[name]).requests] == arrived


def test_a_native_chat_streams_unless_told_not_to():
    told = f"curl {CHAT} -d '{{\"model\": \"m\", \"stream\": false}}'"
    assert read(SENT["single quotes"]).requests[0].stream
    assert not read(told).requests[0].stream


def test_v1_streams_only_when_told_to():
    url = "http://localhost:11434/v1/chat/completions"
    assert not read(f"curl {url} -d '{{\"model\": \"m\"}}'").requests[0].stream
    assert read(f"curl {url} -d '{{\"model\": \"m\", \"stream\": true}}'").requests[0].stream


@pytest.mark.parametrize(
    ("url", "upstream"),
    [
        ("http://localhost:11434/api/tags", "local"),
        ("127.0.0.1:11434/api/tags", "local"),
        ("http://0.0.0.0:11434/api/tags", "local"),
        ("http://[::1]:11434/api/tags", "local"),
        ("http://host.docker.internal:11434/api/tags", "local"),
        ("$OLLAMA_HOST/api/tags", "local"),
        ("http://$OLLAMA_HOST/api/tags", "local"),
        ("http://${OLLAMA_HOST}:11434/api/tags", "local"),
        ("${OLLAMA_HOST:-http://127.0.0.1:11434}/api/tags", "local"),
        ("https://ollama.com/api/tags", "cloud"),
        ("https://www.ollama.com/api/tags", "cloud"),
        ("http://localhost:8001/api/tags", "other"),
        ("http://gpu.example:11434/api/tags", "other"),
        ("https://api.openai.com/v1/models", "other"),
        ("https://ollama.com.example.org/api/tags", "other"),
    ],
)
def test_the_address_says_which_server_is_meant(url, upstream):
    example = read(f'curl "{url}"')
    assert [request.upstream for request in example.requests] == [upstream]
    assert example.runnable is (upstream != "other")


@pytest.mark.parametrize(
    "text",
    [
        "curl -fsSL https://ollama.com/install.sh | sh",
        "curl http://localhost:8000/api/admin/status",
        "echo curl http://localhost:11434/api/tags",
        "# curl http://localhost:11434/api/tags",
        "ollama run llama 'see curl http://localhost:11434/api/tags'",
        "docker run -p 11434:11434 ollama/ollama",
        "export OLLAMA_HOST=http://localhost:11434",
        "cat > notes.txt <<EOF\ncurl http://localhost:11434/api/tags\nEOF",
    ],
)
def test_what_calls_no_api_is_no_example(text):
    assert read(text, "bash").kind == "none"


def test_an_image_file_is_asked_of_the_reader():
    example = read(
        f"""IMG=$(base64 < photo.jpg | tr -d '\\n')
curl {CHAT} -d '{{"model": "m", "messages": [{{"role": "user", "content": "?", "images": ["'"$IMG"'"]}}]}}'"""
    )
    assert not example.runnable
    assert example.fillable
    assert "photo.jpg" in example.reason
    (missing,) = example.missing
    assert (missing.name, missing.kind, missing.placeholder) == ("photo.jpg", "image", None)
    assert missing.at == ("messages", 0, "images", 0)


def test_a_piece_of_text_is_asked_of_the_reader():
    example = read(f"""curl {CHAT} -d "{{\\"model\\": \\"m\\", \\"prompt\\": \\"About $TOPIC, please\\"}}" """)
    (missing,) = example.missing
    assert example.requests[0].body == {"model": "m", "prompt": "About {TOPIC}, please"}
    assert (missing.at, missing.placeholder) == (("prompt",), "{TOPIC}")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (f"curl {CHAT} -d '{{\"model\": }}'", "JSON"),
        (f"curl {CHAT} -d '{{\"a\": 1}} // twice'", "JSON"),
        (f"curl {CHAT} -d '{{\"a\": NaN}}'", "JSON"),
        (f"curl {CHAT} -d '[1]'", "object"),
        (f"curl {CHAT} -F file=@x", "form"),
        (f"curl {CHAT} -d @body.json", "body.json"),
        (f"curl -X POST {CHAT}", "body"),
        (f"curl {CHAT} --data-urlencode '{{\"model\": \"m\"}}'", "form"),
        ("curl --unix-socket /run/x.sock http://localhost:11434/api/tags", "--unix-socket"),
        ("curl --resolve localhost:11434:192.0.2.1 http://localhost:11434/api/tags", "--resolve"),
        ("curl -K more.conf http://localhost:11434/api/tags", "--config"),
        (f"curl {CHAT}", "POST /api/chat"),
        ("curl -T model.gguf http://localhost:11434/api/blobs/sha256:abc", "model.gguf"),
        (f"X=$(curl -s http://localhost:11434/api/ps)\ncurl {CHAT} -d \"{{\\\"p\\\": \\\"$X\\\"}}\"", "answer"),
    ],
)
def test_what_cannot_be_sent_says_why(text, word):
    example = read(text)
    assert example.requests
    assert not example.runnable
    assert word in example.reason


HALF = [f"curl {CHAT} -d '{{\"model\": \"m\"", f'curl "{CHAT} -d \'{{}}\'', f"curl {CHAT} -d $("]


@pytest.mark.parametrize("text", HALF)
def test_half_a_command_never_gets_a_run_button(text):
    assert not read(text).runnable


def test_of_a_session_only_the_commands_count():
    text = "$ curl -s http://localhost:11434/api/version\n{\"version\": \"curl http://localhost:11434/api/ps\"}\n$ ls\n"
    assert [request.path for request in read(text, "console").requests] == ["/api/version"]


def test_a_curl_command_is_found_under_any_label():
    for lang in ("python", "json", "", "http", "javascript"):
        assert read(SENT["continued lines"], lang).runnable


def test_a_variable_of_an_earlier_block_counts():
    _, example = read_page("MODEL=llama", f"curl {CHAT} -d \"{{\\\"model\\\": \\\"$MODEL\\\"}}\"", lang="bash")
    assert example.runnable
    assert example.requests[0].body == {"model": "llama"}


def test_requests_that_alter_the_server_are_marked():
    assert read("curl http://localhost:11434/api/pull -d '{\"model\": \"m\"}'").changes_server
    assert not read(SENT["single quotes"]).changes_server


# What jq 1.6 printed for these, as values.
JQ = {
    """jq -n --arg p "it's $X" '{model: "m", prompt: $p, "stream": false, n: [1, -2.5, null]}'""":
        {"model": "m", "prompt": "it's so", "stream": False, "n": [1, -2.5, None]},
    """jq -nc --arg model a/b:1b --argjson o '{"seed": 1}' '{$model, options: $o, messages: [{role: "user", content: "é\\n"}]}'""":
        {"model": "a/b:1b", "options": {"seed": 1}, "messages": [{"role": "user", "content": "é\n"}]},
    """jq --null-input --arg q '"q" \\' '{prompt: $q}'""": {"prompt": '"q" \\'},
}  # fmt: skip


@pytest.mark.parametrize("command", JQ)
def test_a_body_that_jq_lays_out_counts(command):
    for text in (f'X=so\ncurl {CHAT} -d "$({command})"', f"X=so\n{command} | curl {CHAT} -d @-"):
        example = read(text, "bash")
        assert example.runnable, example.reason
        assert example.requests[0].body == JQ[command]


def test_what_jq_is_given_from_elsewhere_is_to_be_given():
    example = read(f"""curl {CHAT} -d "$(jq -n --arg i "$(base64 -w0 cat.png)" --arg q "$1" '{{images: [$i], prompt: ("Say " + $q)}}')" """)
    assert not example.runnable
    example = read(f"""curl {CHAT} -d "$(jq -n --arg i "$(base64 -w0 cat.png)" '{{model: "m", images: [$i]}}')" """)
    assert [(given.name, given.kind, given.at) for given in example.missing] == [("cat.png", "image", ("images", 0))]
    assert example.fillable


@pytest.mark.parametrize("jq", ["jq '{a: 1}' file", "jq -n '{a: now}'", "jq -n '{a: $b}'", "jq -n '{a: 1} | .a'", "jq -n '{\"a\": \"\\(1 + 1)\"}'", "jq -n '{'"])
def test_what_jq_computes_is_not_guessed(jq):
    assert not read(f'curl {CHAT} -d "$({jq})"').runnable


@pytest.mark.parametrize(("body", "name"), [
    ('{"model": "<model_name>"}', "model_name"),
    ('{"model": "YOUR_MODEL"}', "YOUR_MODEL"),
    ('{"name": "your-model:latest"}', "your-model:latest"),
    ('{"model": "m", "messages": [{"role": "user", "content": "<your question>"}]}', "your question"),
])  # fmt: skip
def test_a_name_that_stands_for_the_readers_own_is_to_be_given_and_the_body_stays_as_it_is(body, name):
    example = read(f"curl {CHAT} -d '{body}'")
    assert not example.runnable
    assert example.fillable
    assert [given.name for given in example.missing] == [name]
    assert example.reason == f"It needs a value for “{name}”."
    assert json.dumps(example.requests[0].body) == body


@pytest.mark.parametrize("body", [
    '{"model": "<|m|>", "options": {"stop": ["<end>"]}}',
    '{"prompt": "<b>bold</b>", "raw": true}',
    '{"prompt": "YOUR_MODEL is down", "system": "GPU_X"}',
    '{"model": "MYMODEL", "suffix": "<end>"}',
])  # fmt: skip
def test_text_that_only_looks_a_little_like_it_is_sent(body):
    assert read(f"curl {CHAT} -d '{body}'").runnable


@pytest.mark.parametrize(("body", "name", "kind", "at", "placeholder"), [
    ('{"model": "m", "prompt": "..."}', "prompt", "text", ("prompt",), "..."),
    ('{"messages": [{"role": "user", "content": "…"}]}', "content", "text", ("messages", 0, "content"), "…"),
    ('{"images": ["iVBORw0KGgo...base64..."]}', "iVBORw0KGgo...base64...", "image", ("images", 0), "iVBORw0KGgo...base64..."),
    ('{"images": ["cat.png"]}', "cat.png", "image", ("images", 0), "cat.png"),
    ('{"image_url": {"url": "data:image/png;base64,..."}}', "image", "image", ("image_url", "url"), "..."),
    ('{"source": {"type": "base64", "data": "iVBO..."}}', "iVBO...", "image", ("source", "data"), "iVBO..."),
])  # fmt: skip
def test_what_is_left_out_is_to_be_given_and_the_body_stays_as_it_is(body, name, kind, at, placeholder):
    example = read(f"curl {CHAT} -d '{body}'")
    assert (example.runnable, example.fillable) == (False, True)
    (given,) = example.missing
    assert (given.name, given.kind, given.at, given.placeholder) == (name, kind, at, placeholder)
    assert json.dumps(example.requests[0].body, ensure_ascii=False) == body


@pytest.mark.parametrize("body", [
    '{"prompt": "Go on ..."}',
    '{"images": ["aGk="]}',
    '{"image_url": "data:image/png;base64,aGk="}',
    '{"options": {"stop": ["..."]}}',
    '{"prompt": "data: 1"}',
])  # fmt: skip
def test_what_is_written_out_is_sent(body):
    assert read(f"curl {CHAT} -d '{body}'").runnable


@pytest.mark.parametrize("body", ['{"model": "m", // which one\n "prompt": "a // b"}', '{/* "x": 1 */"model": "m", "prompt": "a // b"}'])
def test_json_with_remarks_says_what_it_means_and_is_not_sent(body):
    example = read(f"curl {CHAT} -d '{body}'")
    assert example.requests[0].body == {"model": "m", "prompt": "a // b"}
    assert (example.runnable, example.fillable) == (False, False)
    assert "remarks" in example.reason
    assert read(f"curl {CHAT} -d '{body[:-1]}'").requests[0].body is None
