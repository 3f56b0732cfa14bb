"""The database itself refuses to change or remove what the trail holds."""

from django.db import migrations

GUARD = """
CREATE FUNCTION trail_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '留痕只增不改 (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER trail_event_append_only BEFORE UPDATE OR DELETE ON trail_event
    FOR EACH ROW EXECUTE FUNCTION trail_refuse_change();
CREATE TRIGGER trail_event_no_truncate BEFORE TRUNCATE ON trail_event
    FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse_change();
CREATE TRIGGER trail_seal_append_only BEFORE UPDATE OR DELETE ON trail_seal
    FOR EACH ROW EXECUTE FUNCTION trail_refuse_change();
CREATE TRIGGER trail_seal_no_truncate BEFORE TRUNCATE ON trail_seal
    FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse_change();
"""

OPEN = """
DROP TRIGGER trail_event_append_only ON trail_event;
DROP TRIGGER trail_event_no_truncate ON trail_event;
DROP TRIGGER trail_seal_append_only ON trail_seal;
DROP TRIGGER trail_seal_no_truncate ON trail_seal;
DROP FUNCTION trail_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, OPEN)]
