"""Request bodies: JSON read strictly, so that what was checked is what the far end will understand."""

from __future__ import annotations

import json

from portal.ollama.endpoints import Endpoint
from portal.ollama.errors import BadBody
from portal.ollama.fields import KNOWN_FIELDS

LARGEST_BODY = 1 << 20


def load_json(text: str) -> object:
    """Parse `text` as JSON, refusing doubled keys, NaN and Infinity, and nesting too deep to handle.

    Raises `BadBody` with the line and column where the text stops being JSON.
    """
    try:
        return json.loads(text, object_pairs_hook=_object_without_doubles, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise BadBody(f"This is not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise BadBody("The JSON is nested too deep to be a request.") from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise BadBody("The JSON holds a number with too many digits.") from error


def check_body(endpoint: Endpoint, body: object) -> None:
    """Refuse a body the endpoint cannot mean. Raises `BadBody`."""
    where = f"{endpoint.method} {endpoint.path}"
    if not endpoint.takes_body:
        if body is not None:
            raise BadBody(f"{where} takes no body, but one was given.", "Remove the body.")
        return
    if not isinstance(body, dict):
        raise BadBody(f"{where} takes a JSON object as its body, and this is {_kind(body)}.", "Write { … }.")
    _refuse_other_cases(body, "request.body")
    options = body.get("options")
    if isinstance(options, dict):
        _refuse_other_cases(options, "request.body.options")


def dump_body(body: object) -> bytes | None:
    """Write a checked body as the bytes that are sent."""
    if body is None:
        return None
    try:
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise BadBody(
            "The body holds half of a surrogate pair (such as \\ud83d alone), which is not a character."
        ) from None
    except (RecursionError, ValueError):
        raise BadBody("The JSON is nested too deep to be a request.") from None
    if len(content) > LARGEST_BODY:
        raise BadBody(f"The body has {len(content):,} bytes; at most {LARGEST_BODY:,} are sent.", "Make it smaller.")
    return content


def _object_without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise BadBody(f"The JSON names “{double[:80]}” twice in one object.", "Keep the one that is meant.")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise BadBody(f"{text[:40]} is larger than any number that can be sent.")
    return number


def _refuse_constant(name: str) -> object:
    raise BadBody(f"{name} is not a JSON number.")


def _refuse_other_cases(found: dict[str, object], where: str) -> None:
    # Ollama reads keys whatever their case and takes the last: "Stream" would override a "stream" that was checked.
    for key in found:
        plain = key.casefold()
        if key != plain and plain in KNOWN_FIELDS:
            raise BadBody(
                f"The body says “{key}”; Ollama's name for it is “{plain}”.",
                f"Write “{plain}”.",
                field=f"{where}.{key}",
            )


def _kind(value: object) -> str:
    if value is None:
        return "empty"
    names = {bool: "a truth value", int: "a number", float: "a number", str: "a text", list: "a list"}
    return names.get(type(value), "something else")
