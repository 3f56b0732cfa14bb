"""Who wrote in a line is kept whole, not the last hand only; of old lines the last is known."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lifting", "0002_links")]

    operations = [
        migrations.AddField(
            model_name="lift",
            name="authors",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.RunSQL(
            "UPDATE lifting_lift SET authors = ARRAY[prepared_by_id] WHERE authors = '{}'", migrations.RunSQL.noop
        ),
    ]
