"""Who walks through the relay, and what a step is: drawn by the machine of ``test_stateful``."""

from datetime import datetime

from django.utils import timezone
from hypothesis import strategies as st

FRIDAY = timezone.make_aware(datetime(2026, 3, 6, 9))
PEOPLE = (
    "韦晓梅", "李小英", "黄志强", "梁工", "陆局长", "覃丽", "陆斌",
    "蒙海燕", "农志明", "覃红", "莫刚", "何区长", "赵工",
)  # fmt: skip
UNITS = ("水利局", "住建局", "自来水公司", "供电局", "临江镇")
# whoever is right acts three times out of four, on what is ready for it, or no way would be long; else anybody on anything
people = st.sampled_from(PEOPLE)
units = st.sampled_from(UNITS)
some = st.integers(0, 7)
right = st.sampled_from([True, True, True, False])


VERBS: dict[str, tuple] = {}


def verb(**drawn):
    """A step of the walk, and what is drawn for it."""

    def register(do):
        VERBS[do.__name__] = (do, drawn)
        return do

    return register
