"""`/metrics` has the figures of every worker, for whoever may read them, and nothing of what was asked or by whom."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from portal.operating.labels import MOST_MODELS, ModelLabels
from tests.farend import FarEnd, Held, chat, stream
from tests.nginx import Nginx
from tests.operating.waiting import wait_until
from tests.portal_server import PortalServer
from tests.runs.recording import socket, start, to_the_end
from tests.runs.stores import say, sockets, stores, until
from tests.strict import leave_out
from tests.team.people import Browser, newcomer, set_up

TOKEN = "a-token-of-the-machines-that-watch"
Figures = dict[str, float]


@pytest.fixture(scope="module")
def upstream() -> Iterator[FarEnd]:
    with FarEnd(stream(chat(["a", "b"]))) as far_end:
        yield far_end


@pytest.fixture(scope="module")
def portal(upstream: FarEnd) -> Iterator[PortalServer]:
    with PortalServer(OLLAMA_HOST=upstream.origin) as portal:
        looked(portal)
        yield portal


def scraped(origin: str, **headers: str) -> str:
    answer = httpx.get(f"{origin}/metrics", headers=headers, trust_env=False, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.text


def summed(text: str) -> Figures:
    """Each figure over all workers, by its name and labels but theirs."""
    found: Figures = {}
    for family in read_text(text):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()) if name != "worker")
            key = f"{one.name}{{{labels}}}"
            found[key] = found.get(key, 0) + one.value
    return found


def looked(portal: PortalServer, workers: int = 1) -> None:
    """Every worker has seen which models there are."""
    wait_until(lambda: summed(scraped(portal.origin)).get("portal_upstream_up{upstream=local}", 0) == workers)


def test_what_runs_and_what_has_run_is_counted_by_upstream_model_and_end(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = held = Held(chat(["a"])[:1], chat(["b"]))
    before = summed(scraped(portal.origin))
    with socket(portal) as opened:
        start(opened)
        until(opened, "data")
        now = summed(scraped(portal.origin))
        assert now["portal_runs_live{state=streaming,upstream=local}"] == 1
        assert now["portal_sockets_open{}"] == 1
        held.go()
        assert to_the_end(opened)[-1]["outcome"] == "done"
        say(opened, "attach", run="none", after=0)
        until(opened, "error")
    after = summed(scraped(portal.origin))
    asked = "model=far:1b,{}upstream=local"
    assert after["portal_runs_live{state=streaming,upstream=local}"] == 0
    expected = {
        f"portal_runs_total{{{asked.format('outcome=done,')}}}": 1,
        f"portal_time_to_first_token_seconds_count{{{asked.format('')}}}": 1,
        "portal_tokens_total{kind=prompt,model=far:1b,upstream=local}": 7,
        "portal_refusals_total{code=no_such_run}": 1,
        "portal_run_duration_seconds_count{upstream=local}": 1,
    }
    assert {name: after.get(name, 0) - before.get(name, 0) for name in expected} == expected
    assert (after["portal_upstream_up{upstream=local}"], after["portal_database_up{}"]) == (1, 1)
    assert after["portal_event_loop_lag_seconds_count{}"] >= 0
    assert after["process_resident_memory_bytes{}"] > 0
    assert "portal_redis_up{}" not in after


def test_a_model_or_an_error_nobody_knows_is_counted_without_its_words(portal: PortalServer, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]), finish=False)
    token = httpx.get(f"{portal.url}runs/token", trust_env=False)
    for name in ("marked-name:1b", "m" * 250):
        body = {"model": name, "messages": [{"role": "user", "content": "marked prompt"}]}
        message = {"ref": f"marked-{len(name)}", "request": {"upstream": "local", "method": "POST", "path": "/api/chat", "body": body}}
        run = httpx.post(f"{portal.url}runs/", json=message, headers={"X-CSRFToken": token.json()["token"]}, cookies=token.cookies, trust_env=False).json()["run"]
        httpx.get(f"{portal.url}runs/{run}/log?wait=20&after=4", trust_env=False, timeout=60)
    text = scraped(portal.origin)
    assert 'model="other"' in text
    assert "marked" not in text
    assert "mmm" not in text


def test_both_formats_are_read_by_whoever_made_them(portal: PortalServer) -> None:
    plain = scraped(portal.origin)
    assert "x-request-id" not in httpx.get(portal.url, trust_env=False).headers, "nobody stands before a site that is not to tell"
    assert len(list(read_text(plain))) > 15
    answer = httpx.get(f"{portal.origin}/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}, trust_env=False)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert len(list(read_openmetrics(answer.text))) > 15
    if shutil.which("promtool") is None:
        leave_out("no promtool on this machine (Debian: apt-get install prometheus), so the figures were not read by it")
    said = subprocess.run(["promtool", "check", "metrics"], input=plain, capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in said.stderr.splitlines() if not line.startswith("process_")] == []


def test_with_a_team_administrators_and_the_token_alone_read_them(upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_METRICS_TOKEN=TOKEN) as portal:
        ada = set_up(portal)
        member = newcomer(ada, "member")
        run = member.order().json()["run"]
        member.get(f"/runs/{run}/log", params={"wait": 20, "after": 4})
        text = scraped(portal.origin, Authorization=f"Bearer {TOKEN}", Host="prometheus.example")
        assert summed(text)["portal_run_duration_seconds_count{upstream=local}"] == 1
        assert member.handle not in text
        assert "person" not in text
        assert [one.get("/metrics", headers={"Accept": "*/*"}).status_code for one in (ada, member, Browser(portal))] == [200, 403, 401]
        for shown in ("Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN):
            assert httpx.get(f"{portal.url}metrics", headers={"Authorization": shown}, trust_env=False).status_code == 401
        assert ada.get("/metrics", headers={"Host": "evil.example"}).status_code == 400


def test_whichever_of_three_workers_is_asked_all_are_there(upstream: FarEnd, tmp_path: Path) -> None:
    with stores() as shared, shared.worker(upstream, tmp_path, workers=3) as portal:
        looked(portal, 3)
        site = f"server {{ listen 127.0.0.1:{{port}}; location / {{ proxy_pass {portal.origin}; }} }}"
        upstream.script = held = Held(chat(["a"])[:1], chat(["b"]))
        with Nginx(site) as proxy, sockets(*[portal] * 12) as opened:
            for one in opened:
                start(one)
            live = [summed(scraped(proxy.origin, Host=portal.url.split("/")[2])) for _ in range(6)]
            assert {sum(now[f"portal_runs_live{{state={state},upstream=local}}"] for state in ("queued", "connecting", "waiting", "streaming")) for now in live} == {12}
            assert {now["portal_sockets_open{}"] for now in live} == {12}
            held.go(100)
            for one in opened:
                assert until(one, "end")[-1]["outcome"] == "done"
            texts = [scraped(proxy.origin, Host=portal.url.split("/")[2]) for _ in range(6)]
        for text in texts:
            done = summed(text)
            assert done["portal_runs_total{model=far:1b,outcome=done,upstream=local}"] == 12
            assert (done["portal_workers_answering{}"], done["portal_workers_expected{}"], done["portal_redis_up{}"]) == (3, 3, 3)
            assert {f'worker="{number}"' in text for number in range(3)} == {True}


def test_there_are_only_so_many_models_however_many_are_installed() -> None:
    labels = ModelLabels(lambda: (f"m{number}:latest" for number in range(500)))
    found = {labels.of(f"m{number}") for number in range(500)} | {labels.of(None), labels.of("never heard of")}
    assert found == {f"m{number}:latest" for number in range(MOST_MODELS)} | {"other", "none"}
