"""The index of promises stood here twice under two names."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("conversations", "0008_list_order")]

    operations = [migrations.RemoveIndex(model_name="conversation", name="conversation_promised")]
