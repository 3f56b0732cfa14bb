"""Files from strangers: what they are is told by their content, photos are drawn anew, the rest is let in by a short list.

A photo loses its EXIF (place, phone model, face tags) because only its pixels are kept. Nothing is ever served under a type
that its content does not have.
"""

import hashlib
import io
import os
import re
import secrets
import unicodedata
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps, UnidentifiedImageError

from tongti.shared.errors import BadInput

MOST_FILES = 6
MOST_BYTES = 10 * 1024 * 1024
# A phone takes 12 to 108 megapixels; past this a small file that unpacks to gigabytes is meant.
MOST_PIXELS = 120_000_000
LONGEST_SIDE = 2560
LONGEST_NAME = 80
ZIP_ENTRIES = 5000

EXTENSIONS: dict[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
# Named one by one, so that an iPhone turns its HEIC photos into JPEG by itself.
ACCEPT = "image/jpeg,image/png,image/webp,.pdf,.mp3,.m4a,.amr,.wav,.docx,.xlsx"
WORDS = "照片（JPG、PNG）、录音（MP3、M4A、AMR、WAV）、PDF、Word（docx）、Excel（xlsx）"

_FILM = re.compile(rb"hdlr.{8}vide", re.DOTALL)


@dataclass(frozen=True)
class Upload:
    """What came in: the name that the sender's machine gave it, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class CleanUpload:
    """What may be kept. ``given_name`` is only ever shown; where it is stored is ours to name."""

    content: bytes
    content_type: str
    given_name: str
    sha256: str

    @property
    def name(self) -> str:
        """The given name, so that a cleaned file can stand wherever an Upload can."""
        return self.given_name

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.content_type]

    @property
    def kind(self) -> str:
        """``image``, ``audio``, ``sheet`` or "": which icon the file list draws."""
        return kind_of(self.content_type)


def kind_of(content_type: str) -> str:
    """``image``, ``audio``, ``sheet`` or "" of a content type."""
    if content_type.endswith("spreadsheetml.sheet"):
        return "sheet"
    first = content_type.partition("/")[0]
    return first if first in ("image", "audio") else ""


def clean_all(uploads: Sequence[Upload | CleanUpload], *, already: int = 0) -> list[CleanUpload]:
    """Every file checked; one that was cleaned before passes as it is, the same file twice counts once.

    ``already`` files are kept from before. Raises BadInput("files", …).
    """
    clean: dict[str, CleanUpload] = {}
    for upload in uploads:
        one = upload if isinstance(upload, CleanUpload) else check_and_clean(upload.name, upload.content)
        clean.setdefault(one.sha256, one)
    if already + len(clean) > MOST_FILES:
        raise BadInput("files", f"最多传 {MOST_FILES} 个文件，现在有 {already + len(clean)} 个，请去掉几个。")
    return list(clean.values())


def check_and_clean(name: str, content: bytes) -> CleanUpload:
    """One file, typed by its content and cleaned. Raises BadInput("files", …) with what to do instead."""
    shown = tidy_name(name)
    if not content:
        raise BadInput("files", f"“{shown}”是空的，请换一个。")
    if len(content) > MOST_BYTES:
        raise BadInput("files", f"“{shown}”有 {len(content) / 1048576:.1f} MB，每个文件不能超过 10 MB。")
    content_type = sniff(content)
    if content_type == "image/heic":
        raise BadInput("files", f"“{shown}”是 HEIC 格式的照片，请先存成 JPG 再传（在相册里截一张图也行）。")
    if not content_type:
        raise BadInput("files", f"“{shown}”这种文件不能传。可以传{WORDS}。")
    if content_type.startswith("image/"):
        content_type, content = _redraw(shown, content)
    given = _with_extension(shown, EXTENSIONS[content_type])
    return CleanUpload(content, content_type, given, hashlib.sha256(content).hexdigest())


def store(content: bytes, folder: str) -> str:
    """Write a cleaned file and fsync it under a random name in ``folder`` of MEDIA_ROOT; answers the path relative to it.

    A rollback of the caller leaves at most an unnamed file behind.
    """
    name = secrets.token_hex(16)
    relative = f"{folder}/{name[:2]}/{name}"
    target = Path(settings.MEDIA_ROOT) / relative
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    return relative


def sniff(content: bytes) -> str:
    """The content type that the bytes themselves show; "" when it is none of ours, ``image/heic`` to word that refusal."""
    head = content[:16]
    brand = content[8:12]
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"RIFF"):
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(brand, "")
    if b"%PDF-" in content[:1024]:
        return "application/pdf"
    if content[4:8] == b"ftyp":
        if brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif"):
            return "image/heic"
        return (
            "audio/mp4"
            if brand in (b"M4A ", b"M4B ", b"mp42", b"isom", b"3gp4", b"3gp5") and _only_sound(content)
            else ""
        )
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if head.startswith(b"ID3") or (head[0] == 0xFF and len(head) > 1 and head[1] in (0xFB, 0xF3, 0xF2, 0xFA)):
        return "audio/mpeg"
    return _office(content) if head.startswith(b"PK\x03\x04") else ""


def tidy_name(name: str) -> str:
    """The last part of a file name without control or direction-changing characters, cut to a length that can be shown."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in unicodedata.normalize("NFC", last) if unicodedata.category(c)[0] != "C").strip(" .")
    if len(plain) > LONGEST_NAME:
        stem, dot, end = plain.rpartition(".")
        plain = f"{stem[: LONGEST_NAME - len(end) - 1]}.{end}" if dot and len(end) <= 5 else plain[:LONGEST_NAME]
    return plain or "文件"


def _with_extension(name: str, extension: str) -> str:
    stem, dot, end = name.rpartition(".")
    if dot and end.lower() in (extension, "jpeg" if extension == "jpg" else extension):
        return name
    return f"{stem if dot and len(end) <= 5 else name}.{extension}"


def _only_sound(content: bytes) -> bool:
    # A film in the same container has a video track, whose handler says so.
    return not _FILM.search(content)


def _office(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return ""
    if (
        len(names) > ZIP_ENTRIES
        or "[Content_Types].xml" not in names
        or any(n.endswith("vbaProject.bin") for n in names)
    ):
        return ""
    office = "application/vnd.openxmlformats-officedocument."
    if "word/document.xml" in names:
        return office + "wordprocessingml.document"
    return office + "spreadsheetml.sheet" if "xl/workbook.xml" in names else ""


def _redraw(name: str, content: bytes) -> tuple[str, bytes]:
    """The pixels drawn anew, upright, at most LONGEST_SIDE long: no EXIF, no profile, nothing hidden behind the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP"))
        _refuse_bomb(picture)
        if picture.format == "JPEG":
            # The decoder itself skips detail that would be thrown away: a 108-megapixel photo costs as little as a small one.
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        kind, mode = _shape(picture.format or "", upright)
        drawn = Image.new(mode, upright.size)
        drawn.paste(upright.convert(mode))
        out = io.BytesIO()
        drawn.save(out, kind, **({"quality": 85, "optimize": True} if kind == "JPEG" else {}))
    except Image.DecompressionBombError as error:
        raise BadInput("files", f"“{name}”的尺寸太大，请缩小后再传（在相册里截一张图也行）。") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError) as error:
        raise BadInput("files", f"“{name}”打不开，可能没有传完整，请重新拍一张或换一个。") from error
    return f"image/{kind.lower()}", out.getvalue()


def _refuse_bomb(picture: Image.Image) -> None:
    # The header alone has been read so far.
    if picture.width * picture.height > MOST_PIXELS:
        raise Image.DecompressionBombError


def _shape(format_: str, picture: Image.Image) -> tuple[str, str]:
    # Screenshots stay sharp as PNG; a photo saved as PNG would be ten times its size as one.
    clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    if format_ == "JPEG" or not (clear or format_ == "PNG"):
        return "JPEG", "RGB"
    return "PNG", "RGBA" if clear else "RGB"
