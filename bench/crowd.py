"""A crowd that speaks: invented messages about invented places in which who belongs together is known. For benches only.

A *matter* is one difficulty at one place. How many people speak of it has a long tail; a third of the messages stand alone. The
same place has several difficulties and the same difficulty is known at many places, so that near misses are everywhere. Sentences
come from the demo district and from the lists below; names, numbers, days and own circumstances differ from message to message.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# The proper name in each of the demo's difficulties; another name makes it another question.
PROPER = {
    "water": "幸福路", "power": "工业园", "cane": "村道", "lift": "书院小区", "school": "建设路小学", "wages": "车站安置房",
    "night": "凤凰社区", "dance": "文昌广场", "parking": "菜市路", "lamps": "文昌路", "stench": "垃圾中转站", "parcel": "双桥村",
    "clinic": "岭脚村", "flood": "车站路", "manhole": "建设路", "toilet": "菜市公厕", "pig": "石桥村", "internet": "那良村",
    "dog": "江边公园", "hospital": "区医院", "bus": "白石乡", "canteen": "文昌小学", "subsidy": "灵活就业", "permit": "餐饮许可",
}  # fmt: skip
FIRST = "金银玉石龙凤虎鹤松柏竹梅荷榕桂棠江湖河溪泉云霞星月朝晚南北东西安宁康泰和顺福禄"
SECOND = "山坡岭冲塘洲湾浦口桥村屯垌坪岗林园庄寨坊巷里亭台阁楼城关门渡井田头尾边角窝沟"
KINDS = ("路", "街", "大道", "小区", "花园", "新村", "家园", "广场", "市场", "工业园", "公园", "佳园", "中学", "小学")
PLAIN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("夜间施工噪音", ("工地晚上十一点还在施工", "打桩机噪音很大", "整栋楼的人都睡不着", "渣土车一直进出", "请城管夜里来看看")),
    ("垃圾没人清运", ("垃圾堆了一个多星期没有人清运", "又臭又招苍蝇", "野狗把袋子扒得到处都是", "保洁说不归他们管", "请环卫部门尽快处理")),
    ("违规搭建", ("有人在楼顶和过道违规搭建", "占用了消防通道", "下雨往我家墙上淌水", "多次投诉没有结果", "希望依法拆除")),
    ("油烟扰民", ("楼下烧烤店油烟直接排到住户窗口", "味道很大不能开窗", "净化器从来不开", "孩子一直咳嗽", "请环保来检测")),
    ("下水道堵塞", ("下水道堵了", "污水倒灌到一楼", "一下雨就淹", "疏通过两次又堵", "请把管道换大一点")),
    ("产权证办不下来", ("交房三年了房产证一直办不下来", "开发商一直拖", "落户和上学都卡着", "贷款早就在还", "请问什么时候能办")),
    ("暖气不热", ("交了费暖气还是不热", "家里只有十几度", "报修没有人来", "楼上楼下都一样", "请供热公司来测温")),
    ("补贴没到账", ("去年申请的补贴到现在没有到账", "问了几次都说在审核", "材料交了两遍", "同批的人已经领到", "请查一下卡在哪里")),
    ("河水变黑", ("河水变黑发臭", "好像有工厂偷排污水", "鱼都翻了肚皮", "夜里排得最多", "请环保部门去查")),
    ("充电桩不能用", ("充电桩坏了一大半", "剩下的被油车占着", "客服电话打不通", "买了电动车没处充电", "请督促运营单位维修")),
    ("物业费涨价", ("物业费突然涨价", "没有开过业主大会", "服务一点没变好", "不交就不给门禁卡", "请核查是否合规")),
    ("健身器材损坏", ("健身器材断了好几处", "螺丝都露在外面", "已经有老人摔倒", "贴了停用就没人管", "请尽快更换")),
    ("信号差", ("手机信号很差", "打电话要跑到阳台", "网课老是卡", "几家运营商都不行", "请协调建个基站")),
    ("野狗伤人", ("附近有好几只野狗", "早上追着学生跑", "上周咬了一个老人", "报过警也抓不到", "请安排捕捉")),
    ("红绿灯不合理", ("红绿灯绿灯只有十秒", "高峰期堵到桥头", "左转车过不去", "行人只好闯灯", "请交警调整配时")),
    ("树枝遮挡", ("行道树枝把路灯和窗户都遮住了", "台风天断过一根", "砸坏了一辆车", "屋里白天要开灯", "请园林部门修剪")),
)  # fmt: skip
OWN = (
    "我家住{n}栋{m}单元", "我在{m}楼住了{n}年", "孩子今年{n}岁", "家里老人{k}岁了", "从{w}开始就这样", "上次{w}反映过一次",
    "我们这里有{k}户人家", "我拍了照片和视频", "邻居{s}家也一样", "我是做{t}的", "{w}又发生了一次", "打过{n}次电话",
    "社区的人{w}来看过", "旁边{s}记店铺也受影响", "我每天{n}点多下班", "为这事我请了{n}天假", "已经拖了{n}个月",
)  # fmt: skip
WHEN = (
    "上周一",
    "上个月",
    "国庆以后",
    "昨天夜里",
    "前天",
    "入夏以来",
    "过年以后",
    "三月份",
    "星期六",
    "这几天",
    "去年冬天",
)
TRADES = ("米粉生意", "快递", "装修", "理发", "水果批发", "家政", "代驾", "修车", "裁缝", "美容", "五金", "货运")
SURNAMES = "韦黄李陈莫覃梁卢农陆蒙罗周何吴谢唐邓蓝潘"
LEADS = ("", "", "领导您好，", "反映一个问题：", "请问", "投诉：", "你好，", "麻烦帮忙，", "尊敬的领导：")
TAILS = ("", "", "谢谢。", "盼回复！", "已经反映过好几次了。", "请给个说法。", "辛苦了。")
ASKS = ("请尽快处理", "希望有人管一管", "到底归哪个部门管", "什么时候能解决", "请派人来看看")


@dataclass(frozen=True)
class Matter:
    """One difficulty at one place: ``topic`` says which difficulty, ``name`` where, ``size`` how many speak of it."""

    topic: int
    name: str
    size: int


class Crowd:
    """Deterministic for a seed: the same matters and, matter by matter, the same words."""

    def __init__(self, difficulties: Sequence[dict[str, Any]], seed: int) -> None:
        self.demo = [one for one in difficulties if one["key"] in PROPER]
        self.seed = seed

    def matters(self, messages: int) -> list[Matter]:
        """Matters until there are so many messages; the first is the largest."""
        rng = random.Random(self.seed)
        places = [_name(rng) for _ in range(max(40, messages // 10))]
        found: list[Matter] = []
        left = messages
        while left > 0:
            size = 1 if rng.random() < 0.82 else min(left, 800, 1 + int(rng.paretovariate(0.9)))
            if not found:
                size = min(left, 2000 if messages > 10_000 else max(1, messages // 20))
            found.append(Matter(rng.randrange(len(self.demo) + len(PLAIN)), rng.choice(places), size))
            left -= size
        return found

    def voices(self, matter: Matter, number: int) -> Iterator[tuple[str, str]]:
        """(title, body) of everybody who speaks of the ``number``-th matter."""
        rng = random.Random(self.seed * 1_000_003 + number)
        for _ in range(matter.size):
            yield self._demo(matter, rng) if matter.topic < len(self.demo) else self._plain(matter, rng)

    def _demo(self, matter: Matter, rng: random.Random) -> tuple[str, str]:
        data = self.demo[matter.topic]
        proper = PROPER[data["key"]]
        parts = [rng.choice(data["say"]), rng.choice(data["more"]), _own(rng), rng.choice(data["ask"])]
        if rng.random() < 0.3:
            parts[1], parts[2] = parts[2], _own(rng)
        body = _spoken(parts, rng).replace(proper, matter.name + proper)
        if proper not in body:
            body = f"{matter.name}{proper}这边，{body}"
        return rng.choice(data["heads"]).replace(proper, matter.name + proper), body

    def _plain(self, matter: Matter, rng: random.Random) -> tuple[str, str]:
        problem, sentences = PLAIN[matter.topic - len(self.demo)]
        place = matter.name + KINDS[sum(map(ord, matter.name)) % len(KINDS)]
        told = rng.sample(sentences, rng.randint(2, 4))
        title = f"{place}{problem}" if rng.random() < 0.8 else f"{problem}，{place}"
        return title, _spoken([f"{place}{told[0]}", *told[1:], _own(rng), rng.choice(ASKS)], rng)


def _name(rng: random.Random) -> str:
    return rng.choice(FIRST) + rng.choice(SECOND) + rng.choice(SECOND)


def _own(rng: random.Random) -> str:
    return rng.choice(OWN).format(
        n=rng.randint(2, 28), m=rng.randint(1, 18), k=rng.randint(60, 400), w=rng.choice(WHEN), s=rng.choice(SURNAMES),
        t=rng.choice(TRADES),
    )  # fmt: skip


def _spoken(parts: Sequence[str], rng: random.Random) -> str:
    return rng.choice(LEADS) + "，".join(part for part in parts if part) + "。" + rng.choice(TAILS)
