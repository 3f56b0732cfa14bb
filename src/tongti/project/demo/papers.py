"""Papers of the demo district: the offices and one bureau have said how theirs look, and two drafts wait for a person's words."""

from datetime import timedelta

from tongti.papers import actions
from tongti.papers.actions import TemplateDraft
from tongti.project.demo.district import District
from tongti.questions.models import Question
from tongti.shared import clock

INSPECTORS, HOTLINE = "莫刚", "韦晓梅"
# kind → (who issues it, its code, whose it is); the codes are the demo's own, a district fills in its own
OFFICES = {
    "order": ("热线办", "云热工", HOTLINE),
    "assigned": ("热线办", "云热交", HOTLINE),
    "urged": ("政府督查室", "云督催", INSPECTORS),
    "supervised": ("政府督查室", "", INSPECTORS),  # has the number of its item
    "special": ("政府督查室", "云督专", INSPECTORS),
    "circular": ("政府督查室", "云督通", INSPECTORS),
    "monthly": ("政府督查室", "云督月", INSPECTORS),
}
BUREAU, CODES = "区水利局", {"accepted": "云水告", "extended": "云水延", "opinion": "云水答"}


def load(d: District, name: str) -> None:
    """``name`` is the district's. The month before is reported on, and the question that most people ask."""
    for kind, (office, code, who) in OFFICES.items():
        head = f"{name}{office}"
        look = TemplateDraft(head=head, code=code, signer=head, issuer=head)
        actions.change_template(kind=kind, draft=look, by=d.viewer(who))
    bureau = d.units[BUREAU]
    for kind, code in CODES.items():
        look = TemplateDraft(head=bureau.name, code=code, signer=bureau.name, issuer=bureau.name)
        actions.change_template(kind=kind, draft=look, unit=bureau, by=d.at(BUREAU, "unit_leader"))
    by, last = d.viewer(INSPECTORS), clock.today().replace(day=1) - timedelta(days=1)
    actions.make_paper(kind="monthly", subject=None, since=last.replace(day=1), until=last, by=by)
    hottest = Question.objects.filter(state=Question.State.HANDLING).order_by("-asker_count", "-pk").first()
    if hottest is not None:
        actions.make_paper(kind="special", subject=hottest, by=by)
