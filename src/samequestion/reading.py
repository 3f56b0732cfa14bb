"""The features of a whole batch, by several processes when it is large, and without doing again what is done."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from samequestion.batch import Batch
from samequestion.features import features, read
from samequestion.model import Model
from samequestion.parts import Done
from samequestion.records import Features, Message
from samequestion.work import Work

_TOGETHER = 500
"""Messages read at a time: enough for numpy to work in bulk, little enough for a processor's cache."""
_STEP, _STEPS = 10_000, 8
"""Most messages of one step, and the fewest steps worth making, so that all processes stay busy to the end. The size depends
on nothing but the number of messages, so that a kept step is found again."""
_WORTH_PROCESSES = 3000
"""Messages from which starting other processes pays: they start while this one loads the compiler."""


def read_all(
    ordered: Sequence[Message],
    model: Model,
    remembered: Mapping[str, Features],
    work: Work | None,
    processes: int,
    done: Done,
) -> Batch:
    """Features of all messages in order. `remembered` are used as they are, by message id."""
    if remembered:
        return Batch.of([remembered.get(m.id) or features(m, model) for m in ordered])
    parts: list[Batch] = []
    with _pool(model, processes if len(ordered) >= _WORTH_PROCESSES else 1) as pool:
        for name, part in _steps(ordered, work, pool, model):
            parts.append(part)
            if work and name:
                work.keep(name, part.to_arrays())
            done(min(1.0, len(parts) * _step(len(ordered)) / len(ordered)))
    return Batch.join(parts or [read([], model)])


def _steps(
    ordered: Sequence[Message], work: Work | None, pool: Executor | None, model: Model
) -> Iterator[tuple[str, Batch]]:
    """(name of a step that was just made or "" when it was kept before, its features), in order."""
    step = _step(len(ordered))
    lows = range(0, len(ordered), step)
    missing = [low for low in lows if not (work and work.has(_name(low, step)))]
    begun = {low: pool.submit(_read_elsewhere, ordered[low : low + step]) for low in missing} if pool else {}
    if begun:
        from samequestion import compiled  # noqa: F401 - it takes a second to load, which nobody waits for here
    for low in lows:
        arrays = work.load(_name(low, step)) if work and low not in missing else None
        if arrays is not None:
            yield "", Batch.from_arrays(arrays)
        elif low in begun:
            yield _name(low, step), begun.pop(low).result()
        else:
            yield _name(low, step), _read(ordered[low : low + step], model)


def _step(messages: int) -> int:
    """Messages of one step."""
    return max(1, min(_STEP, messages // _STEPS))


def _name(low: int, step: int) -> str:
    return f"features-{step}-{low:09d}"


def _read(messages: Sequence[Message], model: Model) -> Batch:
    return Batch.join([read(messages[low : low + _TOGETHER], model) for low in range(0, len(messages), _TOGETHER)])


# --- other processes -----------------------------------------------------------------------------------------------

_here: list[Model] = []
"""In a helper process: the model it was started with."""


@contextmanager
def _pool(model: Model, processes: int) -> Iterator[Executor | None]:
    if processes <= 1:
        yield None
        return
    # "spawn" works the same on every system and with threads about; the start costs a second or so.
    with ProcessPoolExecutor(processes, get_context("spawn"), _begin, (model,)) as pool:
        yield pool


def _begin(model: Model) -> None:
    gc.disable()  # reading makes no cycles; looking for them among the rows of every message takes a tenth of the time
    _here.append(model)


def _read_elsewhere(messages: Sequence[Message]) -> Batch:
    return _read(messages, _here[0])
