"""Load the demo district: build it, set every story on its way, let twelve weeks pass, fold the counters."""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from tongti.cases.models import Case
from tongti.figures import actions as figures
from tongti.formulas import actions as formulas
from tongti.project.demo import district, firms, lifting, linkups, outings, papers, stage, window
from tongti.project.demo.days import Days
from tongti.project.demo.stories import Single, Story, World
from tongti.project.demo.voices import Names, Voice, hour, voices
from tongti.questions import actions as questions
from tongti.questions import matching
from tongti.questions.actions.proposing import store_features
from tongti.questions.models import CaseFeatures, Membership, Question
from tongti.search import actions as search

SEED = 20260312
# Nothing of this is sent or drawn while the story is told: the worker of the running site sends what waits, and what the
# live panel shows of a question is computed once, at the end.
LEFT_TO_THE_SITE = {"send_waiting"}
ONCE_AT_THE_END = {"refresh_question"}
# Older cases are joined by hand: the engine is asked about the newer ones only, which is what a visitor can still decide on.
MATCHED_DAYS = 7

CLASSIC: list[tuple[int, str, dict[str, Any]]] = [
    (0, "09:10", {"do": "set_up"}),
    (0, "09:40", {"do": "clear"}),
    (0, "10:00", {"do": "dispatch"}),
    (0, "15:10", {"do": "accept_all"}),
    (1, "10:00", {"do": "contact"}),
    (2, "15:00", {"do": "part"}),
    (3, "10:00", {"do": "findings"}),
    (3, "15:30", {"do": "answer"}),
    (4, "09:20", {"do": "sign"}),
    (5, "09:00", {"do": "verdicts"}),
    (12, "10:20", {"do": "unreached"}),
]


@transaction.atomic
def load(progress: Callable[[str], None], *, now: datetime | None = None) -> None:
    """Everything, in one transaction; ``progress`` is told where it is. About a quarter of a minute."""
    started = time.monotonic()
    with connection.cursor() as cursor:
        # one long transaction, mostly ours: no waiting for the disk in between, and no half-loaded district after a crash
        cursor.execute("SET LOCAL synchronous_commit = off")
    now = timezone.localtime(now)
    with stage.opened(now) as told:
        told.moment = now - timedelta(days=100)
        rng = random.Random(SEED)  # noqa: S311  (a plot, not a secret)
        world = World(district.build(), told, Days(now), rng)
        register = firms.load(world.d)
        window.load(world.d)
        told.at(world.days.at("3 10:20"), lambda: firms.report(world.d, register))
        outings.prepare(world, register)
        lifting.build(world.d)
        lifting.prepare(world)
        window.prepare(world)
        told.at(world.days.at("2 15:40"), lambda: linkups.load(world.d, register))
        progress(f"{len(world.d.units)} 个单位，{len(world.d.officers)} 个人，{len(register)} 家登记对象")
        _prepare(world)
        teller = _Teller(world, progress)
        told.run(teller.after_each)
        teller.finish()
    formulas.tally(whole=True)
    figures.compact()
    search.learn()
    papers.load(world.d, settings.DISTRICT_NAME)
    progress(f"{Case.objects.count()} 件诉求，{Question.objects.count()} 道题，{time.monotonic() - started:.0f} 秒")


def _prepare(world: World) -> None:
    """Put every event of every story on the stage."""
    names = Names(district.read("district")["names"], world.rng)
    for data in [*district.read("past")["difficulty"], *district.read("open")["difficulty"]]:
        story = Story(world, data)
        # older ones are told in calendar weeks, the others in working days, as their steps are
        ago = None if "weeks" in data else world.days.back
        for voice in voices(data, names, world.rng, _villages(world, data), world.days.now, ago):
            world.stage.at(voice.at, lambda v=voice, s=story: s.hear(v))  # type: ignore[misc]
        steps = _classic(world.days, data) if "weeks" in data else data["steps"]
        for step in steps:
            world.stage.at(world.days.at(step["at"]), lambda p=step, s=story: s.do(p))  # type: ignore[misc]
    for data in district.read("singles")["single"]:
        single, voice = Single(world, data), _voice_of(world, names, data)
        world.stage.at(voice.at, lambda v=voice, s=single: s.hear(v))  # type: ignore[misc]
    for before in range(60, 0, -1):
        world.stage.at(world.days.at(f"{before} 08:55"), lambda: _daily_review(world))
        # what came in since yesterday morning is left for whoever looks at the demo
        if before > 1:
            world.stage.at(world.days.at(f"{before} 16:50"), lambda: _daily_review(world, gather=True))


