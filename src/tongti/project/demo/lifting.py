"""Units of the city and the region above 云岭区, and a few lines on the list of each level."""

from datetime import timedelta
from typing import Any

from tongti.accounts import actions as accounts
from tongti.answers import actions as answers
from tongti.cases.models import Case
from tongti.lifting import actions
from tongti.lifting.actions import LiftDraft
from tongti.lifting.models import Lift
from tongti.project.demo.district import IN_POST_SINCE, District, read
from tongti.project.demo.stories import Step, World
from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.shared import clock
from tongti.shared.actor import SYSTEM
from tongti.trail import actions as trail
from tongti.units.models import Post, Region, Unit

LEADER = "何区长"


def build(d: District) -> None:
    """The places and bodies above; they stand beside the district's own trees, so nobody above reads down by her seat alone."""
    data = read("lifting")
    for name, (code, level) in data["places"].items():
        region = Region.objects.create(name=name, code=code, level=level)
        region.path = f"/{region.pk}/"
        region.save(update_fields=["path"])
        d.places[name] = region
    for row in data["unit"]:
        unit = Unit.objects.create(
            code=row["code"],
            name=row["name"],
            short_name=row["short"],
            kind=row["kind"],
            region=d.places[row["place"]],
        )
        unit.path = f"/{unit.pk}/"
        unit.save(update_fields=["path"])
        trail.record("unit.added", unit, by=SYSTEM, facts={"code": unit.code, "parent": None}, first=True)
        d.units[unit.short_name] = unit
        for name, role, title in row["people"]:
            _person(d, unit, name, role, title)


def _person(d: District, unit: Unit, name: str, role: str, title: str) -> None:
    officer = accounts.create_officer(username=name, name=name, password=None, by=SYSTEM, demo=True)
    post = Post.objects.create(officer=officer, unit=unit, role=role, title=title, since=IN_POST_SINCE)
    trail.record("post.given", post, by=SYSTEM, facts={"officer": officer.pk, "role": role}, first=True)
    d.officers[name] = officer
    d.roles.setdefault((unit.short_name, role), name)


def prepare(world: World) -> None:
    """Put every line on the stage: written, signed off, answered, each at its moment."""
    for told in read("lifting")["lift"]:
        line = _Line(world, told)
        for moment, step in (("prepared", line.prepare), ("signed", line.sign), ("answered", line.answer)):
            if moment in told:
                world.stage.at(world.days.at(told[moment]), step)
        if "paper" in told:
            world.stage.at(world.days.at(told["paper"][1]), line.paper)


class _Line:
    """One line of a list, on its way."""

    def __init__(self, world: World, told: Step) -> None:
        self.w, self.told = world, told
        self.lift: Lift | None = None

    def prepare(self) -> None:
        """The handler of the unit that leads writes it."""
        told, d = self.told, self.w.d
        draft = LiftDraft(
            level=told["level"],
            title=told["title"],
            statement=told["statement"],
            tried=told["tried"],
            basis=told["basis"],
            asked=told["asked"],
            asked_unit_id=d.units[told["unit"]].pk,
            reply_by=clock.today() + timedelta(days=20),
        )
        self.lift = actions.prepare(**self._matter(), draft=draft, by=d.at(told["by"], "handler"))

    def sign(self) -> None:
        """A leader of the district signs it off; what stays in the county, the leader of the unit."""
        d = self.w.d
        by = d.at(self.told["by"], "unit_leader") if self.told["level"] == "county" else d.viewer(LEADER)
        self.lift = actions.sign_off(lift=self._fresh(), by=by)

    def answer(self) -> None:
        """The unit above, which works in this house, signs for its baton and hands in its part."""
        by = self.w.d.at(self.told["unit"], "handler")
        baton = self._fresh().baton
        assert baton is not None
        relay.accept(baton=baton, by=by)
        answers.submit_part(baton=baton, words=self.w.days.fill(self.told["answer"]), by=by)
        actions.follow()

    def paper(self) -> None:
        """The unit above answers on paper."""
        by = self.w.d.at(self.told["by"], "handler")
        actions.enter_paper(lift=self._fresh(), words=self.told["answer"], paper=self.told["paper"][0], by=by)

    def _fresh(self) -> Lift:
        assert self.lift is not None
        return Lift.objects.select_related("asked_unit", "prepared_unit", "question", "case", "baton__unit").get(
            pk=self.lift.pk
        )

    def _matter(self) -> dict[str, Any]:
        if "story" in self.told:
            question = self.w.stories[self.told["story"]].question
            assert question is not None
            return {"question": Question.objects.get(pk=question.pk)}
        cases = Case.objects.filter(party__firm__name=self.told["firm"], channel="visit", state="handling")
        return {"case": cases.latest("pk")}
