"""走访 in a browser: the notebook without signal, killed and resumed, sent once; whose drafts open; two who wrote; pages online."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.servers.basehttp import WSGIRequestHandler
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import harness
from tests.browser.harness import REPORT_VIOLATIONS, check, sign_in
from tests.chromium import QUIET
from tests.visits.stories import Outing, make_outing
from tongti.cases.models import Case
from tongti.parties import actions as parties
from tongti.parties.actions import FirmDraft
from tongti.questions.models import Question
from tongti.shared import clock
from tongti.visits.models import Assignment, Campaign, Delivery, Finding, Visit, VisitPhoto
from tongti.web.field import offline

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 360, "height": 740}


@dataclass
class Site:
    """A server that can be taken away and put back at the same address."""

    port: int
    server: LiveServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = LiveServer(f"127.0.0.1:{self.port}")

    def stop(self) -> None:
        if self.server is not None:
            self.server.stop()
            self.server = None


@dataclass
class Phone:
    """A browser with a profile of its own on disk, so that it can be killed and started again."""

    browser: Browser
    folder: Path
    site: Site
    faults: list[str] = field(default_factory=list)
    context: BrowserContext | None = None

    def start(self, *, signal_: bool = True) -> Page:
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.context = self.browser.browser_type.launch_persistent_context(
            self.folder,
            executable_path=harness.chromium_program(),
            args=[*QUIET, *root],
            viewport=PHONE,
            is_mobile=True,
            has_touch=True,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            base_url=self.site.url,
        )
        self.context.set_default_timeout(20_000)
        self.context.add_init_script(REPORT_VIOLATIONS)
        self.context.set_offline(not signal_)
        page = self.context.pages[0]
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("console", lambda said: self.faults.append(said.text) if "CSP:" in said.text else None)
        return page

    def kill(self) -> None:
        """As a phone does that needs its memory: no farewell."""
        wanted = f"--user-data-dir={self.folder}"
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if wanted in words and not any(word.startswith("--type=") for word in words):
                os.kill(process.pid, signal.SIGKILL)
        assert self.context is not None
        for _ in range(100):
            if not any(wanted in (p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])):
                break
            time.sleep(0.1)
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None


def _server(thread: LiveServerThread, connections_override: Any = None) -> Any:
    return thread.server_class(
        (thread.host, thread.port),
        QuietWSGIRequestHandler,
        allow_reuse_address=True,
        connections_override=connections_override,
    )


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    # without connections that outlive it: stopped is stopped, and its port is free again at once
    monkeypatch.setattr(WSGIRequestHandler, "protocol_version", "HTTP/1.0")
    monkeypatch.setattr(LiveServerThread, "_create_server", _server)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = Site(port)
    site.start()
    yield site
    site.stop()


@pytest.fixture
def phone(browser: Browser, site: Site, tmp_path: Path) -> Iterator[Phone]:
    phone = Phone(browser, tmp_path / "profile", site)
    yield phone
    phone.close()
    assert phone.faults == []


@pytest.fixture
def outing(cast: Any) -> Outing:
    """The campaign of tests/visits, around today: a browser has a clock of its own."""
    outing = make_outing(cast)
    today = clock.today()
    Campaign.objects.update(starts_on=today - timedelta(days=30), ends_on=today + timedelta(days=60))
    Assignment.objects.update(visit_by=today + timedelta(days=30))
    outing.campaign.refresh_from_db()
    return outing


def picture(folder: Path) -> Path:
    """A photo with what a camera writes into it."""
    path, exif = folder / "厂门.jpg", Image.Exif()
    exif[0x010F], exif[0x0110] = "相机厂", "型号"
    Image.new("RGB", (640, 480), (90, 140, 90)).save(path, "JPEG", exif=exif)
    return path


def in_cache(page: Page) -> str:
    """Every text that lies in Cache Storage."""
    return str(
        page.evaluate(
            """async () => { let all = ''; for (const name of await caches.keys()) { const cache = await caches.open(name);
            for (const request of await cache.keys()) all += request.url + ' ' + await (await cache.match(request)).text(); } return all; }"""
        )
    )


def in_book(page: Page) -> str:
    """What lies in the notebook's database, byte by byte, as far as bytes are text; and the key, as far as it can be taken out."""
    return str(
        page.evaluate(
            """async () => { const open = name => new Promise(r => { const a = indexedDB.open(name); a.onsuccess = () => r(a.result); });
            const rows = (db, store) => new Promise(r => { const a = db.transaction(store).objectStore(store).getAll(); a.onsuccess = () => r(a.result); });
            const book = await open('tongti-field-book'), keys = await open('tongti-field-key'); let all = '';
            for (const row of await rows(book, 'sealed')) all += row.id + new TextDecoder().decode(row.data);
            const key = (await rows(keys, 'key'))[0].key; book.close(); keys.close();
            all += await crypto.subtle.exportKey('raw', key).then(() => 'key was exported', () => 'key stays inside'); return all; }"""
        )
    )


