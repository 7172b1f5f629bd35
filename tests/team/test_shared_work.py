"""A team's shared work: the library, links for the team or for anybody, and what is said of a run, each for whom it is."""

from __future__ import annotations

import json
import re

import pytest

from portal.team.tokens import key_of
from tests.farend import FarEnd, chat, stream
from tests.portal_server import PortalServer, run_manage
from tests.team.people import Browser, newcomer, set_up, written

TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
JSON = {"Accept": "application/json"}


def ended_run(member: Browser) -> str:
    run = str(member.order().json()["run"])
    member.get(f"/runs/{run}/events")  # which lasts as long as the run
    return run


def link_of(member: Browser, run: str, **offer: str) -> str:
    answer = member.post(f"/runs/{run}/share", data=offer, headers=JSON | token_of(member))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["address"])


def token_of(member: Browser) -> dict[str, str]:
    return {"X-CSRFToken": member.get("/runs/token").json()["token"]}


def save(member: Browser, name: str) -> str:
    request = {"upstream": "local", "method": "POST", "path": "/api/chat", "body": {"model": "far:1b", "messages": []}}
    answer = member.post("/library/", json={"name": name, "request": request}, headers=JSON | token_of(member))
    return str(answer.json().get("address") or answer.json()["error"]["code"])


def test_the_library_is_everybodys_to_read_and_its_authors_and_maintainers_to_change(ada: Browser) -> None:
    author, other, maintainer, guest = (newcomer(ada, role) for role in ("member", "member", "maintainer", "guest"))
    mine, also_mine = save(author, "Mine"), save(author, "Also mine")
    assert save(guest, "A guest's") == "not_allowed"
    for reader in (other, guest):
        assert "Mine" in reader.get("/library/").text
        assert "<summary>Edit" not in reader.get(mine).text
    refused = other.post(f"{mine}edit", data={"name": "Theirs"}, headers=JSON | token_of(other))
    never = other.post("/library/999999/edit", data={"name": "Theirs"}, headers=JSON | token_of(other))
    assert (refused.status_code, refused.json()) == (never.status_code, never.json()) == (404, never.json())
    assert guest.send_form(f"{mine}delete").status_code == 403
    assert author.send_form(f"{mine}edit", name="Mine, better").status_code == 303
    assert maintainer.send_form(f"{also_mine}delete", owner="x").status_code == 400
    assert maintainer.send_form(f"{also_mine}delete").status_code == 303
    assert author.get(also_mine).status_code == 404
    assert author.send_form(f"{mine}edit", name="x", author="ada").status_code == 400, "a form has no other fields"
    assert Browser(ada.portal).get("/library/").status_code == 302
    audit = ada.get("/audit/").text
    assert "saved a request" in audit
    assert f"of {author.handle}" in audit, "whose it was that a maintainer deleted"
    assert "Mine, better" not in audit


def test_a_link_for_the_team_is_none_for_others_and_one_that_ended_is_like_none(upstream: FarEnd) -> None:
    upstream.script = stream(chat(["shared ", "words"]))
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team", PORTAL_SHARE_WITH="anybody") as portal:
        ada = set_up(portal)
        member, colleague, stranger = newcomer(ada, "member"), newcomer(ada, "guest"), Browser(portal)
        run = ended_run(member)
        for_team, for_all = link_of(member, run), link_of(member, run, audience="anybody", days="1")
        assert link_of(member, run, days="30") == for_team, "one that is in force keeps its address"
        for address in (for_team, for_all):
            page = colleague.get(address)
            assert ("shared words" in page.text, page.headers["x-robots-tag"]) == (True, "noindex")
        assert [stranger.get(address).status_code for address in (for_team, for_all)] == [404, 200]
        refused = member.post(f"/runs/{run}/share", data={"days": "0"}, headers=JSON | token_of(member))
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "days")
        assert re.findall("in force", member.get("/shared/").text) == ["in force"] * 2

        written(portal, "UPDATE runs_share SET ends = '2020-01-01 00:00:00' WHERE key = ?", key_of(for_all.split("/")[2]))
        never = stranger.get(f"/shared/{'x' * 32}/log", headers=JSON)
        taken_back = link_of(member, ended_run(member), audience="anybody")
        assert colleague.send_form(f"{taken_back}take-back").status_code == 404, "it is another's"
        assert ada.send_form(f"{taken_back}take-back").status_code == 303
        assert f"of {member.handle}" in ada.get("/audit/?what=took+back+a+link").text
        for address in (for_team, for_all, taken_back):
            answer = stranger.get(f"{address}log", headers=JSON)
            assert (answer.status_code, answer.json()) == (404, never.json())
        assert "ended" in member.get("/shared/").text


