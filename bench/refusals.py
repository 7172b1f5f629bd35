"""What is refused takes as long as what never was: in turns, so that whatever else the machine does meets both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median

from bench.report import Figure
from tests.portal_server import PortalServer
from tests.team.people import Browser, invite, newcomer, set_up, written

_TIMES = 100
_AT_MOST = 1.15


def measure() -> Iterator[Figure]:
    """Ratios of medians: a wrong password to a stranger's, a used link to an invented one, another's run to none."""
    with PortalServer(PORTAL_ACCESS="team", PORTAL_EMBEDDED="never", PORTAL_PROXIES="127.0.0.1") as portal:
        ada = set_up(portal)
        ben = newcomer(ada, "member")
        used = invite(ada, "guest")
        Browser(portal).send_form(used, handle="used-it", name="U", password="correct horse battery")
        run = ben.order().json()["run"]
        stranger = Browser(portal)

        def sign_in(handle: str) -> None:
            written(portal, "DELETE FROM team_allowance")
            assert stranger.sign_in(handle, "not the password").status_code == 403

        yield _figure("a wrong password to a stranger", lambda: sign_in("ada"), lambda: sign_in("nobody-here"))
        yield _figure("a used link to an invented one", lambda: stranger.get(used), lambda: stranger.get(f"/invitation/{'x' * 43}/"))
        yield _figure("another's run to none", lambda: ada.get(f"/runs/{run}/"), lambda: ada.get(f"/runs/{'x' * len(run)}/"))


def _figure(name: str, one: Callable[[], object], other: Callable[[], object]) -> Figure:
    ones: list[float] = []
    others: list[float] = []
    for turn in range(_TIMES):
        pair = ((one, ones), (other, others))
        # In either order: whoever comes second finds a processor that is awake.
        for ask, times in pair if turn % 2 else reversed(pair):
            started = time.perf_counter()
            ask()
            times.append(time.perf_counter() - started)
    first, second = median(ones), median(others)
    detail = f"medians of {_TIMES}: {first * 1000:.1f} and {second * 1000:.1f} ms"
    return Figure(f"{name}, whichever takes longer", max(first, second) / min(first, second), _AT_MOST, "times", detail)
