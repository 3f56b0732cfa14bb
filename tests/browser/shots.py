"""Pictures of the guide, taken by journeys: ``shot(page, "clerk-register")``.

In an ordinary run a shot only checks the page. ``make guide-pictures`` sets TONGTI_GUIDE_PICTURES: then the pictures that a reader could
tell from the kept ones are written anew (tests/web/test_guide.py holds that the guide names none but these).
"""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page

from tests.browser.harness import check

FOLDER = Path(__file__).resolve().parents[2] / "src" / "tongti" / "web" / "static" / "tongti" / "guide"
LARGEST = 120 * 1024
WIDEST = 1100
# Mean difference of brightness (of 255) over a picture made small, below which nobody sees one.
VISIBLE = 1.5


def shot(page: Page, name: str, *, height: int = 0) -> None:
    """This page under this name in the guide: what is on the screen, or its upper ``height`` pixels."""
    check(page, name)
    if not os.environ.get("TONGTI_GUIDE_PICTURES"):
        return
    page.evaluate("scrollTo(0, 0)")
    size = page.viewport_size or {"width": 1366, "height": 800}
    clip = {"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]}
    taken = Image.open(BytesIO(page.screenshot(clip=clip, full_page=bool(height), animations="disabled")))  # type: ignore[arg-type]
    _keep(taken.convert("RGB"), FOLDER / f"{name}.png")


def _keep(picture: Image.Image, path: Path) -> None:
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, round(picture.height * WIDEST / picture.width)), Image.Resampling.LANCZOS)
    if path.exists() and not differ(picture, Image.open(path)):
        return
    path.parent.mkdir(exist_ok=True)
    for colours in (128, 64, 32):
        reduced(picture, colours).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return
    raise AssertionError(f"{path.name} is too large: take less of the page")


def reduced(picture: Image.Image, colours: int) -> Image.Image:
    """With so many colours: the commonest, which are the grounds and the marks, exactly as they are; the rest shared out."""
    half = colours // 2
    counted = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)
    flat = [part for _count, colour in counted[:half] for part in colour]  # type: ignore[union-attr]
    shared = picture.quantize(half, method=Image.Quantize.MEDIANCUT).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette((flat + shared)[: 3 * colours])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def differ(new: Image.Image, old: Image.Image) -> bool:
    """Whether a reader would see a difference."""
    if new.size != old.size:
        return True
    small = [one.convert("L").resize((one.width // 4, one.height // 4)) for one in (new, old)]
    return float(ImageStat.Stat(ImageChops.difference(*small)).mean[0]) > VISIBLE
