"""Numbers that point at one person are found however they are typed; office numbers are left alone."""

import pytest

from tongti.shared.privacy import found_in


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("请联系 13800138000", ["手机号"]),
        ("请联系 138 0013 8000 或 +86-138-0013-8000", ["手机号", "手机号"]),
        ("电话１３８００１３８０００", ["手机号"]),
        ("身份证11010519491231002X", ["身份证号"]),
        ("卡号 6222 0212 3456 7890 127", []),  # fails its check digit
        ("卡号 4111 1111 1111 1111", ["银行卡号"]),
        ("办公电话 0771-5518110，热线 12345", []),
        ("编号 2026-000123-4，3 月 20 日前修复 212 户", []),
        ("统一社会信用代码 91450100MA5KABCD1X", []),
    ],
)
def test_what_is_found(text, kinds):
    assert [hit.kind for hit in found_in(text)] == kinds


def test_the_contact_line_may_name_an_office_mobile():
    assert found_in("值班手机 13800138000", mobiles=False) == []
