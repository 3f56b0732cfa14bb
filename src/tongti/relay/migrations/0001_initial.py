import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0001_initial"),
        ("questions", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Baton",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("lead", "牵头"), ("helper", "协办"), ("territory", "属地")],
                        max_length=10,
                        verbose_name="职责",
                    ),
                ),
                ("task", models.CharField(max_length=300, verbose_name="任务")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "待签收"),
                            ("accepted", "办理中"),
                            ("objected", "异议待裁"),
                            ("done", "已交棒"),
                            ("recalled", "已改派"),
                        ],
                        default="offered",
                        max_length=10,
                    ),
                ),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="第几次派单")),
                ("designated", models.BooleanField(default=False, verbose_name="指定（不得再退）")),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="第几轮办理")),
                ("dispatch_reason", models.CharField(blank=True, max_length=200, verbose_name="派单理由")),
                ("started_on", models.DateField(verbose_name="起算日")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("sign_due_at", models.DateTimeField(null=True, verbose_name="签收期限")),
                ("regime_version", models.CharField(blank=True, max_length=60)),
                ("calendar_version", models.CharField(blank=True, max_length=60)),
                ("explanation", models.JSONField(default=dict)),
                ("offered_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="batons", to="cases.case"
                    ),
                ),
                (
                    "dispatched_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "duty",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="units.duty", verbose_name="派单依据"
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batons",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="batons",
                        to="questions.question",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="batons", to="units.unit"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("offered", "accepted", "objected"))),
                        fields=["unit", "due_on", "id"],
                        name="baton_open_by_unit",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ("offered", "accepted", "objected"))),
                        fields=["due_on", "id"],
                        name="baton_open_by_due",
                    ),
                    models.Index(fields=["state", "-id"], name="baton_by_state"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("question", None)),
                            models.Q(("case", None), ("question__isnull", False)),
                            _connector="OR",
                        ),
                        name="baton_on_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "lead"), ("state__in", ("offered", "accepted", "objected"))),
                        fields=("question",),
                        name="one_open_lead_per_question",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role", "lead"), ("state__in", ("offered", "accepted", "objected"))),
                        fields=("case",),
                        name="one_open_lead_per_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("offered", "accepted", "objected"))),
                        fields=("question", "unit"),
                        name="one_open_baton_per_unit_q",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("offered", "accepted", "objected"))),
                        fields=("case", "unit"),
                        name="one_open_baton_per_unit_c",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True),
                            models.Q(("accepted_at__isnull", False), ("officer__isnull", False)),
                            _connector="OR",
                        ),
                        name="accepted_baton_has_officer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("state__in", ("offered", "accepted", "objected"))),
                            models.Q(("ended_at__isnull", False), ("state__in", ("done", "recalled"))),
                            _connector="OR",
                        ),
                        name="ended_baton_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(max_length=20, verbose_name="方式")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("reached", "联系上了"),
                            ("no_answer", "没人接"),
                            ("wrong", "号码不对"),
                            ("refused", "对方不愿意谈"),
                        ],
                        max_length=10,
                        verbose_name="结果",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="记录")),
                ("at", models.DateTimeField()),
                ("baton", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="relay.baton")),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "at"], name="contact_by_case")],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="理由")),
                ("at", models.DateTimeField()),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="relay.baton"
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                ("raised_at", models.DateTimeField()),
                (
                    "ruling",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reassigned", "采纳，另派"),
                            ("upheld", "不采纳，维持原派"),
                            ("designated", "指定承办，不得再退"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ruling_note", models.CharField(blank=True, max_length=300, verbose_name="裁定说明")),
                ("ruled_at", models.DateTimeField(null=True)),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="relay.baton"
                    ),
                ),
                (
                    "raised_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ruled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suggested",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="建议单位",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("ruling", "")), fields=["raised_at"], name="objection_open")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ruling", "")), fields=("baton",), name="one_open_objection_per_baton"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Progress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=500, verbose_name="做了什么")),
                ("public", models.BooleanField(default=True, verbose_name="告诉诉求人")),
                ("at", models.DateTimeField()),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="progress", to="relay.baton"
                    ),
                ),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "progress",
                "indexes": [models.Index(fields=["baton", "-at"], name="progress_by_baton")],
            },
        ),
    ]
