import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supervision", "0002_reckoning"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="rule",
            name="code",
            field=models.CharField(max_length=20, verbose_name="代码"),
        ),
        migrations.AddField(
            model_name="rule",
            name="version",
            field=models.PositiveIntegerField(default=1, verbose_name="版本"),
        ),
        migrations.AddField(
            model_name="rule",
            name="verified",
            field=models.BooleanField(default=False, verbose_name="已核对原文"),
        ),
        migrations.AddField(
            model_name="rule",
            name="checked_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="checked_on",
            field=models.DateField(null=True, verbose_name="核对日期"),
        ),
        migrations.AddField(
            model_name="rule",
            name="valid_from",
            field=models.DateField(null=True, verbose_name="生效"),
        ),
        migrations.AddField(
            model_name="rule",
            name="valid_to",
            field=models.DateField(null=True, verbose_name="失效"),
        ),
        migrations.AddField(
            model_name="item",
            name="recheck_until",
            field=models.DateField(null=True, verbose_name="复核申请到"),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(fields=("code", "version"), name="rule_version_once"),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", None)), fields=("code",), name="rule_one_open_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="rule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_by", None), ("checked_on", None)),
                    models.Q(("checked_by__isnull", False), ("checked_on__isnull", False), ("verified", True)),
                    _connector="OR",
                ),
                name="rule_checked_by_somebody_on_a_day",
            ),
        ),
    ]
