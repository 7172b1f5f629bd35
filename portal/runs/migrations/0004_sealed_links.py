"""Tokens of links as hashes, and encrypted."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from portal.runs.links import seal_link
from portal.team.tokens import key_of


def seal_tokens(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What was the token itself becomes its hash; whoever has the link finds the run by it as before."""
    links = apps.get_model("runs", "Share").objects
    for token in list(links.values_list("key", flat=True)):
        links.filter(key=token).update(key=key_of(token), sealed=seal_link(token))


class Migration(migrations.Migration):
    """Every link that was made before leads to its run, and is shown to its owner."""

    dependencies = [("runs", "0003_terms_and_comments")]

    operations = [
        migrations.RenameField("share", "token", "key"),
        migrations.AddField("share", "sealed", models.TextField(default=""), preserve_default=False),
        migrations.RunPython(seal_tokens),
    ]
