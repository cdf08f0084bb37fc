"""Calls that everyone could read before this version: the moment is not known better than this."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("calls", "0002_calls_published_understood")]

    operations = [
        migrations.RunSQL(
            "UPDATE calls_call SET published_at = LEAST(created_at, opens_at) WHERE state <> 'draft'",
            migrations.RunSQL.noop,
        )
    ]
