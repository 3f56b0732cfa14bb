from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0009_pause_sources"),
    ]

    operations = [
        # every recount until now was one transaction: what is there is done
        migrations.AddField(
            model_name="recount",
            name="state",
            field=models.CharField(
                choices=[("running", "正在重算"), ("done", "已重算")],
                default="done",
                max_length=8,
                verbose_name="状态",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="recount",
            name="span_first",
            field=models.DateField(null=True, verbose_name="变动的第一天"),
        ),
        migrations.AddField(
            model_name="recount",
            name="span_last",
            field=models.DateField(null=True, verbose_name="变动的最后一天"),
        ),
        migrations.AddField(
            model_name="recount",
            name="found",
            field=models.PositiveIntegerField(default=0, verbose_name="可能受影响"),
        ),
        migrations.AddField(
            model_name="recount",
            name="looked_at",
            field=models.PositiveIntegerField(default=0, verbose_name="已看"),
        ),
        migrations.AddField(
            model_name="recount",
            name="at_kind",
            field=models.CharField(blank=True, max_length=20, verbose_name="做到哪一类"),
        ),
        migrations.AddField(
            model_name="recount",
            name="at_id",
            field=models.BigIntegerField(default=0, verbose_name="做到哪一行"),
        ),
        migrations.AddField(
            model_name="recount",
            name="done_at",
            field=models.DateTimeField(null=True, verbose_name="做完时间"),
        ),
        migrations.AddConstraint(
            model_name="recount",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")), fields=("state",), name="one_recount_at_a_time"
            ),
        ),
    ]
