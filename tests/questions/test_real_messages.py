"""The real messages, through import and grouping: what becomes of the largest question. Their text is read at run time only."""

import uuid
from pathlib import Path

import pytest

from tests.cast import Cast
from tongti.cases.actions.numbering import give_numbers
from tongti.cases.models import Case, ImportBatch
from tongti.questions import actions
from tongti.questions.models import Membership, Question
from tongti.shared import clock

pytestmark = [pytest.mark.slow, pytest.mark.needs_shared]


def entered(cast: Cast, folder: Path) -> ImportBatch:
    """The rows as cases of one batch. The import itself has its own tests; here only what comes after it counts."""
    from django.utils import timezone

    from samequestion import read_messages

    now, holder = clock.now(), cast.units["热线办"].pk
    rows = [
        Case(
            key=uuid.uuid4(),
            channel="import",
            kind="help",
            title=message.title[:120],
            body=message.body,
            source="messages",
            source_id=message.id,
            holder_id=holder,
            units=[holder],
            received_at=timezone.make_aware(message.at) if message.at else now,
            registered_at=now,
        )
        for message in read_messages(folder / "messages.xlsx")
    ]
    give_numbers(rows, year=clock.today().year)
    Case.objects.bulk_create(rows, batch_size=1000)
    return ImportBatch.objects.create(name="messages.xlsx", path="", sha256="", source="messages", created_at=now)


def test_an_import_of_real_messages_proposes_its_largest_question(cast: Cast, shared_data: Path) -> None:
    batch = entered(cast, shared_data)
    done = actions.match_batch(batch_id=batch.pk)
    assert done.cases == Case.objects.count() > 4000
    assert done.new_questions > 300
    largest = Question.objects.order_by("-proposed_count")[0]
    assert largest.proposed_count >= 30
    assert (largest.number, largest.title, largest.proposed_count) == done.largest[0]
    rows = Membership.objects.filter(question=largest)
    assert all(row.reasons and row.probability is not None for row in rows)
    wei = cast.viewer("韦晓梅")
    actions.set_up(question=largest, title=largest.title, category_id=None, place_id=None, by=wei)
    assert largest.case_count == done.largest[0][2]
    again = actions.match_batch(batch_id=batch.pk)
    assert again.new_questions == 0
    print(f"grouped {done.cases} in {done.seconds:.1f} s, {done.new_questions} candidates, {done.proposals} proposals")
