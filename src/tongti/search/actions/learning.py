"""学词: which words and names stand in the texts, and in how many; by a job, so that nobody who writes a case waits for it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from django.db import connection, transaction

from tongti.cases.models import Case
from tongti.parties.models import Firm
from tongti.questions import matching
from tongti.questions.models import CaseFeatures, Question
from tongti.search.models import Learned, Term
from tongti.search.sounds import folded, initials, is_han, slips, sounds
from tongti.shared import clock
from tongti.units.models import Region, Unit

LOT = 20_000
"""Cases whose words are counted in one transaction."""
SETTLED = timedelta(minutes=2)
"""Ids are given out before they are committed: a case younger than this is left for the next run, so that none is passed over."""
READ_BY = timedelta(minutes=30)
"""The engine reads a case in a job of its own. One that it has not read after so long is not waited for."""
LONGEST_WORD = 8
BATCH = 2_000
Kind = Term.Kind
Key = tuple[str, str, int]
T = TypeVar("T")


def learn() -> int:
    """Count the words of cases that came since last time, and the names of registers that are new. Answers how many terms are new.

    Safe to repeat: how far it got is committed with the counts. What somebody renames is told by ``learn_whole``.
    """
    made = 0
    for step in (_learn_words, _learn_names):
        while (new := step()) is not None:
            made += new
    made += _learn_titles()
    return made + _learn_registers()


def learn_whole() -> int:
    """The names of registers anew: what was renamed, merged or taken out of use goes. Answers how many went."""
    learn()
    gone = 0
    with transaction.atomic():
        for kind, names in _registers().items():
            known = Term.objects.filter(kind=kind).values_list("pk", "text", "about")
            known_names = {(text, about): pk for pk, text, about in known}
            _enter((kind, *name) for name in names - known_names.keys())
            for lot in _lots(pk for name, pk in known_names.items() if name not in names):
                gone += Term.objects.filter(pk__in=lot).delete()[0]
    return gone


# --- words and names out of the texts -----------------------------------------------------------------------------


@transaction.atomic
def _learn_words() -> int | None:
    """One lot of cases; None when there are no more."""
    at = _position("cases")
    settled = Case.objects.filter(pk__gt=at.last_id, registered_at__lt=clock.now() - SETTLED)
    last = max(settled.order_by("pk").values_list("pk", flat=True)[:LOT], default=None)
    if last is None:
        return None
    made = _count(Kind.WORD, _words_between(at.last_id, last))
    _reached(at, last)
    return made


@transaction.atomic
def _learn_names() -> int | None:
    """The names in one lot of cases that the engine has read; it stops before one that it may still read. None when it is through."""
    at = _position("names")
    now = clock.now()
    unread = Case.objects.filter(pk__gt=at.last_id, features=None, registered_at__gte=now - READ_BY)
    read = CaseFeatures.objects.filter(case_id__gt=at.last_id, case__registered_at__lt=now - SETTLED)
    if (wait := unread.order_by("pk").values_list("pk", flat=True).first()) is not None:
        read = read.filter(case_id__lt=wait)
    ids = list(read.order_by("case_id").values_list("case_id", flat=True)[:LOT])
    if not ids:
        return None
    made = _count(Kind.NAME, _names_in(ids))
    _reached(at, ids[-1])
    return made


def _words_between(after: int, until: int) -> dict[str, int]:
    """Chinese words of two characters and more, with in how many of these cases each stands: counted by PostgreSQL out of the
    very index words that a search looks for."""
    rows = f"SELECT search FROM {Case._meta.db_table} WHERE id > {int(after)} AND id <= {int(until)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ndoc FROM ts_stat(%s) WHERE char_length(word) BETWEEN 2 AND %s", [rows, LONGEST_WORD]
        )
        return {word: count for word, count in cursor.fetchall() if is_han(word)}


def _names_in(case_ids: Sequence[int]) -> dict[str, int]:
    """Roads, estates, schools, … as the engine knows them by their endings."""
    counted: Counter[str] = Counter()
    for start in range(0, len(case_ids), BATCH):
        for features in matching.features_of(case_ids[start : start + BATCH]).values():
            counted.update({name for name in features.names if is_han(name) and 2 <= len(name) <= LONGEST_WORD})
    return counted


def _count(kind: str, counts: Mapping[str, int]) -> int:
    """Add to what is known; the order of the texts keeps two writers from waiting for each other crosswise."""
    made = 0
    for lot in _lots(sorted(counts.items())):
        known = dict(
            Term.objects.filter(kind=kind, about=0, text__in=[text for text, _ in lot]).values_list("text", "pk")
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {Term._meta.db_table} SET weight = weight + n"  # noqa: S608
                " FROM unnest(%s::bigint[], %s::int[]) AS came (term, n) WHERE id = term",
                [[known[text] for text, _ in lot if text in known], [n for text, n in lot if text in known]],
            )
        made += len(Term.objects.bulk_create(_term(kind, text, 0, n) for text, n in lot if text not in known))
    return made


# --- whole names out of registers ---------------------------------------------------------------------------------


@transaction.atomic
def _learn_titles() -> int:
    """Titles of new questions, and names of new firms."""
    made = 0
    for source, kind, rows in (
        ("questions", Kind.QUESTION, Question.objects.values_list("pk", "title")),
        ("firms", Kind.FIRM, Firm.objects.filter(merged_into=None, name_personal=False).values_list("pk", "name")),
    ):
        at = _position(source)
        new = list(rows.filter(pk__gt=at.last_id).order_by("pk"))
        made += _enter((kind, name[:120], pk) for pk, name in new)
        if new:
            # ids are given out before they are committed; the nightly run enters one that came in late
            _reached(at, new[-1][0])
    return made


@transaction.atomic
def _learn_registers() -> int:
    """Places and units: a few hundred rows, compared each time."""
    wanted = _places_and_units()
    known = set(Term.objects.filter(kind__in=[Kind.PLACE, Kind.UNIT]).values_list("kind", "text", "about"))
    return _enter(
        key for kind, names in wanted.items() for key in ((kind, *name) for name in names) if key not in known
    )


def _places_and_units() -> dict[str, set[tuple[str, int]]]:
    units = Unit.objects.filter(active=True).values_list("pk", "name", "short_name")
    return {
        Kind.PLACE: {(name, pk) for pk, name in Region.objects.filter(active=True).values_list("pk", "name")},
        Kind.UNIT: {(name, pk) for pk, *both in units for name in both},
    }


def _registers() -> dict[str, set[tuple[str, int]]]:
    firms = Firm.objects.filter(merged_into=None, name_personal=False)
    return {
        **_places_and_units(),
        Kind.QUESTION: {(title[:120], pk) for pk, title in Question.objects.values_list("pk", "title")},
        Kind.FIRM: {(name[:120], pk) for pk, name in firms.values_list("pk", "name")},
    }


# --- both ---------------------------------------------------------------------------------------------------------


def _enter(keys: Iterable[Key]) -> int:
    made = 0
    for lot in _lots(keys):
        rows = Term.objects.bulk_create((_term(*key) for key in lot), ignore_conflicts=True)
        made += len(rows)
    return made


def _term(kind: str, text: str, about: int, weight: int = 0) -> Term:
    return Term(
        kind=kind,
        text=text,
        about=about,
        weight=weight,
        sounds=sounds(text).lower()[:240],
        initials=initials(text).lower()[:60],
        folded=folded(text).lower()[:240],
        near=slips(text),
    )


def _lots(rows: Iterable[T]) -> Iterator[list[T]]:
    whole = iter(rows)
    while lot := list(islice(whole, BATCH)):
        yield lot


def _position(source: str) -> Learned:
    """How far this source is, locked: of two runs at once one waits and then finds nothing to do."""
    Learned.objects.bulk_create([Learned(source=source)], ignore_conflicts=True)
    return Learned.objects.select_for_update().get(source=source)


def _reached(at: Learned, last_id: int) -> None:
    Learned.objects.filter(pk=at.pk).update(last_id=last_id, at=clock.now())
