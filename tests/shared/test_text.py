"""Telephone numbers: the quick way says what the library says."""

import random

import phonenumbers
import pytest

from tongti.shared.text import normal_phone


def test_a_plain_mobile_reads_as_the_library_reads_it():
    rng = random.Random(7)
    for _ in range(300):
        typed = f"1{rng.choice('3456789')}{rng.randrange(10**9):09d}"
        parsed = phonenumbers.parse(typed, "CN")
        assert normal_phone(typed) == phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    "typed", ["138 0013 8000", "138-0013-8000", "+86 13800138000", "１３８００１３８０００", "8613800138000"]
)
def test_however_it_is_written_it_is_one_number(typed: str):
    assert normal_phone(typed) == normal_phone("13800138000") == "+8613800138000"


@pytest.mark.parametrize("typed", ["1380013800", "138001380000", "12800138000", "abc", ""])
def test_a_slip_is_no_number(typed: str):
    assert normal_phone(typed) == ""
