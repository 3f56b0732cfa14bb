"""Words of the answers that were signed before they could be found by them. Safe to run twice."""

import unicodedata

import rjieba
from django.db import migrations

FIELDS = ("opening", "found", "done", "would_need", "next_steps")
BATCH = 500


def fill(apps, schema_editor):
    Answer = apps.get_model("answers", "Answer")
    last = 0
    while True:
        rows = Answer.objects.filter(state="signed", search=None, pk__gt=last).order_by("pk")
        found = list(rows.values_list("pk", *FIELDS)[:BATCH])
        if not found:
            return
        last = found[-1][0]
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE answers_answer SET search = array_to_tsvector(%s::text[]) WHERE id = %s",
                [(_words("\n".join(texts)), pk) for pk, *texts in found],
            )


def _words(text):
    plain = unicodedata.normalize("NFKC", text).lower()
    return sorted({w for w in rjieba.cut_for_search(plain) if w.strip() and any(c.isalnum() for c in w)})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("answers", "0004_answer_search")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
