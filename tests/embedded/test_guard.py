"""Pages of other sites get no answer from the engine."""

import pytest

from portal.embedded.guard import is_local_host


@pytest.mark.parametrize("host", ["localhost", "localhost:11434", "127.0.0.1:5", "[::1]:5", "[::1]", "192.168.1.7:1",
                                  "", "box.local", "x.localhost:80", "0.0.0.0"])
def test_names_of_this_machine_are_local(host: str) -> None:
    assert is_local_host(host)


FOREIGN = ["evil.example", "evil.example:80", "8.8.8.8", "localhost.evil.example", "[2a00::1]:1"]


@pytest.mark.parametrize("host", FOREIGN)
def test_other_names_are_not(host: str) -> None:
    assert not is_local_host(host)
