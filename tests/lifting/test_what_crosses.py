"""What crosses a link: no person's number in either direction, nothing too long to be taken, and nothing that cannot be read; a link that
was cut comes back, one that is not compared yet keeps its letters."""

import uuid

import pytest
from django.db import connection

from tests.lifting.elsewhere import LIFTED, Elsewhere, send_all
from tests.lifting.stories import in_hand, lifted, upstairs
from tests.relay.stories import Story, verbs
from tongti.answers import actions as answers
from tongti.answers.models import Answer
from tongti.cases import actions as cases
from tongti.lifting import actions
from tongti.lifting.actions import sending
from tongti.lifting.actions.sending import body_of
from tongti.lifting.actions.telling import peer_of
from tongti.lifting.errors import PeerMoved
from tongti.lifting.limits import MOST_BODY, MOST_WORDS
from tongti.lifting.models import Arrival, Incoming, Outgoing, Peer
from tongti.questions import actions as questions
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.shared.errors import BadInput


@pytest.fixture(autouse=True)
def _trying_out(settings):
    settings.DEMO = True


@pytest.fixture
def up(story: Story) -> Story:
    upstairs(story.cast)
    return story


def arrived(up: Story) -> tuple[Elsewhere, Arrival]:
    """白沙县 lifted a question to us."""
    there = Elsewhere()
    there.registered(up.cast, "below")
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[1]["taken"]
    return there, Arrival.objects.get()


def answered(up: Story, question: Question, **words: str) -> None:
    """水利局 works on it and 陆局长 signs."""
    up.dispatch(question, helpers=(), territory_id=None)
    up.accept("水利局", "黄志强")
    by = up.cast.viewer("黄志强")
    answer = answers.compose(question=question, by=by)
    typed = {"done": "主变已列入今年项目。", "found": "查过负荷。", "closing": "planned"} | words
    answers.save_draft(answer=answer, by=by, **typed)
    answers.submit(answer=answer, missing_reason="先答复", override_reason="已核对", by=by)
    answers.sign(answer=Answer.objects.get(pk=answer.pk), by=up.cast.viewer("陆局长"))


# --- nobody's number ------------------------------------------------------------------------------------------------


def test_a_number_typed_as_a_reason_stays_in_the_house(up):
    there = Elsewhere(name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))
    lift, by = lifted(up, in_hand(up)), up.cast.viewer("黄志强")
    with pytest.raises(BadInput, match="手机号") as refused:
        actions.withdraw(lift=lift, reason="住户 13900139000 不提了", by=by)
    assert refused.value.field == "reason"
    there.tells("declined", lift.key, {"unit": "", "words": "属县级事权。"})
    lift.refresh_from_db()
    with pytest.raises(BadInput, match="手机号") as refused:
        actions.close(lift=lift, note="请找 13900139000", by=by)
    assert refused.value.field == "note"
    assert [letter.kind for letter in Outgoing.objects.all()] == ["lifted"]
    assert verbs(lift)[-1] == "lift.declined"


def test_what_the_desk_told_the_asker_crosses_without_the_number(up, monkeypatch):
    there, arrival = arrived(up)
    came = there.receipts(monkeypatch)
    by = up.cast.viewer("韦晓梅")
    cases.divert(case=arrival.case, reason_code="beyond", words="请打供电所 13900139000 咨询。", by=by)
    actions.tell_below()
    send_all()
    words = came[-1]["data"]["words"]
    assert words.startswith("请打供电所 ")
    assert words.endswith("咨询。")
    assert "139" not in words


def test_what_would_be_needed_crosses_too(up, monkeypatch):
    there, arrival = arrived(up)
    came = there.receipts(monkeypatch)
    answered(up, arrival.question, would_need="补齐用地预审后可以立项。")
    actions.tell_below()
    send_all()
    assert "补齐用地预审后可以立项。" in came[-1]["data"]["words"]