def finding(page: Page, n: int) -> Any:
    return page.locator(".finding").nth(n)


def test_a_visit_without_signal_killed_and_resumed_arrives_once(outing, phone, site, tmp_path, monkeypatch):
    Question.objects.create(
        number="T1",
        title="工业园路面",
        public_title="工业园路面坑洼货车难行",
        state="handling",
        created_at=clock.now(),
        cleared_at=clock.now(),
    )
    outing.plan(clock.today())
    tan = outing.cast.officers["谭小勇"]

    # in the morning, with signal: the list comes onto the phone
    page = phone.start()
    sign_in(page, tan, site.url)
    page.goto("/field/app/")
    page.get_by_text("云岭区红豆糖业有限公司").first.wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("caches.keys().then(names => names.length > 0)")
    check(page, "notebook")

    # at the firm there is none: the shell still opens, the list is there
    phone.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="开始走访").click()
    page.get_by_label("走访记录").fill("见了厂长，榨季订单足。")
    page.get_by_role("button", name="记一个难题").click()
    one = finding(page, 0)
    one.get_by_label("企业的原话").fill("工业园路面坑洼，大货车进不来，原料要转运两次")
    one.get_by_text("离线猜测").wait_for()
    one.get_by_label("共性（别家也有）").check()
    one.get_by_label("工业园路面坑洼货车难行").check()
    page.get_by_role("button", name="记一个难题").click()
    two = finding(page, 1)
    two.get_by_label("企业的原话").fill("招不到熟练的榨糖工")
    two.get_by_label("A 立行立改").check()
    page.locator("#photos").set_input_files(picture(tmp_path))
    page.get_by_text("厂门.jpg").wait_for()
    page.wait_for_timeout(600)
    check(page, "writing")

    # the phone needs its memory: everything is gone but what was sealed
    phone.kill()
    page = phone.start(signal_=False)
    page.goto("/field/app/")
    expect(page.locator("#queue-rows li")).to_have_attribute("data-state", "draft")
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_label("走访记录")).to_have_value("见了厂长，榨季订单足。")
    expect(finding(page, 1).get_by_label("企业的原话")).to_have_value("招不到熟练的榨糖工")
    page.get_by_text("厂门.jpg").wait_for()
    page.get_by_role("button", name="保存走访").click()
    page.get_by_text("立行立改的，请写哪天办结").wait_for()
    finding(page, 1).get_by_label("哪天办结").fill((clock.today() + timedelta(days=9)).isoformat())
    page.get_by_role("button", name="保存走访").click()
    state = page.locator("#queue-rows li")
    expect(state).to_have_attribute("data-state", "waiting")
    check(page, "waiting")
    assert (Visit.objects.get().state, Finding.objects.count()) == ("planned", 0)
    told = in_cache(page) + in_book(page)
    for word in ("红豆糖业", "13900001111", "榨季", "谭小勇"):
        assert word not in told
    assert "key stays inside" in told

    # signal is back, the server is not; and when it is, its first answer gets lost after the visit was taken
    site.stop()
    sign_in(page, tan, site.url)  # a killed browser may not have written its cookie to disk
    phone.context.set_offline(False)
    page.wait_for_timeout(500)
    expect(state).to_have_attribute("data-state", "waiting")
    real, answers = offline.actions.save_visit, []

    def losing(**facts: Any) -> Any:
        saved = real(**facts)
        answers.append(saved.again)
        if len(answers) == 1:
            raise ConnectionResetError
        return saved

    monkeypatch.setattr(offline.actions, "save_visit", losing)
    site.start()
    for _ in range(3):
        page.get_by_role("button", name="现在发").click()
        page.wait_for_timeout(700)
    expect(state).to_have_attribute("data-state", "sent")
    assert answers == [False, True]
    check(page, "sent")
    visit = Visit.objects.get()
    assert (visit.state, visit.note, Delivery.objects.count()) == ("done", "见了厂长，榨季订单足。", 1)
    assert (Finding.objects.count(), Case.objects.filter(channel="visit", party=outing.sugar).count()) == (2, 2)
    assert VisitPhoto.objects.count() == 1
    for number in Case.objects.values_list("number", flat=True):
        page.get_by_text(number).wait_for()
    page.goto(f"/field/visits/{visit.pk}/")
    page.get_by_text("已登记为诉求").first.wait_for()
    check(page, "visit")


