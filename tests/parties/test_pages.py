"""The pages of the register: the list, the file of a firm, the forms; a wrong code gets its sentence and loses nothing."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from tests.parties.firms import MANAGER, code, entered
from tongti.cases import actions as cases
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.deadlines.actions import load_samples
from tongti.parties import actions
from tongti.parties.actions import FigureDraft
from tongti.parties.models import Firm, Reveal
from tongti.parties.periods import Period
from tongti.relay import actions as relay
from tongti.shared.uploads import Upload
from tongti.trail.models import Event
from tongti.units.models import Transfer

KEY = "0d9a2b9e-6f0e-4f1a-9b6d-00000000000{}"


@pytest.fixture
def factory(cast):
    return entered(
        "云岭鑫达五金制品有限公司", credit_code=code(1), size="industry", sector="33", unit_id=cast.units["水利局"].pk,
        place_id=cast.regions["大塘村"].pk, address="工业路 1 号", people=(MANAGER,),
    )  # fmt: skip


def raised(cast, n, *, party_id=None, hide=False, **more):
    """One case of a firm, registered by the clerk and held by 水利局."""
    intake = Intake(
        key=KEY.format(n), channel="visit", kind="help", body=f"厂门口第 {n} 次停水", asker_kind="enterprise",
        asker_party_id=party_id, hide_identity=hide, **more,
    )  # fmt: skip
    case = cases.register(intake=intake, by=cast.viewer("李小英"))
    Case.objects.filter(pk=case.pk).update(units=[cast.units["水利局"].pk])
    return case


def text(answer):
    return answer.content.decode()


def test_the_list_finds_and_narrows(signed_in, factory):
    entered("大塘木业厂", kind="enterprise")
    page = signed_in("韦晓梅").get("/desk/firms/", {"q": "鑫达"})
    assert "云岭鑫达五金制品有限公司" in text(page)
    assert "大塘木业厂" not in text(page)
    assert "没有符合条件的登记对象" in text(signed_in("韦晓梅").get("/desk/firms/", {"q": "没有这家"}))
    assert "登记簿" in text(signed_in("韦晓梅").get("/desk/firms/", {"kind": "胡写", "park": "x"}))


def test_the_list_costs_the_same_however_long_it_is(signed_in, factory, django_assert_max_num_queries):
    for n in range(25):
        entered(f"作坊{n}号")
    browser = signed_in("韦晓梅")
    browser.get("/desk/firms/")
    with django_assert_max_num_queries(14):
        browser.get("/desk/firms/")


def test_a_firm_is_entered_with_its_contact(signed_in, cast):
    sent = {
        "name": "新圩米业", "kind": "enterprise", "credit_code": code(2), "size": "near", "sector": "13 农副食品加工业",
        "place": "大塘镇 大塘村", "address": "", "status": "running", "unit": "", "park": "", "version": "1",
        "contact_name": "韦建国", "contact_post": "经理", "contact_phone": "13800138000",
    }  # fmt: skip
    answer = signed_in("黄志强").post("/desk/firms/new/", sent)
    firm = Firm.objects.get()
    assert answer.headers["Location"] == f"/desk/firms/{firm.pk}/"
    assert (firm.sector, firm.place.name, firm.unit.short_name) == ("13", "大塘村", "水利局")
    assert "韦**" in text(signed_in("黄志强").get(f"/desk/firms/{firm.pk}/"))


def test_what_looks_like_a_known_firm_is_shown_before_it_is_entered_again(signed_in, cast, factory):
    sent = {"name": "云岭区鑫达五金制品有限责任公司", "kind": "enterprise", "status": "running", "version": "1"}
    sent |= {"place": "大塘镇 大塘村", "contact_name": "", "address": "新的地址"}
    asked = signed_in("韦晓梅").post("/desk/firms/new/", sent)
    assert asked.status_code == 422
    assert factory.name in text(asked)
    assert f"/desk/firms/{factory.pk}/" in text(asked)
    assert "新的地址" in text(asked)
    assert Firm.objects.count() == 1
    # a unit that may not see it reads the name, which is public, and gets no link
    elsewhere = signed_in("农志明").post("/desk/firms/new/", sent)
    assert factory.name in text(elsewhere)
    assert f"/desk/firms/{factory.pk}/" not in text(elsewhere)
    assert signed_in("韦晓梅").post("/desk/firms/new/", sent | {"sure": "1"}).status_code == 302
    assert Firm.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("credit_code", "123", "现在是 3 位"),
        ("credit_code", code(1), "已经登记过：云岭鑫达五金制品有限公司"),
        ("sector", "餐馆", "没有“餐馆”这个行业"),
        ("contact_phone", "12", "这个电话号码不对"),
        ("name", "", "请填写“名称”"),
        ("place", "火星", "没有“火星”这个地点"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(signed_in, factory, field, typed, sentence):
    sent = {"name": "新圩米业", "kind": "enterprise", "status": "running", "version": "1", "contact_name": "韦建国"}
    answer = signed_in("韦晓梅").post("/desk/firms/new/", sent | {field: typed})
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "韦建国" in text(answer)
    assert Firm.objects.count() == 1


def test_a_change_is_lost_to_nobody(signed_in, cast, factory):
    url = f"/desk/firms/{factory.pk}/edit/"
    page = signed_in("黄志强").get(url)
    assert code(1) in text(page)
    sent = {"name": factory.name, "kind": "enterprise", "credit_code": code(1), "status": "stopped", "version": "1"}
    assert signed_in("黄志强").post(url, sent | {"unit": factory.unit_id}).status_code == 302
    late = signed_in("韦晓梅").post(url, sent | {"status": "closed"})
    assert late.status_code == 409
    assert "刚刚被别人改过" in text(late)
    factory.refresh_from_db()
    assert (factory.status, factory.version) == ("stopped", 2)
    assert signed_in("李小英").get(url).status_code == 404


def test_contacts_open_with_a_reason(signed_in, factory):
    url = f"/desk/firms/{factory.pk}/"
    browser = signed_in("黄志强")
    assert "138****8000" in text(browser.get(url))
    short = browser.post(f"{url}reveal/", {"reason": "看"})
    assert short.status_code == 422
    assert Reveal.objects.count() == 0
    browser.post(f"{url}reveal/", {"reason": "约走访时间"})
    assert "13800138000" in text(browser.get(url))
    assert "13800138000" not in text(signed_in("韦晓梅").get(url))


def test_figures_are_entered_and_shown_with_their_change(signed_in, factory, cast):
    actions.enter_figure(
        firm=factory,
        draft=FigureDraft("output", Period(date(2026, 2, 1), "month"), "1000", "firm"),
        by=cast.viewer("黄志强"),
    )
    url = f"/desk/firms/{factory.pk}/figures/"
    wrong = signed_in("黄志强").post(url, {"measure": "output", "period": "三月", "value": "9", "source": "firm"})
    assert wrong.status_code == 422
    assert "请写成 2026-03" in text(wrong)
    sent = {"measure": "output", "period": "2026-03", "value": "1100", "source": "statistics"}
    assert signed_in("黄志强").post(url, sent).status_code == 302
    page = text(signed_in("何区长").get(f"/desk/firms/{factory.pk}/"))
    assert "+100（+10.0%）" in page
    assert "统计部门" in page
    assert signed_in("何区长").post(url, sent).status_code == 404


def test_the_file_shows_the_difficulties_but_not_who_asked_to_be_hidden(signed_in, cast, factory):
    mine = raised(cast, 1, party_id=factory.pk)
    called = raised(cast, 2, asker_name="鑫达五金", phone="13900139000", credit_code=code(1))
    hidden = raised(cast, 3, party_id=factory.pk, hide=True)
    assert mine.party_id == factory.pk
    assert called.party_id != factory.pk
    url = f"/desk/firms/{factory.pk}/"
    handler = text(signed_in("黄志强").get(url))
    assert (mine.number in handler, called.number in handler, hidden.number in handler) == (True, True, False)
    dispatcher = text(signed_in("韦晓梅").get(url))
    assert hidden.number in dispatcher
    leader = text(signed_in("何区长").get(url))
    assert (mine.number in leader, hidden.number in leader) == (True, False)


def test_the_file_costs_the_same_however_much_stands_in_it(signed_in, cast, factory, django_assert_max_num_queries):
    for n in range(1, 8):
        raised(cast, n, party_id=factory.pk)
    browser = signed_in("韦晓梅")
    browser.get(f"/desk/firms/{factory.pk}/")
    with django_assert_max_num_queries(27):
        browser.get(f"/desk/firms/{factory.pk}/")


def test_the_export_leaves_the_house_on_the_trail_and_without_people(signed_in, factory):
    assert signed_in("黄志强").post("/desk/firms/export/").status_code == 404
    answer = signed_in("何区长").post("/desk/firms/export/", {"q": "鑫达"})
    content = b"".join(answer.streaming_content)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows[1][1:4] == ["云岭鑫达五金制品有限公司", "企业", code(1)]
    assert "韦建国" not in str(rows)
    assert "13800138000" not in str(rows)
    taken = Transfer.objects.get()
    assert (taken.kind, taken.rows) == ("firms", 1)
    assert Event.objects.get(object_kind="units.transfer").facts == {"kind": "firms", "rows": 1}


def test_a_shop_with_a_persons_name_is_changed_only_by_who_gave_a_reason(signed_in, cast):
    shop = entered("蒙桂兰", kind="shop", name_personal=True)
    browser = signed_in("韦晓梅")
    assert browser.get(f"/desk/firms/{shop.pk}/edit/").status_code == 302
    browser.post(f"/desk/firms/{shop.pk}/reveal/", {"reason": "更正登记信息"})
    assert "蒙桂兰" in text(browser.get(f"/desk/firms/{shop.pk}/edit/"))


def test_the_file_shows_the_promises_that_touch_its_difficulties(signed_in, cast, story, on_friday, factory):
    load_samples()
    made = [story.call(f"厂门口第 {n} 次停水", asker_kind="enterprise", asker_party_id=factory.pk) for n in (1, 2)]
    question = story.question_of([*made, story.call()])
    story.dispatch(question)
    baton = story.accept("水利局", "黄志强")
    promise = relay.ask_promise(
        baton=baton,
        evidence=[Upload("检测委托书.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")],
        obstacle="testing",
        words="要做水质和管壁检测",
        promise_on=date(2026, 7, 1),
        steps=[("更换主管", date(2026, 6, 30))],
        by=cast.viewer("黄志强"),
    )
    relay.decide_promise(promise=promise, approve=True, note="情况属实", by=cast.viewer("韦晓梅"))
    for name in ("黄志强", "韦晓梅", "何区长"):
        assert "水利局承诺 2026-07-01 前办好" in text(signed_in(name).get(f"/desk/firms/{factory.pk}/")), name
    # a clerk takes calls; the ledger of promises is not hers
    assert "2026-07-01" not in text(signed_in("李小英").get(f"/desk/firms/{factory.pk}/"))
