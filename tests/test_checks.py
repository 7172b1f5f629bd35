"""`manage.py check --deploy` is content with the settings as the docs write them, and names each single mistake with its fix."""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path

import pytest
import yaml
from django.conf import UserSettingsHolder, global_settings, settings
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured

from tests.portal_server import ROOT, run_manage

SECRET = "aoeuhtns0123456789qjkxbmwvzpyfgcrl-aoeuhtns0123456789"
PAGES = ROOT / "docs_content/portal"
Settings = dict[str, str]


def written_on(page: str, mark: str) -> Settings:
    """The settings that a page shows in the block that has `mark` in it."""
    blocks = re.findall(r"^```text\n(.*?)^```", (PAGES / page).read_text(), re.DOTALL | re.MULTILINE)
    (block,) = [block for block in blocks if mark in block]
    found = dict(line.split("=", 1) for line in block.splitlines() if re.match(r"[A-Z_]+=", line))
    return found | ({"PORTAL_SECRET_KEY": SECRET} if "PORTAL_SECRET_KEY" in found else {})


def of_compose() -> Settings:
    told = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())["services"]["portal"]["environment"]
    return {name: re.sub(r"\$\{\w+:?[-?]?([^}]*)\}", r"\1", value) for name, value in told.items()}


TEAM = written_on("team.md", "PORTAL_ACCESS=team")
SOLO: Settings = {}


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """What the checks say of an environment, by their ids."""

    def read(environment: Settings) -> dict[str, str]:
        for name in [name for name in os.environ if name.startswith(("PORTAL_", "OLLAMA_", "DATABASE_", "REDIS_"))]:
            monkeypatch.delenv(name)
        for name, value in ({"PORTAL_DATA": str(tmp_path / "data")} | environment).items():
            monkeypatch.setenv(name, value.replace("TMP", str(tmp_path)))
        holder = UserSettingsHolder(global_settings)
        for name, value in runpy.run_path(str(ROOT / "portal/settings.py"), run_name="portal.settings").items():
            if name.isupper():
                setattr(holder, name, value)
        with monkeypatch.context() as changed:
            changed.setattr(settings, "_wrapped", holder)
            found = run_checks(tags=[Tags.security], include_deployment_checks=True)
            return {str(one.id): str(one.msg) for one in found if not one.is_silenced()}

    (tmp_path / "empty").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# Here\n")
    (tmp_path / "loose").write_text("a-key-for-the-cloud")
    (tmp_path / "loose").chmod(0o644)
    return read


def named(value: object) -> str:
    return ("team" if "PORTAL_ACCESS" in value and "PORTAL_BIND" in value else " ".join(value) or "alone") if isinstance(value, dict) else str(value)


@pytest.mark.parametrize("environment", [
    SOLO, TEAM | {"PORTAL_SIGN_ON_SECRET_CORP": "s"}, TEAM | {"PORTAL_HOSTS": ".example"}, written_on("deploying.md", "PORTAL_ORIGINS=https"), of_compose(),
    TEAM | written_on("operating.md", "REDIS_URL="),
], ids=["alone", "team", "all hosts of a domain", "behind a proxy", "compose", "several workers"])  # fmt: skip
def test_the_settings_the_docs_write_have_no_mistake(said: object, environment: Settings) -> None:
    assert said(environment) == {}  # type: ignore[operator]


