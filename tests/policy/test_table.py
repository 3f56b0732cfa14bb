"""Every address × every role. An address without a row fails, so a new page cannot forget to say who may see it.

``roles.py`` states who gets in, role by role; the slices' own modules (``TABLE``, ``SAMPLE``) add rows by person and know how
to build what an address needs. One world serves them all (``world.py``): it is built once, and every request is taken back.
"""

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.policy import roles
from tests.policy.roles import EVERYBODY, PUBLIC, WHO
from tests.policy.world import ALL_NAMES, POST_ONLY, ROWS, World
from tongti.units.access import ROLES

# Each test in a transaction of its own inside the world's.
pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_no_address_is_missing_from_the_table() -> None:
    """A page that does not say who may see it is a page that nobody thought about."""
    assert set(ALL_NAMES) - set(WHO) - set(PUBLIC) == set(), "写进 tests/policy/roles.py：谁能进"
    assert (set(WHO) | set(PUBLIC)) - set(ALL_NAMES) == set(), "已经没有这些地址了"


def test_the_table_speaks_of_every_role() -> None:
    assert {*ROLES, "stranger"} == EVERYBODY
    assert set().union(*WHO.values()) == EVERYBODY


@pytest.mark.parametrize("url_name", sorted(set(WHO) & set(ALL_NAMES)))
def test_who_gets_in(world: World, url_name: str) -> None:
    got = {who: world.ask(who, url_name) for who in sorted(EVERYBODY)}
    wrong = {who: answer.status_code for who, answer in got.items() if _let_in(answer) != (who in WHO[url_name])}
    assert wrong == {}, f"应当能进的：{sorted(WHO[url_name])}"
    outside = world.ask("anonymous", url_name)
    assert outside.status_code == 302
    assert outside.headers["Location"].startswith("/desk/sign-in/")


def _let_in(answer: HttpResponse) -> bool:
    """In: a page, a form with its errors, a redirect, a sentence that says no. Out: 404, never 403, so that nothing leaks."""
    assert answer.status_code not in (401, 403, 405, 500), answer.status_code
    return answer.status_code != 404


@pytest.mark.parametrize("url_name", sorted(set(PUBLIC) & set(ALL_NAMES)))
def test_public_pages_are_the_same_for_all(world: World, url_name: str) -> None:
    for who in ("anonymous", "clerk", "admin", "stranger"):
        assert world.ask(who, url_name).status_code == PUBLIC[url_name], who


@pytest.mark.parametrize("url_name", sorted({row[0] for row in ROWS}))
def test_rows_of_the_slices(world: World, url_name: str) -> None:
    wrong = []
    for name, who, expected in ROWS:
        if name == url_name:
            status = world.ask(who, name, get=name not in POST_ONLY).status_code
            if status != expected:
                wrong.append((who, expected, status))
    assert wrong == []


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_administering_and_auditing_read_no_cases(world: World, who: str) -> None:
    """系统管理员 and 审计员 find nothing wherever cases, questions, batons or answers are shown, edited or counted."""
    # What everybody has shows the person's own; what only they have is their work.
    own = {name for name, let in WHO.items() if let in (EVERYBODY, roles.ADMIN, roles.AUDITOR)}
    # How rates are counted; and for the auditor what is left out of them for whose reasons: numbers of cases, none of their words.
    own |= {"desk:formulas", "desk:formula"} | ({"desk:exclusions", "desk:exclusion"} if who == "auditor" else set())
    # The guide to services, which the public reads too: the administrator keeps it.
    own |= {name for name in WHO if name.startswith("desk:service_item")}
    for name in sorted(set(WHO) & set(ALL_NAMES) - own):
        assert world.ask(who, name).status_code == 404, name


def test_whoever_checks_does_not_handle(world: World) -> None:
    """回访员 reads, but signs for nothing, writes nothing and rules on nothing; 承办人 checks nothing."""
    for name in set(WHO) - {"desk:question_deadline"}:  # how the date of a question that she sees was counted: to read
        if name.startswith(("desk:baton", "desk:answer", "desk:objection", "desk:dispatch", "desk:question_")):
            assert world.ask("revisitor", name).status_code == 404, name
    for who in ("receiver", "handler", "unit_leader", "helper"):
        for name in ("desk:callbacks", "desk:callback"):
            assert world.ask(who, name).status_code == 404, (who, name)


def test_another_bureau_finds_nothing(world: World) -> None:
    """农志明 of 供电局 knows the numbers of other bureaus' things and still gets 404, as for a number that is nobody's."""
    strange = [name for name in WHO if "stranger" not in WHO[name] and name in ALL_NAMES]
    assert {"desk:case", "desk:baton", "desk:answer", "desk:question"} <= set(strange)
    for name in strange:
        assert world.ask("stranger", name).status_code == 404, name


@pytest.mark.parametrize("url_name", ALL_NAMES)
def test_a_post_without_its_token_is_refused(world: World, url_name: str) -> None:
    """Whatever changes something needs the token of a form of ours; only probes and files of the site may do without."""
    if url_name in ("healthz", "link:inbox"):
        pytest.skip("a probe that changes nothing; a letter that its signature proves")
    who = next(iter(sorted(WHO.get(url_name, {"clerk"}))))
    guarded = world.client(who, enforce_csrf_checks=True)
    assert guarded.post(reverse(url_name, kwargs=world.kwargs[url_name])).status_code == 403
