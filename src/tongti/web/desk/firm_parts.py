"""What other rooms show on a firm's page: visits, what it offers and needs, whatever a later room knows of it.

    @firm_part(order=10)
    def visits_of(viewer: Viewer, firm: Any) -> Part | None: ...

The firm is an entry of the register (its id is its party's). A part is a heading, a template and its context (case_parts.Part);
the parts stand below the figures and difficulties, in ``order``.
"""

from collections.abc import Callable, Iterator
from typing import Any

from tongti.units.access import Viewer
from tongti.web.desk.case_parts import Part

Maker = Callable[[Viewer, Any], Part | None]

_MAKERS: list[tuple[int, Maker]] = []


def firm_part(*, order: int = 100) -> Callable[[Maker], Maker]:
    """Decorator: ask this function for every firm's page."""

    def register(maker: Maker) -> Maker:
        _MAKERS.append((order, maker))
        return maker

    return register


def parts(viewer: Viewer, firm: Any) -> Iterator[Part]:
    """The parts of this firm for this viewer."""
    for _order, maker in sorted(_MAKERS, key=lambda pair: pair[0]):
        if part := maker(viewer, firm):
            yield part
