"""The one kind of failure that a person at the terminal is meant to read."""


class Refused(Exception):
    """Something stands in the way; the message is one Chinese sentence that says what to do about it."""
