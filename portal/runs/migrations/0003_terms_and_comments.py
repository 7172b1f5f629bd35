"""Links with terms, several to a run, and comments."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Links that were made before lead anybody to their run until they are taken back, as they did."""

    dependencies = [("runs", "0002_shares"), ("team", "0002_uses")]

    operations = [
        migrations.AlterField(
            "share", "record",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="runs.record"),
        ),
        migrations.AddField("share", "audience", models.CharField(max_length=10, default="anybody"), preserve_default=False),
        migrations.AddField("share", "ends", models.DateTimeField(null=True)),
        migrations.AddField("share", "taken_back", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
                ("created", models.DateTimeField()),
                ("changed", models.DateTimeField(null=True)),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="team.person")),
                ("record", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="runs.record")),
            ],
        ),
    ]
