"""快捷键: which one-letter keys there are, where, and for whom. A test holds that each stands on the page that it names.

Every page reads its own keys off its own buttons (keys.js); this list is for the sheet that can be read beforehand, and without script.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# On every staff page. All but the last four are there only where the page has such a button.
GENERAL: tuple[tuple[str, str | Promise], ...] = (
    ("?", _("看这一页有哪些快捷键")),
    ("/", _("到搜索框")),
    ("c", _("登记诉求")),
    ("j", _("列表里往下一行")),
    ("k", _("列表里往上一行")),
    ("o", _("打开选中的这一行（也可以按回车）")),
    ("n", _("下一页")),
    ("s", _("这一页的主要一步：保存、派出、签收、签发")),
)


@dataclass(frozen=True)
class Key:
    """One key on one page: ``where`` it is, in words, and the template that has it."""

    key: str
    does: str | Promise
    where: str | Promise
    template: str


@dataclass(frozen=True)
class Sheet:
    """The keys of one kind of work."""

    title: str | Promise
    keys: tuple[Key, ...]


SHEETS: tuple[Sheet, ...] = (
    Sheet(
        _("收件员"),
        (
            Key("g", _("处理下一条：打开“等您办的”第一行"), _("我的待办"), "desk/cases/home.html"),
            Key("c", _("登记诉求，登记完再按一次登记下一件"), _("每一页"), "desk/base.html"),
            Key("y", _("受理：按填好的登记，编号马上可以读给来电人"), _("登记诉求"), "desk/cases/register.html"),
            Key("/", _("搜索编号、姓名、手机号后四位"), _("每一页"), "desk/base.html"),
            Key("a", _("补充情况、加备注"), _("诉求"), "desk/cases/case.html"),
            Key("d", _("单独派单"), _("诉求"), "desk/cases/case.html"),
        ),
    ),
    Sheet(
        _("派单员"),
        (
            Key("g", _("处理下一条"), _("我的待办"), "desk/cases/home.html"),
            Key("p", _("逐条核对：看下一件待核对的"), _("同题"), "desk/questions/question.html"),
            Key("y", _("并入"), _("逐条核对"), "desk/questions/review.html"),
            Key("x", _("不是同题"), _("逐条核对"), "desk/questions/review.html"),
            Key("l", _("先放着，看下一件"), _("逐条核对"), "desk/questions/review.html"),
            Key("t", _("立题"), _("同题"), "desk/questions/question.html"),
            Key("d", _("派单"), _("同题"), "desk/questions/question.html"),
            Key("s", _("这样派"), _("派单"), "desk/relay/dispatch.html"),
        ),
    ),
    Sheet(
        _("承办单位"),
        (
            Key("s", _("签收"), _("本单位的棒"), "desk/relay/baton.html"),
            Key("a", _("写共答"), _("本单位的棒"), "desk/relay/baton.html"),
            Key("s", _("送负责人签发；负责人是签发"), _("共答"), "desk/answers/answer.html"),
        ),
    ),
    Sheet(
        _("领导、督办"),
        (Key("i", _("批示"), _("同题、诉求"), "desk/supervision/_of_matter.html"),),
    ),
)
