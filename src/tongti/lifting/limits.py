"""How long a letter may be: what the writer keeps to and the reader refuses above."""

MOST_BODY = 64 * 1024
"""Bytes of the whole letter, as it crosses."""
MOST_WORDS = 20_000
"""Characters of an answer or of why something is sent back."""
MOST_TOWNSHIPS = 200