@pytest.mark.parametrize(("base", "change", "number", "words"), [
    (TEAM, {"PORTAL_ORIGIN": "https://docs.example"}, 1, "PORTAL_ORIGIN is no setting of the portal. Is PORTAL_ORIGINS meant?"),
    (SOLO, {"PORTAL_FROBNICATE": "1"}, 1, "PORTAL_FROBNICATE is no setting of the portal."),
    (TEAM, {"PORTAL_BIND": "8000"}, 2, "is not an address to listen on"),
    (TEAM, {"PORTAL_SECRET_KEY": "a1b2c3d4e5f6g7h8"}, 3, "PORTAL_SECRET_KEY can be guessed"),
    (TEAM, {"PORTAL_SECRET_KEY": "a" * 60}, 3, "PORTAL_SECRET_KEY can be guessed"),
    (TEAM, {"PORTAL_SECRET_KEY": ""}, 4, "set PORTAL_SECRET_KEY."),
    (TEAM, {"PORTAL_HOSTS": "", "PORTAL_ORIGINS": "https://localhost"}, 4, "set PORTAL_HOSTS."),
    (TEAM, {"PORTAL_ORIGINS": ""}, 4, "set PORTAL_ORIGINS."),
    (TEAM, {"PORTAL_ORIGINS": "", "PORTAL_HOSTS": "127.0.0.1,localhost,[::1]"}, 4, "set PORTAL_ORIGINS."),
    (TEAM, {"PORTAL_ACCESS": "solo", "PORTAL_PROXIES": ""}, 5, "would own the portal. Set PORTAL_ACCESS=team"),
    (TEAM, {"PORTAL_HOSTS": "*"}, 6, "PORTAL_HOSTS holds *"),
    (TEAM, {"PORTAL_HOSTS": "docs.example,https://docs.example"}, 7, "is no host name. Write docs.example"),
    (TEAM, {"PORTAL_HOSTS": "docs.example,docs.example:443"}, 7, "is no host name. Write docs.example"),
    (TEAM, {"PORTAL_ORIGINS": "https://docs.example/"}, 8, "is no origin. Write https://docs.example"),
    (TEAM, {"PORTAL_ORIGINS": "docs.example,https://docs.example"}, 8, "is no origin"),
    (TEAM, {"PORTAL_ORIGINS": "https://docs.example,https://docs.example/path"}, 8, "is no origin"),
    (TEAM, {"PORTAL_ORIGINS": "https://docs.example,https://other.example"}, 9, "PORTAL_ORIGINS names other.example, which PORTAL_HOSTS does not"),
    (TEAM, {"PORTAL_ORIGINS": "https://docs.example,http://docs.example"}, 10, "in the clear. Put a proxy with TLS before it"),
    (TEAM, {"PORTAL_BIND": "127.0.0.1:8000", "PORTAL_ORIGINS": ""}, 11, "does not name docs.example, so its pages could run nothing. Add"),
    *((SOLO, {name: "1"}, 12, f"{name} does nothing while PORTAL_ACCESS is solo") for name in ("PORTAL_PERSON_TOKENS", "PORTAL_METRICS_TOKEN", "PORTAL_KEEP_AUDIT")),
    (SOLO, {"PORTAL_PROXIES": "127.0.0.1"}, 12, "PORTAL_PROXIES does nothing"),
    (TEAM, {"PORTAL_SESSION_HOURS": "0"}, 13, "nobody would stay signed in"),
    (TEAM, {"PORTAL_SESSION_DAYS": "0"}, 13, "nobody would stay signed in"),
    (TEAM, {"PORTAL_PERSON_AT_ONCE": "0"}, 14, "one person may take every place"),
    (TEAM, {"PORTAL_METRICS_TOKEN": "metrics"}, 15, "PORTAL_METRICS_TOKEN can be guessed"),
    (TEAM, {"PORTAL_PROXIES": ""}, 16, "is not in PORTAL_PROXIES"),
    (TEAM, {"PORTAL_PROXIES": "0.0.0.0/0"}, 17, "anybody could say where they come from"),
    (TEAM, {"PORTAL_PROXIES": "127.0.0.1,::/0"}, 17, "anybody could say where they come from"),
    (TEAM, {"DATABASE_URL": "mysql://portal@db.example/portal"}, 18, "of the kind mysql"),
    (TEAM, {"REDIS_URL": "redis://127.0.0.1:6379/0"}, 19, "several workers need both"),
    (TEAM, {"PORTAL_LONGEST_QUEUE": "0"}, 20, "is refused. Leave it out for 100"),
    (TEAM, {"OLLAMA_API_KEY_FILE": "TMP/loose"}, 21, "can be read by others on this machine. Run: chmod 600"),
    (TEAM, {"PORTAL_LOCAL_ONLY": "yes", "OLLAMA_API_KEY": "k"}, 22, "the key for the cloud does nothing"),
    (TEAM, {"PORTAL_DOCS_ROOT": "TMP/none"}, 23, "which is no folder"),
    (TEAM, {"PORTAL_DOCS_ROOT": "TMP/empty"}, 24, "There are no documents in"),
    (TEAM, {"PORTAL_DOCS_ROOT": "TMP/docs", "PORTAL_DATA": "TMP/docs/var"}, 25, "within the documents, which are served to readers"),
    (TEAM, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, 26, "4318 as a rule"),
], ids=named)  # fmt: skip
def test_each_single_mistake_is_named_with_its_fix(said: object, base: Settings, change: Settings, number: int, words: str) -> None:
    found = said(base | change)  # type: ignore[operator]
    assert list(found) == [f"portal.W{number:03}"], found
    assert words in found[f"portal.W{number:03}"]
    assert f"`portal.W{number:03}`" in (PAGES / "troubleshooting.md").read_text()