def test_a_run_whose_answer_has_a_secret_is_shared_when_a_person_says_that_it_is_none(ada: Browser, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["the key is ", TOKEN[:20], TOKEN[20:]]))
    member = newcomer(ada, "member")
    run = ended_run(member)
    page = member.send_form(f"/runs/{run}/share")
    assert page.status_code == 422
    assert "a GitHub token in the answer" in page.text
    assert TOKEN not in page.text
    assert member.send_form(f"/runs/{run}/share", no_secret="yes").status_code == 303
    audit = ada.get("/audit/").text
    assert "said to be no secret: a GitHub token in the answer" in audit
    assert TOKEN not in audit + ada.portal.log
    address = link_of(member, run, no_secret="yes")
    assert member.send_form(f"{address}comments", text=TOKEN, no_secret="yes").status_code == 303
    audit = ada.get("/audit/?what=commented+on+a+run").text
    assert "said to be no secret: a GitHub token in the comment" in audit
    assert TOKEN not in audit + ada.portal.log


def test_what_is_said_of_a_shared_run_is_text_its_authors_and_for_the_team(ada: Browser, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    member, other, guest = (newcomer(ada, role) for role in ("member", "member", "guest"))
    address = link_of(member, ended_run(member))
    words = "Look: https://ollama.com/x. <img src=x onerror=alert(1)>"
    assert other.send_form(f"{address}comments", text=words).status_code == 303
    assert guest.send_form(f"{address}comments", text="me too").status_code == 403
    page = guest.get(address).text
    assert "&lt;img src=x" in page
    assert '<a href="https://ollama.com/x"' in page
    number = re.search(r'id="comment-(\d+)"', page)
    assert number is not None
    for someone, status in ((member, 404), (guest, 403), (other, 303)):
        assert someone.send_form(f"/comments/{number[1]}/edit", text="Changed").status_code == status
    assert "Changed" in member.get(address).text
    for wrong, status in (("", 400), (" ", 400), ("x" * 2001, 400), ("\x00", 400), (TOKEN, 422)):
        assert other.send_form(f"{address}comments", text=wrong).status_code == status
    assert other.send_form(f"/shared/{'x' * 32}/comments", text="a").status_code == 404
    run = re.findall(r"/runs/([\w-]{16})/", member.get("/shared/").text)[0]
    made_by_hand = [
        (other, f"{address}comments"), (other, f"/comments/{number[1]}/edit"), (other, f"/comments/{number[1]}/delete"),
        (member, f"{address}take-back"), *((member, f"/runs/{run}/{door}") for door in ("share", "unshare", "cancel", "again", "delete")),
        (member, "/runs/delete"), (member, "/runs/"),
    ]  # fmt: skip
    for someone, form in made_by_hand:
        for field in ("role", "is_staff", "owner"):
            assert someone.send_form(form, **({"text": "a"} if "omment" in form and "delete" not in form else {}), **{field: "ada"}).status_code == 400, form
    assert "a form with a field that is none of its own was refused; it came from person:" in ada.portal.log
    kept = json.loads(run_manage("person", other.handle, "--export", PORTAL_ACCESS="team", PORTAL_DATA=str(ada.portal.data)).stdout)
    assert [one["text"] for one in kept["comments"]] == ["Changed"]
    assert member.send_form(f"/comments/{number[1]}/delete").status_code == 404
    assert ada.send_form(f"/comments/{number[1]}/delete").status_code == 303
    assert "Changed" not in member.get(address).text
    audit = ada.get("/audit/").text
    assert "commented on a run" in audit
    assert f"of {other.handle}" in audit, "whose comment an administrator took away"
    assert "Look: https" not in audit


@pytest.mark.parametrize("with_it", ["anybody"])
def test_where_runs_are_for_the_team_a_link_for_anybody_is_refused(ada: Browser, upstream: FarEnd, with_it: str) -> None:
    upstream.script = stream(chat(["a"]))
    member = newcomer(ada, "member")
    run = ended_run(member)
    answer = member.post(f"/runs/{run}/share", data={"audience": with_it}, headers=JSON | token_of(member))
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "audience")
    assert "PORTAL_SHARE_WITH" in answer.json()["error"]["message"]