# --- nothing too long -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["管", "😀", "\n管"], ids=["chinese", "four-bytes", "escaped"])
def test_an_answer_too_long_for_a_letter_is_cut_and_says_so(up, monkeypatch, sign):
    there, arrival = arrived(up)
    there.receipts(monkeypatch)
    long = sign * (6000 // len(sign))
    answered(up, arrival.question, found=long, done=long, basis=long, next_steps=long)
    actions.tell_below()
    letter = Outgoing.objects.get(kind="answered")
    words = letter.data["words"]
    assert len(words) <= MOST_WORDS
    assert len(body_of(letter)) <= MOST_BODY
    assert words.endswith(f"（全文见 {arrival.question.number} 的答复）")
    # and the other side takes it: the same letter, read by our own door
    above = Elsewhere(remote_id="cd" * 16, name="南岭市")
    above.registered(up.cast, "above", ("市水利局",))
    lift = lifted(up, in_hand(up))
    said = above.tells("answered", lift.key, letter.data)[1]
    assert (said["taken"], said["reason"]) == (True, "")


# --- a link that waits, is cut and comes back -----------------------------------------------------------------------


def test_a_line_signed_before_the_fingerprint_was_compared_goes_up_afterwards(up, monkeypatch):
    there, by = Elsewhere(name="南岭市"), up.cast.viewer("赵工")
    peer = there.registered(up.cast, "above", ("市水利局",), confirmed=False)
    came = there.receipts(monkeypatch)
    lift = lifted(up, in_hand(up))
    # nobody signs for it here, and nothing leaves before the comparison
    assert (lift.peer, lift.baton.sign_due_at) == (peer, None)
    assert send_all() == 0
    actions.confirm_peer(peer=peer, by=by)
    assert send_all() == 1
    assert [(letter["kind"], letter["about"]) for letter in came] == [("lifted", str(lift.key))]


def test_a_link_that_was_cut_comes_back_with_a_new_card(up):
    there, by = Elsewhere(name="南岭市"), up.cast.viewer("赵工")
    peer = there.registered(up.cast, "above", ("市水利局",))
    actions.revoke_peer(peer=peer, by=by)
    with pytest.raises(PeerMoved, match="已断开"):
        actions.confirm_peer(peer=peer, by=by)
    with pytest.raises(BadInput, match="粘贴对方现在的名片"):
        actions.change_peer(peer=peer, name="南岭市", unit_ids=(), by=by)
    there.private = Elsewhere().private
    unit = up.cast.units["市水利局"].pk
    peer = actions.change_peer(peer=peer, card=there.card, name="南岭市", unit_ids=(unit,), by=by)
    assert (peer.state, bytes(peer.public)) == ("new", there.public)
    actions.confirm_peer(peer=peer, by=by)
    assert peer_of(unit) == peer
    assert verbs(peer) == ["peer.added", "peer.confirmed", "peer.revoked", "peer.changed", "peer.confirmed"]


def test_each_link_is_sent_over_by_a_job_of_its_own(up, monkeypatch):
    slow, quick = Elsewhere(name="南岭市"), Elsewhere(name="自治区", remote_id="cd" * 16)
    peers = [slow.registered(up.cast, "above", ("市水利局",)), quick.registered(up.cast, "above", ("水利厅",))]
    question = in_hand(up)
    lifted(up, question)
    lifted(up, question, "水利厅")
    # a lock for each link: nobody's slowness, and nothing that breaks with one, holds up another
    alone = {(f"send_letters:{peer.pk}", peer.pk) for peer in peers}
    assert waiting_jobs("send_letters") == alone
    assert actions.remind_senders() == 2
    assert waiting_jobs("send_letters") == alone
    came = quick.receipts(monkeypatch)
    assert actions.send_letters(peer_id=peers[1].pk) == 1
    assert [letter["to"] for letter in came] == [quick.remote_id]
    assert actions.peers_with_letters() == [peers[0].pk]
    # and one run takes a minute at most of a worker's time, however many letters wait
    monkeypatch.setattr(sending, "MOST_SECONDS", 0)
    lifted(up, in_hand(up), "水利厅")
    lifted(up, in_hand(up), "水利厅")
    assert actions.send_letters(peer_id=peers[1].pk) == 1


def waiting_jobs(task: str) -> set[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lock, (args->>'peer_id')::bigint FROM procrastinate_jobs WHERE task_name = %s", [task])
        return set(cursor.fetchall())


# --- addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://[::1", "网址不对"),
        ("https://baisha.example:99999", "网址不对"),
        ("https://baisha.example:端口", "网址不对"),
        ("https://:8443", "网址不对"),
        ("https://a:b@baisha.example", "网址不对"),
        ("https://bai sha.example", "不是完整的名片"),
        ("https://" + "a" * 64 + ".example", "网址不对"),
        ("https://" + "a." * 240 + "example", "最多 200 个字"),
        ("https://" + "a." * 98 + "example", "最多 200 个字"),
    ],
)
def test_an_address_that_cannot_be_gets_one_sentence(up, url, sentence):
    card = Elsewhere().card.replace("https://baisha.example.gov.cn", url)
    with pytest.raises(BadInput, match=sentence):
        actions.add_peer(card=card, name="", side="above", by=up.cast.viewer("赵工"))
    assert Peer.objects.count() == 0