def _villages(world: World, data: dict[str, Any]) -> list[str]:
    if data.get("spread"):
        return [village for villages in world.d.villages.values() for village in villages]
    return world.d.villages.get(data["place"], [data["place"]])


def _voice_of(world: World, names: Names, data: dict[str, Any]) -> Voice:
    name, phone = names.person()
    at = hour(world.days.back(data["day"]), data["door"], world.rng, world.days.now)
    place = data.get("place", district.DISTRICT)
    firm = data.get("firm", "")
    return Voice(at, data["door"], data.get("title", ""), data["body"], firm or name, phone, bool(firm), place)


def _classic(days: Days, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The usual course of an older difficulty, from the working day on which it was set up."""
    base = days.ago(days.today - timedelta(days=data["weeks"] * 7))
    # some answers come after their day, as they do
    late = data.get("late", 0)
    helpers = [unit for unit, _ in data.get("helpers", [])] + ([data["territory"]] if "territory" in data else [])
    yes, partly, no = data["verdict"]
    closing = data.get("closing", "solved" if not partly else "partly")
    details: dict[str, list[dict[str, Any]]] = {
        "contact": [{"unit": data["lead"], "n": data["askers"]}],
        "part": [{"unit": unit, "words": data.get("part", "已按分工办理。")} for unit in helpers],
        "findings": [{"facts": data["found"], "root": "", "handling": "A", "note": f"{{-{base - 4}}} 前办完"}],
        "answer": [{"done": data["done"], "closing": closing, "next": f"今后每季度复查一次，{{-{base - 4}}} 起。"}],
        "unreached": [{"n": data["askers"]}],
        "verdicts": [{"yes": yes, "partly": partly, "no": no, "over": 5}],
    }
    return [
        {"at": f"{max(base - offset - (late if offset > 2 else 0), 1)} {clock}", **step, **detail}
        for offset, clock, step in CLASSIC
        for detail in details.get(step["do"], [{}])
    ]


def _daily_review(world: World, *, gather: bool = False) -> None:
    """The dispatcher goes over the proposals in the morning; in the afternoon she also finds what the engine did not see."""
    waiting = set(
        Membership.objects.filter(state=Membership.State.PROPOSED)
        .exclude(question__state=Question.State.CANDIDATE)
        .values_list("question_id", flat=True)
    )
    for story in world.stories.values():
        if story.question is None:
            continue
        if story.question.pk in waiting or (gather and story.unseen):
            story.review(gather=gather)


class _Teller:
    """Works off the jobs that the actions deferred, and says how far the story is."""

    def __init__(self, world: World, progress: Callable[[str], None]) -> None:
        self.world, self.progress = world, progress
        self.refresh: set[int] = set()
        self.last_said = time.monotonic()
        app.perform_import_paths()

    def after_each(self) -> None:
        """Every job that the last event deferred, and those that they defer."""
        while taken := self.world.stage.take_jobs():
            for name, arguments in taken:
                if name in ONCE_AT_THE_END:
                    self.refresh.add(arguments["question_id"])
                elif name not in LEFT_TO_THE_SITE and not (name == "match_case" and self._is_old):
                    app.tasks[name].func(**arguments)
        if time.monotonic() - self.last_said > 2:
            self.last_said = time.monotonic()
            self.progress(f"演到 {self.world.stage.moment:%m-%d}，{len(self.world.truth)} 位诉求人")

    @property
    def _is_old(self) -> bool:
        return self.world.stage.until - self.world.stage.moment > timedelta(days=MATCHED_DAYS)

    def finish(self) -> None:
        """What is computed once: features of the older cases, and by what a public question is found while typing."""
        self.progress("整理同题线索")
        store_features(list(matching.with_places(Case.objects.filter(features=None)).order_by("pk")))
        CaseFeatures.objects.filter(matched_at=None).update(matched_at=self.world.stage.until)
        for pk in Question.objects.filter(pk__in=self.refresh, cleared_at__isnull=False).values_list("pk", flat=True):
            questions.refresh_question(question_id=pk)
