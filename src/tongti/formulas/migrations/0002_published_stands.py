"""The database itself refuses to change or remove a published number, its lines and its list."""

from django.db import migrations

TABLES = ("published", "publishedline", "frozenrows")

GUARD = """
CREATE FUNCTION formulas_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '发布的数只增不改 (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER formulas_{table}_stands BEFORE UPDATE OR DELETE ON formulas_{table}
    FOR EACH ROW EXECUTE FUNCTION formulas_refuse_change();
CREATE TRIGGER formulas_{table}_no_truncate BEFORE TRUNCATE ON formulas_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION formulas_refuse_change();
"""
    for table in TABLES
)

OPEN = (
    "".join(
        f"DROP TRIGGER formulas_{table}_stands ON formulas_{table};"
        f"DROP TRIGGER formulas_{table}_no_truncate ON formulas_{table};"
        for table in TABLES
    )
    + "DROP FUNCTION formulas_refuse_change();"
)


class Migration(migrations.Migration):
    dependencies = [("formulas", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, OPEN)]
