"""The application as a granian process loads it."""

import signal

from tongti.project.parent import follow_parent

# The process was forked with its parent's handlers, which here do nothing, and granian sets its own only after loading us: without
# this a stop that comes while we load would be lost, and everybody would wait for the kill.
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_DFL)
follow_parent(signal.SIGKILL)

from tongti.project.wsgi import application  # noqa: E402

__all__ = ["application"]
