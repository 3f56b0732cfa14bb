"""Messages written for these tests: one estate by a noisy mixing plant, its neighbours, and things that only look alike."""

from datetime import datetime, timedelta

from samequestion import Message

DAY = datetime(2026, 3, 2, 9, 0)

_PLANT = (
    (
        "青竹苑小区旁边搅拌站噪音扰民",
        "我们是青竹苑小区业主，小区南门外新建了一座混凝土搅拌站，每天晚上机器轰鸣，根本睡不着。",
    ),
    (
        "青竹苑附近的搅拌站粉尘大、噪声大",
        "搅拌站离青竹苑只有五十米，窗台上一层灰，夜里罐车进出，老人孩子都休息不好，请环保部门查处。",
    ),
    ("请问青竹苑旁的搅拌站合法吗", "青竹苑南门外的混凝土搅拌站有没有环评手续？噪音粉尘已经影响整个小区。"),
    ("青竹苑小区搅拌站扰民半年没人管", "多次投诉青竹苑南门搅拌站夜间生产噪音，至今没有解决，请给业主一个答复。"),
)
_OTHERS = (
    ("青竹苑小区物业费突然涨价", "青竹苑物业公司没有开业主大会就把物业费从一块八涨到两块六，收费依据在哪里？"),
    ("白鹭湾小区旁边搅拌站噪音扰民", "白鹭湾小区北侧的搅拌站晚上施工，机器声音很大，影响白鹭湾业主休息。"),
    ("望月路路灯坏了半个月", "望月路从邮局到菜市场一段路灯全部不亮，晚上出行不安全。"),
    ("咨询生育津贴怎么申领", "请问职工生育津贴需要准备哪些材料，在哪个窗口办理，多久到账？"),
    ("云岭村三组自来水经常停", "云岭村三组最近一个月隔天停水，水压也很小，村民只能到山上挑水吃。"),
)


def plant() -> list[Message]:
    """Four askers, one question."""
    return [Message(f"p{k}", title, body, DAY + timedelta(days=9 * k), f"asker{k}", "青竹街道")
            for k, (title, body) in enumerate(_PLANT)]  # fmt: skip


def others() -> list[Message]:
    """Five questions of one message each; the first two are near misses of the plant."""
    return [Message(f"o{k}", title, body, DAY + timedelta(days=4 * k), f"other{k}")
            for k, (title, body) in enumerate(_OTHERS)]  # fmt: skip


def neighbours() -> list[Message]:
    """The others without the same complaint from another estate: in a world of a dozen messages nothing tells the
    engine that a mixing plant is a kind of thing and not a name, so only pairs are tested on that one."""
    return [m for m in others() if m.id != "o1"]


def parking(estate: str, count: int) -> list[Message]:
    """`count` variants of another complaint about another estate."""
    titles = ("车位只卖不租", "开发商强卖车位", "地下车库车位不出租", "车位捆绑销售")
    return [
        Message(f"{estate}{k:04d}", f"{estate}{titles[k % 4]}", f"{estate}地下车位空着一半，开发商{titles[k // 2 % 4]}，业主{k + 1}号楼有意见。",
                DAY + timedelta(days=k), f"{estate}a{k}")
        for k in range(count)
    ]  # fmt: skip


def burst(estate: str, count: int) -> list[Message]:
    """`count` believable variants of one complaint about one estate."""
    openings = ("", "请问", "投诉", "强烈反映", "再次反映")
    endings = ("什么时候通水", "停水三天没人管", "又停水了", "停水问题何时解决", "连续停水影响生活")
    bodies = (
        "水厂说是水管爆裂，可是没有通知。",
        "老人孩子没有水喝，物业也不接电话。",
        "已经第三天，请尽快抢修。",
        "希望安排送水车。",
    )
    return [
        Message(f"{estate}{k:04d}", f"{openings[k % 5]}{estate}{endings[k // 5 % 5]}",
                f"我是{estate}{k % 17 + 1}栋的住户，从昨天早上开始停水。{bodies[k % 4]}{bodies[(k // 4) % 4]}",
                DAY + timedelta(minutes=k), f"{estate}a{k}")
        for k in range(count)
    ]  # fmt: skip
