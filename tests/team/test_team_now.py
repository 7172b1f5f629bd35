"""Everybody of the team sees who runs which model, where and since when; nobody what is asked, and strangers nothing."""

from __future__ import annotations

import re

from tests.farend import FarEnd, Held, chat
from tests.portal_server import PortalServer
from tests.runs.recording import wait_until
from tests.team.people import Browser, newcomer, set_up


def order(member: Browser, page: str) -> str:
    asked = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": [{"content": "a secret wish"}]}}
    message = {"ref": f"{member.handle:->20}", "request": asked, "source": {"page": page, "example": "example"}}
    token = member.get("/runs/token").json()["token"]
    return str(member.post("/runs/", json=message, headers={"X-CSRFToken": token, "Accept": "*/*"}).json()["run"])


def team_of(page: str) -> list[str]:
    """The lines of the part that is about the team, as text."""
    part = re.search(r'<section class="team".*?</section>', page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", "", line).split()) for line in re.findall("<li>.*?</li>", part[0])] if part else ["nothing at all"]


def test_the_first_page_shows_what_the_team_runs_and_nothing_of_the_text(upstream: FarEnd) -> None:
    upstream.script = held = Held(chat(["a secret answer"])[:1], chat(["a secret answer"])[1:])
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_RUNS_AT_ONCE="1") as portal:
        ada = set_up(portal)
        first, second, guest, stranger = newcomer(ada, "member"), newcomer(ada, "member"), newcomer(ada, "guest"), Browser(portal)
        assert team_of(guest.get("/").text) == []
        runs = [order(first, "portal/team"), order(second, "<b>made up</b>")]
        wait_until(lambda: re.findall('data-doing="(.+?)"', guest.get("/live/").text) == ["running", "queued"])
        told = [re.sub(r"\d+ (s|min)", "N s", line) for line in team_of(guest.get("/live/").text)]
        chats = "POST /api/chat far:1b"
        assert told == [
            f"{first.handle.title()} {chats} running · N s · on local · A whole team",
            f"{second.handle.title()} {chats} queued · N s · on local",
        ]
        assert team_of(first.get("/").text)[0].startswith("You POST")
        assert team_of(stranger.get("/").text) == ["nothing at all"]
        for someone in (guest, stranger, ada):
            text = someone.get("/").text
            assert not [word for word in ("secret", "made up", *runs) if word in text]
            assert someone.get(f"/runs/{runs[0]}/log", headers={"Accept": "application/json"}).status_code in (401, 404)
        held.go(10)
        first.get(f"/runs/{runs[0]}/events")
        second.send_form(f"/runs/{runs[1]}/cancel")
        wait_until(lambda: team_of(guest.get("/live/").text) == [])
        assert "Nobody runs anything just now." in guest.get("/").text
        assert "Traceback" not in portal.log
    with PortalServer(OLLAMA_HOST=upstream.origin) as alone:
        assert "The team now" not in Browser(alone).get("/").text
