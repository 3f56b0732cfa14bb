"""The database can write a case's number itself, so that numbering and entering a case are one statement.

The same as ``tongti.shared.numbers.case_number``: year, serial of at least six digits, and Damm's check digit over both.
"""

from django.db import migrations

# The rows of Damm's quasigroup of order 10 (H. M. Damm, 2004), one after the other.
TABLE = "0317598642709215486342068713591750983426612304597836742095815869720134894536201794386172052581436790"

FORWARD = f"""
CREATE FUNCTION case_number(year integer, serial integer) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
    digits text := lpad(year::text, 4, '0') || CASE WHEN serial < 1000000 THEN lpad(serial::text, 6, '0') ELSE serial::text END;
    checked integer := 0;
BEGIN
    FOR at IN 1..length(digits) LOOP
        checked := substr('{TABLE}', checked * 10 + substr(digits, at, 1)::integer + 1, 1)::integer;
    END LOOP;
    RETURN substr(digits, 1, 4) || '-' || substr(digits, 5) || '-' || checked;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_come_back")]
    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION case_number(integer, integer)")]
