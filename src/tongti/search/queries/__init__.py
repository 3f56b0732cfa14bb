"""Reads on everything at once, always for someone."""

from tongti.search.kinds import Hit
from tongti.search.queries.finding import Found, Group, find, may_search_phones

__all__ = ["Found", "Group", "Hit", "find", "may_search_phones"]
