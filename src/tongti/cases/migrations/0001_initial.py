import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import tongti.shared.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("parties", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                ("year", models.PositiveSmallIntegerField()),
                ("serial", models.PositiveIntegerField()),
                ("key", models.UUIDField(unique=True)),
                ("source", models.CharField(blank=True, max_length=60)),
                ("source_id", models.CharField(blank=True, max_length=80)),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "网页"),
                            ("phone", "热线电话"),
                            ("window", "窗口"),
                            ("stuck", "办不成事"),
                            ("visit", "走访"),
                            ("letter", "来信"),
                            ("superior", "上级转办"),
                            ("import", "导入"),
                        ],
                        max_length=10,
                        verbose_name="渠道",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("help", "求助"),
                            ("complaint", "投诉"),
                            ("consult", "咨询"),
                            ("report", "举报"),
                            ("suggestion", "建议"),
                            ("praise", "表扬"),
                        ],
                        default="help",
                        max_length=10,
                        verbose_name="类型",
                    ),
                ),
                (
                    "urgency",
                    models.CharField(
                        choices=[("normal", "一般"), ("urgent", "紧急"), ("critical", "特急")],
                        default="normal",
                        max_length=8,
                        verbose_name="紧急程度",
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="标题")),
                ("body", models.TextField(verbose_name="原话")),
                (
                    "address",
                    tongti.shared.fields.EncryptedTextField(
                        blank=True, default="", editable=True, verbose_name="详细地址"
                    ),
                ),
                (
                    "party_kind",
                    models.CharField(
                        choices=[("person", "居民"), ("enterprise", "企业、个体户"), ("organisation", "其他组织")],
                        default="person",
                        max_length=12,
                    ),
                ),
                ("reply_wanted", models.BooleanField(default=True, verbose_name="需要答复")),
                ("hide_identity", models.BooleanField(default=False, verbose_name="对办理单位隐名")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "待派单"),
                            ("handling", "办理中"),
                            ("answered", "待评价"),
                            ("closed", "已办结"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="registered",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
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
                (
                    "units",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("due_on", models.DateField(null=True, verbose_name="期限")),
                ("reopened", models.PositiveSmallIntegerField(default=0, verbose_name="重开次数")),
                ("received_at", models.DateTimeField(verbose_name="收到时间")),
                ("registered_at", models.DateTimeField(verbose_name="登记时间")),
                ("dispatched_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
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
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                        verbose_name="现在谁拿着",
                    ),
                ),
                (
                    "party",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="parties.party",
                        verbose_name="诉求人",
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
                    "registered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "repeat_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repeats",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["search"], name="case_search"),
                    django.contrib.postgres.indexes.GinIndex(fields=["units"], name="case_units"),
                    models.Index(fields=["-received_at", "-id"], name="case_newest"),
                    models.Index(fields=["state", "-received_at", "-id"], name="case_by_state"),
                    models.Index(fields=["holder", "state", "due_on"], name="case_by_holder"),
                    models.Index(fields=["party", "-received_at"], name="case_by_party"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("year", "serial"), name="case_serial_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("source", "source_id"),
                        name="case_source_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["closed", "withdrawn"]), _negated=True),
                            ("closed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="case_closed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["closed", "withdrawn"]), ("holder__isnull", False), _connector="OR"
                        ),
                        name="case_open_has_holder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.CharField(max_length=120, unique=True)),
                (
                    "given_name",
                    tongti.shared.fields.EncryptedTextField(
                        blank=True, default="", editable=True, verbose_name="文件名"
                    ),
                ),
                ("content_type", models.CharField(max_length=60)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("by_kind", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attachments", to="cases.case"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("case", "sha256"), name="attachment_once_per_case")],
            },
        ),
        migrations.CreateModel(
            name="Addition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(unique=True)),
                ("words", models.TextField(verbose_name="内容")),
                ("by_kind", models.CharField(max_length=10)),
                ("by_id", models.BigIntegerField(null=True)),
                ("for_asker", models.BooleanField(default=True)),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="additions", to="cases.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "at"], name="addition_by_case")],
            },
        ),
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="文件名")),
                ("path", models.CharField(max_length=200)),
                ("sha256", models.CharField(max_length=64)),
                ("source", models.CharField(max_length=60, verbose_name="来源代号")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "网页"),
                            ("phone", "热线电话"),
                            ("window", "窗口"),
                            ("stuck", "办不成事"),
                            ("visit", "走访"),
                            ("letter", "来信"),
                            ("superior", "上级转办"),
                            ("import", "导入"),
                        ],
                        default="import",
                        max_length=10,
                        verbose_name="渠道",
                    ),
                ),
                ("mapping", models.JSONField(default=dict, verbose_name="列对应")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "待核对"),
                            ("running", "导入中"),
                            ("done", "已完成"),
                            ("stopped", "已中断"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="总行数")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="已处理")),
                ("entered", models.PositiveIntegerField(default=0, verbose_name="新登记")),
                ("known", models.PositiveIntegerField(default=0, verbose_name="原已有")),
                ("failed", models.PositiveIntegerField(default=0, verbose_name="有问题")),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RowError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField()),
                ("sentence", models.CharField(max_length=200)),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="errors", to="cases.importbatch"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("batch", "row"), name="row_error_once")],
            },
        ),
    ]
