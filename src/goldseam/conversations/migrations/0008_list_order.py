from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0007_deadlines")]

    operations = [
        migrations.RemoveField(model_name="conversation", name="priority_by_hand"),
        migrations.AlterField(
            model_name="savedview",
            name="order",
            field=models.CharField(
                choices=[
                    ("urgency", "Most urgent first"),
                    ("latest", "Newest message first"),
                    ("oldest", "Oldest conversation first"),
                    ("due", "Next deadline first"),
                ],
                default="urgency",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("promise_due_at__isnull", False)),
                fields=["shop", "promise_due_at", "id"],
                name="conversation_promised",
            ),
        ),
    ]
