"""A run as the database keeps it: what was asked, how it ended, and its log in stretches of frames."""

from __future__ import annotations

from django.db import models


class Record(models.Model):
    """One run. While `outcome` is empty it is under way on the server `server`, which counts as alive until `lease`.

    `page` and `example` say where in the docs it was started; `head` is the number of its last frame and `size` the
    characters of its log, both known once it has ended. `error` and `stats` are those of its last frame.
    """

    id = models.CharField(primary_key=True, max_length=32)
    owner = models.CharField(max_length=150)
    ref = models.CharField(max_length=64)
    upstream = models.TextField()
    method = models.CharField(max_length=10)
    path = models.TextField()
    model = models.TextField()
    streams = models.BooleanField()
    body = models.TextField()
    page = models.TextField()
    example = models.TextField()
    state = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20)
    error = models.JSONField(null=True)
    stats = models.JSONField(null=True)
    created = models.DateTimeField()
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    head = models.PositiveIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    server = models.CharField(max_length=40)
    lease = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner", "ref"], name="one_run_a_ref"),)
        indexes = (
            models.Index(fields=["owner", "-created"], name="runs_of_owner"),
            models.Index(fields=["created"], name="runs_by_age"),
            models.Index(fields=["server"], condition=models.Q(outcome=""), name="runs_under_way"),
        )

    def __str__(self) -> str:
        return f"{self.id}: {self.method} {self.path}, {self.outcome or 'under way'}"


class Stretch(models.Model):
    """The frames `first` to `last` of a run, one a line, as they went over the wire."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="stretches", db_index=False)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["record", "first"], name="no_frame_twice"),)

    def __str__(self) -> str:
        return f"{self.record_id}: {self.first} to {self.last}"


class Share(models.Model):
    """A link under which a run that has ended is read: by the team or by anybody who has it, until it ends or is taken back.

    What is kept of its token is a hash, to find it by, and the token encrypted, to show the link to its owner again.
    """

    key = models.CharField(primary_key=True, max_length=64)
    sealed = models.TextField()
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="shares")
    audience = models.CharField(max_length=10)
    created = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    taken_back = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.record_id}: shared {self.created:%Y-%m-%d}"


class Comment(models.Model):
    """What somebody of the team says of a run that was shared."""

    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey("team.Person", on_delete=models.CASCADE, related_name="+")
    text = models.TextField()
    created = models.DateTimeField()
    changed = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.record_id}: a comment of {self.created:%Y-%m-%d}"
