"""With a portal that stays local nothing leaves for the cloud; a key in a file is taken as it is at the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from portal.ollama.endpoints import find_endpoint
from portal.ollama.staying import is_cloud_name, why_it_leaves
from portal.ollama.upstreams import BadUpstream, Upstream, read_upstreams
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer
from tests.runs.test_pages import reading


@pytest.mark.parametrize(("name", "is_there"), [
    ("gpt-oss:120b-cloud", True), ("glm-4.6:cloud", True), ("me/GPT-OSS:120B-Cloud", True), (" qwen3:cloud ", True),
    ("qwen3:8b", False), ("cloud", False), ("cloud:8b", False), ("qwen3:cloudy", False), ("host:5000/m", False),
])  # fmt: skip
def test_a_model_of_the_cloud_is_known_by_its_tag(name: str, is_there: bool) -> None:
    assert is_cloud_name(name) is is_there


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/api/chat", {"model": "m:cloud"}),
    ("POST", "/api/show", {"name": "m:cloud"}),
    ("POST", "/api/create", {"model": "mine", "from": "m:cloud"}),
    ("POST", "/api/copy", {"source": "m:cloud", "destination": "mine"}),
    ("POST", "/v1/messages", {"model": "m:cloud"}),
    ("GET", "/v1/models/m:cloud", None),
    ("POST", "/api/web_search", {"query": "x"}),
])  # fmt: skip
def test_whatever_would_leave_is_said(method: str, path: str, body: Any) -> None:
    endpoint = find_endpoint(method, path)
    assert endpoint is not None
    assert "Ollama's cloud" in why_it_leaves(endpoint, path, body)
    assert endpoint.cloud_only or why_it_leaves(endpoint, path.replace("cloud", "8b"), {"model": "m:8b"}) == ""


def test_there_is_no_upstream_that_is_the_cloud() -> None:
    environment = {"PORTAL_LOCAL_ONLY": "yes", "OLLAMA_API_KEY": "k", "PORTAL_UPSTREAMS": "far=https://api.ollama.com,gpu=http://gpu:1"}
    assert list(read_upstreams(environment)) == ["local", "gpu"]
    with pytest.raises(BadUpstream, match=r"OLLAMA_HOST names ollama\.com"):
        read_upstreams({"PORTAL_LOCAL_ONLY": "yes", "OLLAMA_HOST": "https://ollama.com"})


def test_nothing_of_a_request_that_would_leave_is_sent(far_end: FarEnd) -> None:
    far_end.script = stream(chat(["a"]))
    with PortalServer(OLLAMA_HOST=far_end.origin, PORTAL_LOCAL_ONLY="yes") as portal, reading(portal) as client:
        for model, status in (("m:120b-cloud", 403), ("far:1b", 201)):
            request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": model, "messages": []}}
            answer = client.post("/runs/", json={"ref": f"ref-{status}-00", "request": request})
            assert answer.status_code == status
            assert status == 201 or (answer.json()["error"]["code"], "stay local" in answer.json()["error"]["message"]) == ("local_only", True)
        client.get(f"/runs/{answer.json()['run']}/log", params={"wait": 20})
    assert {asked.json["model"] for asked in far_end.asked if asked.path == "/api/chat"} == {"far:1b"}


def test_a_key_in_a_file_is_taken_anew_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("first\n")
    cloud = read_upstreams({"OLLAMA_API_KEY_FILE": str(file)})["cloud"]
    assert (cloud.present_key, cloud.has_key, "first" in repr(cloud)) == ("first", True, False)
    fresh = tmp_path / "fresh"
    fresh.write_text("second")
    fresh.replace(file)
    assert cloud.present_key == "second"
    file.unlink()
    assert cloud.present_key is None
    for wrong in ("", "two words", "key\nkey", "ké"):
        file.write_text(wrong)
        with pytest.raises(BadUpstream, match="no key can be read"):
            read_upstreams({"OLLAMA_API_KEY_FILE": str(file)})
    with pytest.raises(BadUpstream, match="both set"):
        read_upstreams({"OLLAMA_API_KEY_FILE": str(file), "OLLAMA_API_KEY": "k"})
    assert not Upstream("local", "http://x").has_key
