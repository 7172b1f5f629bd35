"""Fields of requests are found whatever their case, and refused in Go's words when their type is wrong."""

import pytest

from portal.embedded.faces.native_requests import GO_TYPES
from portal.embedded.go import binding, json_text


def bound(request: str, body: bytes) -> dict[str, object]:
    kind, go_type = GO_TYPES[request]
    return binding.bind(kind, json_text.parse(body), go_type)


def test_keys_match_in_any_case_and_the_last_one_wins() -> None:
    assert bound("generate", b'{"model":"a","MODEL":"b","Prompt":"x"}')["model"] == "b"
    assert bound("generate", b'{"PROMPT":"x"}')["prompt"] == "x"


def test_null_leaves_a_field_as_it_was() -> None:
    assert bound("generate", b'{"model":"a","model":null}')["model"] == "a"


def test_a_body_of_null_is_a_request_with_no_fields() -> None:
    assert bound("show", b"null")["model"] == ""


REFUSED = {
    ("chat", b'{"model":5}'): "json: cannot unmarshal number into Go struct field ChatRequest.model of type string",
    ("chat", b"[1]"): "json: cannot unmarshal array into Go value of type api.ChatRequest",
    ("chat", b'{"messages":"x"}'):
        "json: cannot unmarshal string into Go struct field ChatRequest.messages of type []api.Message",
    ("chat", b'{"messages":[5]}'):
        "json: cannot unmarshal number into Go struct field ChatRequest.messages of type api.Alias",
    ("chat", b'{"messages":[{"content":[]}]}'):
        "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string",
    ("generate", b'{"stream":"yes"}'):
        "json: cannot unmarshal string into Go struct field GenerateRequest.stream of type bool",
    ("generate", b'{"options":[1]}'):
        "json: cannot unmarshal array into Go struct field GenerateRequest.options of type map[string]interface {}",
    ("generate", b'{"context":[1.5]}'):
        "json: cannot unmarshal number 1.5 into Go struct field GenerateRequest.context of type int",
    ("generate", b'{"context":[true]}'):
        "json: cannot unmarshal bool into Go struct field GenerateRequest.context of type int",
    ("generate", b'{"images":["%%%"]}'): "illegal base64 data at input byte 0",
    ("generate", b'{"keep_alive":"soon"}'): 'time: invalid duration "soon"',
    ("generate", b'{"keep_alive":"5x"}'): 'time: unknown unit "x" in duration "5x"',
    ("generate", b'{"keep_alive":"5"}'): 'time: missing unit in duration "5"',
    ("generate", b'{"keep_alive":[]}'): "Unsupported type: '[]interface {}'",
    ("generate", b'{"think":"silly"}'):
        'invalid think value: "silly" (must be "high", "medium", "low", "max", true, or false)',
    ("generate", b'{"think":3}'):
        'think must be a boolean or string ("high", "medium", "low", "max", true, or false)',
}


@pytest.mark.parametrize(("request_name", "body"), REFUSED)
def test_a_wrong_type_is_named_as_go_names_it(request_name: str, body: bytes) -> None:
    with pytest.raises(binding.FieldError) as refused:
        bound(request_name, body)
    assert str(refused.value) == REFUSED[request_name, body]


@pytest.mark.parametrize(("text", "nanoseconds"), [
    ("5m", 300 * 10**9), ("1h30m", 5400 * 10**9), ("1.5s", 1_500_000_000), ("300ms", 300_000_000), ("0", 0),
    ("-1m", -60 * 10**9), ("2us", 2000),
])
def test_durations_are_read_as_go_writes_them(text: str, nanoseconds: int) -> None:
    assert binding.duration(text) == nanoseconds


@pytest.mark.parametrize(("given", "kept"), [
    (b"-1", binding.FOREVER), (b'"-5m"', binding.FOREVER), (b"0", 0), (b"2.5", 2_500_000_000), (b'"10s"', 10**10),
])
def test_a_stay_is_a_number_of_seconds_or_a_duration_and_negative_is_for_good(given: bytes, kept: int) -> None:
    assert bound("chat", b'{"keep_alive":' + given + b"}")["keep_alive"] == kept
