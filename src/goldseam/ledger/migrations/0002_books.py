"""What the books never allow, whoever writes: changed or deleted entries, and entries out of balance.

Two triggers refuse changes; the only change that passes is a reference that becomes empty because the person,
order or team behind it was deleted. Two deferred triggers look at an entry when its transaction commits: its
lines must sum to zero in its own currency, and its debits must be what it says it moved, so a line can't be
added to an old entry either.
"""

from __future__ import annotations

from django.db import migrations

FORWARDS = """
CREATE FUNCTION ledger_keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    loose text[] := ARRAY['order_id', 'agent_id', 'approver_id', 'team_id', 'granter_id'];
    name text;
    before jsonb;
    after jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := to_jsonb(OLD);
        after := to_jsonb(NEW);
        FOREACH name IN ARRAY loose LOOP
            IF after -> name = 'null'::jsonb THEN
                before := before - name;
                after := after - name;
            END IF;
        END LOOP;
        IF before = after THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'The ledger is only added to; write a reversing entry.'
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ledger_weigh(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    said record;
    found record;
BEGIN
    SELECT moved, currency INTO said FROM ledger_entry WHERE id = wanted;
    SELECT coalesce(sum(amount), 0) AS total,
           coalesce(sum(amount) FILTER (WHERE amount > 0), 0) AS debits,
           count(*) FILTER (WHERE currency <> said.currency) AS foreign_lines
      INTO found FROM ledger_line WHERE entry_id = wanted;
    IF found.total <> 0 OR found.debits <> said.moved OR found.foreign_lines > 0 THEN
        RAISE EXCEPTION 'Entry % is out of balance: sum %, debits % of %, % lines in another currency.',
            wanted, found.total, found.debits, said.moved, found.foreign_lines
            USING ERRCODE = 'check_violation';
    END IF;
END $$;

CREATE FUNCTION ledger_weigh_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_weigh(NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_weigh_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ledger_weigh(NEW.entry_id);
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entry_keep BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_keep();
CREATE TRIGGER ledger_line_keep BEFORE UPDATE OR DELETE ON ledger_line
    FOR EACH ROW EXECUTE FUNCTION ledger_keep();
CREATE CONSTRAINT TRIGGER ledger_entry_weigh AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_weigh_entry();
CREATE CONSTRAINT TRIGGER ledger_line_weigh AFTER INSERT ON ledger_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_weigh_line();
"""

BACKWARDS = """
DROP TRIGGER ledger_line_weigh ON ledger_line;
DROP TRIGGER ledger_entry_weigh ON ledger_entry;
DROP TRIGGER ledger_line_keep ON ledger_line;
DROP TRIGGER ledger_entry_keep ON ledger_entry;
DROP FUNCTION ledger_weigh_line();
DROP FUNCTION ledger_weigh_entry();
DROP FUNCTION ledger_weigh(bigint);
DROP FUNCTION ledger_keep();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
