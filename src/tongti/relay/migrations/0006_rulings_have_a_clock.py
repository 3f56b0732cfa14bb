import django.db.models.deletion
from django.db import migrations, models

ASKS = [
    ("asked", "待审批"),
    ("approved", "已同意"),
    ("refused", "不同意"),
    ("taken_back", "已撤回"),
    ("dropped", "随棒结束"),
]
REQUESTS = (
    ("extension", "decided_extension_has_decider"),
    ("promise", "decided_promise_has_decider"),
    ("latediversion", "decided_diversion_has_decider"),
)


def _undecided(*states):
    return models.Q(
        ("state__in", states),
        models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
        _connector="OR",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0011_rulings_have_a_clock"),
        ("relay", "0005_tenders_stop_a_clock"),
    ]

    operations = [
        migrations.AddField(
            model_name="objection",
            name="due_on",
            field=models.DateField(null=True, verbose_name="裁定期限"),
        ),
        migrations.AddField(
            model_name="objection",
            name="due_at",
            field=models.DateTimeField(help_text="按小时计的时限才有", null=True, verbose_name="裁定时刻"),
        ),
        migrations.AddField(
            model_name="objection",
            name="reckoning",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="deadlines.reckoning",
            ),
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(condition=models.Q(("ruling", "")), fields=["due_on"], name="objection_due"),
        ),
        *(
            migrations.AlterField(
                model_name=model,
                name="state",
                field=models.CharField(choices=ASKS, default="asked", max_length=10),
            )
            for model, _name in REQUESTS
        ),
        *(
            operation
            for model, name in REQUESTS
            for operation in (
                migrations.RemoveConstraint(model_name=model, name=name),
                migrations.AddConstraint(
                    model_name=model,
                    constraint=models.CheckConstraint(
                        condition=_undecided("asked", "taken_back", "dropped"), name=name
                    ),
                ),
            )
        ),
    ]
