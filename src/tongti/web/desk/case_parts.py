"""What other rooms show on a case's page: its question, its batons, its answer, its verdict.

    @case_part(order=10)
    def question_of(viewer: Viewer, case: Any) -> Part | None: ...

A part is a heading, a template and its context; it stands in the right column in ``order``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tongti.units.access import Viewer


@dataclass(frozen=True)
class Part:
    """One card of the case page. ``links`` are (address, words) pairs for parts that need no template."""

    title: str
    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    words: str = ""


Maker = Callable[[Viewer, Any], Part | None]

_MAKERS: list[tuple[int, Maker]] = []


def case_part(*, order: int = 100) -> Callable[[Maker], Maker]:
    """Decorator: ask this function for every case page."""

    def register(maker: Maker) -> Maker:
        _MAKERS.append((order, maker))
        return maker

    return register


def parts(viewer: Viewer, case: Any) -> Iterator[Part]:
    """The parts of this case for this viewer."""
    for _order, maker in sorted(_MAKERS, key=lambda pair: pair[0]):
        if part := maker(viewer, case):
            yield part
