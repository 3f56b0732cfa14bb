"""Writes on units, officers' posts, the catalogues and the words of the site."""

from tongti.units.actions.bodies import (
    UnitDraft,
    add_unit,
    change_unit,
    make_fallback,
    move_unit,
    switch_off_unit,
    switch_on_unit,
)
from tongti.units.actions.catalogue import (
    DutyDraft,
    add_category,
    add_duty,
    change_duty,
    rename_category,
    switch_category,
)
from tongti.units.actions.defaults import load_defaults
from tongti.units.actions.holding import before_switching_off
from tongti.units.actions.people import (
    NewOfficer,
    PostDraft,
    add_officer,
    change_officer,
    end_post,
    give_post,
    reset_password,
    switch_officer,
)
from tongti.units.actions.places import add_place_above
from tongti.units.actions.tiles import place_tiles
from tongti.units.actions.wording import change_text, check_text

__all__ = [
    "DutyDraft",
    "NewOfficer",
    "PostDraft",
    "UnitDraft",
    "add_category",
    "add_duty",
    "add_officer",
    "add_place_above",
    "add_unit",
    "before_switching_off",
    "change_duty",
    "change_officer",
    "change_text",
    "change_unit",
    "check_text",
    "end_post",
    "give_post",
    "load_defaults",
    "make_fallback",
    "move_unit",
    "place_tiles",
    "rename_category",
    "reset_password",
    "switch_category",
    "switch_off_unit",
    "switch_officer",
    "switch_on_unit",
]
