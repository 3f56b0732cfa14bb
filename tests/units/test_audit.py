"""周审 sees who did what, and not a word of any case."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from tests.cast import Cast
from tongti.accounts import actions as accounts
from tongti.shared import clock
from tongti.shared.errors import NotVisible
from tongti.trail.models import Event
from tongti.units import actions, audit
from tongti.units.audit import Filter


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Three days of work: a post, a password, a wrong sign-in."""
    admin = cast.viewer("赵工")
    now = clock.now()
    with time_machine.travel(now - timedelta(days=2), tick=False):
        actions.make_fallback(unit=cast.units["督查室"], by=admin)
    with time_machine.travel(now - timedelta(days=1), tick=False):
        actions.reset_password(officer=cast.officers["覃丽"], by=admin)
    with pytest.raises(accounts.SignInRefused):
        accounts.sign_in(username="覃丽", password="wrong")
    return cast


def _words(cast: Cast, **asked: Any) -> list[str]:
    return [entry.words for entry in audit.events(cast.viewer("周审"), Filter(**asked))[1]]


def test_newest_first_and_narrowed(busy: Cast, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(4):
        assert _words(busy) == ["登录失败", "重置密码", "改设兜底单位"]
    assert _words(busy, kind="sign_ins") == ["登录失败", "重置密码"]
    assert _words(busy, kind="settings") == ["重置密码", "改设兜底单位"]
    assert _words(busy, officer_id=busy.officers["赵工"].pk) == ["重置密码", "改设兜底单位"]
    yesterday = clock.today() - timedelta(days=1)
    assert _words(busy, since=yesterday, until=yesterday) == ["重置密码"]
    assert _words(busy, until=yesterday) == ["重置密码", "改设兜底单位"]
    assert _words(busy, since=clock.today() + timedelta(days=1)) == []


def test_who_and_where(busy: Cast) -> None:
    entries = audit.events(busy.viewer("周审"), Filter(kind="settings"))[1]
    assert [(entry.who, entry.unit) for entry in entries] == [("赵工", "热线办")] * 2
    assert entries[0].about == f"账号 #{busy.officers['覃丽'].pk}"


@pytest.mark.parametrize("name", ["赵工", "何区长", "韦晓梅"])
def test_nobody_else_reads_the_trail(busy: Cast, name: str) -> None:
    with pytest.raises(NotVisible):
        audit.events(busy.viewer(name), Filter())
    with pytest.raises(NotVisible):
        audit.export(asked=Filter(), by=busy.viewer(name))


def test_taking_the_audit_out_is_itself_on_the_trail(busy: Cast) -> None:
    name, content, cut = audit.export(asked=Filter(kind="settings"), by=busy.viewer("周审"))
    assert name.endswith(".xlsx")
    assert content[:2] == b"PK"
    assert not cut
    event = Event.objects.get(verb="audit.exported")
    assert event.facts == {"kind": "settings", "officer": None, "rows": 2}
    assert _words(busy, kind="exports") == ["导出审计记录"]
