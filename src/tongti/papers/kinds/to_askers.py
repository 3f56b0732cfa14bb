"""Papers to one asker: 受理告知, 延期告知, 答复意见书. Her name is kept as ciphertext and stands in full only for who may see it.

受理告知: 信访工作条例 23 (in writing, who handles it); 延期告知: 34 (the asker is told why); 答复意见书: 32 and domain sheet 8.2. The text
of an answer is that of the signed reply, word by word: its facts, basis, handling and remedies were checked when it was signed.
"""

import re
from typing import Any

from tongti.answers import queries as answers
from tongti.answers.letters import greeting
from tongti.answers.models import Reply
from tongti.cases.models import Case
from tongti.papers.blocks import Block, Facts, Heading, Paragraph
from tongti.papers.errors import NothingToWriteAbout
from tongti.papers.kinds.kind import PRIVATE, About, Asked, Kind, Parties, Snapshot, Words
from tongti.papers.kinds.matters import batons_for, day, day_of, hotline_phone, lead_among
from tongti.papers.kinds.phrases import no_annex
from tongti.parties import queries as parties
from tongti.relay.models import Baton, Extension
from tongti.shared import clock

FIRST_LEVEL = re.compile(r"^[一二三四五六七八九十]+、\S")


def _asker(case: Case) -> dict[str, Any]:
    name, kind = parties.name_for_letter(case.party_id)
    return {"name": name, "kind": kind, "hidden": case.hide_identity}


def _of_case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "received": day_of(case.received_at),
        "channel": str(case.get_channel_display()),
        "category": case.category.name if case.category else "",
        "as_of": clock.now().isoformat(),
    }


def addressee(snapshot: Snapshot) -> str:
    """The greeting; the drawing has masked the name by then where it must."""
    asker = snapshot[PRIVATE]
    return greeting(asker["kind"], asker["name"]).rstrip("：")


def _receipt(snapshot: Snapshot) -> str:
    return f"您于{snapshot['received']}通过{snapshot['channel']}反映的诉求（编号{snapshot['number']}）"


def _readers(case: Case, issuer: Any) -> Parties:
    return Parties(issuer, None, frozenset({issuer.pk, *case.units}))


# --- 受理告知 -------------------------------------------------------------------------------------------------------


def accepted_parties(case: Case) -> Parties:
    """Whoever holds the case tells the asker. Raises NothingToWriteAbout."""
    if case.holder is None:
        raise NothingToWriteAbout(why="这件诉求已经办结")
    return _readers(case, case.holder)


def collect_accepted(asked: Asked) -> dict[str, Any]:
    """When it came, who handles it, until when, where to ask."""
    case, lead = asked.case, lead_among(batons_for(asked.case))
    if case.holder is None:
        raise NothingToWriteAbout(why="这件诉求已经办结")
    return _of_case(case) | {
        "unit": lead.unit.name if lead else case.holder.name,
        "dispatched": lead is not None,
        "due": day(lead.due_on) if lead else "",
        "phone": (lead.unit.phone if lead else "") or hotline_phone(),
        PRIVATE: _asker(case),
    }


def draw_accepted(snapshot: Snapshot, _words: Words) -> list[Block]:
    """Two paragraphs and what to keep at hand."""
    due = f"，办理期限到{snapshot['due']}" if snapshot["due"] else ""
    way = f"由{snapshot['unit']}办理{due}" if snapshot["dispatched"] else f"由{snapshot['unit']}核实、派单"
    rows = [("诉求编号", snapshot["number"]), ("办理单位", snapshot["unit"])]
    rows += [(name, snapshot[key]) for name, key in (("办理期限", "due"), ("联系电话", "phone")) if snapshot[key]]
    return [
        Paragraph(f"{_receipt(snapshot)}收悉，已予受理，{way}。办理单位会与您联系。"),
        Paragraph("凭诉求编号和查询码可以在网上查看办理进展、补充情况；对办理时限有疑问的，也可以来电询问。"),
        Facts(rows),
    ]


