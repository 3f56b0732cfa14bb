"""Sentences of ours in English, and other people's words left alone (docs/adr/0037)."""

import pytest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import override

from tongti.web import saying
from tongti.web.saying import Own, Phrasebook, marks, say


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("办理中", "In progress"),
        # what Python filled in is known by its form, and one day is one day
        ("剩 3 天", "3 days left"),
        ("剩 1 天", "1 day left"),
        ("请填写“姓名”。", "Please fill in “Name”."),
        ("水利局签收，黄志强承办", "Accepted by 水利局, handled by 黄志强"),
        ("由水利局牵头办理", "Led by 水利局"),
        # dates
        ("3 月 20 日", "20 March"),
        ("2025 年 11 月 2 日", "2 November 2025"),
        ("今天 10:42", "Today, 10:42"),
        ("3 月 20 日（暂定）", "20 March (provisional)"),
        ("星期三上午", "Wednesday Morning"),
        # lists that Python joined
        ("牵头、协办", "Lead, Support"),
        ("5 个工作日", "5 working days"),
    ],
)
def test_our_sentences_are_said_in_english(chinese: str, english: str) -> None:
    with override("en"):
        assert say(chinese) == english
    with override("zh-hans"):
        assert say(chinese) == chinese


@pytest.mark.parametrize(
    "written",
    [
        "水利局",
        "路灯不亮，晚上没人管",
        "快递没人签收很久了",
        # a form of few words fits anything: a sentence in its gap is somebody's own
        "说好了，第二天才来。他们办理中",
        "4 月 31 日",
        "牵头、水利局",
    ],
)
def test_what_people_wrote_stays_as_it_was_written(written: str) -> None:
    with override("en"):
        assert say(written) == written


def test_what_somebody_wrote_is_printed_as_it_is_even_if_we_say_the_same() -> None:
    with override("en"):
        assert say("满意") == "Satisfied"
        assert say(Own("满意")) == "满意"
        assert say(3) == 3


def test_a_sentence_that_is_only_fetched_when_it_is_printed_is_said_too() -> None:
    with override("en"):
        assert say(SimpleLazyObject(lambda: "周末")) == "Weekend"
        assert str(say(SimpleLazyObject(lambda: "水利局"))) == "水利局"


def test_the_most_telling_form_wins() -> None:
    book = Phrasebook(
        {"{a}个{b}": "{a} {b}", "{a}个工作日": "{a} working {a|day|days}", "{x}个工作日以后": "{x} working days later"}
    )
    assert book.say("3个工作日") == "3 working days"
    assert book.say("3个工作日以后") == "3 working days later"
    assert book.say("1个工作日") == "1 working day"


def test_a_gap_may_hold_a_sentence_of_ours_and_a_doubled_name_is_filled_twice() -> None:
    book = Phrasebook({"办理中": "in progress", "{what}现在是“{state}”，不能改": "{what} is {state}: {what} stays"})
    assert book.say("题 7现在是“办理中”，不能改") == "题 7 is in progress: 题 7 stays"


def test_gaps_are_named_by_name_or_by_place() -> None:
    assert saying.gap_names("“{label}”写了 %(n)d 字，{} 和 {x.y} 到 {t:%H}") == ["label", "n", "2", "x", "t"]


def test_punctuation_follows_the_language() -> None:
    with override("en"):
        assert marks("30 Monday：4（Overdue 1，Normal 3）") == "30 Monday: 4 (Overdue 1, Normal 3)"
    with override("zh-hans"):
        assert marks("今天：4") == "今天：4"
