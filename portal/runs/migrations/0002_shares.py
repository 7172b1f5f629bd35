"""Links under which a run can be read by whoever has them."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One link a run."""

    dependencies = [("runs", "0001_records")]

    operations = [
        migrations.CreateModel(
            name="Share",
            fields=[
                ("token", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("created", models.DateTimeField()),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="share", to="runs.record"
                    ),
                ),
            ],
        ),
    ]
