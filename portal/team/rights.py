"""The table of who may ask what: by role, kind of request, model and upstream. Panels, doors and tests share it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from portal.team.readers import Reader
from portal.team.roles import ROLES, Role, is_at_least

Kind = Literal["ask", "change"]

# The least role for each kind of request: those that ask a server something, and those that change its models.
LEAST: dict[Kind, Role] = {"ask": "member", "change": "maintainer"}
Act = Literal["save", "tend", "share", "comment", "moderate"]

# The least role for what people hand on: saving a request, changing one that another saved, sharing a run, saying something
# of one that is shared, and taking away what others shared or said.
HANDING_ON: dict[Act, Role] = {
    "save": "member", "tend": "maintainer", "share": "member", "comment": "member", "moderate": "administrator",
}  # fmt: skip
_DOES: dict[Act, str] = {
    "save": "saves requests", "tend": "changes what others saved", "share": "shares runs",
    "comment": "says something of a run", "moderate": "takes away what others shared",
}  # fmt: skip
# Who may say how a server holds a model in memory: the server is everybody's, and each such wish may reload the model.
MAY_LOAD: Role = "maintainer"
LOADING = frozenset({
    "num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap", "use_mlock", "numa", "low_vram", "f16_kv",
    "vocab_only", "logits_all",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to send. `model` is the one it names; `infers` whether a model has to think about it."""

    kind: Kind
    upstream: str
    model: str | None = None
    infers: bool = False


def why_not(reader: Reader, wish: Wish) -> str:
    """The sentence that says why somebody may not, or nothing when they may."""
    if not is_at_least(reader.role, LEAST[wish.kind]):
        if reader.role is None:
            return "Only people who are signed in run requests here."
        what = "runs requests" if wish.kind == "ask" else "changes what models are on a server"
        return f"You are here as a {reader.role}, who {ROLES[reader.role]}; a {LEAST[wish.kind]} {what}."
    if wish.model is None and not wish.infers:
        return ""
    if may_ask(reader, wish.model or "", wish.upstream):
        return ""
    name = wish.model or "a model that is not named"
    return f"You have not been given {name} on {wish.upstream}."


def may(reader: Reader, act: Act) -> bool:
    """Whether somebody may do that with what is handed on."""
    return is_at_least(reader.role, HANDING_ON[act])


def why_not_act(reader: Reader, act: Act) -> str:
    """The sentence that says why somebody may not, or nothing when they may."""
    if may(reader, act):
        return ""
    who = f"You are here as a {reader.role}" if reader.role else "You are not signed in"
    return f"{who}; a {HANDING_ON[act]} {_DOES[act]}."


def knows_addresses(reader: Reader) -> bool:
    """Whether somebody is told where the servers are."""
    return is_at_least(reader.role, "maintainer")


def may_ask(reader: Reader, model: str, upstream: str) -> bool:
    """Whether somebody has been given a model on an upstream."""
    return any(
        one.upstream in ("", upstream) and (one.model == "*" or _pattern(one.model).fullmatch(_full(model)) is not None)
        for one in reader.given
    )


def clamp(reader: Reader, body: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The body without what is not theirs to say, and the sentence that says what was left out."""
    kept = dict(body)
    if is_at_least(reader.role, MAY_LOAD):
        return kept, ""
    left_out = ["keep_alive"] if kept.pop("keep_alive", None) is not None else []
    options = kept.get("options")
    if isinstance(options, Mapping):
        left_out += sorted(f"options.{name}" for name in options if name.lower() in LOADING)
        kept["options"] = {name: value for name, value in options.items() if name.lower() not in LOADING}
    if not left_out:
        return kept, ""
    which = " and ".join(filter(None, (", ".join(left_out[:-1]), left_out[-1])))
    return kept, f"Sent without {which}: how a model is held in memory is for maintainers to say."


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str]:
    full = text.lower() if "*" in text else _full(text)
    return re.compile(".*".join(re.escape(part) for part in full.split("*")))


def _full(name: str) -> str:
    # Ollama takes a name without a tag for its latest, and does not mind the case.
    return name.lower() if ":" in name.rpartition("/")[2] else f"{name.lower()}:latest"
