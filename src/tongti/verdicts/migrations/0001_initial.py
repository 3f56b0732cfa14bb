import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("answers", "0001_initial"),
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待回访"),
                            ("done", "已评价"),
                            ("unreached", "联系不上"),
                            ("cancelled", "不用回访"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("due_on", models.DateField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("last_try_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call_backs", to="cases.case"
                    ),
                ),
                (
                    "reply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call_back", to="answers.reply"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_on", "id"], name="call_back_waiting"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CallTry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("result", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call_back",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="calls", to="verdicts.callback"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.BinaryField(max_length=32, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "reply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="invitation", to="answers.reply"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("not_solved", "诉求人说没有解决"),
                            ("again", "问题又出现了"),
                            ("new_facts", "有新的情况"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500)),
                ("by_kind", models.CharField(max_length=10)),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reopenings", to="cases.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Verdict",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("unit_id", models.BigIntegerField()),
                ("contacted", models.BooleanField(verbose_name="联系了吗")),
                (
                    "solved",
                    models.CharField(
                        choices=[("yes", "解决了"), ("partly", "部分解决"), ("no", "没有解决")],
                        max_length=6,
                        verbose_name="解决了吗",
                    ),
                ),
                (
                    "satisfied",
                    models.CharField(
                        choices=[("very", "满意"), ("fairly", "基本满意"), ("not", "不满意")],
                        max_length=6,
                        verbose_name="满意吗",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="原因或建议")),
                (
                    "way",
                    models.CharField(
                        choices=[("link", "本人在线评价"), ("call", "电话回访"), ("visit", "上门核实")], max_length=5
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdicts", to="cases.case"
                    ),
                ),
                (
                    "reply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="verdict", to="answers.reply"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["unit_id", "-at"], name="verdict_by_unit"),
                    models.Index(fields=["-at", "-id"], name="verdict_newest"),
                ],
            },
        ),
    ]
