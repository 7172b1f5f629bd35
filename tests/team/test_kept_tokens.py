"""Whatever lets its bearer in is handed out once: of who reads the database nobody can use what stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp

from tests.farend import FarEnd, chat, stream
from tests.operating.test_backups import manage, rows_in
from tests.portal_server import PortalServer
from tests.team.people import PASSWORD, Browser, invite, set_up, setup_link
from tests.team.test_shared_work import ended_run, link_of


def test_no_token_that_was_handed_out_stands_in_the_database(upstream: FarEnd, tmp_path: Path) -> None:
    upstream.script = stream(chat(["a"]))
    with PortalServer(OLLAMA_HOST=upstream.origin, PORTAL_ACCESS="team") as portal:
        ada = set_up(portal)
        used, unused = invite(ada, "member"), invite(ada, "member")
        ben = Browser(portal)
        ben.send_form(used, handle="ben", name="Ben", password=PASSWORD)
        ben.handle = "ben"
        lost = ada.send_form("/people/ben/password/reset").text
        page = ben.get("/account/second-factor/").text
        secret = re.search(r'<code class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")  # type: ignore[index]
        sealed = re.search(r'name="sealed" value="([^"]+)"', page)[1]  # type: ignore[index]
        codes = ben.send_form("/account/second-factor/", code=pyotp.TOTP(secret).now(), sealed=sealed, present=PASSWORD).text
        shared = link_of(ben, ended_run(ben))
        handed_out = {
            "set-up": setup_link(portal).split("/")[2], "used": used.split("/")[2], "unused": unused.split("/")[2],
            "reset": re.search(r'value="http[^"]+/reset/([^"/]+)/"', lost)[1],  # type: ignore[index]
            "session": ben.cookies["portal-sign-in"], "link": shared.split("/")[2], "secret": secret, "password": PASSWORD,
            "recovery": re.search(r"(?:[a-z2-9]{4}-){3}[a-z2-9]{4}", codes)[0],  # type: ignore[index]
        }  # fmt: skip
        assert all(len(token) >= 16 for token in handed_out.values())
        manage("backup", tmp_path / "all.zip", PORTAL_ACCESS="team", PORTAL_DATA=str(portal.data))
        kept = str(rows_in(tmp_path / "all.zip"))
        assert "ben" in kept
        assert [name for name, token in handed_out.items() if token in kept] == []
        assert [name for name, token in handed_out.items() if token in portal.log and name != "set-up"] == []
