"""A saved request as the database keeps it."""

from __future__ import annotations

from django.db import models


class Saved(models.Model):
    """A request with a name and a note. `page` and `example` say where in the docs it belongs, both empty where nowhere.

    `author` is None alone on the machine, where there are no people. `body` is the JSON text that is sent, empty for none.
    """

    name = models.CharField(max_length=80)
    note = models.TextField()
    upstream = models.CharField(max_length=32)
    method = models.CharField(max_length=10)
    path = models.TextField()
    model = models.TextField()
    body = models.TextField()
    page = models.CharField(max_length=300)
    example = models.CharField(max_length=300)
    author = models.ForeignKey("team.Person", null=True, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField()
    changed = models.DateTimeField()

    class Meta:
        verbose_name = "saved request"
        indexes = (models.Index(fields=["page"], name="saved_of_page"), models.Index(fields=["-changed"], name="saved_by_age"))

    def __str__(self) -> str:
        return f"{self.name}: {self.method} {self.path}"
