from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("promises", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="promise",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="promise",
            name="gift",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=12),
        ),
    ]
