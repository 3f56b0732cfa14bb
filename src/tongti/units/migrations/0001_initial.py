import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("body", models.TextField(verbose_name="内容")),
                ("slots", models.CharField(blank=True, max_length=200, verbose_name="可用变量")),
                ("version", models.PositiveIntegerField(default=1)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("level", models.PositiveSmallIntegerField(verbose_name="层级")),
                ("full_name", models.CharField(max_length=200, verbose_name="全名")),
                ("active", models.BooleanField(default=True, verbose_name="在用")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="units.category",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 3)), name="category_three_levels"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Region",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=12, unique=True, verbose_name="区划代码")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("province", "自治区（省）"),
                            ("city", "市"),
                            ("district", "县（区）"),
                            ("township", "乡镇（街道）"),
                            ("village", "村（社区）"),
                            ("grid", "网格（屯）"),
                        ],
                        max_length=10,
                        verbose_name="层级",
                    ),
                ),
                ("path", models.CharField(db_index=True, default="/", max_length=120)),
                ("active", models.BooleanField(default=True, verbose_name="在用")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="units.region",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["parent", "name"], name="region_by_parent")],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True, verbose_name="代码")),
                ("name", models.CharField(max_length=80, verbose_name="全称")),
                ("short_name", models.CharField(max_length=30, verbose_name="简称")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("government", "党委政府"),
                            ("hotline", "热线（受理中心）"),
                            ("bureau", "部门"),
                            ("township", "乡镇（街道）"),
                            ("village", "村（社区）"),
                            ("company", "公共服务企业"),
                            ("office", "内设科室"),
                        ],
                        max_length=12,
                        verbose_name="类别",
                    ),
                ),
                ("path", models.CharField(db_index=True, default="/", max_length=120)),
                (
                    "is_fallback",
                    models.BooleanField(default=False, help_text="没有合适单位时由它接棒", verbose_name="兜底单位"),
                ),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="对外电话")),
                ("active", models.BooleanField(default=True, verbose_name="在用")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="units.unit",
                        verbose_name="上级单位",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="units.region", verbose_name="所在地区"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_fallback", True)), fields=("is_fallback",), name="unit_one_fallback"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20, verbose_name="角色")),
                ("title", models.CharField(blank=True, max_length=40, verbose_name="职务")),
                ("since", models.DateField(verbose_name="任职起")),
                ("until", models.DateField(blank=True, null=True, verbose_name="任职止")),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="units.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("officer", "unit", "role"), name="post_held_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="编号")),
                ("matter", models.CharField(max_length=120, verbose_name="事项")),
                ("by_territory", models.BooleanField(default=False, verbose_name="属地参与")),
                (
                    "keywords",
                    models.CharField(blank=True, help_text="用空格隔开", max_length=300, verbose_name="关键词"),
                ),
                ("basis", models.CharField(max_length=300, verbose_name="依据")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="生效")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="失效")),
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
                    "helpers",
                    models.ManyToManyField(
                        blank=True, related_name="duties_helped", to="units.unit", verbose_name="协办单位"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties_led",
                        to="units.unit",
                        verbose_name="牵头单位",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "duties",
            },
        ),
    ]
