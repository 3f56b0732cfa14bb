"""韦晓梅 reads what the engine learned last night, sets another threshold and goes back to the shipped weights."""

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import check, sign_in
from tests.cast import Cast, make_cast
from tongti.deadlines.queries import forget_calendar
from tongti.questions import matching
from tongti.questions.actions import teaching
from tongti.questions.matching import learning
from tongti.questions.models import EngineChoice, EngineWeights
from tongti.shared import clock


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    forget_calendar()
    matching.forget_model()
    return make_cast()


def last_night() -> EngineWeights:
    """A fit on 400 decisions of people who weigh names more than the engine did."""
    rng = np.random.default_rng(3)
    same = (rng.random(400) < 0.8).astype(float)
    old = np.clip(0.55 + 0.3 * (same - 0.5) + rng.normal(0, 0.2, 400), 0.02, 0.98)
    new = np.clip(0.5 + 0.7 * (same - 0.5) + rng.normal(0, 0.12, 400), 0.02, 0.98)
    return EngineWeights.objects.create(
        name="district-1",
        base=matching.features_version(),
        weights=[1.31, 1.0, 0.94, 1.12, 1.0, 1.0, 0.97, 1.05, 1.0, 1.0],
        shift=0.12,
        decisions=400,
        confirmed=int(same.sum()),
        refused=400 - int(same.sum()),
        figures={
            "compared_with": "", "implied": 0, "questions": 61, "gain": 0.11, "noise": 0.02,
            "old": learning.figures(old, same, 0.3), "new": learning.figures(new, same, 0.3),
        },
        better=True,
        made_at=clock.now(),
    )  # fmt: skip


def test_the_dispatcher_tunes_the_engine(desk_page: Page, cast: Cast, live_server: Any) -> None:
    row = last_night()
    teaching._choose(kind=EngineChoice.Kind.WEIGHTS, weights=row, by=teaching.SYSTEM, reason="夜间学习")
    sign_in(desk_page, cast.officers["韦晓梅"], live_server.url)
    desk_page.goto("/desk/engine/")
    check(desk_page, "engine")
    expect(desk_page.get_by_role("heading", name="新旧权重，并排看")).to_be_visible()
    desk_page.get_by_label("把握到百分之几就提议").fill("200")
    desk_page.get_by_label("为什么改").fill("近来错的多")
    desk_page.get_by_role("button", name="改门槛").click()
    expect(desk_page.locator("#errors")).to_be_visible()
    assert desk_page.get_by_label("为什么改").input_value() == "近来错的多"
    check(desk_page, "engine-wrong")
    desk_page.get_by_label("把握到百分之几就提议").fill("60")
    desk_page.get_by_role("button", name="改门槛").click()
    expect(desk_page.get_by_text("把握到 60% 就提议")).to_be_visible()
    desk_page.get_by_label("随包的").check()
    desk_page.get_by_label("为什么换").fill("先看一周")
    desk_page.get_by_role("button", name="换", exact=True).click()
    expect(desk_page.get_by_text("已换成随包的权重")).to_be_visible()
    check(desk_page, "engine-back")
    assert EngineChoice.objects.order_by("-serial")[0].weights is None


def test_the_page_fits_a_phone(phone_page: Page, cast: Cast, live_server: Any) -> None:
    last_night()
    sign_in(phone_page, cast.officers["韦晓梅"], live_server.url)
    phone_page.goto("/desk/engine/")
    check(phone_page, "engine-phone")
