"""演示区县: the fictional district 云岭区, which lives through twelve weeks in a few seconds.

Nothing is written behind the rules' back: every case is registered, joined, dispatched, answered and judged by the same actions
that the pages call, at its own moment in the past (stage.py moves the clock). Texts and plots are data (``data/*.toml``), written
by us; no real person, place or message is in them. All of it is one transaction: it is there whole, or not at all.
"""

from tongti.project.demo.loading import load

__all__ = ["load"]