@pytest.mark.parametrize("url", ["https://[2001:db8::1]", "https://[2001:db8::1]:8443", "https://白沙.example"])
def test_an_address_in_numbers_or_in_chinese_is_one(up, url):
    card = Elsewhere().card.replace("https://baisha.example.gov.cn", url)
    assert actions.add_peer(card=card, name="", side="above", by=up.cast.viewer("赵工")).base_url == url


# --- withdrawn below ------------------------------------------------------------------------------------------------


def test_what_is_withdrawn_below_leaves_no_baton_here(up, run_jobs):
    there, arrival = arrived(up)
    up.dispatch(arrival.question, helpers=(), territory_id=None)
    assert there.tells("withdrawn", arrival.key, {"reason": "已自行解决"})[1]["taken"]
    run_jobs()
    arrival.refresh_from_db()
    arrival.question.refresh_from_db()
    assert (arrival.state, arrival.question.state) == ("withdrawn", "closed")
    assert not Baton.objects.filter(question=arrival.question, state="offered").exists()
    assert verbs(arrival.question)[-2:] == ["question.baton_recalled", "question.withdrawn"]


def test_what_others_ask_as_well_goes_on(up, run_jobs):
    there, arrival = arrived(up)
    own = up.call("园区天天跳闸")
    questions.join(case_ids=[own.pk], question=arrival.question, by=up.cast.viewer("韦晓梅"))
    up.dispatch(arrival.question, helpers=(), territory_id=None)
    there.tells("withdrawn", arrival.key, {"reason": "已自行解决"})
    run_jobs()
    arrival.question.refresh_from_db()
    assert arrival.question.state == "handling"
    assert Baton.objects.filter(question=arrival.question, state="offered").count() == 1


# --- letters that cannot be -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        ({"serial": float("inf")}, "unreadable"),
        ({"serial": float("nan")}, "unreadable"),
        ({"serial": "7"}, "unreadable"),
        ({"serial": True}, "unreadable"),
        ({"kind": "\x00"}, "unreadable"),
        ({"data": LIFTED | {"title": "HALF"}}, "unreadable"),
        ({"data": [["title", "x"]]}, "unreadable"),
        ({"made_at": 7}, "unreadable"),
    ],
)
def test_an_envelope_that_cannot_be_is_turned_away(up, envelope, code):
    there = Elsewhere()
    there.registered(up.cast, "below")
    body = there.letter("lifted", uuid.uuid4(), LIFTED, **envelope).replace(b"HALF", b"\\ud800")
    assert there.post(body) == (400, {"code": code})
    assert Incoming.objects.count() == 0


@pytest.mark.parametrize(
    "townships",
    [
        [["大塘\x00镇", 1]],
        [["大塘镇", -1]],
        [["大塘镇", 10**30]],
        [["大塘镇", True]],
        [[7, 1]],
        [["", 1]],
        [["镇" * 61, 1]],
        [["13900139000", 1]],
    ],
)
def test_townships_are_read_like_the_rest(up, townships):
    there = Elsewhere()
    there.registered(up.cast, "below")
    status, said = there.tells("lifted", uuid.uuid4(), LIFTED | {"by_township": townships})
    assert (status, said["taken"]) == (200, False)
    assert "by_township" in said["reason"]
    assert Arrival.objects.count() == 0


# --- pressed twice --------------------------------------------------------------------------------------------------


def test_a_paper_pressed_twice_is_entered_once(up):
    lift, by = lifted(up, in_hand(up), "水利厅"), up.cast.viewer("黄志强")
    typed = {"words": "同意列入。", "paper": "桂水函〔2026〕8号"}
    first = actions.enter_paper(lift=lift, by=by, **typed)
    assert actions.enter_paper(lift=lift, by=by, **typed) == first
    assert verbs(lift)[-1:] == ["lift.answered"]
    assert verbs(lift).count("lift.answered") == 1
    # another paper about the same matter is another one
    actions.enter_paper(lift=lift, by=by, words="改为五月。", paper="桂水函〔2026〕12号")
    assert lift.replies.count() == 2
