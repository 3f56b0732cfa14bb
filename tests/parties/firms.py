"""What the stories of the register share: codes that are valid and nobody's, and short ways to enter a firm."""

from typing import Any

from stdnum.cn import uscc

from tongti.parties import actions
from tongti.parties.actions import ContactDraft, FirmDraft
from tongti.parties.models import Firm
from tongti.shared.actor import SYSTEM, Actor


def code(number: int, body: str = "MAYLT") -> str:
    """A valid code of a district that does not exist."""
    start = f"91450199{body}{number:04d}"
    return f"{start}{uscc.calc_check_digit(start)}"


def entered(name: str, *, by: Actor = SYSTEM, people: tuple[ContactDraft, ...] = (), **more: Any) -> Firm:
    """One entry of the register."""
    return actions.enter_firm(draft=FirmDraft(name=name, **more), contacts=people, by=by)


MANAGER = ContactDraft(name="韦建国", phone="13800138000", post="厂长")
