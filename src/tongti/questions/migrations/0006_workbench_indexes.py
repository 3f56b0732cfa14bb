from datetime import UTC, date, datetime

from django.db import migrations, models
from django.db.models.functions import Coalesce

IN_HAND = models.Q(state__in=("set_up", "handling", "answered"))
NO_DAY = models.Value(date(9999, 12, 31), output_field=models.DateField())
NO_MOMENT = models.Value(datetime(9999, 12, 31, tzinfo=UTC), output_field=models.DateTimeField())


class Migration(migrations.Migration):
    dependencies = [("questions", "0005_engine_choice")]

    operations = [
        migrations.RemoveIndex(model_name="question", name="question_by_due"),
        migrations.RemoveIndex(model_name="question", name="question_by_age"),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                Coalesce("due_on", NO_DAY), models.F("id"), condition=IN_HAND, name="question_in_hand_by_due"
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                Coalesce("first_received_at", NO_MOMENT),
                models.F("id"),
                condition=IN_HAND,
                name="question_in_hand_by_age",
            ),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["state", "due_on"], include=["proposed_count"], name="question_tabs"),
        ),
    ]
