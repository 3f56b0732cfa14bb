"""Dying with one's parent, so that a killed supervisor leaves nothing behind."""

import ctypes
import signal
import sys

PR_SET_PDEATHSIG = 1
# Loaded here, not where it is used: between fork and exec nothing may allocate or take a lock more than it must.
_LIBRARY = ctypes.CDLL(None) if sys.platform == "linux" else None


def follow_parent(number: signal.Signals) -> None:
    """Ask the kernel for this signal when the parent dies, even by SIGKILL. Elsewhere than on Linux nothing happens:
    there the next start ends a database that was left behind, and the rest must be ended by hand."""
    if _LIBRARY is not None:
        _LIBRARY.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
