"""The shapes of bodies agree with what else the portal knows of Ollama's API."""

from __future__ import annotations

from typing import Any

import pytest

from portal.embedded.running.options import Options
from portal.ollama.endpoints import ENDPOINTS, Endpoint
from portal.ollama.fields import KNOWN_FIELDS
from portal.ollama.shapes import OPTIONS, SHARED, shape_of

WITH_BODY = [endpoint for endpoint in ENDPOINTS if endpoint.takes_body]


def fields_of(endpoint: Endpoint) -> dict[str, Any]:
    shape: Any = shape_of(endpoint)
    return dict(shape["properties"])


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda one: one.path)
def test_every_field_of_a_body_is_a_name_ollama_reads_and_is_described(endpoint: Endpoint) -> None:
    fields = fields_of(endpoint)
    assert set(fields) <= KNOWN_FIELDS
    assert [name for name, shape in fields.items() if not shape.get("description") and "$ref" not in shape] == []


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=lambda one: one.path)
def test_what_a_body_refers_to_is_there(endpoint: Endpoint) -> None:
    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if "$ref" in value else set()
            return own.union(*map(references, value.values()))
        return set().union(*map(references, value)) if isinstance(value, list) else set()

    assert references(shape_of(endpoint)) <= {f"#/$defs/{name}" for name in SHARED}


def test_an_endpoint_streams_by_default_as_its_shape_says() -> None:
    for endpoint in WITH_BODY:
        if endpoint.streams is not None:
            assert fields_of(endpoint)["stream"]["default"] is endpoint.streams, endpoint.path


def test_the_options_and_their_defaults_are_those_the_embedded_engine_has() -> None:
    ours: Any = OPTIONS["properties"]
    engine = Options()
    assert set(ours) == set(Options.__dataclass_fields__)
    unsaid = {"num_ctx", "stop", "use_mmap", "draft_num_predict"}  # the server decides
    for name in set(ours) - unsaid:
        assert ours[name]["default"] == getattr(engine, name), name


def test_an_endpoint_without_a_body_has_no_shape() -> None:
    assert [shape_of(endpoint) for endpoint in ENDPOINTS if not endpoint.takes_body] == [None] * 5
