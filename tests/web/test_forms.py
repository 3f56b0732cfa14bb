"""The base form: its sentences, its dates, and forms that do not disturb one another."""

from datetime import date

import pytest
from django import forms
from django.utils.translation import override

from tongti.web.forms import DateInput, Form


class Visit(Form):
    """A field of each kind that has its own sentence."""

    on = forms.DateField(label="日期", widget=DateInput)
    many = forms.IntegerField(label="户数", min_value=1, max_value=9)
    town = forms.ChoiceField(label="乡镇", choices=[("", "请选择"), ("1", "临江镇")])
    agreed = forms.BooleanField(label="我已看过说明")
    name = forms.CharField(label="姓名", min_length=2, error_messages={"required": "怎么称呼您？"})


def test_every_missing_field_has_its_own_sentence() -> None:
    errors = {name: str(found[0]) for name, found in Visit({}).errors.items()}
    assert errors == {
        "on": "请填写“日期”。",
        "many": "请填写“户数”。",
        "town": "请选“乡镇”。",
        "agreed": "请先勾选“我已看过说明”。",
        "name": "怎么称呼您？",
    }


def test_every_wrong_field_says_how_to_mend_it() -> None:
    form = Visit({"on": "前天", "many": "十", "town": "9", "agreed": "on", "name": "韦"})
    errors = {name: str(found[0]) for name, found in form.errors.items()}
    assert errors == {
        "on": "“日期”请写成 2026-03-20 这样的日期。",
        "many": "“户数”请填数字。",
        "town": "“乡镇”里没有这一项，请重新选。",
        "name": "“姓名”至少写 2 字，现在是 1 字。",
    }
    assert "“户数”不能大于 9。" in str(Visit({"many": "10"}).errors["many"])


@pytest.mark.parametrize(
    "typed", ["2026-03-20", "2026/3/20", "2026.3.20", "20260320", "2026年3月20日", "2026 年 3 月 20 日"]
)
def test_a_date_in_any_usual_writing(typed: str) -> None:
    form = Visit({"on": typed})
    assert "on" not in form.errors
    assert form.cleaned_data["on"] == date(2026, 3, 20)


def test_a_date_that_cannot_be_read_is_kept_in_a_text_box() -> None:
    assert 'type="text" name="on" value="前天"' in str(Visit({"on": "前天"})["on"])
    assert 'type="date" name="on" value="2026-03-20"' in str(Visit({"on": "2026-03-20"})["on"])


def test_forms_do_not_share_their_sentences() -> None:
    class Other(Form):
        many = forms.IntegerField(label="人数", max_value=9)

    Visit({"many": "10"}).full_clean()
    assert "“人数”不能大于 9。" in str(Other({"many": "10"}).errors["many"])
    assert "“户数”不能大于 9。" in str(Visit({"many": "10"}).errors["many"])


def test_no_browser_bubbles() -> None:
    assert "required" not in str(Visit())


def test_sentences_are_in_the_language_of_each_form_and_forms_do_not_share_them() -> None:
    class One(Form):
        name = forms.CharField(label="姓名", max_length=3)

    with override("en"):
        One({})
    first, second = One({}), One({"name": "四个字的"})
    assert first.errors["name"] == ["请填写“姓名”。"]
    assert second.errors["name"] == ["“姓名”写了 4 字，最多 3 字。"]
    first.fields["name"].error_messages["required"] = "另一句"
    first.fields["name"].widget.attrs["class"] = "other"
    third = One({})
    assert third.errors["name"] == ["请填写“姓名”。"]
    assert third.fields["name"].widget.attrs["class"] == "ctl"
