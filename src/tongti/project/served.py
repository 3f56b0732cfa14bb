"""The application as a granian process loads it."""

import gc
import signal
import sys

from tongti.project.parent import follow_parent

# The process was forked with its parent's handlers, which here do nothing, and granian sets its own only after loading us: without
# this a stop that comes while we load would be lost, and everybody would wait for the kill.
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_DFL)
follow_parent(signal.SIGKILL)

from tongti.project.guarded import Guarded  # noqa: E402
from tongti.project.wsgi import application as django  # noqa: E402

application = Guarded(django)

# A thread that comes back from the database waits its turn for the interpreter. The usual five milliseconds behind each of the other
# threads is longer than most requests take.
sys.setswitchinterval(0.0005)
# What is loaded by now stays for good: the collector need not walk through it again and again.
gc.collect()
gc.freeze()

__all__ = ["application"]
