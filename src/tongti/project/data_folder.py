"""The data folder: one holder at a time, and the name of whoever holds it."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from tongti.project.refusal import Refused


class Busy(Refused):
    """Another process holds the data folder; ``holder`` says which."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"数据目录 {folder} 正由另一个程序使用（{holder}）：请先停止它，或用 TONGTI_DATA 指定另一个目录。"
        )
        self.holder = holder


class Hold:
    """Exclusive use of a data folder; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path, purpose: str) -> None:
        self.folder = folder
        self.purpose = purpose
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def take(self) -> None:
        """Hold the folder or raise Busy."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / "running.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode("utf-8", errors="replace").strip()
            os.close(descriptor)
            raise Busy(self.folder, holder or "未知进程") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{self.purpose}，进程 {os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Let the next one have it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
