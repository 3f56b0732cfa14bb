"""How a question is found and recognised: keys and a few packed features, from its titles and most central members."""

import struct
from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import connection

import samequestion as engine
from tongti.questions.matching.likeness import QUESTIONS, Remembered, features_of, nearest
from tongti.questions.matching.loaded import model
from tongti.questions.models import Membership, Question

PROFILES = 6
"""Messages by which a question is recognised: its title and its most central members."""
SAMPLE = 24
"""Members of a question that a new case is compared with."""
MATCHABLE = ("candidate", "set_up", "handling", "answered")
"""States of a question that still takes cases."""
OPEN = "AND state IN ({})".format(", ".join(f"'{state}'" for state in MATCHABLE))


def questions_near(asked: Remembered, limit: int) -> list[int]:
    """Open questions that share most keys with ``asked``. A question whose thousand cases share one name is found here by that
    name; among the cases the same name is too common to look up."""
    return [pk for pk, _ in nearest(QUESTIONS, asked, where=OPEN, limit=limit)]


def profile(question: Question, known: Mapping[int, engine.Features] | None = None) -> tuple[list[int], bytes]:
    """(keys, packed features) by which a question is found. ``known`` are features of members that are at hand already."""
    used = model()
    titles = [title for title in dict.fromkeys([question.public_title, question.title]) if title]
    made = [engine.features(engine.Message(id="", title=title), used) for title in titles]
    members = features_of(member_samples([question.pk])[question.pk]) if known is None else known
    made += central(members, PROFILES - len(made)).values()
    keys = sorted({key for own in engine.candidate_keys_of_all(made, used) for key in own})
    return keys, pack(made)


def member_samples(question_ids: Sequence[int], limit: int = 40) -> dict[int, list[int]]:
    """Some members (or, before anybody decided, proposed members) of each question: first ones and last ones. One query.

    Read along the index (question, state, -id), so that a question of ten thousand costs what one of ten does.
    """
    if not question_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SAMPLE_ENDS, {"questions": list(question_ids), "limit": (limit + 1) // 2})
        ends: dict[tuple[int, str, str], list[int]] = {}
        for question_id, state, end, case_id in cursor.fetchall():
            ends.setdefault((question_id, state, end), []).append(case_id)
    return {pk: _sample(pk, ends, limit) for pk in question_ids}


SAMPLE_ENDS = """
SELECT q.id, s.state, m.part, m.case_id
FROM unnest(%(questions)s::bigint[]) AS q (id)
CROSS JOIN (VALUES ('active'), ('proposed')) AS s (state)
CROSS JOIN LATERAL (
    (SELECT 'first' AS part, id, case_id FROM questions_membership
     WHERE question_id = q.id AND state = s.state ORDER BY id LIMIT %(limit)s)
    UNION ALL
    (SELECT 'last', -id, case_id FROM questions_membership
     WHERE question_id = q.id AND state = s.state ORDER BY id DESC LIMIT %(limit)s)
) AS m
ORDER BY q.id, s.state, m.part, m.id
"""


def _sample(pk: int, ends: Mapping[tuple[int, str, str], list[int]], limit: int) -> list[int]:
    """Proposed ones only while members are few."""
    found: list[int] = []
    for state in (Membership.State.ACTIVE.value, Membership.State.PROPOSED.value):
        room = limit - len(found)
        first, last = ends.get((pk, state, "first"), []), ends.get((pk, state, "last"), [])
        found = list(dict.fromkeys([*found, *first[: (room + 1) // 2], *last[: room // 2]]))
        if len(found) >= limit // 2:
            break
    return found


def central(found: Mapping[int, engine.Features], limit: int) -> dict[int, engine.Features]:
    """The ``limit`` cases whose keys most of the others share, the most central first. No pair is scored: this runs after
    every join."""
    keys = dict(zip(found, engine.candidate_keys_of_all(list(found.values()), model()), strict=True))
    usage = Counter(key for own in keys.values() for key in own)
    worth = {pk: sum(usage[key] for key in own) / (len(own) + 1) for pk, own in keys.items()}
    order = sorted(found, key=lambda pk: (-worth[pk], pk))
    return {pk: found[pk] for pk in order[:limit]}


def pack(many: Sequence[engine.Features]) -> bytes:
    """Several features in one column."""
    return b"".join(struct.pack("<I", len(data)) + data for data in (one.to_bytes() for one in many))


def unpack(data: bytes) -> list[bytes]:
    """Inverse of ``pack``, each as it is stored; what an older engine wrote is left out."""
    found, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return [one for one in found if engine.Features.is_current(one)]
