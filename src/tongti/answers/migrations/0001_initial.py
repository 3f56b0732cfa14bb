import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0001_initial"),
        ("questions", "0001_initial"),
        ("relay", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "起草中"), ("submitted", "待签发"), ("signed", "已签发")],
                        default="draft",
                        max_length=10,
                    ),
                ),
                ("found", models.TextField(blank=True, verbose_name="查明的情况")),
                ("done", models.TextField(blank=True, verbose_name="办理结果")),
                ("basis", models.TextField(blank=True, verbose_name="依据")),
                ("next_steps", models.TextField(blank=True, verbose_name="下一步和期限")),
                ("remedy", models.TextField(blank=True, verbose_name="不服怎么办")),
                ("contact", models.CharField(blank=True, max_length=120, verbose_name="联系人和电话")),
                (
                    "closing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solved", "解决"),
                            ("partly", "部分解决"),
                            ("planned", "列入计划"),
                            ("explained", "解释说明"),
                            ("on_the_spot", "当场答复"),
                            ("diverted", "分流"),
                            ("refused", "不予支持"),
                            ("withdrawn", "撤回"),
                            ("unconfirmed", "未能核实"),
                        ],
                        max_length=12,
                        verbose_name="办结方式",
                    ),
                ),
                ("redo_count", models.PositiveSmallIntegerField(default=0, verbose_name="退回次数")),
                ("redo_reason", models.CharField(blank=True, max_length=300, verbose_name="退回理由")),
                ("override_reason", models.CharField(blank=True, max_length=200, verbose_name="提示照发理由")),
                ("submitted_at", models.DateTimeField(null=True)),
                ("signed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="answers", to="cases.case"
                    ),
                ),
                (
                    "composed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="questions.question",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("question", None)),
                            models.Q(("case", None), ("question__isnull", False)),
                            _connector="OR",
                        ),
                        name="answer_to_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "signed"), _negated=True),
                        fields=("question",),
                        name="one_open_answer_per_question",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "signed"), _negated=True),
                        fields=("case",),
                        name="one_open_answer_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "signed"), _negated=True),
                            models.Q(("signed_at__isnull", False), ("signed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="signed_answer_has_signer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField()),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="case_words", to="answers.answer"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("answer", "case"), name="case_words_once")],
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(verbose_name="分答")),
                ("submitted_at", models.DateTimeField(null=True)),
                ("saved_at", models.DateTimeField()),
                (
                    "baton",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="part", to="relay.baton"
                    ),
                ),
                (
                    "submitted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField(verbose_name="答复")),
                ("made_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="answers.answer"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="replies", to="cases.case"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "replies",
                "indexes": [models.Index(fields=["case", "-made_at"], name="reply_by_case")],
                "constraints": [models.UniqueConstraint(fields=("answer", "case"), name="reply_once")],
            },
        ),
    ]
