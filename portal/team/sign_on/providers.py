"""The providers an operator lets people sign on with, as their file (`PORTAL_SIGN_ON`) describes them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args
from urllib.parse import urlsplit

from portal.team.roles import ROLES, Role

Kind = Literal["openid", "github"]

_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
# Providers everybody knows need no issuer.
_KNOWN: dict[str, tuple[Kind, str, str]] = {
    "google": ("openid", "https://accounts.google.com", "Google"),
    "gitlab": ("openid", "https://gitlab.com", "GitLab"),
    "github": ("github", "https://github.com", "GitHub"),
}
_TEXTS = ("kind", "issuer", "client_id", "secret_file", "label", "groups_claim", "role")
_LISTS = ("domains", "groups")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class BadProviders(ValueError):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One of them. Who comes from `domains` or is in one of `groups` may join without an invitation, as a `role`."""

    name: str
    kind: Kind
    issuer: str
    label: str
    client_id: str
    secret_file: str = ""
    domains: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    groups_claim: str = "groups"
    role: Role = "member"
    asks_second_factor: bool = False

    @property
    def secret(self) -> str:
        """What it knows this portal by, read anew each time. Raises `OSError`."""
        if self.secret_file:
            return Path(self.secret_file).read_text("utf-8").strip()
        return os.environ.get(_variable(self.name), "")


def read_providers(path: str) -> dict[str, Provider]:
    """Every provider of the file by its name; none where there is no file. Raises `BadProviders`."""
    if not path:
        return {}
    try:
        listed = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadProviders(f"PORTAL_SIGN_ON is {path}, which cannot be read: {problem}.") from None
    return {name: _read_provider(name, said) for name, said in listed.items()}


def _read_provider(name: str, said: object) -> Provider:
    where = f"PORTAL_SIGN_ON, [{name}]"
    if not _NAME.fullmatch(name) or not isinstance(said, Mapping):
        raise BadProviders(f"{where}: a provider is a table named by small letters, digits and dashes, such as [company].")
    _check_fields(where, said)
    kind, issuer, label = _KNOWN.get(name, ("openid", "", name.title()))
    kind = cast(Kind, said.get("kind", kind))
    issuer = str(said.get("issuer", issuer)).rstrip("/") if kind == "github" else str(said.get("issuer", issuer))
    role = str(said.get("role", "member"))
    if kind not in get_args(Kind):
        raise BadProviders(f"{where}: kind is openid or github.")
    if role not in ROLES or role == "administrator":
        raise BadProviders(f"{where}: role is guest, member or maintainer; administrators are made by others.")
    if not _is_safe(issuer):
        raise BadProviders(f"{where}: issuer is missing or no https address, such as https://id.example.")
    if not said.get("client_id"):
        raise BadProviders(f"{where}: client_id is missing; the provider gives it when the portal is registered there.")
    provider = Provider(
        name, kind, issuer, str(said.get("label", label)), str(said["client_id"]), str(said.get("secret_file", "")),
        frozenset(domain.lower() for domain in said.get("domains", ())), frozenset(said.get("groups", ())),
        str(said.get("groups_claim", "groups")), role, bool(said.get("asks_second_factor", False)),
    )  # fmt: skip
    _check_secret(where, provider)
    return provider


def _check_fields(where: str, said: Mapping[str, object]) -> None:
    for field, value in said.items():
        right = (
            isinstance(value, str) if field in _TEXTS
            else isinstance(value, list) and all(isinstance(one, str) and one for one in value) if field in _LISTS
            else isinstance(value, bool) and field == "asks_second_factor"
        )  # fmt: skip
        if not right:
            known = ", ".join((*_TEXTS, *_LISTS, "asks_second_factor"))
            raise BadProviders(f"{where}: {field} is none of {known}, or not written as it has to be.")


def _check_secret(where: str, provider: Provider) -> None:
    try:
        secret = provider.secret
    except (OSError, UnicodeDecodeError) as problem:
        raise BadProviders(f"{where}: secret_file cannot be read: {problem}.") from None
    if not secret:
        raise BadProviders(f"{where}: its secret is missing. Name a secret_file, or set {_variable(provider.name)}.")


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))


def _variable(name: str) -> str:
    return f"PORTAL_SIGN_ON_SECRET_{name.upper().replace('-', '_')}"
