"""Short ways to tell a story of the cast: somebody calls, 韦晓梅 sets up a question and dispatches it, units work."""

import uuid
from dataclasses import dataclass, field

from tests.cast import Cast
from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay import actions as relay
from tongti.relay.models import Baton
from tongti.trail.models import Event

WORDS = [
    "每天晚上停水，六楼一滴都没有",
    "晚高峰没有水，做饭都难",
    "连着三天晚上停水了",
    "幸福路停水没有通知",
    "早餐店备料没有水",
]


@dataclass
class Story:
    cast: Cast
    cases: list[Case] = field(default_factory=list)

    def call(self, words: str = WORDS[0], **facts) -> Case:
        """李小英 registers a call."""
        n = len(self.cases)
        defaults = {
            "key": uuid.uuid4(),
            "channel": "phone",
            "kind": "help",
            "body": words,
            "place_id": self.cast.regions["幸福社区"].pk,
            "category_id": self.cast.categories["供水"].pk,
            "asker_name": f"{'韦陆覃蒙农黄梁李'[n % 8]}大{'一二三四五六七八九十'[n % 10]}",
            "phone": f"1380000{n:04d}",
        }
        case = cases.register(intake=Intake(**(defaults | facts)), by=self.cast.viewer("李小英"))
        self.cases.append(case)
        return case

    def question(self, callers: int = 5) -> Question:
        """Callers, and a question of all their cases, set up by 韦晓梅."""
        made = [self.call(WORDS[n % len(WORDS)]) for n in range(callers)]
        return self.question_of(made)

    def question_of(self, made: list[Case]) -> Question:
        step = questions.make(
            title="临江镇幸福路一带晚高峰停水",
            category_id=self.cast.categories["供水"].pk,
            place_id=self.cast.regions["幸福社区"].pk,
            case_ids=[case.pk for case in made],
            by=self.cast.viewer("韦晓梅"),
        )
        question = step if isinstance(step, Question) else step.question
        question.refresh_from_db()
        return question

    def dispatch(self, question: Question | None = None, case: Case | None = None, **facts) -> list[Baton]:
        units = self.cast.units
        defaults = {
            "lead_id": units["水利局"].pk,
            "lead_task": "查明原因，恢复供水，统一答复",
            "helpers": [(units["住建局"].pk, "核查二次供水泵房"), (units["自来水公司"].pk, "抢修主管")],
            "territory_id": units["临江镇"].pk,
            "duty_id": self.cast.duties["供水"].pk,
            "by": self.cast.viewer("韦晓梅"),
        }
        return relay.dispatch(question=question, case=case, **(defaults | facts))

    def baton(self, unit: str, **where) -> Baton:
        """The unit's open baton, or its newest one."""
        rows = Baton.objects.filter(unit=self.cast.units[unit], **where).select_related("unit").order_by("-pk")
        return next((b for b in rows if b.is_open), rows[0])

    def accept(self, unit: str, officer: str) -> Baton:
        return relay.accept(baton=self.baton(unit), by=self.cast.viewer(officer))


def verbs(obj) -> list[str]:
    """What the trail says happened to an object, oldest first."""
    rows = Event.objects.filter(object_kind=obj._meta.label_lower, object_id=obj.pk).order_by("seq")
    return list(rows.values_list("verb", flat=True))


def figure(measure: str, unit=None) -> int:
    """The whole of one figure over all days, for the district or a unit."""
    from datetime import date

    from tongti.figures.queries import totals

    since, until = date(2000, 1, 1), date(2079, 12, 31)
    return totals([measure], since=since, until=until, unit_id=unit.pk if unit else 0)[measure]


def deferred(task: str) -> list[dict]:
    """Arguments of the jobs of this name that wait to be run."""
    import json

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT args::text FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [json.loads(args) for (args,) in cursor.fetchall()]
