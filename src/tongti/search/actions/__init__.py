"""Writes on what can be found. One verb, one function."""

from tongti.search.actions.learning import learn, learn_whole

__all__ = ["learn", "learn_whole"]
