"""Passkeys as a second factor (WebAuthn): what a browser is asked, and whether what it answers is theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import webauthn
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.timezone import now
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.team.audit import Actor, note
from portal.team.models import Passkey, Person
from portal.team.refusals import Refused
from portal.team.throttling import Rate, take
from portal.team.tokens import key_of

COOKIE = "portal-passkey"
LASTING = 300
_SALT = "portal.passkey"
_MOST = 20
Purpose = Literal["make", "show"]


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are of: they are bound to the host, and answers to the origin."""

    host: str
    origin: str
    title: str


def ask_to_make(person: int, site: Site) -> tuple[dict[str, Any], str]:
    """What a browser is told to make one, and the cookie for the way. Raises `Refused`."""
    found = Person.objects.get(id=person)
    if not hasattr(found, "authenticator"):
        raise Refused("Set up an authenticator app first: it comes with recovery codes.", status=409)
    have = _of(person)
    if len(have) >= _MOST:
        raise Refused(f"You have {_MOST} passkeys; remove one first.", status=409)
    options = webauthn.generate_registration_options(
        rp_id=site.host, rp_name=site.title, user_name=found.handle, user_display_name=found.name,
        user_id=key_of(f"person:{person}").encode()[:64], exclude_credentials=have,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.DISCOURAGED
        ),
    )  # fmt: skip
    return json.loads(webauthn.options_to_json(options)), _write(person, "make", options.challenge)


def ask_to_show(person: int, site: Site) -> tuple[dict[str, Any], str]:
    """What a browser is told to show one, and the cookie for the way. Raises `Refused`."""
    have = _of(person)
    if not have:
        raise Refused("You have no passkey.", status=404)
    options = webauthn.generate_authentication_options(
        rp_id=site.host, allow_credentials=have, user_verification=UserVerificationRequirement.DISCOURAGED
    )
    return json.loads(webauthn.options_to_json(options)), _write(person, "show", options.challenge)


def make(person: int, cookie: str, answer: dict[str, Any], site: Site, *, name: str, actor: Actor) -> None:
    """Keep the passkey a browser has made. Raises `Refused`."""
    challenge = _read(person, "make", cookie)
    try:
        made = webauthn.verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            require_user_verification=False,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused("That is no answer to what was asked, so no passkey was added.", status=403) from None
    try:
        with transaction.atomic():
            Passkey.objects.create(
                person_id=person, credential=bytes_to_base64url(made.credential_id), public_key=made.credential_public_key,
                count=made.sign_count, name=name[:200] or "A passkey", created=now(),
            )  # fmt: skip
            note(actor, "added a passkey", actor.handle, name)
    except IntegrityError:
        raise Refused("That passkey is here already.", status=409) from None


def show(person: int, cookie: str, answer: dict[str, Any], site: Site) -> str:
    """Why what a browser shows is not theirs, or nothing."""
    try:
        challenge = _read(person, "show", cookie)
        kept = Passkey.objects.filter(person=person, credential=str(answer.get("id"))).first()
        if kept is None:
            return "another's passkey"
        shown = webauthn.verify_authentication_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=site.host, expected_origin=site.origin,
            credential_public_key=bytes(kept.public_key), credential_current_sign_count=kept.count, require_user_verification=False,
        )  # fmt: skip
    except (Refused, WebAuthnException, ValueError, KeyError, TypeError):
        return "wrong passkey"
    Passkey.objects.filter(id=kept.id).update(count=shown.new_sign_count)
    return ""


@transaction.atomic
def remove(person: int, number: int, actor: Actor) -> None:
    """Have a passkey be none any more. Raises `Refused`."""
    found = Passkey.objects.filter(person=person, id=number).first()
    if found is None:
        raise Refused("You have no such passkey.", status=404)
    found.delete()
    note(actor, "removed a passkey", actor.handle, found.name)


def _of(person: int) -> list[PublicKeyCredentialDescriptor]:
    found = Passkey.objects.filter(person=person).values_list("credential", flat=True)
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in found]


def _write(person: int, purpose: Purpose, challenge: bytes) -> str:
    return signing.dumps([person, purpose, bytes_to_base64url(challenge)], salt=_SALT)


def _read(person: int, purpose: Purpose, cookie: str) -> bytes:
    try:
        whose, what_for, challenge = signing.loads(cookie, salt=_SALT, max_age=LASTING)
    except (signing.BadSignature, ValueError, TypeError):
        whose = what_for = challenge = None
    # Each question is answered once, also where a key does not count how often it was used.
    if (whose, what_for) != (person, purpose) or take(f"passkey:{key_of(str(challenge))[:40]}", Rate(1, 2.0 * LASTING)):
        raise Refused("That took too long, or was answered already. Try again.", status=403)
    return base64url_to_bytes(challenge)
