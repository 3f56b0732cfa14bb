"""Words on their way: queued with the fact, sent once, tried again."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections, transaction

from tests.cast import make_cast
from tongti.outbox import actions, channels, queries
from tongti.outbox.errors import NotDelivered
from tongti.outbox.models import Message
from tongti.parties.actions import find_or_create
from tongti.shared import clock
from tongti.shared.actor import SYSTEM


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def asker(cast):
    return find_or_create(kind="person", name="韦秀英", phone="13800138000", email="wei@example.cn", by=SYSTEM)


def notice(asker, cast, key="k1", **change):
    return actions.send(
        **{"to_party": asker.pk, "about": cast.units["水利局"], "subject": "答复", "body": "修好了", "dedupe_key": key}
        | change
    )


class Broken:
    """A gateway that is down until ``up``."""

    code, name, up, lasting, delivered = "broken", "坏网关", False, False, []

    def takes(self, *, email, phone):
        return phone

    def deliver(self, letter):
        if not Broken.up:
            raise NotDelivered("网关没有回应", lasting=Broken.lasting)
        Broken.delivered.append(letter)


@pytest.fixture
def gateway(settings):
    settings.TONGTI_CHANNELS = ["tests.outbox.test_outbox.Broken"]
    Broken.up, Broken.lasting, Broken.delivered = False, False, []
    channels._made.cache_clear()
    found = {"broken": Broken()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(channels, "registry", lambda: found)
        yield Broken


def test_an_email_goes_out_once(asker, cast, run_jobs):
    first = notice(asker, cast)
    assert notice(asker, cast) == first
    assert run_jobs() == ["send_waiting"] * 2
    (letter,) = mail.outbox
    assert (letter.to, letter.subject, letter.body) == (["wei@example.cn"], "答复", "修好了")
    first.refresh_from_db()
    assert (first.state, first.attempts) == ("sent", 1)


def test_without_an_email_it_becomes_a_file_that_names_nobody(cast, settings, tmp_path):
    settings.OUTBOX_DIR = tmp_path
    asker = find_or_create(kind="person", name="韦秀英", phone="13800138000", by=SYSTEM)
    notice(asker, cast)
    actions.send_waiting()
    (file,) = tmp_path.iterdir()
    assert "13800138000" in file.read_text()
    assert "13800138000" not in file.name


def test_it_is_queued_in_the_transaction_of_the_fact(asker, cast):
    with transaction.atomic():
        notice(asker, cast)
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_a_gateway_that_is_down_is_tried_again_later(asker, cast, gateway):
    message = notice(asker, cast)
    assert actions.send_waiting() == 0
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.next_try_at > clock.now()
    assert actions.send_waiting() == 0
    gateway.up = True
    Message.objects.update(next_try_at=clock.now() - timedelta(seconds=1))
    assert actions.send_waiting() == 1
    assert len(gateway.delivered) == 1


def test_it_gives_up_and_says_so(asker, cast, gateway):
    message = notice(asker, cast)
    for _ in range(len(actions.BACKOFF) + 1):
        Message.objects.update(next_try_at=clock.now())
        actions.send_waiting()
    message.refresh_from_db()
    assert message.state == "failed"
    assert "网关没有回应" in queries.about(cast.units["水利局"])[0].failure
    assert queries.overview(cast.viewer("韦晓梅")) == {"failed": 1}
    gateway.up = True
    assert actions.retry(message_id=message.pk)
    assert actions.send_waiting() == 1


def test_a_lasting_refusal_is_not_tried_again(asker, cast, gateway):
    gateway.lasting = True
    message = notice(asker, cast)
    actions.send_waiting()
    message.refresh_from_db()
    assert message.state == "failed"


def test_the_words_are_sealed_in_the_table(asker, cast):
    from django.db import connection

    notice(asker, cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(m)::text FROM outbox_message m")
        row = cursor.fetchone()[0]
    assert "修好了" not in row
    assert "wei@" not in row


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once(cast, gateway):
    gateway.up = True
    asker = find_or_create(kind="person", phone="13800138000", by=SYSTEM)
    for n in range(20):
        notice(asker, cast, key=f"k{n}")
    sent = []

    def work():
        try:
            sent.append(actions.send_waiting())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(sent) == 20
    assert len({letter.key for letter in gateway.delivered}) == len(gateway.delivered) == 20
