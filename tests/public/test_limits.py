"""Whose tries are counted together."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from tongti.shared import ratelimit
from tongti.web.client import address as address_of


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address_counts_alone_and_a_home_network_as_one(settings: Any, address: str, counted: str):
    settings.PROXIES = 0
    assert address_of(RequestFactory(REMOTE_ADDR=address).get("/")) == counted


def test_nobody_can_write_himself_another_address(settings: Any):
    settings.PROXIES = 0
    forged = RequestFactory(REMOTE_ADDR="10.1.2.3").get("/", headers={"X-Forwarded-For": "1.1.1.1"})
    assert address_of(forged) == "10.1.2.3"


def test_behind_our_proxy_its_own_entry_counts(settings: Any):
    settings.PROXIES = 1
    passed = RequestFactory(REMOTE_ADDR="127.0.0.1").get("/", headers={"X-Forwarded-For": "1.1.1.1, 10.1.2.3"})
    assert address_of(passed) == "10.1.2.3"


@pytest.mark.parametrize(
    ("proxies", "header", "counted"),
    [
        # an outer and an inner proxy: what the outer one heard
        (2, "1.1.1.1, 10.1.2.3, 192.168.0.9", "10.1.2.3"),
        # fewer entries than proxies: somebody came past one of them, so only the connection itself is believed
        (2, "10.1.2.3", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "1.1.1.1,", "127.0.0.1"),
    ],
)
def test_only_what_our_own_proxies_wrote_is_believed(settings: Any, proxies: int, header: str, counted: str):
    settings.PROXIES = proxies
    passed = RequestFactory(REMOTE_ADDR="127.0.0.1").get("/", headers={"X-Forwarded-For": header})
    assert address_of(passed) == counted


@pytest.mark.django_db
@pytest.mark.parametrize(("proxies", "last"), [(0, 429), (1, 404)])
def test_people_behind_one_proxy_do_not_share_one_limit(settings: Any, proxies: int, last: int):
    """61 links opened by 61 people; only without the setting does the header change nothing."""
    settings.PROXIES = proxies
    ratelimit.forget_all()
    answers = [Client().get("/v/nobody/", headers={"X-Forwarded-For": f"10.1.2.{n}"}).status_code for n in range(61)]
    assert set(answers[:60]) == {404}
    assert answers[60] == last
