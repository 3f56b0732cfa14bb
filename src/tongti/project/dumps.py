"""One file that holds everything of an installation: database, keys, uploaded files."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

import psycopg
from psycopg.conninfo import make_conninfo

from tongti.project import environment, postgres
from tongti.project.database_url import parse
from tongti.project.refusal import Refused

DUMP = "database.dump"
KEYS = "secrets.json"
FILES = "files"


def write(target: Path) -> int:
    """Write the archive (mode 0600: it holds the keys); answers its size in bytes. The database must be running."""
    target.parent.mkdir(parents=True, exist_ok=True)
    data = environment.data_dir()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        dump = Path(folder) / DUMP
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        draft = Path(folder) / "draft.tar"
        os.close(os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600))
        with tarfile.open(draft, "w") as archive:
            # The dump first: every file it speaks of was there before it was made, so it is in the archive too.
            archive.add(dump, DUMP)
            archive.add(data / KEYS, KEYS)
            if (data / FILES).is_dir():
                archive.add(data / FILES, FILES)
        draft.replace(target)
    return target.stat().st_size


def unpack(source: Path) -> Path:
    """Put keys and files into an empty data folder; answers where the dump lies now. Needs no database."""
    data = environment.data_dir()
    taken = [name for name in (KEYS, FILES, "pg") if (data / name).exists()]
    if taken:
        raise Refused(f"数据目录 {data} 里已经有 {taken[0]}：恢复只能放进空目录，请用 TONGTI_DATA 指定一个新目录。")
    try:
        with tarfile.open(source) as archive:
            members = archive.getmembers()
            if not {DUMP, KEYS} <= {member.name for member in members} or not all(map(_ours, members)):
                raise Refused(f"{source} 不是 tongti backup 做的备份。")
            for member in members:
                _extract(archive, member, data)
    except (OSError, tarfile.TarError) as error:
        raise Refused(f"备份文件 {source} 读不出来：{error}") from error
    return data / DUMP


def _ours(member: tarfile.TarInfo) -> bool:
    """Plain files and folders in the places that ``write`` uses: a forged archive must not write anywhere else."""
    parts = PurePosixPath(member.name).parts
    return (member.isfile() or member.isdir()) and parts[:1] in {(DUMP,), (KEYS,), (FILES,)} and ".." not in parts


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    # By hand: tarfile's own safe extraction is missing from the oldest Python 3.11 releases that are still in use.
    target = folder / member.name
    if member.isdir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    content = archive.extractfile(member)
    assert content is not None
    with content, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)


def load(dump: Path) -> None:
    """Fill the empty database from the dump and remove it. The database must be running."""
    with psycopg.connect(_address()) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if tables is None or tables[0]:
        raise Refused("数据库里已经有表：恢复只能放进空数据库。")
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump))
    dump.unlink()


def _address(*, password: bool = True) -> str:
    entry = parse(environment.text(environment.DATABASE_URL) or postgres.url(environment.cluster()))
    known = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], **entry["OPTIONS"]}
    if password:
        known["password"] = entry["PASSWORD"]
    return make_conninfo(dbname=entry["NAME"], **{name: value for name, value in known.items() if value})


def _run(program: str, *arguments: str) -> None:
    # The password goes through the environment: everybody can read a command line.
    entry = parse(environment.text(environment.DATABASE_URL) or postgres.url(environment.cluster()))
    done = subprocess.run(
        [postgres.programs() / program, f"--dbname={_address(password=False)}", *arguments],
        env={**os.environ, "PGPASSWORD": entry["PASSWORD"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise Refused(f"{program} 没有完成：{lines[-1] if lines else '没有输出'}")
