"""The review page: what is shared is in sight, copies and repeats are told apart from people's own words."""

from django.test import Client

from tests.cast import Cast
from tests.conftest import RunJobs
from tests.questions.conftest import Register
from tongti.cases.models import Case
from tongti.questions import matching
from tongti.questions.models import Question

MASS = (
    "碧水湾小区楼下的搅拌站日夜开工，噪音和粉尘让全小区老人小孩没法休息，门窗不敢打开，晾出去的衣服全是灰，"
    "业主多次找过施工方都没有结果，恳请有关部门尽快查处，还我们一个安静的家。"
)


def test_what_is_shown_of_a_long_text_holds_the_first_shared_word() -> None:
    text = "前" * 900 + "翠竹桥塌了" + "后" * 900
    shown, cut = matching.excerpt(text, ["翠竹桥"], 400)
    assert cut
    assert "翠竹桥" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert matching.excerpt(text, ["没有的词"], 400) == ("前" * 400 + "…", True)
    assert matching.excerpt("翠竹桥塌了", ["翠竹桥"], 400) == ("翠竹桥塌了", False)


def test_how_much_was_copied_is_read_from_the_stored_reasons() -> None:
    rows: list[dict[str, object]] = [
        {"words": "都提到：搅拌站", "weight": 2.0},
        {"words": "文字雷同约 94%", "weight": 1.0},
    ]
    assert matching.copied_share(rows) == 94
    assert matching.copied_share(rows[:1]) == 0
    assert matching.copied_share([]) == 0


def test_a_mass_mailing_is_one_decision_and_one_person_counts_once(
    cast: Cast, register_case: Register, run_jobs: RunJobs
) -> None:
    sent = [register_case("碧水湾搅拌站扰民", MASS, phone=f"1361000000{n}") for n in (1, 2, 3, 3)]
    run_jobs()
    question = Question.objects.get()
    client = Client()
    client.force_login(cast.officers["韦晓梅"])
    page = client.get(f"/desk/questions/{question.pk}/review/").content.decode()
    assert page.count("文字雷同</span>") >= 3, "the engine's words for a copy are understood"
    assert page.count("同一人再次反映") == 1
    ticked = client.get(f"/desk/questions/{question.pk}/review/?pick=copies").content.decode()
    assert ticked.count(" checked") == page.count("文字雷同</span>")
    rows = list(question.memberships.values_list("pk", flat=True))
    done = client.post(f"/desk/questions/{question.pk}/review/", {"membership": rows, "do": "join", "note": ""})
    assert done.status_code == 302
    question.refresh_from_db()
    assert (question.case_count, question.asker_count) == (4, 3)
    assert Case.objects.filter(pk__in=[case.pk for case in sent]).count() == 4
