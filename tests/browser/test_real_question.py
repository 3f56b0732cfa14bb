"""The largest question of the real messages, all the way: imported, proposed, checked in bulk, set up, dispatched, answered
together, signed, and accepted by everybody who asked. The text is read at run time from ../shared and never kept."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.harness import check, sign_in
from tests.cast import Cast
from tests.conftest import RunJobs
from tongti.accounts.models import Officer
from tongti.answers.models import Reply
from tongti.cases import actions as cases
from tongti.cases.models import Case, ImportBatch
from tongti.questions import matching
from tongti.questions.models import Membership, Question
from tongti.relay.models import Baton
from tongti.shared import links
from tongti.trail import queries as trail
from tongti.units.models import Post
from tongti.verdicts import actions as verdicts
from tongti.verdicts.models import Verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.needs_shared, pytest.mark.slow]

OTHERS = 500
PHONE = {"width": 390, "height": 844, "is_mobile": True, "has_touch": True}
DONE = "已约谈开发企业，叫停捆绑销售，要求逐户退还已收款项；房屋和车位分开签约，现场公示价格和监督电话。"


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast, with a leader of the bureau that will lead."""
    matching.forget_model()
    leader = Officer.objects.create(username="苏局长", name="苏局长", demo=True)
    Post.objects.create(officer=leader, unit=cast.units["住建局"], role="unit_leader", since=date(2020, 1, 1))
    cast.officers["苏局长"] = leader
    return cast


@pytest.fixture
def largest(people: Cast, shared_data: Path, tmp_path: Path, run_jobs: RunJobs) -> Question:
    """The candidate that the engine makes of the largest labelled question, found among some hundred other messages."""
    table, ids = subset(shared_data, tmp_path)
    batch = enter(people, table)
    assert (batch.entered, batch.failed) == (len(ids) + OTHERS, 0)
    run_jobs()
    question = Question.objects.order_by("-proposed_count")[0]
    proposed = set(question.memberships.values_list("case__source_id", flat=True))
    assert len(proposed & ids) >= 0.8 * len(ids)
    return question


def subset(folder: Path, where: Path) -> tuple[Path, set[str]]:
    """A table with all messages of the largest labelled question and OTHERS more, in the order of the original."""
    from samequestion import read_messages

    with (folder / "labels.csv").open(encoding="utf-8-sig") as labels:
        question_of = {row["id"]: row["question_id"] for row in csv.DictReader(labels)}
    sizes = Counter(question_of.values())
    wanted = {pk for pk, question in question_of.items() if question == sizes.most_common(1)[0][0]}
    others = 0
    table = where / "messages.csv"
    with table.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["留言编号", "留言用户", "留言主题", "留言时间", "留言详情"])
        for message in read_messages(folder / "messages.xlsx"):
            if message.id not in wanted:
                others += 1
                if others > OTHERS:
                    continue
            at = message.at.isoformat(sep=" ") if message.at else ""
            writer.writerow([message.id, message.asker, message.title, at, message.body])
    return table, wanted


def enter(cast: Cast, table: Path) -> ImportBatch:
    """As the import page does it; its columns are an ordinary case of the mapping."""
    by = cast.viewer("韦晓梅")
    batch = cases.upload_import(name=table.name, content=table.read_bytes(), by=by)
    assert set(batch.mapping) >= {"source_id", "name", "title", "received_at", "body"}
    cases.start_import(batch=batch, mapping=batch.mapping, source="messages", channel="import", by=by)
    return cases.run_import(batch_id=batch.pk)


def test_everybody_who_asked_accepts_one_joint_answer(
    people: Cast, largest: Question, open_page: Any, live_server: Any, run_jobs: RunJobs
) -> None:
    cast, page = people, open_page()

    def as_(name: str) -> None:
        page.context.clear_cookies()
        sign_in(page, cast.officers[name], live_server.url)

    as_("韦晓梅")
    members = check_in_bulk(page, largest)
    set_up_and_dispatch(page, cast, largest)
    run_jobs()
    largest.refresh_from_db()
    assert (largest.state, largest.case_count) == ("handling", members)

    for name, unit, words in (
        ("陆斌", "自来水公司", "核对小区开户资料，没有把车位和开户捆绑的情况。"),
        ("蒙海燕", "临江镇", "逐户联系反映人，登记已交款的户数和金额。"),
    ):
        as_(name)
        hand_in(page, baton_of(cast, unit, largest), words)
    as_("覃丽")
    compose(page, baton_of(cast, "住建局", largest))
    as_("苏局长")
    page.goto("/desk/answers/")
    page.get_by_role("link", name=largest.title[:8]).first.click()
    check(page, "sign")
    page.get_by_role("button", name="签发").click()
    page.get_by_text("每位诉求人都会收到自己的答复").wait_for()

    replies = list(Reply.objects.filter(answer__question=largest).select_related("case").order_by("pk"))
    assert {reply.case_id for reply in replies} == set(
        Membership.objects.filter(question=largest, state="active").values_list("case_id", flat=True)
    )
    assert all(reply.case.number in reply.body and "叫停捆绑销售" in reply.body for reply in replies)
    run_jobs()
    one_asker_accepts(open_page(**PHONE), replies[0])
    for n, reply in enumerate(replies[1:]):
        token = links.verdict_token(reply.answer_id, reply.case_id)
        solved = "partly" if n % 10 == 9 else "yes"
        verdicts.give(token=token, contacted=True, solved=solved, satisfied="very" if n % 4 else "fairly")
    run_jobs()
    largest.refresh_from_db()
    assert largest.state == "closed"
    assert (
        not Case.objects.filter(memberships__question=largest, memberships__state="active")
        .exclude(state="closed")
        .exists()
    )

    as_("何区长")
    page.goto("/board/")
    check(page, "board")
    solved = Verdict.objects.filter(solved="yes").count()
    page.get_by_role("link", name="解决率").first.click()
    assert f"{solved} / {len(replies)}" in page.content()
    check(page, "rate")
    assert trail.verify().holds


