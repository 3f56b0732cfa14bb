import django.db.models.deletion
import tongti.shared.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("cases", "0004_diverted"),
        ("questions", "0003_question_keys_without_pending_list"),
        ("relay", "0002_exact_limits"),
        ("units", "0002_catalogue_transfers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consultation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.CharField(max_length=500, verbose_name="要商量什么")),
                ("reply_by", models.DateTimeField(verbose_name="请在什么时候前答复")),
                ("opened_at", models.DateTimeField()),
                ("outcome", models.CharField(blank=True, max_length=500, verbose_name="商定结果")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consultations",
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
                        related_name="consultations",
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
                        name="consultation_on_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("question",),
                        name="one_open_consultation_per_question",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("case",), name="one_open_consultation_per_case"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("promise", "挂账的客观原因"), ("strike_off", "销号")],
                        max_length=10,
                        verbose_name="用途",
                    ),
                ),
                ("path", models.CharField(max_length=120, unique=True)),
                (
                    "given_name",
                    tongti.shared.fields.EncryptedTextField(
                        blank=True, default="", editable=True, verbose_name="文件名"
                    ),
                ),
                ("content_type", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="evidence", to="relay.baton"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "evidence",
                "constraints": [
                    models.UniqueConstraint(fields=("baton", "purpose", "sha256"), name="evidence_once_per_baton")
                ],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("nth", models.PositiveSmallIntegerField(verbose_name="第几次延期")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("complex", "情况复杂"),
                            ("several_units", "涉及多个单位，需要会商"),
                            ("inspection", "需要检验、检测或鉴定"),
                            ("works", "需要施工或采购"),
                            ("asker_absent", "诉求人暂时不能配合"),
                            ("force_majeure", "不可抗力"),
                        ],
                        max_length=16,
                        verbose_name="原因",
                    ),
                ),
                ("words", models.CharField(max_length=500, verbose_name="说明")),
                ("from_due_on", models.DateField(verbose_name="原期限")),
                ("to_due_on", models.DateField(verbose_name="申请延到")),
                (
                    "to_due_at",
                    models.DateTimeField(help_text="按小时计的时限才有", null=True, verbose_name="申请延到的时刻"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待审批"),
                            ("approved", "已同意"),
                            ("refused", "不同意"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                ("told", models.PositiveIntegerField(default=0, verbose_name="告知了几位")),
                ("regime_version", models.CharField(blank=True, max_length=60)),
                ("calendar_version", models.CharField(blank=True, max_length=60)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="relay.baton"
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["asked_at", "id"], name="extension_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("state", "approved")),
                        fields=["-decided_at", "-id"],
                        name="extension_decided",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("baton",), name="one_open_extension_per_baton"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to_due_on__gte", models.F("from_due_on"))), name="extension_is_later"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "taken_back"]),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="decided_extension_has_decider",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOverSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("move", "换人承办"), ("absence", "离岗代办")], max_length=8, verbose_name="种类"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="要特别交代的")),
                ("starts_on", models.DateField(verbose_name="开始")),
                ("ends_on", models.DateField(null=True, verbose_name="结束")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待双方确认"),
                            ("agreed", "已确认，待开始"),
                            ("running", "代办中"),
                            ("done", "已交接"),
                            ("cancelled", "已作废"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("giver_confirmed_at", models.DateTimeField(null=True, verbose_name="交出人确认")),
                ("taker_confirmed_at", models.DateTimeField(null=True, verbose_name="接手人确认")),
                ("started_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="交出人",
                    ),
                ),
                (
                    "giver_confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="接手人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["unit", "-made_at", "-id"], name="sheet_by_unit"),
                    models.Index(condition=models.Q(("state", "agreed")), fields=["starts_on"], name="sheet_to_start"),
                    models.Index(condition=models.Q(("state", "running")), fields=["ends_on"], name="sheet_to_end"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_on", None), ("kind", "move")),
                            models.Q(("ends_on__gte", models.F("starts_on")), ("kind", "absence")),
                            _connector="OR",
                        ),
                        name="absence_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("taker")), _negated=True), name="sheet_between_two"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "agreed", "running"])),
                        fields=("giver", "unit"),
                        name="one_open_sheet",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOverItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_on", models.DateField(verbose_name="期限")),
                ("promised_until", models.DateField(null=True, verbose_name="挂账到")),
                ("contacts", models.PositiveSmallIntegerField(default=0, verbose_name="联系过几次")),
                ("moved_at", models.DateTimeField(null=True, verbose_name="交过去")),
                ("back_at", models.DateTimeField(null=True, verbose_name="交回来")),
                (
                    "baton",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="relay.baton"),
                ),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="relay.handoversheet"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("sheet", "baton"), name="baton_once_per_sheet")],
            },
        ),
        migrations.CreateModel(
            name="LateDiversion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=20, verbose_name="情形")),
                ("why", models.CharField(max_length=500, verbose_name="办理中才发现的情况")),
                ("words", models.TextField(verbose_name="告知诉求人的话")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待审批"),
                            ("approved", "已同意"),
                            ("refused", "不同意"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.CharField(blank=True, max_length=300, verbose_name="书面意见")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="late_diversions", to="relay.baton"
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["asked_at", "id"], name="late_diversion_waiting"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("baton",), name="one_open_diversion_per_baton"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "taken_back"]),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="decided_diversion_has_decider",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "stand",
                    models.CharField(
                        blank=True,
                        choices=[("lead", "由本单位牵头"), ("help", "本单位可以协办"), ("not_ours", "不是本单位职责")],
                        max_length=10,
                        verbose_name="意见",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="说明")),
                ("basis", models.CharField(blank=True, max_length=300, verbose_name="依据")),
                ("at", models.DateTimeField(null=True)),
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
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="opinions", to="relay.consultation"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.unit"),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("at", None)), fields=["unit", "id"], name="opinion_waiting")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("consultation", "unit"), name="unit_asked_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at", None), ("by", None), ("stand", "")),
                            models.Q(
                                models.Q(("stand", ""), _negated=True), ("at__isnull", False), ("by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="opinion_given_has_giver",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "obstacle",
                    models.CharField(
                        choices=[
                            ("legacy", "历史遗留问题"),
                            ("testing", "要做法定检测、鉴定"),
                            ("project", "要立项、列入计划或资金"),
                            ("policy", "要等上级政策或批复"),
                            ("third", "要等第三方或诉讼结果"),
                            ("season", "受季节、天气限制"),
                        ],
                        max_length=10,
                        verbose_name="客观原因",
                    ),
                ),
                ("words", models.CharField(max_length=500, verbose_name="说明")),
                ("promise_on", models.DateField(verbose_name="承诺日期")),
                ("limit_on", models.DateField(help_text="按时限规则算出的上限", verbose_name="最晚可以承诺到")),
                ("from_due_on", models.DateField(verbose_name="原期限")),
                ("from_due_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "待审批"),
                            ("approved", "已同意"),
                            ("refused", "不同意"),
                            ("taken_back", "已撤回"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_note", models.CharField(blank=True, max_length=300, verbose_name="审批意见")),
                ("told", models.PositiveIntegerField(default=0, verbose_name="告知了几位")),
                ("reminded_at", models.DateTimeField(null=True, verbose_name="提醒时间")),
                ("returned_at", models.DateTimeField(null=True, verbose_name="回到在办")),
                (
                    "ended_at",
                    models.DateTimeField(help_text="到期回来，或者提前办完", null=True, verbose_name="离开台账"),
                ),
                ("kept", models.BooleanField(null=True, verbose_name="回访：兑现了吗")),
                ("revisit_words", models.CharField(blank=True, max_length=300, verbose_name="回访记录")),
                ("revisited_at", models.DateTimeField(null=True)),
                ("regime_version", models.CharField(blank=True, max_length=60)),
                ("calendar_version", models.CharField(blank=True, max_length=60)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "baton",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="promises", to="relay.baton"
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
                    "revisited_by",
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
                    models.Index(
                        condition=models.Q(("state", "asked")), fields=["asked_at", "id"], name="promise_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("ended_at", None), ("state", "approved")),
                        fields=["promise_on", "id"],
                        name="promise_on_ledger",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False), ("revisited_at", None), ("state", "approved")),
                        fields=["ended_at", "id"],
                        name="promise_to_revisit",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", "asked"), models.Q(("ended_at", None), ("state", "approved")), _connector="OR"
                        ),
                        fields=("baton",),
                        name="one_open_promise_per_baton",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("promise_on__lte", models.F("limit_on"))), name="promise_within_limit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "taken_back"]),
                            models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="decided_promise_has_decider",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PromiseStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.PositiveSmallIntegerField(verbose_name="第几步")),
                ("words", models.CharField(max_length=200, verbose_name="做什么")),
                ("due_on", models.DateField(verbose_name="完成日期")),
                ("done_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="relay.promise"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("promise", "place"), name="promise_step_once")],
            },
        ),
        migrations.CreateModel(
            name="Reach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("trying", "还没联系上"), ("reached", "联系上了"), ("unreachable", "联系不上")],
                        default="trying",
                        max_length=11,
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="第几轮办理")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="不同时间的次数")),
                ("unit_id", models.BigIntegerField(verbose_name="哪个单位在联系")),
                ("first_at", models.DateTimeField(verbose_name="第一次")),
                ("counted_at", models.DateTimeField(null=True, verbose_name="最近一次算数的")),
                ("reached_at", models.DateTimeField(null=True, verbose_name="联系上的时间")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reach", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "unreachable")),
                        fields=["-counted_at", "-id"],
                        name="reach_unreachable",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Succession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("basis", models.CharField(help_text="机构改革文件的名称、文号", max_length=300, verbose_name="依据")),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "正在移交"), ("done", "已完成")], default="running", max_length=8
                    ),
                ),
                ("found", models.PositiveIntegerField(default=0, verbose_name="要移交")),
                ("moved", models.PositiveIntegerField(default=0, verbose_name="已移交")),
                ("joined", models.PositiveIntegerField(default=0, verbose_name="合成一根")),
                ("made_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "new",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="承接单位",
                    ),
                ),
                (
                    "old",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="原单位",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")), fields=("old",), name="one_running_succession"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("old", models.F("new")), _negated=True), name="succession_between_two"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UrgentReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "to",
                    models.CharField(
                        help_text="单位和职务，例如“区应急局值班室”", max_length=60, verbose_name="向谁报告"
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("phone", "电话"),
                            ("in_person", "当面"),
                            ("message", "短信或政务微信"),
                            ("paper", "书面"),
                        ],
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="报告内容和回复")),
                ("reported_at", models.DateTimeField(verbose_name="报告时间")),
                ("at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="urgent_reports", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "reported_at"], name="urgent_report_by_case")],
            },
        ),
        migrations.AddField(
            model_name="baton",
            name="contact_due_at",
            field=models.DateTimeField(null=True, verbose_name="首次联系期限"),
        ),
        migrations.AddField(
            model_name="baton",
            name="extended",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="延期次数"),
        ),
        migrations.AddField(
            model_name="baton",
            name="first_contact_at",
            field=models.DateTimeField(
                help_text="第一次试着联系诉求人，不管接没接通", null=True, verbose_name="首次联系"
            ),
        ),
        migrations.AddField(
            model_name="baton",
            name="promised_until",
            field=models.DateField(help_text="挂账期间才有；到期自动回到在办", null=True, verbose_name="挂账到"),
        ),
        migrations.AddField(
            model_name="baton",
            name="redos",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="答复退回次数"),
        ),
        migrations.AddIndex(
            model_name="baton",
            index=models.Index(
                condition=models.Q(("state", "accepted")), fields=["officer", "id"], name="baton_open_by_officer"
            ),
        ),
        migrations.AddIndex(
            model_name="baton",
            index=models.Index(
                condition=models.Q(("promised_until__isnull", False)),
                fields=["promised_until", "id"],
                name="baton_promised",
            ),
        ),
        migrations.AddConstraint(
            model_name="baton",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("promised_until", None), models.Q(("role", "lead"), ("state", "accepted")), _connector="OR"
                ),
                name="only_an_accepted_lead_is_promised",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="sheet",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hand_overs",
                to="relay.handoversheet",
            ),
        ),
    ]