ACCEPTED = Kind(
    code="accepted",
    name="受理告知",
    about=About.CASE,
    sections=(),
    collect=collect_accepted,
    title=lambda snapshot: f"诉求受理告知书（{snapshot['number']}）",
    draw=draw_accepted,
    annex=no_annex,
    parties=accepted_parties,
    addressee=addressee,
)

# --- 延期告知 -------------------------------------------------------------------------------------------------------


def _extension(case: Case) -> Extension:
    rows = Extension.objects.filter(
        baton__in=[row.pk for row in batons_for(case) if row.role == Baton.Role.LEAD], state=Extension.State.APPROVED
    )
    found = rows.select_related("baton__unit").order_by("-decided_at", "-pk").first()
    if found is None:
        raise NothingToWriteAbout(why="没有批准过的延期")
    return found


def extended_parties(case: Case) -> Parties:
    """The unit that asked for more time. Raises NothingToWriteAbout."""
    return _readers(case, _extension(case).baton.unit)


def collect_extended(asked: Asked) -> dict[str, Any]:
    """The newest approved extension. Its internal words are not told, the class of reason is."""
    row = _extension(asked.case)
    return _of_case(asked.case) | {
        "extension": row.pk,
        "unit": row.baton.unit.name,
        "from": day(row.from_due_on),
        "to": day(row.to_due_on),
        "reason": str(row.get_reason_display()),
        "decided": day_of(row.decided_at),
        "phone": row.baton.unit.phone or hotline_phone(),
        PRIVATE: _asker(asked.case),
    }


def draw_extended(snapshot: Snapshot, _words: Words) -> list[Block]:
    """Why, and the new date."""
    rows = [("诉求编号", snapshot["number"]), ("原办理期限", snapshot["from"]), ("延长以后的期限", snapshot["to"])]
    rows += [("办理单位", snapshot["unit"])] + [("联系电话", snapshot["phone"])] * bool(snapshot["phone"])
    return [
        Paragraph(
            f"{_receipt(snapshot)}，正由{snapshot['unit']}办理，原办理期限到{snapshot['from']}。因{snapshot['reason']}，"
            f"经{snapshot['decided']}批准，办理期限延长到{snapshot['to']}。"
        ),
        Paragraph("延期期间有新的进展，会及时告诉您。对延期有意见的，请与办理单位联系，或者拨打12345。"),
        Facts(rows),
    ]


EXTENDED = Kind(
    code="extended",
    name="延期告知",
    about=About.CASE,
    sections=(),
    collect=collect_extended,
    title=lambda snapshot: f"诉求延期办理告知书（{snapshot['number']}）",
    draw=draw_extended,
    annex=no_annex,
    parties=extended_parties,
    addressee=addressee,
)

# --- 答复意见书 -----------------------------------------------------------------------------------------------------


def _reply(case: Case) -> Reply:
    found = next(iter(answers.latest_replies([case.pk], 1)), None)
    if found is None:
        raise NothingToWriteAbout(why="还没有签发过答复")
    return found


def opinion_parties(case: Case) -> Parties:
    """The lead that signed. Raises NothingToWriteAbout."""
    return _readers(case, _reply(case).answer.lead)


def collect_opinion(asked: Asked) -> dict[str, Any]:
    """The newest signed reply to this asker, its text as it was frozen."""
    row = _reply(asked.case)
    return _of_case(asked.case) | {
        "reply": row.pk,
        "unit": row.answer.lead.name,
        "signed": day_of(row.answer.signed_at),
        "round": row.answer.round,
        PRIVATE: _asker(asked.case) | {"body": row.body},
    }


def draw_opinion(snapshot: Snapshot, _words: Words) -> list[Block]:
    """Its lines, those with a number of their own as headings."""
    lines = (line.strip() for line in snapshot[PRIVATE]["body"].split("\n"))
    return [
        Heading(1, line) if FIRST_LEVEL.match(line) and len(line) < 20 else Paragraph(line) for line in lines if line
    ]


OPINION = Kind(
    code="opinion",
    name="答复意见书",
    about=About.CASE,
    sections=(),
    collect=collect_opinion,
    title=lambda snapshot: f"关于{snapshot['number']}号诉求的答复意见书",
    draw=draw_opinion,
    annex=no_annex,
    parties=opinion_parties,
    addressee=addressee,
)