def check_in_bulk(page: Page, question: Question) -> int:
    """All proposals ticked page by page, 并入所选; answers how many there were."""
    page.goto("/desk/questions/?tab=candidate")
    page.get_by_role("link", name=question.title).first.click()
    check(page, "candidate")
    page.get_by_role("link", name="逐条核对").click()
    check(page, "review")
    while "/review/" in page.url:
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="并入所选").click()
        page.get_by_text(re.compile(r"已并入 \d+ 件")).first.wait_for()
    question.refresh_from_db()
    assert question.proposed_count == 0
    return question.case_count


def set_up_and_dispatch(page: Page, cast: Cast, question: Question) -> None:
    """立题 with the engine's title, then to a bureau with a helper and a township."""
    page.get_by_role("heading", name="立成一道题").wait_for()
    check(page, "set-up")
    page.get_by_role("button", name="立题").click()
    page.get_by_text("已立题").wait_for()
    question.refresh_from_db()
    page.goto(f"/desk/questions/{question.pk}/dispatch/")
    check(page, "dispatch")
    page.get_by_label("牵头单位").select_option(label="住建局")
    page.get_by_label("牵头任务").fill("核查销售行为，统一答复")
    page.get_by_label("派单理由").fill("房地产市场监管由住建局负责")
    page.get_by_label("协办单位 1").select_option(label="自来水公司")
    page.get_by_label("协办任务 1").fill("核对开户资料")
    page.get_by_label("属地单位").select_option(label="临江镇")
    page.get_by_label("属地任务").fill("联系反映人，登记交款情况")
    page.get_by_role("button", name="这样派").click()
    page.get_by_text("已派给 3 个单位").wait_for()
    check(page, "dispatched")


def baton_of(cast: Cast, unit: str, question: Question) -> Baton:
    return Baton.objects.get(unit=cast.units[unit], question=question)


def hand_in(page: Page, baton: Baton, words: str) -> None:
    """签收 and 交分答."""
    page.goto(f"/desk/batons/{baton.pk}/")
    page.get_by_role("button", name="签收").click()
    page.get_by_role("textbox", name="本单位的分答").fill(words)
    check(page, f"part-{baton.unit_id}")
    page.get_by_role("button", name="交分答").click()
    page.get_by_text("分答已交给牵头单位").wait_for()


def compose(page: Page, baton: Baton) -> None:
    """The lead signs for it and writes the joint answer beside the parts."""
    page.goto(f"/desk/batons/{baton.pk}/")
    page.get_by_role("button", name="签收").click()
    page.get_by_role("button", name="写共答").click()
    page.get_by_role("textbox", name="查明的情况").fill("经核查，开发企业在销售房屋时要求同时购买车位，情况属实。")
    page.get_by_role("textbox", name="办理结果").fill(DONE)
    page.get_by_role("textbox", name="依据").fill("《商品房销售管理办法》")
    page.get_by_label("办结方式").select_option("solved")
    page.get_by_label("联系人和电话").fill("住建局房管股 12345")
    page.get_by_label("下一步和期限").fill("3 月 31 日前完成逐户退款核对。")
    check(page, "compose")
    page.get_by_role("button", name="送负责人签发").click()
    page.get_by_text("已送本单位负责人签发").wait_for()


def one_asker_accepts(page: Page, reply: Reply) -> None:
    """She opens her one-time link on her phone, reads, and says that it is solved."""
    page.goto(f"/v/{links.verdict_token(reply.answer_id, reply.case_id)}/")
    check(page, "asked")
    page.get_by_label("联系过", exact=True).check()
    page.get_by_label("解决了", exact=True).check()
    page.get_by_label("满意", exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    page.wait_for_url("**/thanks/")
    reply.case.refresh_from_db()
    assert (reply.case.state, reply.case.closing) == ("closed", "solved")
