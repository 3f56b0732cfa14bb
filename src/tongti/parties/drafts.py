"""What is typed or imported of a firm and its contacts, read and checked before anything is written. No database."""

from dataclasses import dataclass
from typing import Any

from tongti.parties import names
from tongti.parties.codes import checked_code
from tongti.parties.indexes import phone_index
from tongti.parties.models import Firm
from tongti.parties.sectors import read_sector
from tongti.shared.errors import BadInput
from tongti.shared.text import checked_words, mask_name, normal_phone, tidy

PERSON_LIMIT = 60
FIRM_NAME_LIMIT, ADDRESS_LIMIT, POST_LIMIT = 120, 200, 40


@dataclass(frozen=True)
class FirmDraft:
    """What an entry says. ``sector`` is typed (code or name of GB/T 4754), everything else is ids and codes."""

    name: str
    kind: str = Firm.Kind.ENTERPRISE
    name_personal: bool = False
    credit_code: str = ""
    size: str = ""
    sector: str = ""
    park_id: int | None = None
    place_id: int | None = None
    address: str = ""
    status: str = Firm.Status.RUNNING
    unit_id: int | None = None


@dataclass(frozen=True)
class ContactDraft:
    """One person at a firm."""

    name: str = ""
    phone: str = ""
    post: str = ""

    @property
    def empty(self) -> bool:
        """Nothing was typed."""
        return not (self.name.strip() or self.phone.strip() or self.post.strip())


# Fields of a draft that are columns of the entry as they stand.
_COLUMNS = ("kind", "name_personal", "credit_code", "size", "park_id", "place_id", "address", "status", "unit_id")


def read_draft(draft: FirmDraft) -> dict[str, Any]:
    """The columns that a draft fills, tidy and checked; no database. ``true_name`` is the party's. Raises BadInput."""
    name = checked_words(draft.name, "name", "名称", FIRM_NAME_LIMIT).replace("\n", " ")
    for field, value, choices in (
        ("kind", draft.kind, Firm.Kind),
        ("size", draft.size, Firm.Size),
        ("status", draft.status, Firm.Status),
    ):
        if value not in choices.values and (value or field != "size"):
            raise BadInput(field, "没有这个选项，请重新选择。")
    if draft.name_personal and draft.kind != Firm.Kind.SHOP:
        raise BadInput("name_personal", "只有商户（个体工商户）可以用经营者的姓名作名称。")
    sector, section = read_sector(draft.sector)
    shown = mask_name(name) if draft.name_personal else name
    columns = {column: getattr(draft, column) for column in _COLUMNS}
    return columns | {
        "true_name": name,
        "name": shown,
        # pairs of a masked name would find nothing, and those of the true one would give it away
        "core": "" if draft.name_personal else names.core(name),
        "grams": [] if draft.name_personal else names.grams(name),
        "credit_code": checked_code(draft.credit_code),
        "sector": sector,
        "section": section,
        "address": checked_words(draft.address, "address", "地址", ADDRESS_LIMIT, optional=True),
    }


@dataclass(frozen=True)
class ReadContact:
    """A contact in normal form."""

    name: str
    phone: str
    post: str
    phone_index: bytes


def read_contact(draft: ContactDraft) -> ReadContact:
    """Tidy and checked; no database. Raises BadInput."""
    name = checked_words(draft.name, "contact_name", "联系人姓名", PERSON_LIMIT)
    phone = normal_phone(draft.phone) if draft.phone.strip() else ""
    if draft.phone.strip() and not phone:
        raise BadInput("contact_phone", "这个电话号码不对，请检查：手机号是 11 位，座机请带区号。")
    post = tidy(draft.post)
    if len(post) > POST_LIMIT:
        raise BadInput("contact_post", f"“职务”写了 {len(post)} 字，最多 {POST_LIMIT} 字。")
    return ReadContact(name, phone, post, phone_index(phone))
