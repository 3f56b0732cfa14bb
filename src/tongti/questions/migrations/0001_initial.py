import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuestionSeries",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Vocabulary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=40, unique=True)),
                ("counts", models.BinaryField()),
                ("documents", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CaseFeatures",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="features",
                        serialize=False,
                        to="cases.case",
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("data", models.BinaryField()),
                ("version", models.CharField(max_length=40)),
                ("matched_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False, fields=["keys"], name="case_feature_keys"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="题号")),
                ("title", models.CharField(max_length=80, verbose_name="题目")),
                ("public_title", models.CharField(blank=True, max_length=80, verbose_name="对外题目")),
                ("cleared_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("candidate", "待立题"),
                            ("set_up", "待派单"),
                            ("handling", "办理中"),
                            ("answered", "待评价"),
                            ("closed", "已办结"),
                            ("dropped", "已退题"),
                        ],
                        default="candidate",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("facts", models.TextField(blank=True, verbose_name="查明的情况")),
                ("root_cause", models.TextField(blank=True, verbose_name="症结")),
                (
                    "handling",
                    models.CharField(
                        blank=True,
                        choices=[("A", "A 立行立改"), ("B", "B 列入计划"), ("C", "C 提级协调"), ("D", "D 解释说明")],
                        max_length=1,
                        verbose_name="处置类别",
                    ),
                ),
                ("handling_note", models.TextField(blank=True, verbose_name="处置说明")),
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("case_count", models.PositiveIntegerField(default=0, verbose_name="诉求数")),
                ("asker_count", models.PositiveIntegerField(default=0, verbose_name="同问人数")),
                ("enterprise_count", models.PositiveIntegerField(default=0, verbose_name="其中企业")),
                ("proposed_count", models.PositiveIntegerField(default=0, verbose_name="待核对")),
                ("progress", models.CharField(blank=True, max_length=200, verbose_name="对外进展")),
                ("progress_at", models.DateTimeField(null=True)),
                ("first_received_at", models.DateTimeField(null=True)),
                ("last_received_at", models.DateTimeField(null=True)),
                ("due_on", models.DateField(null=True, verbose_name="期限")),
                ("set_up_at", models.DateTimeField(null=True)),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("features", models.BinaryField(default=b"")),
                ("search", django.contrib.postgres.search.SearchVectorField(null=True)),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="units.category",
                        verbose_name="分类",
                    ),
                ),
                (
                    "cleared_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="牵头单位",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="units.region",
                        verbose_name="地点",
                    ),
                ),
                (
                    "set_up_by",
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
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="question_search"),
                    django.contrib.postgres.indexes.GinIndex(fields=["units"], name="question_units"),
                    django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="question_keys"),
                    models.Index(fields=["state", "-asker_count", "-id"], name="question_by_heat"),
                    models.Index(fields=["state", "due_on", "id"], name="question_by_due"),
                    models.Index(fields=["state", "first_received_at", "id"], name="question_by_age"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待核对"),
                            ("active", "已并入"),
                            ("refused", "不是同题"),
                            ("left", "已移出"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[("engine", "系统建议"), ("manual", "人工并入"), ("asker", "诉求人自己选的")],
                        max_length=8,
                    ),
                ),
                ("probability", models.FloatField(null=True)),
                ("reasons", models.JSONField(default=list)),
                ("settings_version", models.CharField(blank=True, max_length=40)),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="理由")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="cases.case"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="questions.question"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["question", "state", "-id"], name="membership_by_question"),
                    models.Index(fields=["state", "-probability", "-id"], name="membership_by_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")), fields=("case",), name="case_in_one_question"
                    ),
                    models.UniqueConstraint(fields=("case", "question"), name="membership_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rearrangement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("set_up", "立题"),
                            ("join", "并入"),
                            ("move", "移动"),
                            ("split", "拆分"),
                            ("merge", "合并"),
                            ("remove", "移出"),
                        ],
                        max_length=8,
                    ),
                ),
                ("moves", models.JSONField()),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="理由")),
                ("at", models.DateTimeField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rearrangements",
                        to="questions.question",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["question", "-at"], name="rearrangement_by_q")],
            },
        ),
    ]
