import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("deadlines", "0003_restarts_after_redispatch"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExtensionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="每次最多")),
                (
                    "unit",
                    models.CharField(
                        choices=[
                            ("wd", "个工作日"),
                            ("cd", "天"),
                            ("h", "小时"),
                            ("wh", "个工作小时"),
                            ("m", "个月"),
                            ("min", "分钟"),
                        ],
                        default="wd",
                        max_length=3,
                        verbose_name="单位",
                    ),
                ),
                ("times", models.PositiveSmallIntegerField(default=1, verbose_name="最多几次")),
                ("before_amount", models.PositiveSmallIntegerField(default=0, verbose_name="提前多久提出")),
                (
                    "before_unit",
                    models.CharField(
                        choices=[
                            ("wd", "个工作日"),
                            ("cd", "天"),
                            ("h", "小时"),
                            ("wh", "个工作小时"),
                            ("m", "个月"),
                            ("min", "分钟"),
                        ],
                        default="wd",
                        max_length=3,
                        verbose_name="单位",
                    ),
                ),
                ("reasons", models.JSONField(blank=True, default=list, verbose_name="理由类别")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="依据")),
                ("source_url", models.URLField(blank=True, max_length=300, verbose_name="网址")),
                ("verified", models.BooleanField(default=False, verbose_name="已核对原文")),
                (
                    "regime",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extension_rule",
                        to="deadlines.regime",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", None), ("amount__gt", 0), _connector="OR"),
                        name="extension_positive",
                    ),
                    models.CheckConstraint(condition=models.Q(("times__gt", 0)), name="extension_at_least_once"),
                ],
            },
        ),
        migrations.AddField(
            model_name="clock",
            name="count_start",
            field=models.BooleanField(default=False, verbose_name="起算当日计入"),
        ),
        migrations.AddField(
            model_name="clock",
            name="near_amount",
            field=models.PositiveSmallIntegerField(default=1, verbose_name="临期：剩余数量"),
        ),
        migrations.AddField(
            model_name="clock",
            name="near_percent",
            field=models.PositiveSmallIntegerField(default=20, verbose_name="临期：剩余百分比"),
        ),
        migrations.AddField(
            model_name="clock",
            name="near_unit",
            field=models.CharField(
                choices=[
                    ("wd", "个工作日"),
                    ("cd", "天"),
                    ("h", "小时"),
                    ("wh", "个工作小时"),
                    ("m", "个月"),
                    ("min", "分钟"),
                ],
                default="wd",
                max_length=3,
                verbose_name="临期：单位",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="pauses",
            field=models.JSONField(blank=True, default=list, verbose_name="可以暂停的情形"),
        ),
        migrations.AddField(
            model_name="clock",
            name="roll_over",
            field=models.BooleanField(default=True, verbose_name="最后一日休息时顺延"),
        ),
        migrations.AddField(
            model_name="clock",
            name="source_url",
            field=models.URLField(blank=True, max_length=300, verbose_name="网址"),
        ),
        migrations.AddField(
            model_name="clock",
            name="stops",
            field=models.CharField(
                blank=True,
                choices=[
                    ("dispatched", "派单"),
                    ("signed", "签收"),
                    ("objected", "提出异议"),
                    ("contacted", "联系上诉求人"),
                    ("handed_in", "交出分答"),
                    ("answered", "发出答复"),
                    ("noted", "记下进展"),
                    ("revisited", "回访完成"),
                    ("told", "告知当事人"),
                    ("opinion", "第三方答复"),
                    ("asked", "提出申请"),
                    ("decided", "作出决定"),
                    ("published", "公开"),
                    ("delivered", "送达"),
                    ("run_out", "期满"),
                ],
                max_length=12,
                verbose_name="停止",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="warns",
            field=models.JSONField(blank=True, default=list, verbose_name="临期提醒谁"),
        ),
        migrations.AddField(
            model_name="regime",
            name="article",
            field=models.CharField(blank=True, max_length=100, verbose_name="条款"),
        ),
        migrations.AddField(
            model_name="regime",
            name="checked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="核对人",
            ),
        ),
        migrations.AddField(
            model_name="regime",
            name="checked_on",
            field=models.DateField(blank=True, null=True, verbose_name="核对日期"),
        ),
        migrations.AddField(
            model_name="regime",
            name="region",
            field=models.CharField(blank=True, max_length=12, verbose_name="地区"),
        ),
        migrations.AddField(
            model_name="regime",
            name="source_url",
            field=models.URLField(blank=True, max_length=300, verbose_name="网址"),
        ),
        migrations.AlterField(
            model_name="clock",
            name="code",
            field=models.CharField(
                choices=[
                    ("dispatch", "派单"),
                    ("sign", "签收"),
                    ("objection", "提出异议"),
                    ("contact", "首次联系"),
                    ("helper", "协办（属地）办理"),
                    ("handle", "牵头办理"),
                    ("progress", "反馈进展"),
                    ("reply", "答复"),
                    ("revisit", "回访"),
                    ("consult", "答复咨询"),
                    ("inform", "告知受理情况"),
                    ("correction", "补正通知"),
                    ("third_party", "征求第三方意见"),
                    ("complex", "复杂事项"),
                    ("utmost", "最长"),
                    ("promise", "承诺办理"),
                    ("publicity", "公示"),
                    ("publish", "主动公开"),
                    ("deliver", "送达"),
                    ("apply", "提出申请"),
                    ("examine", "审查受理"),
                    ("review_ask", "申请复查"),
                    ("review", "复查"),
                    ("recheck_ask", "申请复核"),
                    ("recheck", "复核"),
                ],
                max_length=12,
                verbose_name="时限",
            ),
        ),
        migrations.AlterField(
            model_name="clock",
            name="starts",
            field=models.CharField(
                choices=[
                    ("received", "收到诉求"),
                    ("dispatched", "派单"),
                    ("accepted", "受理"),
                    ("answered", "发出答复"),
                    ("asked", "收到申请"),
                    ("decided", "作出决定"),
                    ("made", "信息形成或变更"),
                ],
                default="dispatched",
                max_length=12,
                verbose_name="起算",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.CheckConstraint(
                condition=models.Q(("near_percent__lte", 100)), name="clock_near_is_a_share"
            ),
        ),
        migrations.AddConstraint(
            model_name="regime",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_by", None), ("checked_on", None)),
                    models.Q(("checked_by__isnull", False), ("checked_on__isnull", False), ("verified", True)),
                    _connector="OR",
                ),
                name="regime_checked_by_somebody_on_a_day",
            ),
        ),
    ]
