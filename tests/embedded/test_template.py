"""Prompt templates in Go's language are filled in as Go does."""

import pytest

from portal.embedded.go.filling import Template
from portal.embedded.go.template import TemplateError

SYSTEM = {"role": "system", "content": "S"}
USER = {"role": "user", "content": "U"}
ASSISTANT = {"role": "assistant", "content": "A"}
CHATML = (
    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
)
FILLED = {
    CHATML: "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU<|im_end|>\n<|im_start|>assistant\n",
    "{{ .Prompt }}": "U",
    "{{ .System }} {{ .Prompt }}": "S U",
    "{{ if .System }}[{{ .System }}]{{ end }}{{ .Prompt }}>{{ .Response }}<end>": "[S]U>",
    "{{ if and .System .Prompt }}both{{ else if .System }}one{{ else }}none{{ end }}": "both",
    "{{ range $i, $m := .Messages }}{{ $i }}={{ $m.Role }};{{ end }}": "0=system;1=user;",
    "{{ range .Messages }}{{ if eq .Role \"user\" }}{{ .Content }}{{ break }}{{ end }}x{{ end }}": "xU",
    "{{ range .Messages }}{{ if eq .Role `system` }}{{ continue }}{{ end }}{{ .Content }}{{ end }}": "U",
    "{{ $n := len .Messages }}{{ if gt $n 1 }}{{ $n }}{{ end }}": "2",
    "{{ with .System }}<{{ . }}>{{ end }}{{ .Messages | len }}": "<S>2",
    "a {{- /* hidden */ -}} b{{ .Prompt }}": "abU",
    "{{ printf \"%s-%d\" .Prompt 3 }}": "U-3",
    "{{ (index .Messages 1).Content }}|{{ json .System }}": "U|\"S\"",
}


@pytest.mark.parametrize("text", FILLED)
def test_a_template_is_filled_in_with_the_messages(text: str) -> None:
    assert Template(text).fill([SYSTEM, USER]) == FILLED[text]


def test_turns_of_a_conversation_are_written_one_after_the_other() -> None:
    template = Template("{{ if .System }}<{{ .System }}>{{ end }}{{ .Prompt }}>{{ .Response }}\n")
    assert template.fill([SYSTEM, USER, ASSISTANT, USER]) == "<S>U>A\nU>"


def test_neighbours_of_the_same_role_become_one_message() -> None:
    assert Template("{{ range .Messages }}({{ .Content }}){{ end }}").fill([USER, USER]) == "(U\n\nU)"


def test_a_missing_value_is_shown_as_go_shows_it() -> None:
    assert Template("{{ .Nothing }}{{ .Prompt }}").fill([USER]) == "<no value>U"


@pytest.mark.parametrize(("text", "complaint"), [
    ("{{ .Nope", "template: :1: unclosed action"),
    ("{{ if }}x{{ end }}", "template: :1: missing value for if"),
    ("{{ if .A }}x", "template: :1: unexpected EOF"),
    ("{{ end }}", "template: :1: unexpected {{end}}"),
    ("{{ nope .A }}", 'template: :1: function "nope" not defined'),
    ("{{ .A # }}", "template: :1: unexpected '#' in command"),
])
def test_a_template_that_cannot_be_read_is_refused_in_the_words_of_go(text: str, complaint: str) -> None:
    with pytest.raises(TemplateError) as refused:
        Template(text)
    assert str(refused.value) == complaint


@pytest.mark.parametrize("text", ["{{ len 5 }}", "{{ index .Messages 9 }}", "{{ .Prompt.Inner }}", "{{ $x }}"])
def test_a_template_that_cannot_be_filled_in_says_so(text: str) -> None:
    with pytest.raises(TemplateError, match="template: :1:"):
        Template(text + "{{ .Prompt }}{{ .Messages }}" if "Prompt" not in text else text).fill([USER])