@pytest.mark.parametrize(("change", "words"), [
    ({"PORTAL_ACCESS": "club"}, "PORTAL_ACCESS is “club”; it can be solo or team."),
    ({"PORTAL_READ": "all"}, "it can be public or members"),
    ({"PORTAL_SESSION_DAYS": "a month"}, "it must be a whole number such as 30"),
    ({"DATABASE_URL": "nonsense"}, "write postgres://user:password@host:5432/name"),
    ({"REDIS_URL": "127.0.0.1:6379"}, "write redis://:password@host:6379/0"),
    ({"PORTAL_PROXIES": "proxy.example"}, "Write 127.0.0.1 or 10.0.0.0/8."),
    ({"PORTAL_UPSTREAMS": "gpu"}, "write name=http://host:port"),
    ({"PORTAL_STAND_INS": "local=gpu"}, "write name=other with two upstreams"),
    ({"PORTAL_RUNS_AT_ONCE": "none"}, "write a whole number from 1"),
    ({"OLLAMA_API_KEY": "k", "OLLAMA_API_KEY_FILE": "TMP/loose"}, "leave one of them out"),
    ({"OLLAMA_API_KEY_FILE": "TMP/none"}, "it holds the key and nothing else"),
])  # fmt: skip
def test_a_setting_that_cannot_be_read_is_a_sentence(said: object, change: Settings, words: str) -> None:
    with pytest.raises(ImproperlyConfigured) as problem:
        said(TEAM | change)  # type: ignore[operator]
    assert words in str(problem.value)


def test_the_command_itself_is_content_or_ends_with_1(tmp_path: Path) -> None:
    asked = ("check", "--deploy", "--fail-level", "WARNING")
    fine = run_manage(*asked, **TEAM, PORTAL_DATA=str(tmp_path))
    assert (fine.returncode, "no issues" in fine.stdout) == (0, True), fine.stderr
    wrong = run_manage(*asked, **(TEAM | {"PORTAL_PROXIES": ""}), PORTAL_DATA=str(tmp_path))
    assert wrong.returncode == 1
    assert "(portal.W016) The proxy with TLS is not in PORTAL_PROXIES" in wrong.stderr


def test_every_setting_the_docs_name_is_known() -> None:
    table = (PAGES / "operating.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    documented = {name for line in table.splitlines() for name in re.findall(r"`(PORTAL_[A-Z_]+)`", line.partition(" | ")[0])}
    assert len(documented) > 20
    assert documented - settings.PORTAL_KNOWN == set()
