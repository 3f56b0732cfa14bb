"""The administrator's pages: every one opens, wrong input gets a sentence and keeps what was typed, a change is made once."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tongti.accounts import actions as accounts
from tongti.accounts.models import Officer
from tongti.deadlines import actions as deadlines
from tongti.deadlines.models import Regime, SpecialDay
from tongti.trail.models import Event
from tongti.units import transfer
from tongti.units.models import Category, Duty, Post, Template, Unit
from tongti.units.transfer import sheets


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    client.force_login(cast.officers["赵工"])
    deadlines.load_samples()
    return client


def _url(name: str, *args: Any) -> str:
    return reverse(f"desk:{name}", args=args)


def test_every_page_opens(admin: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    unit, officer = cast.units["水利局"].pk, cast.officers["黄志强"].pk
    post = Post.objects.get(officer=officer).pk
    regime = Regime.objects.get(code="ordinary").pk
    pages = [
        _url("units"), _url("units") + "?q=水利", _url("unit_new"), _url("unit", unit), _url("officers"), _url("officer_new"),
        _url("roles"), _url("officer", officer), _url("officer_post_end", officer, post), _url("categories"),
        _url("categories") + "?q=供水", _url("category_new"), _url("category", cast.categories["供水"].pk), _url("duties"),
        _url("duties") + "?q=停水", _url("duty_new"), _url("duty", cast.duties["供水"].pk), _url("regimes"),
        _url("regimes") + "?samples=1", _url("regime", regime), _url("regime_edit", regime), _url("regime_new"),
        _url("regime_new") + f"?from={regime}", _url("calendar"), _url("calendar") + "?year=2026", _url("texts"),
        _url("text", "site.help"), *[_url("catalogue_import", kind) for kind in transfer.KINDS],
    ]  # fmt: skip
    for page in pages:
        with django_assert_max_num_queries(20):
            assert admin.get(page).status_code == 200, page


def test_a_unit_is_added_and_a_wrong_one_keeps_what_was_typed(admin: Client, cast: Cast) -> None:
    typed = {
        "code": "JTJ",
        "name": "云岭区交通运输局",
        "short_name": "水利局",
        "kind": "bureau",
        "region": cast.regions["云岭区"].pk,
        "parent": cast.units["区政府"].pk,
        "phone": "",
    }
    refused = admin.post(_url("unit_new"), typed)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "已经有单位叫“水利局”" in page
    assert 'value="云岭区交通运输局"' in page
    assert admin.post(_url("unit_new"), typed | {"short_name": "交通局"}).status_code == 302
    assert Unit.objects.get(code="JTJ").parent == cast.units["区政府"]


def test_a_unit_is_moved_switched_and_refused(admin: Client, cast: Cast) -> None:
    unit = cast.units["供电局"]
    typed = {"name": unit.name, "short_name": "电力公司", "kind": "company", "region": unit.region_id, "phone": ""}
    assert admin.post(_url("unit", unit.pk), typed | {"parent": cast.units["住建局"].pk}).status_code == 302
    unit.refresh_from_db()
    assert (unit.short_name, unit.parent, unit.code) == ("电力公司", cast.units["住建局"], "U05")
    own = admin.post(_url("unit", unit.pk), typed | {"parent": unit.pk})
    assert own.status_code == 422
    assert "不能是它自己或它的下级" in own.content.decode()
    page = admin.post(_url("unit_switch", cast.units["水利局"].pk), {"to": "off"}, follow=True).content.decode()
    assert "职责清单里还有 1 个事项" in page
    admin.post(_url("unit_switch", unit.pk), {"to": "off"})
    unit.refresh_from_db()
    assert not unit.active


def test_the_first_password_is_shown_once(admin: Client, cast: Cast) -> None:
    typed = {
        "username": "nongli",
        "name": "农丽",
        "phone": "",
        "unit": cast.units["住建局"].pk,
        "role": "handler",
        "title": "",
    }
    answer = admin.post(_url("officer_new"), typed)
    officer = Officer.objects.get(username="nongli")
    assert answer.url == _url("officer", officer.pk)
    first = admin.get(answer.url)
    assert "no-store" in first.headers["Cache-Control"]
    password = first.content.decode().split('id="one-time-password">')[1].split("<")[0]
    assert accounts.sign_in(username="nongli", password=password).must_change_password
    assert password not in str(admin.session.items())
    assert "一次性密码" not in admin.get(answer.url).content.decode()


def test_clashing_roles_are_refused_beside_the_field(admin: Client, cast: Cast) -> None:
    officer = cast.officers["覃红"]
    typed = {"post-unit": cast.units["水利局"].pk, "post-role": "handler", "post-title": "科员"}
    refused = admin.post(_url("officer_post", officer.pk), typed)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "要由不同的人担任" in page
    assert 'value="科员"' in page
    post = Post.objects.get(officer=officer)
    assert admin.post(_url("officer_post_end", officer.pk, post.pk), {"until": "2020-01-01"}).status_code == 302
    assert admin.post(_url("officer_post", officer.pk), typed).status_code == 302
    other = admin.post(_url("officer_post_end", cast.officers["覃丽"].pk, post.pk), {"until": "2020-01-01"})
    assert other.status_code == 404, "a post is reached through its own officer only"


def test_officers_are_found_by_post(admin: Client, cast: Cast) -> None:
    page = admin.post(_url("officers"), {"q": "黄志", "unit": "", "role": ""}).content.decode()
    assert "黄志强" in page
    assert "陆局长" not in page
    page = admin.post(_url("officers"), {"q": "", "unit": cast.units["督查室"].pk, "role": "auditor"}).content.decode()
    assert "周审" in page
    assert "莫刚" not in page


def test_an_account_is_changed_reset_and_switched_off(admin: Client, cast: Cast) -> None:
    li = cast.officers["覃丽"]
    refused = admin.post(_url("officer", li.pk), {"username": "黄志强", "name": "覃丽", "phone": ""})
    assert refused.status_code == 422
    assert "已经有人用了" in refused.content.decode()
    assert "<h1>覃丽</h1>" in refused.content.decode()
    admin.post(_url("officer", li.pk), {"username": "qinli", "name": "覃丽", "phone": "5550101"})
    admin.post(_url("officer_password", li.pk))
    admin.post(_url("officer_switch", li.pk), {"to": "off"})
    li.refresh_from_db()
    assert (li.username, li.phone, li.is_active, li.must_change_password) == ("qinli", "5550101", False, True)
    own = admin.post(_url("officer_switch", cast.officers["赵工"].pk), {"to": "off"}, follow=True)
    assert "不能停用自己的账号" in own.content.decode()


def test_categories_are_added_renamed_and_switched(admin: Client, cast: Cast) -> None:
    second = Category.objects.get(code="0101")
    assert admin.post(_url("category_new"), {"parent": second.pk, "name": "供热"}).status_code == 302
    assert Category.objects.get(code="010103").full_name == "城乡建设/市政公用/供热"
    wrong = admin.post(_url("category_new"), {"parent": second.pk, "name": "供/热"})
    assert (wrong.status_code, "不能有“/”" in wrong.content.decode()) == (422, True)
    admin.post(_url("category", second.pk), {"name": "公用事业"})
    assert Category.objects.get(code="010101").full_name == "城乡建设/公用事业/供水"
    admin.post(_url("category_switch", second.pk), {"to": "off"})
    assert not Category.objects.get(code="010101").active
    said = admin.post(_url("category_switch", cast.categories["供水"].pk), {"to": "on"}, follow=True).content.decode()
    assert "请先启用它" in said


def test_a_duty_is_added_and_changed(admin: Client, cast: Cast) -> None:
    typed = {
        "code": "D002", "matter": "路灯不亮", "category": "", "lead": cast.units["住建局"].pk,
        "helpers": [cast.units["住建局"].pk], "keywords": "路灯", "basis": "《城市道路照明设施管理规定》", "valid_from": "", "valid_to": "",
    }  # fmt: skip
    wrong = admin.post(_url("duty_new"), typed)
    assert (wrong.status_code, "牵头单位不用再写成协办单位" in wrong.content.decode()) == (422, True)
    assert admin.post(_url("duty_new"), typed | {"helpers": [cast.units["供电局"].pk]}).status_code == 302
    duty = Duty.objects.get(code="D002")
    assert admin.post(_url("duty", duty.pk), typed | {"helpers": [], "valid_to": "2026-12-31"}).status_code == 302
    duty.refresh_from_db()
    assert (duty.helpers.count(), str(duty.valid_to)) == (0, "2026-12-31")


def _regime_typed(admin: Client, regime: Regime) -> dict[str, Any]:
    form = admin.get(_url("regime_edit", regime.pk)).context["form"]
    return {name: value for name in form.fields if (value := form[name].value()) is not None and value is not False}


def test_changing_a_regime_publishes_the_next_version(admin: Client, cast: Cast) -> None:
    regime = Regime.objects.get(code="ordinary")
    typed = _regime_typed(admin, regime)
    same = admin.post(_url("regime_edit", regime.pk), typed)
    assert (same.status_code, "完全一样" in same.content.decode()) == (422, True)
    wrong = admin.post(_url("regime_edit", regime.pk), typed | {"amount_helper": "9"})
    assert (wrong.status_code, "早于牵头" in wrong.content.decode()) == (422, True)
    assert admin.post(_url("regime_edit", regime.pk), typed | {"amount_handle": "6"}).status_code == 302
    newest = Regime.objects.get(code="ordinary", valid_to=None)
    assert (newest.version, newest.clocks.get(code="handle").amount) == (2, 6)
    copied = typed | {"code": "ordinary", "name": "另一条"}
    taken = admin.post(_url("regime_new"), copied)
    assert (taken.status_code, "已经有规则用了" in taken.content.decode()) == (422, True)
    assert admin.post(_url("regime_new"), copied | {"code": "local"}).status_code == 302
    assert admin.post(_url("regime_withdraw", newest.pk)).status_code == 302
    assert not Regime.objects.filter(code="ordinary", valid_to=None).exists()


def test_special_days_come_and_go(admin: Client, cast: Cast) -> None:
    typed = {"day": "2026-09-10", "state": "off", "name": "台风停工", "source": "区政府通知"}
    assert admin.post(_url("calendar"), typed).status_code == 302
    again = admin.post(_url("calendar"), typed | {"name": "别的"})
    assert (again.status_code, "已经登记为“台风停工”" in again.content.decode()) == (422, True)
    far = admin.post(_url("calendar"), typed | {"day": "1990-01-01"})
    assert (far.status_code, "超出了日历范围" in far.content.decode()) == (422, True)
    assert admin.post(_url("special_day_remove", SpecialDay.objects.get().pk)).status_code == 302
    assert not SpecialDay.objects.exists()


def test_a_text_is_looked_at_then_published(admin: Client, cast: Cast) -> None:
    url = _url("text", "site.home_lead")
    looked = admin.post(url, {"body": "## 说吧\n\n{district}的乡亲", "version": "0", "look": "1"}).content.decode()
    assert "<h2>说吧</h2>" in looked
    assert "还没有发布" in looked
    assert not Template.objects.exists()
    wrong = admin.post(url, {"body": "{phone}", "version": "0"})
    assert wrong.status_code == 422
    assert "可用的有：{district}、{owner}" in wrong.content.decode()
    assert admin.post(url, {"body": "第一版", "version": "0"}).status_code == 302
    stale = admin.post(url, {"body": "另一版", "version": "0"})
    assert "刚刚已被别人处理" in stale.content.decode()
    assert "另一版" in stale.content.decode()
    assert admin.get("/desk/admin/texts/no.such/").status_code == 404


def test_a_file_is_checked_then_imported(admin: Client, cast: Cast) -> None:
    url = _url("catalogue_import", "duties")
    head = ["编号", "事项", "牵头单位代码", "协办单位代码", "依据"]
    wrong = sheets.write("x", head, [["D009", "路灯", "U99", "", "规定"]])
    answer = admin.post(url, {"file": SimpleUploadedFile("d.xlsx", wrong)})
    assert answer.status_code == 422
    assert "没有代码为“U99”的单位" in answer.content.decode()
    assert 'name="kept"' not in answer.content.decode()
    right = sheets.write("x", head, [["D009", "路灯", "U03", "", "规定"]])
    answer = admin.post(url, {"file": SimpleUploadedFile("d.xlsx", right)})
    kept = answer.context["plan"].kept
    assert admin.post(url, {"kept": kept}).status_code == 302
    assert Duty.objects.filter(code="D009").exists()
    assert Event.objects.filter(verb="catalogue.imported").count() == 1
    broken = admin.post(url, {"file": SimpleUploadedFile("d.xlsx", b"nothing")})
    assert (broken.status_code, "读不出这个文件" in broken.content.decode()) == (422, True)
    assert admin.post(url, {"kept": "forged"}, follow=True).status_code == 200
    assert admin.get(_url("catalogue_import", "nothing")).status_code == 404


def test_a_file_goes_out_by_post_only(admin: Client, cast: Cast) -> None:
    url = _url("catalogue_export", "units")
    assert admin.get(url).status_code == 405
    answer = admin.post(url)
    assert "units-" in answer.headers["Content-Disposition"]
    assert BytesIO(answer.content).read(2) == b"PK"


def test_the_auditor_reads_and_takes_out(cast: Cast, client: Client) -> None:
    client.force_login(cast.officers["周审"])
    page = client.get(_url("audit"), {"kind": "settings", "since": "2026-01-01"})
    assert page.status_code == 200
    wrong = client.get(_url("audit"), {"since": "2026-02-01", "until": "2026-01-01"})
    assert (wrong.status_code, "不能早于" in wrong.content.decode()) == (422, True)
    assert client.post(_url("audit_export"), {"kind": "", "officer": ""}).content[:2] == b"PK"
    assert client.get(_url("units")).status_code == 404
