"""What was granted can be given back and expires; requests follow a merge."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

FILL = """
UPDATE approvals_approvalrequest SET home_id = conversation_id;
WITH RECURSIVE gone AS (
    SELECT id, merged_into_id AS target FROM conversations_conversation WHERE merged_into_id IS NOT NULL
    UNION ALL
    SELECT gone.id, next.merged_into_id FROM gone
      JOIN conversations_conversation AS next ON next.id = gone.target
     WHERE next.merged_into_id IS NOT NULL
)
UPDATE approvals_approvalrequest SET conversation_id = gone.target FROM gone
  JOIN conversations_conversation AS root ON root.id = gone.target AND root.merged_into_id IS NULL
 WHERE approvals_approvalrequest.home_id = gone.id;
UPDATE approvals_approvalrequest SET used_amount = granted_amount WHERE used_at IS NOT NULL;
UPDATE approvals_approvalrequest SET expires_at = now() + interval '14 days'
 WHERE state = 'approved' AND used_at IS NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0005_threads"),
        ("approvals", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="approvalrequest",
            name="home",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="used_amount",
            field=models.DecimalField(decimal_places=2, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="approvalrequest", name="expires_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="approvalrequest", name="warned_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="approvalrequest", name="returned_at", field=models.DateTimeField(null=True)
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="approvalrequest",
            name="home",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="conversations.conversation",
            ),
        ),
        migrations.AddField(
            model_name="approvalsettings",
            name="grant_days",
            field=models.PositiveSmallIntegerField(default=14),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("asked", "A request waits for you"),
                    ("escalated", "A request was passed on to you"),
                    ("decided", "Your request was decided"),
                    ("withdrawn", "A request was withdrawn"),
                    ("returned", "What you granted was given back"),
                    ("expiring", "What was granted expires soon"),
                    ("expired", "What was granted has expired"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="turn",
            name="verb",
            field=models.CharField(
                choices=[
                    ("raised", "asked"),
                    ("endorsed", "supported it"),
                    ("approved", "approved"),
                    ("refused", "refused"),
                    ("withdrawn", "withdrew it"),
                    ("escalated", "passed on: no answer in time"),
                    ("used", "sent it to the customer"),
                    ("returned", "gave it back"),
                    ("expired", "expired: nobody used it in time"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(
                fields=["expires_at"],
                condition=Q(state="approved", used_at=None, returned_at=None),
                name="grant_to_expire",
            ),
        ),
        migrations.RemoveConstraint(model_name="approvalrequest", name="one_request_per_key"),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.UniqueConstraint(fields=["home", "key"], name="one_request_per_key"),
        ),
        migrations.RemoveConstraint(model_name="approvalrequest", name="granted_when_approved"),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=Q(state="approved", granted_amount__gte=0, decided_at__isnull=False)
                | (~Q(state="approved") & Q(granted_amount=None, used_at=None, returned_at=None)),
                name="granted_when_approved",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=Q(used_at=None) | Q(returned_at=None), name="used_or_given_back"
            ),
        ),
    ]
