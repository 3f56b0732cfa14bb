"""Who must be asked before a unit is switched off. Rooms above this one register here, because units know nothing of them."""

from collections.abc import Callable

Held = Callable[[int], int]

_HELD: dict[str, Held] = {}


def before_switching_off(word: str, held: Held) -> None:
    """``held(unit_id)`` answers how many of ``word`` (根接力棒) the unit holds; called once from the app's ``ready()``."""
    _HELD[word] = held


def held_by(unit_id: int) -> str:
    """All that the rooms above say the unit still holds, in words; "" when its hands are empty."""
    counts = ((held(unit_id), word) for word, held in _HELD.items())
    return "、".join(f"{count} {word}" for count, word in counts if count)
