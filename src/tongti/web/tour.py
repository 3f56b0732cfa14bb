"""五分钟导览 of the demo district: one difficulty's way, stop by stop, each with the seat from which to look at it.

The stops lead to what is there now: whatever a visitor has done meanwhile, each finds the next thing of its kind, or the list of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tongti.accounts import queries as accounts
from tongti.answers import queries as answers
from tongti.questions import queries as questions
from tongti.relay import queries as relay
from tongti.units.access import Viewer
from tongti.units.queries import DemoSeat, demo_seats, viewer_of
from tongti.verdicts import queries as verdicts

Words = str | Promise


@dataclass(frozen=True)
class Stop:
    """One stop: the step, what to look at, the page, and who sits there (None: anybody, without signing in)."""

    step: Words
    title: Words
    look: tuple[Words, ...]
    url: str
    seat: DemoSeat | None = None


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The stops; there only where the demo district is."""
    if not settings.DEMO:
        raise Http404
    return render(request, "public/tour.html", {"stops": list(stops())})


def stops() -> Iterator[Stop]:
    """The stops in order; a role that nobody holds has none."""
    seats = demo_seats()
    yield _heard()
    for role, make in (("clerk", _taken_down), ("dispatcher", _joined)):
        seat = _first(seats, role)
        if seat:
            yield make(seat)
    yield from _passed_on(seats)
    yield from _answered(seats)
    for role, make in (("revisitor", _verified), ("leader", _led)):
        seat = _first(seats, role)
        if seat:
            yield make(seat)


def _first(seats: list[DemoSeat], role: str) -> DemoSeat | None:
    return next((seat for seat in seats if seat.role.code == role), None)


def _viewer(seat: DemoSeat) -> Viewer:
    return viewer_of(accounts.officer(seat.officer_id))


def _heard() -> Stop:
    hottest = next(iter(questions.public_list(size=1).rows), None)
    look: tuple[Words, ...] = (
        _("最大的数字是多少人同问；下面是谁在办、还有几个工作日。"),
        _("点“我也一样，算我一个”：不用注册，留个电话就有自己的编号。"),
    )
    url = reverse("public:question", args=[hottest.number]) if hottest else reverse("public:questions")
    return Stop(_("听"), _("一个人打开手机，发现别人也在问"), look, url)


def _taken_down(seat: DemoSeat) -> Stop:
    look: tuple[Words, ...] = (
        _("在“发生了什么事”里打一句：幸福路晚上又停水了。右边马上出现相同的问题和进展。"),
        _("不用鼠标也行：按 ? 看这一页的快捷键。"),
    )
    return Stop(_("听"), _("热线打进来，收件员照原话登记"), look, reverse("desk:register"), seat)


def _joined(seat: DemoSeat) -> Stop:
    candidate = next(iter(questions.workbench(_viewer(seat), "candidate", size=1).rows), None)
    look: tuple[Words, ...] = (
        _("两件诉求并排，共同的词标黄，下面写着系统为什么觉得像、有几分把握。"),
        _("y 并入，x 不是同题。系统只提建议，人来定；并入 30 天内能撤销。"),
    )
    url = reverse("desk:question_review", args=[candidate.pk]) if candidate else reverse("desk:questions")
    return Stop(_("合"), _("派单员定：是不是同一道题"), look, url, seat)


def _passed_on(seats: list[DemoSeat]) -> Iterator[Stop]:
    """The hottest question whose lead has signed for it, at the desk of whoever holds it."""
    dispatcher = _first(seats, "dispatcher")
    if dispatcher is None:
        return
    viewer = _viewer(dispatcher)
    for question in questions.workbench(viewer, size=10).rows:
        lead = relay.lead_of(viewer, question)
        seat = next((one for one in seats if lead and lead.is_open and one.officer_id == lead.officer_id), None)
        if lead and seat:
            look: tuple[Words, ...] = (
                _("一根棒，一个单位拿着；一格是一个工作日，红的是超期。“期限怎么算的”一天一天写着。"),
                _("牵头、协办、属地各有任务和期限；各单位的分答并排在下面。"),
            )
            yield Stop(_("交"), _("一棒接一棒：现在谁拿着"), look, reverse("desk:baton", args=[lead.pk]), seat)
            return


def _answered(seats: list[DemoSeat]) -> Iterator[Stop]:
    """What waits for a signature, at the desk of whoever signs; else their list."""
    leaders = [seat for seat in seats if seat.role.code == "unit_leader"]
    look: tuple[Words, ...] = (
        _("几个单位写的合成一份答复，右边就是诉求人看到的样子。"),
        _("签发以后每位诉求人各收到自己的一份，不能再改。"),
    )
    for seat in leaders:
        waiting = next(iter(answers.my_answers(_viewer(seat), size=1).rows), None)
        if waiting:
            yield Stop(_("答"), _("共同答复，负责人签发"), look, reverse("desk:answer", args=[waiting.pk]), seat)
            return
    if leaders:
        yield Stop(_("答"), _("共同答复，负责人签发"), look, reverse("desk:answers"), leaders[0])


def _verified(seat: DemoSeat) -> Stop:
    call = next(iter(verdicts.call_list(_viewer(seat)).rows), None)
    look: tuple[Words, ...] = (
        _("三个问题分开问：联系您了吗、解决了吗、满意吗。回访的人不能是承办单位的人。"),
        _("选“没解决”，这件就回到原来的单位再办；没有评价的不当成满意。"),
    )
    url = reverse("desk:callback", args=[call.pk]) if call else reverse("desk:callbacks")
    return Stop(_("评"), _("解决没有，诉求人说了算"), look, url, seat)


def _led(seat: DemoSeat) -> Stop:
    look: tuple[Words, ...] = (
        _("每个率都带分子分母，点开就是名单。"),
        _("点一道热点题旁边的“批示”，写一句，就成为有人跟的事。"),
    )
    return Stop(_("看"), _("领导一屏看全局"), look, reverse("board:home"), seat)
