"""How precise proposals are at a threshold before a district has decided enough itself: the table that ships in the model."""

import samequestion as engine


def expected(probability: float) -> engine.Threshold | None:
    """What was measured on held-out questions at the nearest threshold not above ``probability``; None when nothing was."""
    return engine.load_default_model().threshold(probability)


def measured_with() -> str:
    """Settings and model that the table belongs to; "" when the model ships without one."""
    shipped = engine.load_default_model()
    return f"{shipped.settings.version}/{shipped.name}" if shipped.thresholds else ""
