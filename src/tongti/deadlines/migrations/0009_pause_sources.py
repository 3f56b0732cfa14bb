from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0008_regime_categories"),
    ]

    operations = [
        migrations.AddField(
            model_name="clock",
            name="pause_source",
            field=models.CharField(blank=True, max_length=300, verbose_name="暂停的依据"),
        ),
        migrations.AddField(
            model_name="clock",
            name="pause_verified",
            field=models.BooleanField(default=False, verbose_name="暂停的依据已核对原文"),
        ),
    ]
