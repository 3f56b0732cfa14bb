import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0002_come_back"),
        ("questions", "0003_question_keys_without_pending_list"),
        ("relay", "0002_exact_limits"),
        ("units", "0002_catalogue_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderSeries",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="代码")),
                ("threshold", models.PositiveSmallIntegerField(verbose_name="数量")),
                (
                    "rung",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("remind", "提醒"),
                            ("urge", "催办"),
                            ("order", "督办单"),
                            ("circular", "通报"),
                            ("interview", "约谈"),
                        ],
                        max_length=10,
                        verbose_name="建议",
                    ),
                ),
                ("in_use", models.BooleanField(default=True, verbose_name="启用")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="依据")),
            ],
        ),
        migrations.CreateModel(
            name="Instruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=500, verbose_name="批示内容")),
                ("due_on", models.DateField(null=True, verbose_name="期限")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "落实中"), ("answered", "已反馈"), ("closed", "已办结")],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("closing_note", models.CharField(blank=True, max_length=300, verbose_name="办结说明")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="cases.case",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="落实单位",
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instructions",
                        to="questions.question",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "-id"], name="instruction_by_state"),
                    models.Index(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=["due_on", "id"],
                        name="instruction_due",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("question", None)),
                            models.Q(("case", None), ("question__isnull", False)),
                            _connector="OR",
                        ),
                        name="instruction_on_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False), ("state", "closed")),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True), ("closed_at", None), ("closed_by", None)
                            ),
                            _connector="OR",
                        ),
                        name="instruction_closed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InstructionReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(verbose_name="落实情况")),
                ("returned_for", models.CharField(blank=True, max_length=300, verbose_name="退回理由")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "instruction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="supervision.instruction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="文号")),
                (
                    "pace",
                    models.CharField(
                        choices=[("urgent", "急件"), ("normal", "一般"), ("hard", "疑难")],
                        default="normal",
                        max_length=6,
                        verbose_name="缓急",
                    ),
                ),
                (
                    "rung",
                    models.CharField(
                        choices=[
                            ("remind", "提醒"),
                            ("urge", "催办"),
                            ("order", "督办单"),
                            ("circular", "通报"),
                            ("interview", "约谈"),
                        ],
                        max_length=10,
                        verbose_name="做到哪一步",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待反馈"), ("answered", "待审结"), ("closed", "已审结")],
                        default="open",
                        max_length=8,
                        verbose_name="状态",
                    ),
                ),
                ("why", models.CharField(max_length=300, verbose_name="为什么督办")),
                ("due_on", models.DateField(null=True, verbose_name="反馈期限")),
                ("cap_reason", models.CharField(blank=True, max_length=200, verbose_name="超过每月件数的理由")),
                ("opened_at", models.DateTimeField()),
                (
                    "solved",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "已解决"), ("partly", "部分解决"), ("no", "没有解决")],
                        max_length=6,
                        verbose_name="解决没有",
                    ),
                ),
                ("conclusion", models.CharField(blank=True, max_length=500, verbose_name="审结意见")),
                ("concluded_at", models.DateTimeField(null=True)),
                ("tolerant", models.BooleanField(default=False, verbose_name="容错")),
                ("tolerant_reason", models.CharField(blank=True, max_length=300, verbose_name="容错理由")),
                (
                    "baton",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervision",
                        to="relay.baton",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervision",
                        to="cases.case",
                    ),
                ),
                (
                    "concluded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervision",
                        to="questions.question",
                    ),
                ),
                (
                    "tolerant_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supervision",
                        to="units.unit",
                        verbose_name="督办对象",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "-id"], name="supervision_by_state"),
                    models.Index(fields=["unit", "opened_at"], name="supervision_by_unit_month"),
                    models.Index(
                        condition=models.Q(("state", "open")), fields=["due_on", "id"], name="supervision_due"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("question", None)),
                            models.Q(("case", None), ("question__isnull", False)),
                            _connector="OR",
                        ),
                        name="supervision_on_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=("question",),
                        name="one_open_supervision_per_question",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=("case",),
                        name="one_open_supervision_per_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", ""), _negated=True),
                        fields=("number",),
                        name="supervision_number_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", ""), ("rung__in", ("remind", "urge"))),
                            models.Q(
                                ("rung__in", ("order", "circular", "interview")),
                                models.Q(("number", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="supervision_number_from_order_on",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("concluded_at__isnull", False),
                                ("concluded_by__isnull", False),
                                ("state", "closed"),
                                models.Q(("solved", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "closed"), _negated=True),
                                ("concluded_at", None),
                                ("concluded_by", None),
                                ("solved", ""),
                            ),
                            _connector="OR",
                        ),
                        name="supervision_closed_with_conclusion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("tolerant", False), ("tolerant_by", None), ("tolerant_reason", "")),
                            models.Q(
                                ("tolerant", True),
                                ("tolerant_by__isnull", False),
                                models.Q(("tolerant_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="supervision_tolerance_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("facts", models.TextField(verbose_name="查明的事实")),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                (
                    "solved",
                    models.CharField(
                        choices=[("yes", "已解决"), ("partly", "部分解决"), ("no", "没有解决")],
                        max_length=6,
                        verbose_name="解决没有",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("given", "待审"), ("returned", "退回重报"), ("clear", "已采用")],
                        default="given",
                        max_length=8,
                    ),
                ),
                ("returned_for", models.CharField(blank=True, max_length=300, verbose_name="退回理由")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feedback", to="supervision.item"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "given")), fields=("item",), name="one_open_feedback_per_item"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("goal", models.CharField(blank=True, max_length=200, verbose_name="整改目标")),
                ("measure", models.CharField(blank=True, max_length=300, verbose_name="整改措施")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_note",
                        to="cases.case",
                    ),
                ),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任领导",
                    ),
                ),
                (
                    "question",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_note",
                        to="questions.question",
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
                        name="ledger_note_on_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=80, unique=True)),
                ("rule", models.CharField(max_length=20, verbose_name="规则")),
                (
                    "rung",
                    models.CharField(
                        choices=[
                            ("remind", "提醒"),
                            ("urge", "催办"),
                            ("order", "督办单"),
                            ("circular", "通报"),
                            ("interview", "约谈"),
                        ],
                        max_length=10,
                        verbose_name="建议",
                    ),
                ),
                ("why", models.CharField(max_length=300, verbose_name="理由")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待定"),
                            ("accepted", "已督办"),
                            ("dismissed", "不督办"),
                            ("lapsed", "已不需要"),
                        ],
                        default="waiting",
                        max_length=9,
                    ),
                ),
                ("dismissed_for", models.CharField(blank=True, max_length=200, verbose_name="不督办的理由")),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "baton",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="relay.baton"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.case"
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
                    "item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="supervision.item",
                    ),
                ),
                (
                    "proposed_by",
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="questions.question",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["-id"], name="proposal_waiting")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", False), ("question", None)),
                            models.Q(("case", None), ("question__isnull", False)),
                            _connector="OR",
                        ),
                        name="proposal_on_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "accepted"), _negated=True), ("item__isnull", False), _connector="OR"
                        ),
                        name="accepted_proposal_has_item",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "dismissed"), _negated=True),
                            models.Q(models.Q(("dismissed_for", ""), _negated=True), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="dismissed_proposal_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Recheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("concluded_at", models.DateTimeField(verbose_name="审结时间")),
                ("conclusion", models.CharField(max_length=500, verbose_name="原审结意见")),
                (
                    "solved",
                    models.CharField(
                        choices=[("yes", "已解决"), ("partly", "部分解决"), ("no", "没有解决")],
                        max_length=6,
                        verbose_name="原结论",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("asked_at", models.DateTimeField()),
                ("due_on", models.DateField(verbose_name="复核期限")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "维持结论"), ("changed", "改变结论，重新督办")],
                        max_length=8,
                        verbose_name="复核决定",
                    ),
                ),
                ("decision_words", models.CharField(blank=True, max_length=500, verbose_name="复核意见")),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rechecks", to="supervision.item"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("item", "concluded_at"), name="one_recheck_per_conclusion"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="recheck_decided_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rung",
                    models.CharField(
                        choices=[
                            ("remind", "提醒"),
                            ("urge", "催办"),
                            ("order", "督办单"),
                            ("circular", "通报"),
                            ("interview", "约谈"),
                        ],
                        max_length=10,
                        verbose_name="步骤",
                    ),
                ),
                ("words", models.CharField(max_length=1000, verbose_name="内容")),
                ("due_on", models.DateField(null=True, verbose_name="反馈期限")),
                ("skip_reason", models.CharField(blank=True, max_length=200, verbose_name="越级理由")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="supervision.item"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("item", "rung"), name="supervision_step_once")],
            },
        ),
    ]
