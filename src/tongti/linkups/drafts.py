"""What is said of a need or an offer, read and checked before anything is written. No database."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tongti.linkups.models import Listing
from tongti.shared import clock
from tongti.shared.errors import BadInput
from tongti.shared.text import ONLY_SIGNS, checked_words, has_words

WORDS_LIMIT, TITLE_LIMIT = 1000, 80
LONGEST = timedelta(days=3 * 366)
_NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|\d{17}[\dXx])(?!\d)")


@dataclass(frozen=True)
class ListingDraft:
    """One need or offer. ``words`` are the firm's own; without a ``title`` the engine proposes one; without a ``place_id`` it is
    where the firm is. ``valid_until`` is the last good day."""

    kind: str
    about: str
    words: str
    title: str = ""
    place_id: int | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class ReadDraft:
    """A draft in normal form."""

    kind: str
    about: str
    words: str
    title: str
    place_id: int | None
    valid_until: date | None


def read_draft(draft: ListingDraft, *, before: date | None = None) -> ReadDraft:
    """Tidy and checked; a day that is over is accepted only when it was there ``before``. Raises BadInput."""
    if draft.kind not in Listing.Kind.values:
        raise BadInput("kind", "请选择是需求还是供给。")
    if draft.about not in Listing.About.values:
        raise BadInput("about", "请选择关于什么。")
    words = checked_words(draft.words, "words", "原话", WORDS_LIMIT)
    if not has_words(words):
        raise BadInput("words", ONLY_SIGNS)
    title = checked_words(draft.title, "title", "标题", TITLE_LIMIT, optional=True).replace("\n", " ")
    for field, text in (("words", words), ("title", title)):
        if _NUMBER.search(text):
            raise BadInput(field, "这里不写手机号、身份证号：联系人登记在登记簿里，双方同意后再互告。")
    _check_day(draft.valid_until, before)
    return ReadDraft(draft.kind, draft.about, words, title, draft.place_id, draft.valid_until)


def _check_day(day: date | None, before: date | None) -> None:
    if day is None or day == before:
        return
    if day < clock.today():
        raise BadInput("valid_until", "“有效到”已经过去了，请改成今天或以后。")
    if day > clock.today() + LONGEST:
        raise BadInput("valid_until", "“有效到”太远了，最多三年；长期有效的可以不填。")
