"""分流的六种情形（《北京市接诉即办工作条例》第十一条）: data with its source, told apart from handled cases."""

from dataclasses import dataclass

SOURCE = "《北京市接诉即办工作条例》（2021-09-24 施行）第十一条"


@dataclass(frozen=True)
class Diversion:
    """One case in which a matter is told its way instead of being dispatched; ``tell`` is what the asker must hear."""

    code: str
    name: str
    tell: str


_ALL = (
    Diversion("emergency", "突发紧急情况", "转到 110、119、120、122 等紧急热线，当场告知。"),
    Diversion("legal_route", "应当或已经走诉讼、仲裁、纪检监察、复议、信息公开、信访等程序", "告知相应的法定渠道。"),
    Diversion("in_progress", "同一事项正在办理或已办结，没有新的事实和理由", "告知办理进展或结果。"),
    Diversion("secret", "涉及国家秘密、商业秘密、个人隐私", "说明情况。"),
    Diversion("beyond", "超出行政机关职责，由市场或社会解决", "告知市场、社会渠道；可以转监管单位参考。"),
    Diversion("unlawful", "违反法律法规或公序良俗", "劝导，说明后果。"),
)

DIVERSIONS: dict[str, Diversion] = {one.code: one for one in _ALL}
