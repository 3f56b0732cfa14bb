"""Links that open one case."""

import pytest

from tongti.shared.links import case_of, tracking_token, tracking_url


@pytest.mark.parametrize("case_id", [1, 35, 36, 123_456, 10**12])
def test_a_token_opens_the_case_it_was_made_for(case_id):
    assert case_of(tracking_token(case_id)) == case_id


def test_a_token_of_one_case_does_not_open_another():
    mine = tracking_token(7)
    assert case_of(mine.replace("7-", "8-", 1)) is None
    assert case_of(mine[:-1] + ("a" if mine[-1] != "a" else "b")) is None


@pytest.mark.parametrize("typed", ["", "7", "7-", "x" * 500, "7-" + "a" * 24, "７-" + "a" * 24])
def test_what_we_did_not_make_opens_nothing(typed):
    assert case_of(typed) is None


def test_the_address_fits_a_text_message(settings):
    settings.BASE_URL = "https://tongti.example.gov.cn"
    assert tracking_url(10**8).startswith("https://tongti.example.gov.cn/t/")
    assert len(tracking_url(10**8)) < 70
