from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("relay", "0004_clock_stops"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clockstop",
            name="reason",
            field=models.CharField(
                choices=[
                    ("third_party", "征求第三方意见"),
                    ("hearing", "听证"),
                    ("tender", "招标、拍卖"),
                    ("correction", "等申请人补正"),
                    ("inspection", "检验、检测、检疫、鉴定或专家评审"),
                ],
                max_length=12,
                verbose_name="情形",
            ),
        ),
    ]
