"""A question in hand, from the calls to the signed answer, and every paper that is made of it: for tests and for pictures."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.relay.stories import Story
from tongti.answers import actions as answers
from tongti.papers import actions
from tongti.papers.actions import TemplateDraft
from tongti.papers.models import Paper
from tongti.relay import actions as relay
from tongti.supervision import actions as supervision
from tongti.supervision.actions import Pressure

GOOD = {
    "found": "3 月 7 日到幸福路现场查看，供水主管在 3 号井处漏水，晚高峰水压不足。",
    "done": "水利局 3 月 8 日晚修复主管；自来水公司公布了送水点。",
    "basis": "《城市供水条例》第七条",
    "next_steps": "3 月 20 日前完成沿线管网排查。",
    "remedy": "对本答复不服的，可以自收到之日起三十日内向区人民政府请求复查。",
    "contact": "云岭区水利局 0771-5518110",
    "closing": "solved",
}
OFFICES = {
    "order": ("云岭区热线办", "云热工", "韦晓梅"),
    "assigned": ("云岭区热线办", "云热交", "韦晓梅"),
    "urged": ("云岭区政府督查室", "云督催", "莫刚"),
    "supervised": ("云岭区政府督查室", "", "莫刚"),
    "monthly": ("云岭区热线办", "云热报", "莫刚"),
    "circular": ("云岭区政府督查室", "云督通", "莫刚"),
    "special": ("云岭区政府督查室", "云督专", "莫刚"),
}
UNITS = {"accepted": "云水告", "extended": "云水延", "opinion": "云水答"}
WORDS = {
    "monthly": {
        "judgement": "供水类诉求上升，下个月要盯住主管更新。",
        "measures": "水利局 3 月 31 日前排查完沿线管网。",
    },
    "circular": {"demand": "水利局要在 3 月 20 日前办结。"},
    "special": {"advice": "请区政府把幸福路主管更新列入今年实事。"},
}


@dataclass
class Matters:
    """Short ways to come to each paper."""

    story: Story
    question: Any

    def viewer(self, name: str) -> Any:
        return self.story.cast.viewer(name)

    def set_up(self) -> None:
        """Every office has said how its papers look."""
        for kind, (head, code, who) in OFFICES.items():
            look = TemplateDraft(
                head=head, code=code, signer=head, copies="区委办公室，区人大常委会办公室", issuer=head
            )
            actions.change_template(kind=kind, draft=look, by=self.viewer(who))
        water = self.story.cast.units["水利局"]
        for kind, code in UNITS.items():
            look = TemplateDraft(head=water.name, code=code, signer=water.name, issuer=water.name)
            actions.change_template(kind=kind, draft=look, unit=water, by=self.viewer("陆局长"))

    def extend(self) -> None:
        """水利局 asks for more time, 韦晓梅 agrees."""
        wanted = {"reason": "works", "words": "主管要开挖，等占道施工批复", "to_due_on": date(2026, 3, 20)}
        extension = relay.ask_extension(baton=self.story.baton("水利局"), by=self.viewer("黄志强"), **wanted)
        relay.decide_extension(extension=extension, approve=True, note="同意", by=self.viewer("韦晓梅"))

    def press(self) -> Any:
        """莫刚 urges, then gives the order."""
        first = Pressure(rung="urge", words="请抓紧联系诉求人", skip_reason="三天没有联系")
        item = supervision.open_item(
            baton=self.story.baton("水利局"), pressure=first, why="临期没有联系", by=self.viewer("莫刚")
        )
        return supervision.take_step(
            item=item, pressure=Pressure(rung="order", words="三日内报情况"), by=self.viewer("莫刚")
        )

    def answer(self) -> None:
        """水利局 answers without waiting for the others, 陆局长 signs."""
        by = self.viewer("黄志强")
        answer = answers.compose(question=self.question, by=by)
        answer = answers.save_draft(answer=answer, by=by, **GOOD)
        answers.submit(answer=answer, missing_reason="主管已修好，先答复", by=by)
        answers.sign(answer=answer, by=self.viewer("陆局长"))

    def make(self, kind: str, subject: Any = None, *, by: str = "", **asked: Any) -> Paper:
        return actions.make_paper(kind=kind, subject=subject, by=self.viewer(by or self.drafter(kind)), **asked)

    def sign(self, paper: Paper, *, by: str = "") -> Paper:
        """Words where they are needed, then the signature."""
        if words := WORDS.get(paper.kind):
            paper = actions.word_paper(
                paper=paper, words=words, version=paper.version, by=self.viewer(self.drafter(paper.kind))
            )
        return actions.sign_paper(paper=paper, version=paper.version, by=self.viewer(by or self.signer(paper.kind)))

    @staticmethod
    def drafter(kind: str) -> str:
        return "黄志强" if kind in UNITS else OFFICES[kind][2]

    @staticmethod
    def signer(kind: str) -> str:
        return "陆局长" if kind in UNITS else OFFICES[kind][2]

    def every(self) -> dict[str, Paper]:
        """One draft of each kind, in the order in which a matter comes to them."""
        case, month = self.story.cases[0], {"since": date(2026, 3, 1), "until": date(2026, 3, 6)}
        made = {
            "order": self.make("order", case),
            "accepted": self.make("accepted", case),
            "assigned": self.make("assigned", self.story.baton("水利局")),
        }
        self.extend()
        made["extended"] = self.make("extended", case)
        item = self.press()
        made |= {kind: self.make(kind, item) for kind in ("urged", "supervised")}
        self.answer()
        made["opinion"] = self.make("opinion", case)
        self.question.refresh_from_db()
        made["special"] = self.make("special", self.question)
        made["monthly"] = self.make("monthly", **month)
        made["circular"] = self.make("circular", scope="plain", **month)
        return made
