"""What older rows did not say takes its usual value; a limit called 延长 becomes the extension rule that it always was."""

from typing import Any

from django.db import migrations

STOPS = {
    "dispatch": "dispatched",
    "sign": "signed",
    "objection": "objected",
    "contact": "contacted",
    "helper": "handed_in",
    "handle": "answered",
    "revisit": "revisited",
    "consult": "answered",
    "inform": "told",
    "correction": "told",
    "third_party": "opinion",
    "complex": "answered",
    "utmost": "answered",
    "publicity": "run_out",
    "review_ask": "asked",
    "review": "decided",
    "recheck_ask": "asked",
    "recheck": "decided",
}


def fill(apps: Any, schema_editor: Any) -> None:
    """Safe to run twice."""
    clock, rule = apps.get_model("deadlines", "Clock"), apps.get_model("deadlines", "ExtensionRule")
    for row in clock.objects.filter(code="extension", regime__extension_rule=None):
        said = {"amount": row.amount, "unit": row.unit, "source": row.source, "verified": row.verified}
        rule.objects.create(regime_id=row.regime_id, **said)
    clock.objects.filter(code="extension").delete()
    for code, stops in STOPS.items():
        clock.objects.filter(code=code, stops="").update(stops=stops)
    clock.objects.filter(warns=[]).update(warns=["handler", "receiver"])


class Migration(migrations.Migration):
    dependencies = [
        ("deadlines", "0004_clocks_in_full_and_extension_rules"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
