import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0004_diverted"),
        ("questions", "0005_engine_choice"),
        ("relay", "0003_time_people_contacts"),
        ("units", "0002_catalogue_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockStop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("third_party", "征求第三方意见"),
                            ("hearing", "听证"),
                            ("correction", "等申请人补正"),
                            ("inspection", "检验、检测、检疫、鉴定或专家评审"),
                        ],
                        max_length=12,
                        verbose_name="情形",
                    ),
                ),
                ("words", models.CharField(max_length=300, verbose_name="说明")),
                ("stopped_at", models.DateTimeField(verbose_name="暂停时间")),
                ("until_on", models.DateField(verbose_name="哪天接着计时")),
                ("from_due_on", models.DateField(verbose_name="原期限")),
                ("from_due_at", models.DateTimeField(null=True)),
                ("to_due_on", models.DateField(verbose_name="顺延到")),
                ("before", models.JSONField(default=dict)),
                ("told", models.PositiveIntegerField(default=0, verbose_name="告知了几位")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="接着计时")),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="relay.baton"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["until_on", "id"], name="stop_running")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("baton",), name="one_open_stop_per_baton"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_due_on__gte", models.F("from_due_on"))), name="a_stop_never_shortens"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ended_by", None), ("ended_at__isnull", False), _connector="OR"),
                        name="stop_ender_has_time",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="baton",
            name="paused_until",
            field=models.DateField(help_text="暂停期间才有；到这天自动接着计时", null=True, verbose_name="暂停计时到"),
        ),
        migrations.AddConstraint(
            model_name="baton",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paused_until", None), models.Q(("promised_until", None), ("state", "accepted")), _connector="OR"
                ),
                name="only_an_accepted_baton_is_paused",
            ),
        ),
    ]
