from django.db import migrations, models

CODES = [
    ("dispatch", "派单"),
    ("sign", "签收"),
    ("objection", "提出异议"),
    ("ruling", "裁定异议"),
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
]
STARTS = [
    ("received", "收到诉求"),
    ("dispatched", "派单"),
    ("accepted", "受理"),
    ("answered", "发出答复"),
    ("objected", "提出异议"),
    ("asked", "收到申请"),
    ("decided", "作出决定"),
    ("made", "信息形成或变更"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0010_recounts_in_lots"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clock",
            name="code",
            field=models.CharField(choices=CODES, max_length=12, verbose_name="时限"),
        ),
        migrations.AlterField(
            model_name="clock",
            name="starts",
            field=models.CharField(choices=STARTS, default="dispatched", max_length=12, verbose_name="起算"),
        ),
    ]
