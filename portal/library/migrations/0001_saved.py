"""Requests that people save."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first of this room."""

    initial = True
    dependencies = [("team", "0002_uses")]

    operations = [
        migrations.CreateModel(
            name="Saved",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("note", models.TextField()),
                ("upstream", models.CharField(max_length=32)),
                ("method", models.CharField(max_length=10)),
                ("path", models.TextField()),
                ("model", models.TextField()),
                ("body", models.TextField()),
                ("page", models.CharField(max_length=300)),
                ("example", models.CharField(max_length=300)),
                ("created", models.DateTimeField()),
                ("changed", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="team.person"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["page"], name="saved_of_page"),
                    models.Index(fields=["-changed"], name="saved_by_age"),
                ]
            },
        ),
    ]
