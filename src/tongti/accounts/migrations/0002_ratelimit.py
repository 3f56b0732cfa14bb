"""The table behind shared.ratelimit. UNLOGGED: it costs no log writes, and losing it in a crash is harmless.

No second index: every try is then a heap-only update; the sweep reads the small table whole.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE UNLOGGED TABLE IF NOT EXISTS ratelimit (bucket bytea PRIMARY KEY, empty_at timestamptz NOT NULL) "
            "WITH (fillfactor = 70)",
            "DROP TABLE IF EXISTS ratelimit",
        ),
    ]
