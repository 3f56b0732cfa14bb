"""Writes on the words of the site."""

import re

from django.db import IntegrityError, transaction

from tongti.shared import clock
from tongti.shared.errors import BadInput, NotVisible, Raced
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.errors import UnknownSlot
from tongti.units.models import Template
from tongti.units.queries import shipped_words, text_for_change

_SLOT = re.compile(r"\{([^{}\n]*)\}")
LONGEST = 20_000


@transaction.atomic
def change_text(*, code: str, body: str, version: int, by: Viewer) -> Template:
    """The district's own words for ``code``; ``version`` is the one she read (0: the shipped text).

    Raises BadInput, UnknownSlot, Raced when somebody published another version in between.
    """
    by.require(May.ADMINISTER)
    shipped = shipped_words().get(code)
    own = Template.objects.filter(code=code).first()
    if shipped is None and own is None:
        raise NotVisible
    name, slots = (shipped["name"], shipped["slots"]) if shipped else (own.name, own.slots) if own else ("", "")
    body = checked_body(body, slots)
    if body == (own.body if own else (shipped or {}).get("body")):
        raise BadInput("body", "和现在用的完全一样，没有另出一版。")
    return publish_text(code=code, name=name, slots=slots, body=body, version=version, by=by)


def check_text(*, code: str, body: str, by: Viewer) -> None:
    """Whether ``change_text`` would take this body; for a preview. Raises BadInput, UnknownSlot."""
    by.require(May.ADMINISTER)
    checked_body(body, " ".join(text_for_change(by, code).slots))


def publish_text(*, code: str, name: str, slots: str, body: str, version: int, by: Viewer) -> Template:
    """Write a checked body as the next version; for the screen and for imports. Raises Raced."""
    if version == 0:
        try:
            with transaction.atomic():
                text = Template.objects.create(code=code, name=name, slots=slots, body=body, version=1)
        except IntegrityError as error:
            raise Raced from error
    else:
        won = Template.objects.filter(code=code, version=version).update(
            body=body, slots=slots, name=name, version=version + 1, changed_at=clock.now()
        )
        if not won:
            raise Raced
        text = Template.objects.get(code=code)
    trail.record("template.published", text, by=by, facts={"code": code, "version": text.version})
    return text


def checked_body(body: str, slots: str) -> str:
    """The body with one kind of line end. Raises BadInput, UnknownSlot."""
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise BadInput("body", "内容不能空着。")
    if len(body) > LONGEST:
        raise BadInput("body", f"写了 {len(body)} 字，最多 {LONGEST} 字。")
    allowed = slots.split()
    for slot in _SLOT.findall(body):
        if slot not in allowed:
            raise UnknownSlot(
                slot=f"{{{slot}}}", slots="、".join(f"{{{one}}}" for one in allowed) or "没有，请直接写字"
            )
    return body
