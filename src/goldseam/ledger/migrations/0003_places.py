"""Entries stand where their conversation went: after a merge, its undoing, or a split. Nothing else of them
may change, and never to a conversation of another shop."""

from __future__ import annotations

import importlib

import django.db.models.deletion
from django.db import migrations, models

BOOKS = importlib.import_module("goldseam.ledger.migrations.0002_books").FORWARDS
KEEP = BOOKS[BOOKS.index("CREATE FUNCTION ledger_keep") : BOOKS.index("CREATE FUNCTION ledger_weigh")]

PLACES = """
        IF TG_TABLE_NAME = 'ledger_entry' THEN
            FOREACH name IN ARRAY ARRAY['conversation_id', 'home_id'] LOOP
                IF EXISTS (SELECT 1 FROM conversations_conversation
                            WHERE id = (after ->> name)::bigint AND shop_id = OLD.shop_id) THEN
                    before := before - name;
                    after := after - name;
                END IF;
            END LOOP;
        END IF;
"""

FILL = """
ALTER TABLE ledger_entry DISABLE TRIGGER ledger_entry_keep;
UPDATE ledger_entry SET home_id = conversation_id;
WITH RECURSIVE gone AS (
    SELECT id, merged_into_id AS target FROM conversations_conversation WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT gone.id, next.merged_into_id FROM gone
      JOIN conversations_conversation AS next ON next.id = gone.target
     WHERE next.merged_into_id IS NOT NULL
)
UPDATE ledger_entry SET conversation_id = gone.target FROM gone
  JOIN conversations_conversation AS root ON root.id = gone.target AND root.merged_into_id IS NULL
 WHERE ledger_entry.home_id = gone.id;
ALTER TABLE ledger_entry ENABLE TRIGGER ledger_entry_keep;
"""


def _function(body: str) -> str:
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0005_threads"),
        ("ledger", "0002_books"),
    ]

    operations = [
        migrations.AddField(
            model_name="entry",
            name="home",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.conversation",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="entry",
            name="home",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="conversations.conversation",
            ),
        ),
        migrations.AddIndex(model_name="entry", index=models.Index(fields=["home"], name="entry_of_home")),
        migrations.RunSQL(
            _function(KEEP.replace("        IF before = after", f"{PLACES}        IF before = after")),
            _function(KEEP),
        ),
    ]
