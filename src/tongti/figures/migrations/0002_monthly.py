"""Monthly rows, filled from the daily ones that are there."""

from django.db import migrations, models

FILL = """
INSERT INTO figures_monthly (measure, unit_id, month, amount)
SELECT measure, unit_id, date_trunc('month', day)::date, sum(amount) FROM figures_daily WHERE subject_id = 0 GROUP BY 1, 2, 3
"""


class Migration(migrations.Migration):
    dependencies = [("figures", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Monthly",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("measure", models.CharField(max_length=40)),
                ("unit_id", models.BigIntegerField(default=0)),
                ("month", models.DateField()),
                ("amount", models.BigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("measure", "unit_id", "month"), name="figure_monthly_once")
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
