"""赵工 gives and ends posts; the three powers stay in different hands; a first password is shown once."""

from datetime import date, timedelta

import pytest

from tests.cast import Cast
from tongti.accounts import actions as accounts
from tongti.accounts.errors import SignInRefused, UsernameTaken
from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.errors import BadInput, NotAllowed, Raced
from tongti.trail.models import Event
from tongti.units import actions, queries
from tongti.units.access import May
from tongti.units.actions import PostDraft
from tongti.units.errors import LastAdmin, RolesClash
from tongti.units.models import Post


def _verbs(officer: Officer) -> list[str]:
    rows = Event.objects.filter(object_kind="accounts.officer", object_id=officer.pk).order_by("seq")
    return list(rows.values_list("verb", flat=True))


def test_a_new_handler_signs_in_with_the_password_shown_once(cast: Cast) -> None:
    draft = PostDraft(cast.units["住建局"], "handler", "科员")
    made = actions.add_officer(username="nongli", name="农丽", phone="5551234", posts=[draft], by=cast.viewer("赵工"))
    officer = accounts.sign_in(username="nongli", password=made.password)
    assert officer.must_change_password
    assert queries.viewer_of(officer).can(May.HANDLE)
    assert made.password not in str(list(Event.objects.values_list("facts", flat=True)))
    assert _verbs(officer) == ["officer.created", "officer.signed_in"]
    with pytest.raises(UsernameTaken):
        actions.add_officer(username="nongli", name="农莉", by=cast.viewer("赵工"))
    with pytest.raises(NotAllowed):
        actions.add_officer(username="other", name="农莉", by=cast.viewer("陆局长"))


@pytest.mark.parametrize(
    ("person", "role"), [("黄志强", "revisitor"), ("覃红", "handler"), ("赵工", "clerk"), ("周审", "admin")]
)
def test_handling_checking_and_administering_stay_apart(cast: Cast, person: str, role: str) -> None:
    draft = PostDraft(cast.units["督查室"], role)
    with pytest.raises(RolesClash, match="要由不同的人担任"):
        actions.give_post(officer=cast.officers[person], draft=draft, by=cast.viewer("赵工"))
    assert Post.objects.filter(officer=cast.officers[person]).count() == 1


def test_after_the_post_has_ended_the_other_role_is_free(cast: Cast) -> None:
    admin, hong = cast.viewer("赵工"), cast.officers["覃红"]
    post = Post.objects.get(officer=hong)
    actions.end_post(post=post, last_day=clock.today() - timedelta(days=1), by=admin)
    assert not cast.viewer("覃红").can(May.REVISIT)
    actions.give_post(officer=hong, draft=PostDraft(cast.units["水利局"], "handler"), by=admin)
    assert cast.viewer("覃红").can(May.HANDLE)
    stale = Post.objects.get(pk=post.pk)
    stale.until = None
    with pytest.raises(Raced):
        actions.end_post(post=stale, last_day=clock.today(), by=admin)


def test_a_post_ends_after_it_began_and_is_given_once(cast: Cast) -> None:
    admin, li = cast.viewer("赵工"), cast.officers["覃丽"]
    with pytest.raises(BadInput, match="不能早于任职起"):
        actions.end_post(post=Post.objects.get(officer=li), last_day=date(2019, 1, 1), by=admin)
    with pytest.raises(BadInput, match="已经是住建局的承办人"):
        actions.give_post(officer=li, draft=PostDraft(cast.units["住建局"], "handler"), by=admin)
    with pytest.raises(BadInput, match="没有“boss”这个角色"):
        actions.give_post(officer=li, draft=PostDraft(cast.units["住建局"], "boss"), by=admin)


def test_a_reset_password_replaces_the_old_one(cast: Cast) -> None:
    admin, li = cast.viewer("赵工"), cast.officers["覃丽"]
    first = actions.reset_password(officer=li, by=admin)
    second = actions.reset_password(officer=li, by=admin)
    with pytest.raises(SignInRefused):
        accounts.sign_in(username=li.username, password=first)
    assert accounts.sign_in(username=li.username, password=second).must_change_password


def test_a_switched_off_account_cannot_sign_in(cast: Cast) -> None:
    admin, li = cast.viewer("赵工"), cast.officers["覃丽"]
    password = actions.reset_password(officer=li, by=admin)
    actions.switch_officer(officer=li, active=False, by=admin)
    with pytest.raises(SignInRefused):
        accounts.sign_in(username=li.username, password=password)
    actions.switch_officer(officer=li, active=True, by=admin)
    accounts.sign_in(username=li.username, password=password)


def test_one_administrator_always_remains(cast: Cast) -> None:
    admin, zhao = cast.viewer("赵工"), cast.officers["赵工"]
    post = Post.objects.get(officer=zhao, role="admin")
    with pytest.raises(LastAdmin):
        actions.end_post(post=post, last_day=clock.today(), by=admin)
    with pytest.raises(BadInput, match="自己的账号"):
        actions.switch_officer(officer=zhao, active=False, by=admin)
    second = actions.add_officer(
        username="admin2", name="农工", posts=[PostDraft(cast.units["督查室"], "admin")], by=admin
    ).officer
    actions.end_post(post=post, last_day=clock.today(), by=admin)
    with pytest.raises(LastAdmin):
        actions.switch_officer(officer=second, active=False, by=admin)


def test_changing_an_account_writes_names_of_fields_only(cast: Cast) -> None:
    admin, li = cast.viewer("赵工"), cast.officers["覃丽"]
    assert actions.change_officer(officer=li, username="qinli", name="覃丽", phone="5559876", by=admin) == [
        "username",
        "phone",
    ]
    event = Event.objects.get(verb="officer.changed")
    assert event.facts == {"fields": ["username", "phone"]}
    with pytest.raises(UsernameTaken):
        actions.change_officer(officer=li, username="黄志强", name="覃丽", phone="", by=admin)
