"""Where there is nothing, the page says what to do next."""

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

TEMPLATES = Path(__file__).resolve().parents[2] / "src" / "tongti" / "web" / "templates"
INCLUDE = re.compile(r'include "_components/empty\.html" with ((?:[^%]|%(?!\}))*)%\}')
# What stands in the place of rows: {% empty %} with words of its own.
EMPTY = re.compile(r"\{% empty %\}(.*?)\{% endfor %\}", re.DOTALL)
# A mark in a cell, a value of a form, or the page's own title where there is no row: no list is empty there.
NOT_A_LIST = (
    "public/check.html",
    "desk/linkups/pair.html",
    "desk/firms/pair.html",
    "desk/questions/review.html",
    "desk/cases/_callers.html",
    "desk/admin/calendar.html",
)
NEXT = ("请", "点", "换", "从另一边", "自己找", "打开来", "以后再", "会写在这里")


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.relative_to(TEMPLATES).as_posix()
)
def test_an_empty_list_says_what_to_do_next(path: Path) -> None:
    source, name = path.read_text(), path.relative_to(TEMPLATES).as_posix()
    for given in INCLUDE.findall(source):
        assert "text=" in given or "url=" in given or name == "board/home.html", given
    for words in EMPTY.findall(source):
        if "empty.html" in words or name in NOT_A_LIST:
            continue
        said = "".join(re.findall(r'translate "([^"]*)"', words))
        assert any(step in said for step in NEXT), words


def test_without_words_of_its_own_it_points_to_the_guide() -> None:
    assert "这一页怎么用" in render_to_string("_components/empty.html", {"title": "没有"})
    assert "这一页怎么用" not in render_to_string("_components/empty.html", {"title": "没有", "text": "新增一项"})
