"""People as the database keeps them: who they are, how they came in, what they were given, what was done."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from portal.team.roles import ROLES

# What browsers say they are: each of these says what the ones below it do, besides.
_BROWSERS = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Mac OS", "macOS"), ("Windows", "Windows"), ("Linux", "Linux"),
)  # fmt: skip


class People(BaseUserManager["Person"]):
    """Looks people up by their handle."""


class Group(models.Model):
    """People who are given the same."""

    name = models.CharField(max_length=60, unique=True)

    def __str__(self) -> str:
        return self.name


class Person(AbstractBaseUser):
    """Somebody who signs in, by their `handle`. While `suspended` is set they are nobody here."""

    handle = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    groups = models.ManyToManyField(Group, related_name="people")
    created = models.DateTimeField()
    suspended = models.DateTimeField(null=True)

    USERNAME_FIELD = "handle"
    objects = People()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.handle


class SignIn(models.Model):
    """One browser in which somebody is signed in. The browser has the token; what is kept is its hash.

    `strong` is whether they showed a second factor, here or where they signed on.
    """

    key = models.CharField(primary_key=True, max_length=64)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_ins")
    created = models.DateTimeField()
    seen = models.DateTimeField()
    browser = models.CharField(max_length=200)
    strong = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.person_id}: signed in {self.created:%Y-%m-%d %H:%M}"

    @property
    def name(self) -> str:
        """The browser as people know it; in its own words where it is none of the usual ones."""
        browser = next((name for mark, name in _BROWSERS if mark in self.browser), self.browser or "Unnamed")
        system = next((name for mark, name in _SYSTEMS if mark in self.browser), "")
        return f"{browser} on {system}" if system else browser


class Identity(models.Model):
    """An account somebody has elsewhere: `subject` at `issuer`, which never changes. The e-mail is what it was, for people."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    provider = models.CharField(max_length=20)
    email = models.CharField(max_length=250, blank=True, db_index=True)
    created = models.DateTimeField()

    class Meta:
        verbose_name_plural = "identities"
        constraints = (models.UniqueConstraint(fields=["issuer", "subject"], name="one_of_an_issuer"),)

    def __str__(self) -> str:
        return f"{self.provider}: {self.email or self.subject}"


class Authenticator(models.Model):
    """The app that shows somebody their codes. `sealed` is its secret, encrypted; `last_step` the time of its last use."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="authenticator")
    sealed = models.CharField(max_length=300)
    last_step = models.BigIntegerField(default=0)
    created = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}: since {self.created:%Y-%m-%d}"


class Passkey(models.Model):
    """A key on a device of somebody's, of which only the public half is here. `count` is how often it says it was used."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="passkeys")
    credential = models.CharField(max_length=400, unique=True)
    public_key = models.BinaryField()
    count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=200)
    created = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}: {self.name}"


class RecoveryCode(models.Model):
    """A code that stands in for a second factor, once. What is kept is its hash."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="recovery_codes")
    key = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "key"], name="recovery_code_once"),)

    def __str__(self) -> str:
        return f"{self.person_id}: a recovery code"


class Invitation(models.Model):
    """A link that makes one person. That of the first administrator, printed at the start, is `of_setup`."""

    key = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20)
    note = models.CharField(max_length=80)
    of_setup = models.BooleanField(default=False)
    by = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="invitations")
    created = models.DateTimeField()
    ends = models.DateTimeField()
    used = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.role} until {self.ends:%Y-%m-%d}"


class PasswordReset(models.Model):
    """A link under which somebody who lost their password sets another, once. There is one of a person at most."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="password_reset")
    key = models.CharField(max_length=64, unique=True)
    ends = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.person_id}: a new password until {self.ends:%Y-%m-%d %H:%M}"


class Grant(models.Model):
    """What may be asked of models: `model` is a name or a pattern with `*`, `upstream` one by name, or "" for any.

    It is given to a person, to a group, or, with neither, to every member.
    """

    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="grants")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="grants")
    model = models.CharField(max_length=300)
    upstream = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person=None) | models.Q(group=None), name="given_to_one"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model} on {self.upstream or 'any upstream'}"


class Allowance(models.Model):
    """How much of something rare is used up, such as tries to sign in: `until` is when all of it is back."""

    key = models.CharField(primary_key=True, max_length=80)
    until = models.FloatField()

    def __str__(self) -> str:
        return self.key


class Use(models.Model):
    """One run as it counts: reserved when it starts, settled when it ends. What was asked and answered is not in it.

    `tokens` are those reserved until it has `ended`, and then those it took. Whichever server runs it renews `lease`.
    """

    owner = models.CharField(max_length=150)
    handle = models.CharField(max_length=40)
    ref = models.CharField(max_length=64)
    upstream = models.CharField(max_length=32)
    what = models.CharField(max_length=80)
    model = models.CharField(max_length=300)
    page = models.CharField(max_length=300)
    began = models.DateTimeField(db_index=True)
    ended = models.DateTimeField(null=True)
    lease = models.DateTimeField()
    tokens = models.PositiveBigIntegerField()
    outcome = models.CharField(max_length=20)
    ttft_ms = models.FloatField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "ref"], name="counted_once"),)
        indexes = (
            models.Index(fields=["owner", "-began"], name="uses_of_owner"),
            models.Index(fields=["lease"], condition=models.Q(ended=None), name="uses_under_way"),
        )

    def __str__(self) -> str:
        return f"{self.handle}: {self.what}, {self.outcome or 'under way'}"


class Event(models.Model):
    """One thing that was done, for the audit. `actor` and `about` are handles, which outlive their people."""

    at = models.DateTimeField(db_index=True)
    actor = models.CharField(max_length=40)
    what = models.CharField(max_length=40, db_index=True)
    about = models.CharField(max_length=300)
    detail = models.CharField(max_length=300)
    address = models.CharField(max_length=45)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.what}"


class Moment(models.Model):
    """One row whose number grows with every change to people, sign-ins and grants, so that servers see that there was one."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
