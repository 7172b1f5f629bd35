"""Runs as records, with their logs in stretches."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('owner', models.CharField(max_length=150)),
                ('ref', models.CharField(max_length=64)),
                ('upstream', models.TextField()),
                ('method', models.CharField(max_length=10)),
                ('path', models.TextField()),
                ('model', models.TextField()),
                ('streams', models.BooleanField()),
                ('body', models.TextField()),
                ('page', models.TextField()),
                ('example', models.TextField()),
                ('state', models.CharField(max_length=20)),
                ('outcome', models.CharField(max_length=20)),
                ('error', models.JSONField(null=True)),
                ('stats', models.JSONField(null=True)),
                ('created', models.DateTimeField()),
                ('started', models.DateTimeField(null=True)),
                ('ended', models.DateTimeField(null=True)),
                ('head', models.PositiveIntegerField(default=0)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('server', models.CharField(max_length=40)),
                ('lease', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner', '-created'], name='runs_of_owner'), models.Index(fields=['created'], name='runs_by_age'), models.Index(condition=models.Q(('outcome', '')), fields=['server'], name='runs_under_way')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'ref'), name='one_run_a_ref')],
            },
        ),
        migrations.CreateModel(
            name='Stretch',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('first', models.PositiveIntegerField()),
                ('last', models.PositiveIntegerField()),
                ('text', models.TextField()),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='stretches', to='runs.record')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('record', 'first'), name='no_frame_twice')],
            },
        ),
    ]
