"""The figures of townships, for cases that are there already. Safe to run twice: nothing is counted where figures stand."""

from django.db import migrations

RECEIVED = "(c.received_at AT TIME ZONE 'Asia/Shanghai')::date"
_FILL = """
INSERT INTO figures_delta (measure, unit_id, subject_id, day, amount)
SELECT '{measure}', town.id, 0, {day}, count(*)
FROM cases_case AS c
JOIN units_region AS place ON place.id = c.place_id
JOIN units_region AS town
    ON town.id = ANY(string_to_array(btrim(place.path, '/'), '/')::bigint[]) AND town.level = 'township'
WHERE {which} AND NOT EXISTS (SELECT 1 FROM figures_daily WHERE measure = '{measure}')
    AND NOT EXISTS (SELECT 1 FROM figures_delta WHERE measure = '{measure}')
GROUP BY town.id, 4
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0007_by_due"),
        ("figures", "0003_check"),
        ("units", "0002_catalogue_transfers"),
    ]
    operations = [
        migrations.RunSQL(_FILL.format(measure="town_received", day=RECEIVED, which="true"), migrations.RunSQL.noop),
        # A stock is the sum of all its days: what is open came in on some day and has not left since.
        migrations.RunSQL(
            _FILL.format(measure="town_open", day=RECEIVED, which="c.state NOT IN ('closed', 'withdrawn')"),
            migrations.RunSQL.noop,
        ),
    ]