def test_drafts_open_only_for_who_wrote_them_and_two_who_wrote_choose(outing, phone, site):
    visit = outing.plan(clock.today())
    page = phone.start()

    def as_(name: str) -> None:
        phone.context.clear_cookies()
        sign_in(page, outing.cast.officers[name], site.url)
        page.goto("/field/app/")
        page.get_by_role("heading", name="今天的走访").wait_for()

    as_("谭小勇")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.get_by_role("button", name="开始走访").click()
    page.get_by_label("走访记录").fill("厂长说水费高")
    page.wait_for_timeout(600)
    page.get_by_role("button", name="回到列表").first.click()
    page.get_by_role("button", name="退出").click()
    page.get_by_text("封存着 1 份走访").wait_for()
    check(page, "locked")
    phone.context.set_offline(True)
    page.reload()
    page.get_by_text("封存着 1 份走访").wait_for()
    phone.context.set_offline(False)

    as_("卢芳")
    assert page.locator("#queue-rows li").count() == 0
    page.get_by_text("云岭区临江包装厂").first.wait_for()

    # meanwhile the office wrote on the same visit
    outing.save(outing.sent(visit, note="厂长说电费高", facts="在建二期"), by="邓主任")
    as_("谭小勇")
    page.get_by_role("button", name="打开").click()
    page.get_by_role("button", name="保存走访").click()
    page.get_by_role("button", name="逐处选").click()
    page.locator(".said", has_text="厂长说电费高").wait_for()
    check(page, "clash")
    page.get_by_role("button", name="照选的发").click()
    page.get_by_text("还没有选").wait_for()
    page.get_by_label("用我写的").check()
    page.get_by_role("button", name="照选的发").click()
    expect(page.locator("#queue-rows li")).to_have_attribute("data-state", "sent")
    visit.refresh_from_db()
    assert (visit.note, visit.facts) == ("厂长说水费高", "在建二期")


@pytest.mark.parametrize("width", [360, 1366])
def test_the_pages_online(outing, open_page, live_server, width):
    page = open_page(width=width, height=768)
    visit = outing.plan(clock.today())
    outing.finding()

    def as_(name: str, path: str, label: str) -> None:
        page.context.clear_cookies()
        sign_in(page, outing.cast.officers[name], live_server.url)
        page.goto(path)
        check(page, label)

    as_("谭小勇", "/field/", "today")
    as_("谭小勇", f"/field/firms/{outing.sugar.pk}/", "firm")
    as_("谭小勇", f"/field/firms/{outing.sugar.pk}/times/", "times")
    as_("谭小勇", f"/field/visits/{visit.pk}/finding/", "finding")
    page.get_by_label("企业的原话").fill("电价太高")
    page.get_by_label("C 提级协调").check()
    page.get_by_role("button", name="登记为诉求").click()
    page.get_by_text("请写要协调的具体事项").first.wait_for()
    check(page, "finding-wrong")
    page.get_by_label("D 解释说明").check()
    page.get_by_label("怎么解释的").fill("电价由国家定，可以申请峰谷电价。")
    page.get_by_label("企业听了怎么说").fill("愿意试试。")
    page.get_by_role("button", name="登记为诉求").click()
    page.wait_for_url(f"**/field/visits/{visit.pk}/")
    check(page, "visit")
    as_("邓主任", "/desk/campaigns/", "campaigns")
    as_("邓主任", f"/desk/campaigns/{outing.campaign.pk}/", "campaign")
    as_("邓主任", f"/desk/campaigns/{outing.campaign.pk}/edit/", "campaign-edit")
    as_("邓主任", f"/desk/campaigns/{outing.campaign.pk}/goals/", "goals")
    for name in ("云岭区甘蔗机械厂", "云岭区荔枝合作社"):
        parties.enter_firm(draft=FirmDraft(name=name), by=outing.viewer("邓主任"))
    as_("邓主任", f"/desk/campaigns/{outing.campaign.pk}/assign/", "assign")
    page.get_by_label("云岭区荔枝合作社").check()
    page.get_by_label("走访员").select_option(label="卢芳")
    page.get_by_role("button", name="安排给这位走访员").click()
    page.get_by_text("已安排 1 家").wait_for()
    as_("邓主任", "/desk/visits/", "visits")
