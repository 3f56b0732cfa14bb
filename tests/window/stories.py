"""What the stories of the window share: one item with a guide, people who come for it in vain, the causes that ship."""

import uuid
from datetime import date
from decimal import Decimal
from typing import Any

from tests.cast import Cast
from tongti.cases.actions import Intake
from tongti.cases.models import Case
from tongti.shared.actor import SYSTEM
from tongti.units.access import Viewer
from tongti.window import actions
from tongti.window.actions import ItemDraft, MatterDraft, papers_of, steps_of
from tongti.window.models import Cause, ServiceItem, WindowMatter

GUIDE = "2020-01-01"
STEPS = "受理|政务服务中心窗口|1\n核查管网|水利局|5\n审批|水利局|3"
PAPERS = "申请表|原件\n身份证明|原件核验|可共享\n房产证明|复印件"
SAID = "办用水报装，窗口第三次叫我补房产证明，每次讲的都不一样"


def draft(cast: Cast, **more: Any) -> ItemDraft:
    """用水报装, as its guide of 2020 says it."""
    said: dict[str, Any] = {
        "code": "YS-001", "name": "用水报装", "unit_id": cast.units["水利局"].pk, "source": "测试用办事指南（样例）",
        "legal_days": 20, "promised_days": 9, "trips": 2, "fee": Decimal("0.00"), "steps": steps_of(STEPS),
        "papers": papers_of(PAPERS), "valid_from": date.fromisoformat(GUIDE),
    }  # fmt: skip
    return ItemDraft(**said | more)


def item(cast: Cast, **more: Any) -> ServiceItem:
    """The item with its first version."""
    return actions.add_item(draft=draft(cast, **more), by=cast.viewer("赵工"))


def intake(cast: Cast, words: str = SAID, *, n: int = 0, **more: Any) -> Intake:
    """What somebody says at the door 办不成事."""
    said: dict[str, Any] = {
        "key": uuid.uuid4(), "channel": "stuck", "kind": "help", "body": words,
        "place_id": cast.regions["幸福社区"].pk, "asker_name": "韦大姐", "phone": f"1380001{n:04d}",
    }  # fmt: skip
    return Intake(**said | more)


def stuck(
    cast: Cast, words: str = SAID, *, n: int = 0, by: Viewer | None = None, case: Any = None, **matter: Any
) -> Case:
    """李小英 takes it down with the window's register."""
    said: dict[str, Any] = {
        "item_words": "用水报装", "office": "政务中心 3 号窗口", "step_words": "受理", "paper_words": "房产证明", "trips": 3,
    }  # fmt: skip
    return actions.register(
        intake=intake(cast, words, n=n, **(case or {})),
        matter=MatterDraft(**said | matter),
        by=by or cast.viewer("李小英"),
    )


def matter(case: Case) -> WindowMatter:
    return WindowMatter.objects.select_related("case", "item", "version").get(case=case)


def causes() -> dict[str, Cause]:
    """The causes that ship, by code."""
    actions.load_causes(by=SYSTEM)
    return {cause.code: cause for cause in Cause.objects.all()}


def many(cast: Cast, n: int = 3, cause: str = "twice") -> list[Case]:
    """So many different people, of one item and one cause."""
    found, by = causes(), cast.viewer("韦晓梅")
    made = [stuck(cast, n=at) for at in range(n)]
    for case in made:
        actions.find_cause(matter=matter(case), cause_id=found[cause].pk, note="窗口承认网上已交", by=by)
    return made
