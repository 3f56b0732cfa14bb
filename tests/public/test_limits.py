"""Whose tries are counted together."""

from typing import Any

import pytest
from django.test import RequestFactory

from tongti.web.public.limits import client


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
    settings.SECURE_PROXY_SSL_HEADER = None
    assert client(RequestFactory(REMOTE_ADDR=address).get("/")) == counted


def test_nobody_can_write_himself_another_address(settings: Any):
    settings.SECURE_PROXY_SSL_HEADER = None
    forged = RequestFactory(REMOTE_ADDR="10.1.2.3").get("/", headers={"X-Forwarded-For": "1.1.1.1"})
    assert client(forged) == "10.1.2.3"


def test_behind_our_proxy_its_own_entry_counts(settings: Any):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    passed = RequestFactory(REMOTE_ADDR="127.0.0.1").get("/", headers={"X-Forwarded-For": "1.1.1.1, 10.1.2.3"})
    assert client(passed) == "10.1.2.3"
