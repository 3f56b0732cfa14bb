"""`tongti up` as an operator meets it: starts, refuses, survives, stops, and leaves nothing behind."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow

READY = "请在浏览器打开"


class Site:
    """One data folder, and the ``tongti`` processes over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.process: subprocess.Popen[str] | None = None
        self.tree: list[psutil.Process] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        known = {name: value for name, value in os.environ.items() if not name.startswith(("TONGTI_", "DJANGO_"))}
        known.pop("DATABASE_URL", None)
        return {**known, "TONGTI_DATA": str(self.folder), "PYTHONUNBUFFERED": "1"}

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tongti.project.cli", *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def start(self, *arguments: str) -> list[str]:
        """Bring it up and answer what it printed until it was ready."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tongti.project.cli", "up", "--port", str(self.port), *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if READY in line:
                self.tree = psutil.Process(self.process.pid).children(recursive=True)
                return lines
        raise AssertionError("did not start:\n" + "\n".join(lines))

    def child(self, words: str) -> psutil.Process:
        return next(one for one in self.tree if words in " ".join(one.cmdline()))

    def wait(self) -> tuple[int, str]:
        """Exit code and last words; everything that belonged to it is gone."""
        assert self.process is not None
        words, _ = self.process.communicate(timeout=150)
        code = self.process.returncode
        _, alive = psutil.wait_procs(self.tree, timeout=10)
        assert alive == [], f"left behind: {alive}"
        self.process = None
        return code, words

    def stop(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        assert self.process is not None
        self.process.send_signal(number)
        return self.wait()

    def fetch(self, path: str) -> tuple[int, dict[str, str], bytes]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + path, timeout=10) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One folder for the whole story: the tests below run in order and find what the ones before left."""
    # Not below pytest's own folder: the next session closes that one to other users, and root's database runs as one.
    with tempfile.TemporaryDirectory(prefix="tongti-up-") as folder:
        one = Site(Path(folder) / "data")
        yield one
        if one.process is not None:
            one.stop()


class TestUp:
    """One story in order; `--dist loadscope` keeps it on one worker."""

    def test_it_starts_and_says_how_long_each_step_took(self, site: Site) -> None:
        lines = site.start()
        text = "\n".join(lines)
        for step in ("启动数据库", "检查配置", "更新表结构", "整理静态文件", "启动网页服务和后台任务"):
            assert re.search(rf"^ *\d+\.\d 秒 {step}", text, re.MULTILINE), text
        assert site.url in lines[-1]

    def test_it_serves_pages_and_health(self, site: Site) -> None:
        status, headers, body = site.fetch("/healthz")
        assert (status, body) == (200, b'{"status": "ok"}')
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]

    def test_static_files_are_hashed_compressed_and_kept_for_long(self, site: Site) -> None:
        files = [path.relative_to(site.folder / "static") for path in (site.folder / "static").rglob("*.css")]
        hashed = next(path for path in files if re.search(r"\.[0-9a-f]{12}\.css$", path.name))
        _, headers, _ = site.fetch(f"/static/{hashed}")
        assert "immutable" in headers["cache-control"]
        assert (site.folder / "static" / f"{hashed}.gz").exists()

    def test_another_one_on_the_same_folder_is_refused(self, site: Site) -> None:
        answer = site.command("up", "--port", str(_free_port()))
        assert answer.returncode == 1
        assert len(answer.stderr.strip().splitlines()) == 1
        assert "正由另一个程序使用（tongti up" in answer.stderr

    def test_another_one_on_the_same_port_is_refused(self, site: Site, tmp_path: Path) -> None:
        other = Site(tmp_path / "data")
        answer = other.command("up", "--port", str(site.port))
        assert answer.returncode == 1
        assert f"不能监听 127.0.0.1:{site.port}" in answer.stderr
        assert not (tmp_path / "data" / "pg").exists()

    def test_commands_share_the_running_database(self, site: Site) -> None:
        answer = site.command("createofficer", "lan", "--name", "小蓝", "--random-password")
        assert answer.returncode == 0, answer.stderr
        answer = site.command("check")
        assert answer.returncode == 0, answer.stderr
        assert re.search(r"留痕：[1-9]\d* 条记录完整", answer.stdout)
        assert "计数：还没有核对过" in answer.stdout
        answer = site.command("figures", "check")
        assert (answer.returncode, "全部一致" in answer.stdout) == (0, True), answer.stdout

    def test_ctrl_c_stops_everything(self, site: Site) -> None:
        code, words = site.stop()
        assert code == 0
        assert "已全部停止" in words
        assert not (site.folder / "pg" / "postmaster.pid").exists()

    def test_commands_start_the_database_themselves_and_the_data_is_kept(self, site: Site) -> None:
        answer = site.command("createofficer", "lan", "--name", "小蓝", "--random-password")
        assert answer.returncode == 1
        assert "lan" in answer.stderr
        answer = site.command("trail", "verify")
        assert (answer.returncode, "完整，没有改动" in answer.stdout) == (0, True)

    def test_a_backup_restored_elsewhere_is_the_same_installation(self, site: Site) -> None:
        archive = site.folder.parent / "tongti.tar"
        answer = site.command("backup", str(archive))
        assert answer.returncode == 0, answer.stderr
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600
        other = Site(site.folder.parent / "restored")
        answer = other.command("restore", str(archive))
        assert answer.returncode == 0, answer.stderr
        # The same keys, the same chain: the restored trail proves itself.
        assert other.command("check").stdout == site.command("check").stdout
        answer = other.command("restore", str(archive))
        assert answer.returncode == 1
        assert "恢复只能放进空目录" in answer.stderr

    def test_a_second_start_recovers_from_a_kill(self, site: Site) -> None:
        # A pid file whose number now belongs to a stranger: this test itself.
        (site.folder / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{site.folder}/pg\n", encoding="ascii")
        site.start()
        assert site.process is not None
        site.process.kill()
        site.wait()
        site.start()

    def test_sigterm_stops_everything_too(self, site: Site) -> None:
        code, _ = site.stop(signal.SIGTERM)
        assert code == 0

    @pytest.mark.parametrize(
        ("words", "name"), [("cli worker", "后台任务"), ("cli web", "网页服务"), ("bin/postgres", "数据库")]
    )
    def test_when_one_part_dies_all_stop_and_say_so(self, site: Site, words: str, name: str) -> None:
        site.start()
        site.child(words).kill()
        code, said = site.wait()
        assert code == 1
        assert f"{name}意外退出" in said

    def test_a_killed_web_process_is_replaced(self, site: Site) -> None:
        site.start()
        parent = site.child("cli web")
        before = parent.children()
        before[0].kill()
        _until(
            lambda: len({one for one in parent.children() if one.status() != psutil.STATUS_ZOMBIE} - {before[0]}) == 2
        )
        site.tree += parent.children(recursive=True)
        _until(lambda: site.fetch("/healthz")[0] == 200)
        site.stop()


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        # A connection that waited in the killed process's queue is reset.
        with suppress(OSError, psutil.NoSuchProcess):
            if true():
                return
        time.sleep(0.2)
    raise AssertionError("waited in vain")
