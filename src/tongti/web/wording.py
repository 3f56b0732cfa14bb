"""Dates, deadlines and rates in the words people use. Pure functions; the template filters only pass values through."""

from datetime import date, datetime

from django.utils import timezone

from tongti.deadlines.queries import is_provisional
from tongti.shared import clock

WEEKDAYS = "一二三四五六日"


def weekday(day: date) -> str:
    """星期三"""
    return f"星期{WEEKDAYS[day.weekday()]}"


def local_date(value: date | datetime) -> date:
    """The calendar day in Asia/Shanghai of a date or an aware moment."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def day_words(value: date | datetime | None, today: date | None = None) -> str:
    """``3 月 20 日``; with the year when it is not this year; "" for nothing."""
    if value is None:
        return ""
    day, today = local_date(value), today or clock.today()
    words = f"{day.month} 月 {day.day} 日"
    return words if day.year == today.year else f"{day.year} 年 {words}"


def due_day_words(value: date | None) -> str:
    """``3 月 20 日``, with （暂定） while the notice that settles the day is not out: a due day may still move."""
    if value is None:
        return ""
    return day_words(value) + ("（暂定）" if is_provisional(value) else "")


def moment_words(value: datetime | None, today: date | None = None) -> str:
    """``今天 10:42``, ``昨天 20:03``, ``3 月 7 日 09:10``."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    today = today or clock.today()
    ago = (today - local.date()).days
    day = {0: "今天", 1: "昨天", -1: "明天"}.get(ago) or day_words(local.date(), today)
    return f"{day} {local:%H:%M}"


def iso(value: date | datetime | None) -> str:
    """For ``<time datetime>``: a date as it is, a moment in local time with its offset."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


def due_words(days_left: int | None) -> str:
    """Working days left in words: ``剩 6 天``, ``今天到期``, ``超期 2 天``; None has no deadline."""
    if days_left is None:
        return "不限时"
    if days_left < 0:
        return f"超期 {-days_left} 天"
    return "今天到期" if days_left == 0 else f"剩 {days_left} 天"


def due_tone(days_left: int | None) -> str:
    """``bad`` when overdue, ``warn`` within two working days, else ``info``."""
    if days_left is None:
        return "mute"
    if days_left < 0:
        return "bad"
    return "warn" if days_left <= 2 else "info"


def percent(numerator: int, denominator: int) -> str:
    """``91.8%``. 99.97 % is never shown as 100 %, nor 0.02 % as 0 %: a leader reads those as "all" and "none"."""
    if not denominator:
        return "无数据"
    if numerator in (0, denominator):
        return "0%" if numerator == 0 else "100%"
    value = round(numerator * 100 / denominator, 1)
    return f"{min(max(value, 0.1), 99.9) if 0 < numerator < denominator else value}%"
