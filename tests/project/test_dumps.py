"""A backup file from a stranger cannot write outside the data folder."""

import io
import tarfile
from pathlib import Path

import pytest

from tongti.project import dumps
from tongti.project.refusal import Refused


def _archive(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def _file(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = 1
    return member


def _link(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, "/etc"
    return member


@pytest.mark.parametrize(
    "evil", [_file("../evil"), _file("/tmp/evil"), _file("files/../../evil"), _link("files/etc"), _file("pg/x")]
)
def test_a_forged_archive_is_refused(evil: tarfile.TarInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGTI_DATA", str(tmp_path / "data"))
    forged = _archive(tmp_path / "forged.tar", _file("database.dump"), _file("secrets.json"), evil)
    with pytest.raises(Refused):
        dumps.unpack(forged)
    assert not (tmp_path / "data").exists()


def test_an_honest_one_is_unpacked_privately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TONGTI_DATA", str(tmp_path / "data"))
    honest = _archive(tmp_path / "b.tar", _file("database.dump"), _file("secrets.json"), _file("files/2026/a.jpg"))
    assert dumps.unpack(honest) == tmp_path / "data" / "database.dump"
    assert (tmp_path / "data" / "secrets.json").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "files" / "2026" / "a.jpg").read_bytes() == b"x"


@pytest.mark.parametrize("content", [b"", b"not a tar"])
def test_something_else_is_refused_in_a_sentence(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGTI_DATA", str(tmp_path / "data"))
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(Refused, match=r"x\.tar"):
        dumps.unpack(tmp_path / "x.tar")
