"""The shared world of the policy table, for every module here."""

from tests.policy.world import world  # noqa: F401  (a fixture)
