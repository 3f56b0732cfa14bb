import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("deadlines", "0005_fill_clocks_and_extension_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("region", models.CharField(max_length=12, verbose_name="地区")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年份")),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="发文日期")),
                ("source_url", models.URLField(blank=True, max_length=300, verbose_name="网址")),
                ("verified", models.BooleanField(default=False, verbose_name="已核对原文")),
                ("days", models.JSONField(verbose_name="各日安排")),
                (
                    "state",
                    models.CharField(
                        choices=[("draft", "待确认"), ("in_force", "已生效"), ("withdrawn", "已撤下")],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("entered_at", models.DateTimeField()),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "year"], name="notice_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "in_force")),
                        fields=("region", "title", "number"),
                        name="notice_in_force_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfficeHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, verbose_name="名称")),
                ("since_month", models.PositiveSmallIntegerField(verbose_name="起用月")),
                ("since_day", models.PositiveSmallIntegerField(verbose_name="起用日")),
                ("spans", models.JSONField(verbose_name="时段")),
                ("source", models.CharField(max_length=200, verbose_name="依据")),
                ("verified", models.BooleanField(default=False, verbose_name="已核对原文")),
            ],
            options={
                "verbose_name_plural": "office hours",
                "constraints": [
                    models.UniqueConstraint(fields=("since_month", "since_day"), name="office_hours_since_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Recount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("before_version", models.CharField(max_length=60, verbose_name="原日历版本")),
                ("after_version", models.CharField(max_length=60, verbose_name="新日历版本")),
                ("moved", models.PositiveIntegerField(default=0, verbose_name="改期")),
                ("kept", models.PositiveIntegerField(default=0, verbose_name="不提前")),
                ("settled", models.PositiveIntegerField(default=0, verbose_name="不再暂定")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recounts",
                        to="deadlines.calendarnotice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RecountLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, verbose_name="哪一类")),
                ("object_id", models.BigIntegerField(verbose_name="哪一个")),
                ("clock", models.CharField(max_length=12, verbose_name="时限")),
                ("old_at", models.DateTimeField(verbose_name="原期限")),
                ("new_at", models.DateTimeField(verbose_name="新期限")),
                ("by_day", models.BooleanField(default=True, verbose_name="按天")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("moved", "改期"), ("kept", "不提前"), ("settled", "不再暂定")],
                        max_length=8,
                        verbose_name="结果",
                    ),
                ),
                (
                    "recount",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="deadlines.recount"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["recount", "id"], name="recount_lines")],
            },
        ),
    ]
