"""What the template tags draw."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django import forms
from django.apps import apps
from django.db.models import Model
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import NoReverseMatch, set_script_prefix
from django.utils import translation
from lucide.templatetags.lucide import lucide

from tongti.shared.pages import Page
from tongti.web import charts
from tongti.web.forms import Form
from tongti.web.states import STATES, state_of
from tongti.web.styleguide import Cell


def draw(source: str, **context: Any) -> str:
    """Render a snippet with our tags loaded."""
    context.setdefault("request", RequestFactory().get(context.pop("address", "/")))
    return Template("{% load tongti %}" + source).render(Context(context))


def test_icon_is_short_hidden_from_readers_and_free_of_style() -> None:
    svg = draw('{% icon "users" %}')
    assert svg.startswith('<svg class="i" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path')
    assert "style" not in svg
    assert "xmlns" not in svg
    ET.fromstring(svg)


@pytest.mark.parametrize("name", ["users", "ambulance", "triangle-alert", "message-square-text"])
def test_icon_is_the_drawing_of_the_package(name: str) -> None:
    drawing = ET.fromstring(lucide(name, size=None))
    ours = ET.fromstring(draw(f'{{% icon "{name}" %}}'))
    assert [(part.tag, part.attrib) for part in ours] == [(part.tag, part.attrib) for part in drawing]


def test_a_fixed_word_is_kept_for_each_language_and_all_else_is_djangos() -> None:
    page = Template(
        '{% load i18n tongti %}{% translate "January" %} {% translate word %} {% translate "May"|upper %} '
        '{% translate "June" as june %}{{ june }} {% translate "<b>" %}'
    )
    said = {}
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            said[language] = page.render(Context({"word": "July"}))
    assert said == {"en": "January July MAY June <b>", "zh-hans": "一月 七月 五月 六月 <b>"}


def test_an_address_without_arguments_is_kept_for_each_prefix_and_all_else_is_djangos() -> None:
    page = Template(
        '{% load i18n tongti %}{% url "desk:inbox" %} {% url "desk:case" pk %} {% url name %} {% url "desk:inbox" as inbox %}{{ inbox }}'
    )

    def drawn(pk: int, name: str) -> list[str]:
        return page.render(Context({"pk": pk, "name": name})).split()

    assert drawn(7, "desk:home") == ["/desk/inbox/", "/desk/cases/7/", "/desk/", "/desk/inbox/"]
    set_script_prefix("/tongti/")
    try:
        assert drawn(8, "desk:units")[:2] == ["/tongti/desk/inbox/", "/tongti/desk/cases/8/"]
    finally:
        set_script_prefix("/")
    assert drawn(9, "desk:questions") == ["/desk/inbox/", "/desk/cases/9/", "/desk/questions/", "/desk/inbox/"]
    with pytest.raises(NoReverseMatch):
        Template('{% load tongti %}{% url "no:such" %}').render(Context())


def test_unknown_icon_is_found_before_anybody_sees_the_page() -> None:
    with pytest.raises(Exception, match="no-such-icon"):
        draw('{% icon "no-such-icon" %}')


@pytest.mark.parametrize("code", sorted(STATES))
def test_every_state_draws(code: str) -> None:
    assert f'class="chip c-{STATES[code].tone}"' in draw("{% chip code %}", code=code)


def test_every_state_of_every_model_has_its_look() -> None:
    missing = []
    for model in apps.get_models():
        if not model.__module__.startswith("tongti."):
            continue
        for code, _word in model._meta.get_field("state").choices or () if _has_state(model) else ():
            if f"{model._meta.model_name}.{code}" not in STATES and code not in STATES:
                missing.append(f"{model._meta.model_name}.{code}")
    # A special day of the calendar is working, off or half: it is shown as a table, never as a chip.
    assert [one for one in missing if not one.startswith("specialday.")] == []


def _has_state(model: type[Model]) -> bool:
    return any(field.name == "state" for field in model._meta.get_fields())


def test_a_model_speaks_its_own_word() -> None:
    from tongti.verdicts.models import CallBack

    chip = draw("{% chip thing %}", thing=CallBack(state=CallBack.State.WAITING))
    assert "待回访" in chip
    assert "c-wait" in chip


def test_unknown_state_is_shown_in_grey_and_escaped() -> None:
    assert state_of("<b>").tone == "mute"
    assert "&lt;b&gt;" in draw("{% chip code %}", code="<b>")


def test_overdue_is_said_in_colour_icon_and_word() -> None:
    chip = draw("{% due -2 %}")
    assert "c-bad" in chip
    assert "<svg" in chip
    assert "超期 2 天" in chip


def test_working_day_bar() -> None:
    cells = [Cell("past"), Cell("past", gap_before=True), Cell("today"), Cell("future", due=True), Cell("outside")]
    bar = draw('{% workdays cells "warn" %}', cells=cells)
    assert bar == (
        '<ol class="wd wd-warn" aria-hidden="true"><li class="d"></li><li class="d w"></li><li class="n"></li>'
        '<li class="e"></li><li class="x"></li></ol>'
    )


def test_working_day_bar_takes_the_cells_of_worktime() -> None:
    from datetime import date

    from worktime.bars import day_cells
    from worktime.calendars import calendar_for

    cells = day_cells(date(2026, 3, 6), date(2026, 3, 20), date(2026, 3, 12), calendar_for("450000"))
    bar = draw("{% workdays cells %}", cells=cells)
    assert bar.count("<li") == 10
    assert bar.count('class="n"') == 1
    assert 'class="e"' in bar


def test_columns_say_their_numbers_and_open_their_lists() -> None:
    days = [{"label": "12", "under": "今天", "normal": 3, "near": 9, "url": "/list?a=1&b=2"}]
    svg = draw('{% columns days "到期" %}', days=days)
    assert 'aria-label="12 今天：12（临期 9，正常 3）"' in svg
    assert 'href="/list?a=1&amp;b=2"' in svg
    assert 'role="group"' in svg
    ET.fromstring(svg)


def test_columns_without_links_are_one_image() -> None:
    svg = charts.columns([charts.Column("12", normal=1), charts.Column("13", overdue=2)], "到期")
    assert 'role="img" aria-label="到期：12：1（正常 1）；13：2（超期 2）"' in svg


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [1.0, 3.0, 2.0]])
def test_sparkline_of_any_length(values: list[float]) -> None:
    svg = draw("{% sparkline values 2 %}", values=values)
    assert (svg == "") == (len(values) < 2)
    assert "nan" not in svg.lower()


@pytest.mark.parametrize(
    "source", ["{% mini_bars values %}", "{% bullet 0 0 19 %}", "{% bullet 250 100 %}", "{% bar 101 %}"]
)
def test_charts_stay_inside_their_frame(source: str) -> None:
    svg = ET.fromstring(draw(source, values=[0, 0, 0]))
    assert all(float(rect.get("width", 0)) <= 100 for rect in svg.iter("rect"))


def test_rate_shows_both_numbers_and_opens_the_list() -> None:
    assert '<a href="/x">842 / 917</a>' in draw('{% rate 842 917 "/x" %}')
    assert "无数据" in draw("{% rate 0 0 %}")


def test_reasons_strongest_first_with_a_real_minus() -> None:
    out = draw("{% reasons items %}", items=[{"words": "相隔久", "weight": -0.9}, {"words": "同一路段", "weight": 2.4}])
    assert out.index("同一路段") < out.index("相隔久")
    assert "−0.9" in out
    assert "+2.4" in out


def test_pages_keep_the_rest_of_the_query() -> None:
    page = Page(rows=[1, 2], next_cursor="abc", size=2)
    out = draw("{% pages page 46 %}", page=page, address="/?state=near&after=xyz")
    assert 'href="?state=near&amp;after=abc"' in out
    assert 'href="?state=near"' in out
    assert "共 46 条" in out


def test_one_short_page_has_no_pager() -> None:
    assert draw("{% pages page %}", page=Page(rows=[1], next_cursor="", size=30)).strip() == ""


def test_marked_words_and_nobodys_markup() -> None:
    out = draw("{{ words|marked:shared }}", words="<script>幸福路</script>停水", shared=["幸福", "幸福路", "<"])
    assert "<mark>幸福路</mark>" in out
    assert "<script>" not in out


def test_look_link_keeps_the_query_and_stays_on_this_host() -> None:
    assert draw('{% look_link size="large" %}', address="/a?q=1") == "/a?q=1&amp;size=large"
    assert draw('{% look_link size="large" %}', address="//evil.example/").startswith("/")


class Sample(Form):
    """Two fields that go wrong in two ways."""

    words = forms.CharField(label="发生了什么事？", max_length=5, help_text="写清楚", widget=forms.Textarea)
    who = forms.ChoiceField(label="您是", choices=[("p", "居民"), ("e", "企业")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", required=False)


def test_field_wires_label_hint_error_and_control() -> None:
    form = Sample({"words": "一二三四五六"})
    out = draw("{% field form.words %}", form=form)
    assert 'aria-describedby="id_words-hint id_words-error id_words-count"' in out
    assert 'aria-invalid="true"' in out
    assert "“发生了什么事？”写了 6 字，最多 5 字。" in out
    assert 'data-max="5"' in out
    assert "maxlength" not in out
    assert "required" not in out
    assert "一二三四五六</textarea>" in out


def test_group_of_choices_is_a_fieldset_with_its_error() -> None:
    out = draw("{% field form.who %}", form=Sample({"words": "好"}))
    assert out.startswith('<fieldset class="field err" id="id_who" aria-describedby="id_who-error">')
    assert "请选“您是”。" in out


def test_optional_field_says_so() -> None:
    assert "可以不填" in draw("{% field form.note %}", form=Sample())


def test_error_summary_links_to_every_field() -> None:
    out = draw("{% error_summary form %}", form=Sample({}))
    assert 'role="alert" tabindex="-1"' in out
    assert "错误：有 2 处要改" in out
    assert 'href="#id_words"' in out
    assert 'href="#id_who_0"' in out
    assert draw("{% error_summary form %}", form=None).strip() == ""
    assert draw("{% error_summary form %}", form=Sample()).strip() == ""
