"""Passwords: what they may be, and how their hashes are made and checked without holding up anything else."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from portal.team.models import Person
from portal.team.refusals import Refused

# Each hash takes memory and time on purpose; a crowd of them must not take the machine.
_hashing = ThreadPoolExecutor(2, thread_name_prefix="passwords")
_LONGEST = 200


class Hasher(Argon2PasswordHasher):
    """argon2id as OWASP advises for a server that has other things to do: 19 MiB, two passes, one lane."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


def check_new(password: str, *, handle: str, name: str) -> None:
    """Raises `Refused` for a password that is too short, common or near the person's own names."""
    if len(password) > _LONGEST:
        raise Refused(f"A password has at most {_LONGEST} characters.", field="password")
    try:
        validate_password(password, Person(handle=handle, name=name))
    except ValidationError as problem:
        raise Refused(" ".join(problem.messages), field="password") from None


async def hash_of(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_hashing, make_password, password)


async def is_right(password: str, encoded: str | None) -> bool:
    """Whether it is the password of that hash. Without one it takes as long, and is not."""
    nobody = _of_nobody()  # in any case, so that the first stranger costs no more than whoever comes first
    right = await asyncio.get_running_loop().run_in_executor(_hashing, check_password, password[:_LONGEST], encoded or nobody)
    return right and encoded is not None


@cache
def _of_nobody() -> str:
    return make_password("nobody's")
