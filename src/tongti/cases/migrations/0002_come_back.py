from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("reopened__gt", 0), ("state", "handling")),
                fields=["-received_at", "-id"],
                name="case_come_back",
            ),
        ),
    ]
