"""Files from strangers: told by content, drawn anew, never more than they say."""

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from tongti.shared.errors import BadInput
from tongti.shared.uploads import MOST_FILES, Upload, check_and_clean, clean_all, sniff, tidy_name


def photo(
    kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", colour: object = "teal", **more: object
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **more)
    return out.getvalue()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in ("[Content_Types].xml", *names):
            archive.writestr(name, "<x/>")
    return out.getvalue()


def test_a_photo_loses_where_and_with_what_it_was_taken():
    exif = Image.Exif()
    exif[0x010F] = "SECRET-PHONE"
    exif.get_ifd(0x8825)[2] = (22.0, 48.0, 30.0)
    clean = check_and_clean("幸福路.jpg", photo(exif=exif, comment=b"SECRET-COMMENT"))
    assert clean.content_type == "image/jpeg"
    assert b"SECRET" not in clean.content
    assert not Image.open(io.BytesIO(clean.content)).getexif()


def test_a_photo_taken_upright_stays_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    clean = check_and_clean("a.jpg", photo(size=(80, 40), exif=exif))
    assert Image.open(io.BytesIO(clean.content)).size == (40, 80)


def test_what_is_hidden_behind_the_picture_is_gone():
    clean = check_and_clean("a.png", photo("PNG") + b"<script>alert(1)</script>")
    assert b"script" not in clean.content


def test_a_large_photo_is_made_smaller_and_a_clear_one_stays_clear():
    big = check_and_clean("a.jpg", photo(size=(6000, 4000)))
    assert max(Image.open(io.BytesIO(big.content)).size) == 2560
    clear = check_and_clean("图.webp", photo("WEBP", mode="RGBA", colour=(0, 90, 90, 40)))
    assert (clear.content_type, clear.given_name) == ("image/png", "图.png")


def test_a_pixel_bomb_is_refused_before_it_unpacks():
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    with pytest.raises(BadInput, match="尺寸太大"):
        check_and_clean("bomb.png", bomb)


@pytest.mark.parametrize("cut", [10, 60, 300])
def test_a_photo_cut_off_on_the_way_gets_a_sentence(cut):
    with pytest.raises(BadInput, match=r"不能传|打不开"):
        check_and_clean("a.jpg", photo(size=(600, 400))[:cut])


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"ID3\x04\x00 sound", "audio/mpeg"),
        (b"\xff\xfb\x90\x00 sound", "audio/mpeg"),
        (b"#!AMR\nsound", "audio/amr"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00", "audio/mp4"),
        (office("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_papers_and_recordings_are_known_by_content_whatever_they_are_called(content, content_type):
    clean = check_and_clean("x.exe", content)
    assert clean.content_type == content_type
    assert not clean.given_name.endswith(".exe")


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00 program",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html><script>alert(1)</script>",
        b"GIF89a",
        b"\x00\x00\x00\x20ftypmp42\x00\x00 hdlr12345678vide film",
        b"PK\x03\x04 not a zip",
        office("word/document.xml", "word/vbaProject.bin"),
        office("anything.txt"),
        b"\xff",
    ],
)
def test_anything_else_is_refused_though_it_calls_itself_a_photo(content):
    with pytest.raises(BadInput, match="不能传") as refusal:
        check_and_clean("photo.jpg", content)
    assert refusal.value.field == "files"


def test_a_photo_of_an_iphone_gets_its_own_advice():
    assert sniff(b"\x00\x00\x00\x18ftypheic") == "image/heic"
    with pytest.raises(BadInput, match="存成 JPG"):
        check_and_clean("IMG_1.HEIC", b"\x00\x00\x00\x18ftypheic1234")


def test_too_large_too_many_and_empty_are_refused_in_words():
    with pytest.raises(BadInput, match="10 MB"):
        check_and_clean("a.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024))
    with pytest.raises(BadInput, match="是空的"):
        check_and_clean("a.jpg", b"")
    many = [Upload(f"{n}.pdf", b"%PDF-" + bytes([n])) for n in range(MOST_FILES)]
    assert len(clean_all(many)) == MOST_FILES
    with pytest.raises(BadInput, match="最多传 6 个"):
        clean_all(many, already=1)


def test_the_same_photo_twice_counts_once_and_a_cleaned_one_is_not_drawn_again():
    first = clean_all([Upload("a.jpg", photo()), Upload("b.jpg", photo())])
    assert len(first) == 1
    assert clean_all(first)[0].content is first[0].content


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\Users\\wei\\照片.jpg", "照片.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("  .  ", "文件"),
        ("长" * 200 + ".jpg", "长" * 76 + ".jpg"),
    ],
)
def test_a_file_name_is_shown_safely(given, shown):
    assert tidy_name(given) == shown
