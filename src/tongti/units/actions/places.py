"""Places above the district: the city and the region, so that units there can be entered and asked (上下同题)."""

import re

from django.db import transaction

from tongti.shared.errors import BadInput
from tongti.shared.text import checked_words
from tongti.trail import actions as trail
from tongti.units.access import May, Viewer
from tongti.units.models import Region

_CODE = {Region.Level.CITY: re.compile(r"\d{4}0{8}"), Region.Level.PROVINCE: re.compile(r"\d{2}0{10}")}


@transaction.atomic
def add_place_above(*, code: str, name: str, level: str, by: Viewer) -> Region:
    """Enter a city (``4501`` and zeros) or a province-level region (``45`` and zeros). It stands beside the district's own tree.

    Raises NotAllowed, BadInput.
    """
    by.require(May.ADMINISTER)
    if level not in _CODE:
        raise BadInput("level", "请选市，或者自治区（省）。")
    name = checked_words(name, "place_name", "名称", 60)
    if not _CODE[Region.Level(level)].fullmatch(code.strip()):
        raise BadInput("code", "区划代码是 12 位数字：市是前四位加八个 0，自治区（省）是前两位加十个 0。")
    region, new = Region.objects.get_or_create(code=code.strip(), defaults={"name": name, "level": level})
    if not new:
        raise BadInput("code", f"这个代码已经是“{region.name}”。")
    region.path = f"/{region.pk}/"
    region.save(update_fields=["path"])
    trail.record("region.added", region, by=by, facts={"code": region.code, "level": level}, first=True)
    return region
