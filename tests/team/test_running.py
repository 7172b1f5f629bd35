"""What somebody may run is asked at each message; what is taken back is gone at once, in open sockets and in runs under way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from tests.farend import Asked, FarEnd, chat, silence, stream, whole
from tests.team.people import Browser, hear, newcomer, say, start, written


def end_of(opened: ClientConnection) -> dict[str, Any]:
    while (message := hear(opened))["type"] != "end":
        pass
    return message


def chats(upstream: FarEnd) -> list[Asked]:
    # The portal also looks at its upstreams from time to time.
    return [asked for asked in upstream.asked if asked.path == "/api/chat"]


def test_a_member_runs_and_sees_their_own_and_nobody_elses(ada: Browser, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["Hello"]))
    member, other = newcomer(ada, "member"), newcomer(ada, "member")
    with member.socket() as mine, other.socket() as theirs:
        accepted = start(mine)
        assert accepted["type"] == "accepted"
        assert "note" not in accepted
        run = accepted["run"]
        assert end_of(mine)["outcome"] == "done"
        say(theirs, type="attach", run=run, after=0)
        found = hear(theirs)
        say(theirs, type="attach", run="x" * 16, after=0)
        never = hear(theirs)
        assert (found["code"], found["message"]) == (never["code"], never["message"]) == ("no_such_run", never["message"])
    for reader in (other, ada):
        for address in (f"/runs/{run}/", f"/runs/{run}/log", f"/runs/{run}/events"):
            assert reader.get(address).status_code == 404
        for what in ("cancel", "delete", "again", "share", "unshare"):
            assert reader.send_form(f"/runs/{run}/{what}").status_code == 404
        assert run not in reader.get("/runs/").text
    assert member.get(f"/runs/{run}/").status_code == 200


def test_a_missing_model_is_offered_to_be_installed_only_to_whoever_may(ada: Browser, stranger: Browser, upstream: FarEnd) -> None:
    readers = (ada, newcomer(ada, "member"), newcomer(ada, "guest"), stranger)
    assert [reader.get("/models/").json()["may_install"] for reader in readers] == [True, False, False, False]


def test_a_guest_and_a_stranger_are_told_why_not_and_whom_to_ask(ada: Browser, stranger: Browser, upstream: FarEnd) -> None:
    guest = newcomer(ada, "guest")
    before = len(chats(upstream))
    with guest.socket() as theirs, stranger.socket() as nobodys:
        told, strange = start(theirs), start(nobodys)
        say(nobodys, type="ping")
        assert hear(nobodys)["type"] == "pong"
    assert told["code"] == "not_allowed"
    assert told["message"].startswith("You are here as a guest, who reads; a member runs requests. Nothing was sent. Ask an administrator: ")
    assert "Ada" in told["message"]
    assert (strange["code"], "Ada" in strange["message"]) == ("sign_in", False)
    answer = guest.order()
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
    assert stranger.order().status_code == 401
    page = guest.send_form("/runs/", what="POST /api/chat", upstream="local", body='{"model":"m","messages":[]}', ref="a" * 8)
    assert (page.status_code, "a member runs requests" in page.text) == (400, True)
    assert len(chats(upstream)) == before, "nothing was sent"


def test_who_changes_models_is_a_maintainer_and_what_a_member_says_of_memory_is_left_out(ada: Browser, upstream: FarEnd) -> None:
    upstream.script = whole({"status": "success"})
    member, maintainer = newcomer(ada, "member"), newcomer(ada, "maintainer")
    for path, method in (("/api/pull", "POST"), ("/api/delete", "DELETE"), ("/api/push", "POST")):
        assert member.order(path=path, method=method).json()["error"]["code"] == "not_allowed"
        assert maintainer.order(path=path, method=method).status_code == 201
    answer = member.order(path="/api/generate", keep_alive=0, options={"num_ctx": 9_000_000, "seed": 3})
    assert answer.json()["note"].startswith("Sent without keep_alive and options.num_ctx")
    log = member.get(f"/runs/{answer.json()['run']}/log", params={"wait": 20})
    assert log.status_code == 200
    with member.socket() as opened:
        assert start(opened, keep_alive=-1)["note"].startswith("Sent without keep_alive:")
        end_of(opened)
    sent = [asked.json for asked in upstream.asked if asked.path in ("/api/generate", "/api/chat")][-2:]
    assert {"model": "far:1b", "options": {"seed": 3}} in sent
    assert all("keep_alive" not in body for body in sent)


def test_models_are_given_one_by_one(ada: Browser, upstream: FarEnd) -> None:
    upstream.script = stream(chat(["a"]))
    first, second = newcomer(ada, "member"), newcomer(ada, "member")
    ((everybody,),) = written(ada.portal, "SELECT id FROM team_grant WHERE person_id IS NULL AND group_id IS NULL")
    assert ada.send_form(f"/people/grants/{everybody}/take-back").status_code == 303
    try:
        assert ada.send_form("/people/grants", to=f"person:{first.handle}", model="far:1b", upstream="local").status_code == 303
        ada.send_form(f"/people/{second.handle}/groups", groups="poets,  night owls")
        assert ada.send_form("/people/grants", to="group:poets", model="verse:*", upstream="").status_code == 303
        statuses = {
            (person.handle, model): person.order(model=model).status_code for person in (first, second) for model in ("far:1b", "verse:2b")
        }
        assert statuses == {
            (first.handle, "far:1b"): 201, (first.handle, "verse:2b"): 403,
            (second.handle, "far:1b"): 403, (second.handle, "verse:2b"): 201,
        }  # fmt: skip
        assert "<code>far:1b</code> on <code>local</code>" in first.get("/account/").text
        for wrong in ({"to": "person:nobody"}, {"to": "group:nobody"}, {"to": ""}, {"model": "a b"}, {"upstream": "elsewhere"}):
            assert ada.send_form("/people/grants", **{"to": "everybody", "model": "m", "upstream": ""} | wrong).status_code in (400, 404)
    finally:
        ada.send_form("/people/grants", to="everybody", model="*", upstream="")


@pytest.mark.parametrize("how", ["suspend", "demote", "take the model back"])
def test_what_is_revoked_stops_in_mid_stream(ada: Browser, upstream: FarEnd, how: str) -> None:
    upstream.script = silence
    member = newcomer(ada, "member")
    with member.socket() as opened:
        assert start(opened, messages=[{"role": "user", "content": f"I am {member.handle}."}])["type"] == "accepted"
        while hear(opened).get("state") != "waiting":
            pass
        while not (mine := [asked for asked in chats(upstream) if f"I am {member.handle}." in asked.body.decode()]):
            time.sleep(0.01)  # it is on the wire
        if how == "suspend":
            ada.send_form(f"/people/{member.handle}/suspend")
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    hear(opened)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401
        elif how == "demote":
            ada.send_form(f"/people/{member.handle}/role", role="guest")
            end = end_of(opened)
            assert (end["outcome"], end["error"]["code"]) == ("cancelled", "revoked")
            assert start(opened)["code"] == "not_allowed"
        else:
            ((everybody,),) = written(ada.portal, "SELECT id FROM team_grant WHERE person_id IS NULL AND group_id IS NULL")
            ada.send_form(f"/people/grants/{everybody}/take-back")
            end = end_of(opened)
            ada.send_form("/people/grants", to="everybody", model="*", upstream="")
            assert end["error"]["code"] == "revoked"
    assert mine[0].hung_up.wait(20), "the upstream is hung up on"


def test_signing_out_closes_the_sockets_of_that_browser_alone(ada: Browser) -> None:
    member = newcomer(ada, "member")
    other = Browser(ada.portal)
    other.sign_in(member.handle)
    other.handle = member.handle
    with member.socket() as stays, other.socket() as goes:
        other.send_form("/sign-out")
        with pytest.raises(ConnectionClosed):
            hear(goes)
        say(stays, type="ping")
        assert hear(stays)["type"] == "pong"


def test_a_change_made_by_another_server_reaches_an_open_socket(ada: Browser) -> None:
    member = newcomer(ada, "member")
    with member.socket() as opened:
        say(opened, type="ping")
        hear(opened)
        # As another worker would do it: in the database alone.
        written(ada.portal, "DELETE FROM team_signin WHERE person_id = (SELECT id FROM team_person WHERE handle = ?)", member.handle)
        written(ada.portal, "UPDATE team_moment SET number = number + 1")
        with pytest.raises(ConnectionClosed):
            hear(opened)


def test_the_only_administrator_stays_one(ada: Browser) -> None:
    for address, fields in (("/people/ada/suspend", {}), ("/people/ada/role", {"role": "guest"})):
        answer = ada.send_form(address, **fields)
        assert (answer.status_code, "is the only administrator" in answer.text) == (409, True)
    assert ada.send_form("/people/nobody.here/suspend").status_code == 404
    assert ada.send_form("/people/ada/role", role="root").status_code == 400
    assert ada.send_form("/people/ada/role", role="guest", is_staff="1").status_code == 400


def test_the_audit_tells_who_did_what_to_whom(ada: Browser) -> None:
    member = newcomer(ada, "member")
    ada.send_form(f"/people/{member.handle}/role", role="maintainer")
    page = ada.get("/audit/", params={"about": member.handle}).text
    for said in ("joined", "invited by ada", "gave a role", "member → maintainer", "signed in"):
        assert said in page
    assert ada.get("/audit/", params={"what": "gave a role", "part": "9999999"}).status_code == 200
    assert "Nothing like that" in ada.get("/audit/", params={"about": "\x00'; DROP TABLE"}).text
