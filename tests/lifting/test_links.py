"""链路: two deployments compare fingerprints and then trust signatures only; what is lifted below is a question above, what is answered
above is a part below; a copied, changed, old or misdirected letter does nothing."""

import base64
import json
import time
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests.lifting.elsewhere import INBOX, LIFTED, Elsewhere, public_of, send_all, tampered
from tests.lifting.stories import in_hand, lifted, upstairs
from tests.relay.stories import Story, deferred, verbs
from tongti.answers import actions as answers
from tongti.answers.models import Answer, Part
from tongti.cases import actions as cases
from tongti.cases.models import Case
from tongti.lifting import actions, keys, queries, signatures, wire
from tongti.lifting.actions import receiving
from tongti.lifting.errors import ArrivalMoved, PeerKnown, PeerMoved, UnitTaken
from tongti.lifting.models import Arrival, Incoming, Outgoing, OwnKey, Peer
from tongti.questions.models import Question
from tongti.relay.models import Baton
from tongti.shared import clock, crypto
from tongti.shared.errors import BadInput, NotAllowed


@pytest.fixture(autouse=True)
def _trying_out(settings):
    """The tests' own address is http on this machine, which only demo mode allows."""
    settings.DEMO = True


@pytest.fixture
def up(story: Story) -> Story:
    upstairs(story.cast)
    return story


# --- signatures -----------------------------------------------------------------------------------------------------


def test_the_signature_base_is_that_of_rfc_9421():
    """Appendix B.2.6: the published Ed25519 signature fits our base string under the published key."""
    params = '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    parts = [
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ]
    value = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    public = public_of("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
    body = b'{"hello": "world"}'
    made = signatures.Claim("test-key-ed25519", 1618884473, "", params, base64.b64decode(value))
    signatures.check(public, made, parts, body=body, told=signatures.digest(body))
    with pytest.raises(signatures.NoSignature):
        signatures.check(public, made, [*parts[:-1], ("content-length", "19")], body=body, told=signatures.digest(body))


def test_the_digest_is_that_of_rfc_9530():
    assert signatures.digest(b'{"hello": "world"}') == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"


def test_our_key_follows_from_the_secrets_and_is_nowhere_in_the_database(up):
    key = actions.make_own_key(by=up.cast.viewer("赵工"))
    assert bytes(key.public) == keys.public_key(1) != keys.public_key(2)
    again = actions.make_own_key(by=up.cast.viewer("赵工"))
    assert again == key
    assert crypto.link_seed(1) not in bytes(key.public)
    with pytest.raises(NotAllowed):
        actions.make_own_key(by=up.cast.viewer("韦晓梅"))
    newer = actions.rotate_own_key(by=up.cast.viewer("赵工"))
    assert (newer.serial, OwnKey.objects.get(retired_at=None)) == (2, newer)
    assert verbs(newer) == ["ownkey.made"]


def test_fingerprints_are_read_aloud():
    shown = Elsewhere().card
    assert keys.read_card(shown).text == shown
    print_ = keys.read_card(shown).fingerprint
    assert [len(group) for group in print_.split()] == [5] * 8


# --- registering ----------------------------------------------------------------------------------------------------


def test_nothing_passes_before_the_fingerprint_was_compared(up):
    there = Elsewhere()
    peer = there.registered(up.cast, "below", confirmed=False)
    assert peer.state == "new"
    assert there.tells("lifted", uuid.uuid4(), LIFTED) == (401, {"code": "unknown_key"})
    actions.confirm_peer(peer=peer, by=up.cast.viewer("赵工"))
    status, said = there.tells("lifted", uuid.uuid4(), LIFTED)
    assert (status, said["taken"], said["reason"]) == (200, True, "")
    assert verbs(peer) == ["peer.added", "peer.confirmed"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda card: card[:-3].replace("|", ""), "不是完整的名片"),
        (lambda card: card.replace("https://", "http://"), "https://"),
        (lambda card: card.replace(".gov.cn", ".gov.cn/path"), "不带路径"),
        (lambda card: card.replace("ab" * 16, crypto.installation_id()), "本站自己的名片"),
    ],
)
def test_a_card_that_cannot_be_is_refused(up, change, sentence):
    by = up.cast.viewer("赵工")
    with pytest.raises(BadInput, match=sentence):
        actions.add_peer(card=change(Elsewhere().card), name="", side="above", by=by)


def test_plain_http_is_for_this_machine_and_for_trying_out_only(up, settings):
    card = Elsewhere().card.replace("https://baisha.example.gov.cn", "http://127.0.0.1:8001")
    assert keys.read_card(card).url == "http://127.0.0.1:8001"
    settings.DEMO = False
    with pytest.raises(BadInput, match="https://"):
        keys.read_card(card)
    there = Elsewhere()
    there.registered(up.cast, "below")
    assert there.tells("lifted", uuid.uuid4(), LIFTED) == (403, {"code": "closed"})
    settings.BASE_URL = "https://yunling.example.gov.cn"
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[0] == 200


def test_a_deployment_is_registered_once_and_a_unit_goes_one_way(up):
    there, other = Elsewhere(), Elsewhere(remote_id="cd" * 16, name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))
    with pytest.raises(PeerKnown):
        there.registered(up.cast, "above")
    with pytest.raises(UnitTaken, match="市水利局"):
        other.registered(up.cast, "above", ("市水利局",))


def test_a_new_key_is_compared_anew_and_the_old_one_is_worth_nothing(up):
    there, by = Elsewhere(), up.cast.viewer("赵工")
    peer = there.registered(up.cast, "below")
    older = Elsewhere(private=there.private, serial=50)
    there.private = Elsewhere().private
    peer = actions.change_peer(peer=peer, card=there.card, name=peer.name, unit_ids=(), by=by)
    assert peer.state == "new"
    shown = Peer.objects.get(pk=peer.pk)
    shown.public = older.public
    with pytest.raises(PeerMoved):  # she compared a key that was exchanged meanwhile
        actions.confirm_peer(peer=shown, by=by)
    actions.confirm_peer(peer=peer, by=by)
    assert older.tells("lifted", uuid.uuid4(), LIFTED)[1] == {"code": "unknown_key"}
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[0] == 200
    actions.revoke_peer(peer=Peer.objects.get(pk=peer.pk), by=by)
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[1] == {"code": "unknown_key"}


# --- what comes in --------------------------------------------------------------------------------------------------


def test_what_is_lifted_below_is_a_question_here_held_and_to_be_dispatched(up):
    there, about = Elsewhere(), uuid.uuid4()
    there.registered(up.cast, "below")
    assert there.tells("lifted", about, LIFTED)[1]["taken"]
    arrival = Arrival.objects.get()
    question, case = arrival.question, arrival.case
    assert (question.state, question.title, question.asker_count) == ("set_up", LIFTED["title"], 1)
    assert (case.channel, case.state, case.holder) == ("below", "registered", up.cast.units["热线办"])
    assert "大塘镇 20 件、临江镇 3 件" in case.body
    assert verbs(arrival) == ["arrival.came"]
    assert deferred("match_case")[-1] == {"case_id": case.pk}
    assert [row.pk for row in queries.arrivals_on(question)] == [arrival.pk]
    # the same line in another letter is the same question
    assert there.tells("lifted", about, LIFTED)[1]["taken"]
    assert (Arrival.objects.count(), Case.objects.count(), Question.objects.count()) == (1, 1, 1)


def test_the_same_letter_is_taken_once_and_signed_for_again(up):
    there = Elsewhere()
    there.registered(up.cast, "below")
    body = there.letter("lifted", uuid.uuid4(), LIFTED)
    now = int(time.time())
    first = there.post(body, there.signed(body, created=now - 60))
    again = there.post(body, there.signed(body, created=now))
    assert first == again
    assert first[1]["re"] == json.loads(body)["id"]
    assert (Arrival.objects.count(), Incoming.objects.count()) == (1, 1)


def test_a_copy_of_what_passed_is_refused(up):
    there = Elsewhere()
    there.registered(up.cast, "below")
    body = there.letter("lifted", uuid.uuid4(), LIFTED)
    headers = there.signed(body)
    assert there.post(body, headers)[0] == 200
    assert there.post(body, headers) == (409, {"code": "replayed"})


def test_what_was_changed_on_the_way_is_refused(up):
    there = Elsewhere()
    there.registered(up.cast, "below")
    body = there.letter("lifted", uuid.uuid4(), LIFTED)
    headers = there.signed(body)
    assert tampered(body) != body
    assert there.post(tampered(body), headers) == (401, {"code": "bad_signature"})
    # with the digest mended it is the signature that does not fit
    mended = headers | {"Content-Digest": signatures.digest(tampered(body))}
    assert there.post(tampered(body), mended) == (401, {"code": "bad_signature"})
    assert (Arrival.objects.count(), Incoming.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ("old", 401, "stale"),
        ("future", 401, "stale"),
        ("unsigned", 401, "unsigned"),
        ("half", 401, "unsigned"),
        ("stranger", 401, "unknown_key"),
        ("recipient", 409, "wrong_recipient"),
        ("sender", 409, "wrong_recipient"),
        ("kind", 400, "unreadable"),
        ("version", 400, "unreadable"),
        ("serial", 409, "sequence"),
        ("nonsense", 400, "unreadable"),
        ("list", 400, "unreadable"),
    ],
)
def test_a_letter_that_is_not_one_of_ours_is_turned_away(up, wrong, status, code):
    there, now = Elsewhere(), int(time.time())
    there.registered(up.cast, "below")
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[0] == 200
    other = {
        "recipient": {"to": "f" * 32},
        "sender": {"from": "e" * 32},
        "kind": {"kind": "explode"},
        "version": {"v": 2},
        "serial": {"serial": 1},
    }
    body = there.letter("lifted", uuid.uuid4(), LIFTED, **other.get(wrong, {}))
    body = {"nonsense": b"\xff{", "list": b"[1]"}.get(wrong, body)
    headers = there.signed(body, created={"old": now - 400, "future": now + 400}.get(wrong))
    if wrong == "unsigned":
        headers = {"Content-Digest": signatures.digest(body)}
    if wrong == "half":
        headers["Signature-Input"] = headers["Signature-Input"].replace(' "@path"', "")
    if wrong == "stranger":
        headers = Elsewhere(remote_id="cd" * 16).signed(body)
    assert there.post(body, headers) == (status, {"code": code})
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"statement": "联系人 13900139000"}, "手机号"),
        ({"title": ""}, "title"),
        ({"asked": "好" * 301}, "asked"),
        ({"level": "planet"}, "没有这一级"),
        ({"reply_by": "明天"}, "日期"),
        ({"askers": -1}, "件数"),
        ({"askers": True}, "件数"),
        ({"by_township": [["大塘镇", "很多"]]}, "by_township"),
        ({"basis": ["一"]}, "basis"),
    ],
)
def test_what_a_peer_says_is_input_like_any_other(up, facts, reason):
    there = Elsewhere()
    there.registered(up.cast, "below")
    status, said = there.tells("lifted", uuid.uuid4(), LIFTED | facts)
    assert (status, said["taken"]) == (200, False)
    assert reason in said["reason"]
    assert (Arrival.objects.count(), Case.objects.count()) == (0, 0)
    assert not Incoming.objects.get().taken


def test_a_peer_speaks_from_its_own_side_and_of_its_own_lines(up):
    there = Elsewhere()
    there.registered(up.cast, "below")
    status, said = there.tells("answered", uuid.uuid4(), {"words": "办好了", "unit": "x"})
    assert (status, said["taken"]) == (200, False)
    assert "只能从上级来" in said["reason"]
    assert "没有这一条" in there.tells("withdrawn", uuid.uuid4(), {"reason": "不提了"})[1]["reason"]


def test_too_long_and_too_often(up, client, monkeypatch):
    monkeypatch.setattr(receiving, "PER_MINUTE", 3)
    there = Elsewhere()
    there.registered(up.cast, "below")
    long = client.post(INBOX, data=b"x" * (64 * 1024 + 1), content_type="application/json")
    assert (long.status_code, long.json()) == (413, {"code": "too_long"})
    for _ in range(3):
        assert there.tells("withdrawn", uuid.uuid4(), {"reason": "x"})[0] == 200
    assert there.tells("withdrawn", uuid.uuid4(), {"reason": "x"}) == (429, {"code": "too_often"})


# --- how it goes above is told below --------------------------------------------------------------------------------


def _works_on(up: Story, question: Question) -> None:
    up.dispatch(question, helpers=(), territory_id=None, duty_id=up.cast.duties["供水"].pk)
    up.accept("水利局", "黄志强")


def test_the_level_below_is_told_each_step_and_the_answer(up, monkeypatch, run_jobs):
    there, about = Elsewhere(), uuid.uuid4()
    there.registered(up.cast, "below")
    there.tells("lifted", about, LIFTED)
    came = there.receipts(monkeypatch)
    arrival = Arrival.objects.get()
    run_jobs()  # the engine reads it like any case
    for step in (lambda: None, lambda: _works_on(up, arrival.question), lambda: _answer(up, arrival.question)):
        step()
        actions.tell_below()
        actions.tell_below()
        send_all()
    assert [letter["kind"] for letter in came] == ["moved", "asked", "answered"]
    assert {letter["about"] for letter in came} == {str(about)}
    assert came[0]["data"] == {"number": arrival.question.number, "state": "待派单"}
    assert came[1]["data"]["units"] == "云岭区水利局"
    assert came[2]["data"]["unit"] == "云岭区水利局"
    assert "主变已列入今年项目" in came[2]["data"]["words"]
    assert set(Outgoing.objects.values_list("state", flat=True)) == {"acknowledged"}
    # its asker is another office, invited to judge like anybody
    assert "invite_verdicts" in run_jobs()
    # and below it is done with
    assert there.tells("result", about, {"note": "共答已签发", "told": 19})[1]["taken"]
    arrival.refresh_from_db()
    assert (arrival.state, arrival.result_told) == ("closed", 19)
    assert actions.tell_below() == 0


def _answer(up: Story, question: Question) -> None:
    by = up.cast.viewer("黄志强")
    answer = answers.compose(question=question, by=by)
    answers.save_draft(
        answer=answer, done="主变已列入今年项目，九月投产。", closing="planned", found="查过负荷。", by=by
    )
    answers.submit(answer=answer, override_reason="已核对", by=by)
    answers.sign(answer=Answer.objects.get(pk=answer.pk), by=up.cast.viewer("陆局长"))


def test_the_desk_sends_back_what_is_not_ours(up, monkeypatch):
    there, about = Elsewhere(), uuid.uuid4()
    there.registered(up.cast, "below")
    there.tells("lifted", about, LIFTED)
    came, arrival = there.receipts(monkeypatch), Arrival.objects.get()
    with pytest.raises(NotAllowed):
        actions.decline(arrival=arrival, reason="不归本级", by=up.cast.viewer("李小英"))
    with pytest.raises(BadInput, match="手机号"):
        actions.decline(arrival=arrival, reason="请找 13900139000", by=up.cast.viewer("韦晓梅"))
    actions.decline(arrival=arrival, reason="变电站增容由电网企业立项。", by=up.cast.viewer("韦晓梅"))
    send_all()
    assert [(letter["kind"], letter["data"]["words"]) for letter in came] == [
        ("declined", "变电站增容由电网企业立项。")
    ]
    arrival.refresh_from_db()
    assert (arrival.state, arrival.case.state, arrival.question.state) == ("declined", "closed", "dropped")
    assert verbs(arrival) == ["arrival.came", "arrival.declined"]
    with pytest.raises(ArrivalMoved):
        actions.decline(arrival=arrival, reason="再退", by=up.cast.viewer("韦晓梅"))


def test_what_the_desk_diverts_by_the_usual_way_is_told_below_too(up, monkeypatch):
    there, about = Elsewhere(), uuid.uuid4()
    there.registered(up.cast, "below")
    there.tells("lifted", about, LIFTED)
    came, case = there.receipts(monkeypatch), Arrival.objects.get().case
    cases.divert(case=case, reason_code="beyond", words="由供电企业按合同办理。", by=up.cast.viewer("韦晓梅"))
    actions.tell_below()
    send_all()
    assert [(letter["kind"], letter["data"]["words"]) for letter in came] == [("declined", "由供电企业按合同办理。")]
    assert Arrival.objects.get().state == "declined"


def test_what_is_answered_on_the_spot_is_the_answer(up, monkeypatch):
    there = Elsewhere()
    there.registered(up.cast, "below")
    there.tells("lifted", uuid.uuid4(), LIFTED)
    came, case = there.receipts(monkeypatch), Arrival.objects.get().case
    cases.answer_on_the_spot(case=case, words="已列入今年第三批电网项目。", by=up.cast.viewer("韦晓梅"))
    actions.tell_below()
    send_all()
    said = [(letter["kind"], letter["data"]["words"]) for letter in came]
    assert said == [("answered", "已列入今年第三批电网项目。")]
    assert Arrival.objects.get().state == "open"


def test_looking_costs_the_same_for_one_and_for_many(up, django_assert_max_num_queries):
    there = Elsewhere()
    there.registered(up.cast, "below")
    for _ in range(5):
        there.tells("lifted", uuid.uuid4(), LIFTED)
    assert actions.tell_below() == 5
    with django_assert_max_num_queries(5):
        assert actions.tell_below() == 0


def test_what_is_withdrawn_below_is_withdrawn_here(up, run_jobs):
    there, about = Elsewhere(), uuid.uuid4()
    there.registered(up.cast, "below")
    there.tells("lifted", about, LIFTED)
    assert there.tells("withdrawn", about, {"reason": "已自行解决"})[1]["taken"]
    arrival = Arrival.objects.get()
    assert (arrival.state, arrival.note, arrival.case.state) == ("withdrawn", "已自行解决", "withdrawn")
    # said twice, done once
    assert there.tells("withdrawn", about, {"reason": "再说一遍"})[1]["taken"]
    assert verbs(arrival) == ["arrival.came", "arrival.withdrawn"]


# --- below: what goes up, and what comes back -----------------------------------------------------------------------


def test_a_line_for_a_unit_over_there_goes_up_without_anybodys_name(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))
    came = there.receipts(monkeypatch)
    lift = lifted(up, in_hand(up))
    send_all()
    assert [letter["kind"] for letter in came] == ["lifted"]
    data = came[0]["data"]
    assert set(data) == set(LIFTED)
    assert (data["askers"], data["by_township"], data["category"]) == (3, [["临江镇", 3]], "供水")
    crossed = json.dumps(came, ensure_ascii=False)
    for case in up.cases:
        assert case.body not in crossed
    for private in ("1380000", "韦大一", "陆大二", "黄志强", "何区长"):
        assert private not in crossed
    # its own people here, if any, do not sign for it
    assert lift.baton.sign_due_at is None


def test_what_comes_back_is_its_part_of_the_joint_answer(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    peer = there.registered(up.cast, "above", ("市水利局",))
    there.receipts(monkeypatch)
    lift = lifted(up, in_hand(up))
    assert there.tells("asked", lift.key, {"number": "TT-2026-0003", "units": "南岭市水利局", "due_on": "2026-04-01"})[
        1
    ]["taken"]
    lift.refresh_from_db()
    assert (lift.upper_state, lift.upper_units, lift.upper_number) == ("已派单", "南岭市水利局", "TT-2026-0003")
    refused = there.tells("answered", lift.key, {"unit": "南岭市水利局", "words": "请找 13900139000"})
    assert "手机号" in refused[1]["reason"]
    assert there.tells("answered", lift.key, {"unit": "南岭市水利局", "words": "四月换管。"})[1]["taken"]
    lift.refresh_from_db()
    part = Part.objects.get(baton=lift.baton)
    assert (lift.state, part.words, part.submitted_by) == ("answered", "四月换管。", None)
    assert Baton.objects.get(pk=lift.baton_id).state == "done"
    assert verbs(lift)[-2:] == ["lift.heard_of", "lift.answered"]
    # answered once more after it was redone up there: kept on the line, the part is the lead's now
    assert there.tells("answered", lift.key, {"unit": "南岭市水利局", "words": "五月换管。"})[1]["taken"]
    assert [row.words for row in lift.replies.order_by("pk")] == ["四月换管。", "五月换管。"]
    assert peer.pk == lift.peer_id


def test_a_long_answer_is_kept_whole_and_the_part_says_where(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))
    there.receipts(monkeypatch)
    lift = lifted(up, in_hand(up))
    assert there.tells("answered", lift.key, {"unit": "x", "words": "管" * 6000})[1]["taken"]
    assert len(lift.replies.get().words) == 6000
    words = Part.objects.get(baton=lift.baton).words
    assert len(words) <= 4000
    assert words.endswith(f"（全文见提级事项 {lift.number}）")


def test_it_is_sent_back_from_above_and_withdrawn_or_closed_below(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))
    came = there.receipts(monkeypatch)
    question = in_hand(up)
    first = lifted(up, question)
    assert there.tells("declined", first.key, {"unit": "", "words": "属县级事权。"})[1]["taken"]
    first.refresh_from_db()
    assert (first.state, Baton.objects.get(pk=first.baton_id).state) == ("declined", "recalled")
    actions.close(lift=first, note="改由县里办。", by=up.cast.viewer("黄志强"))
    second = lifted(up, question)
    actions.withdraw(lift=second, reason="不提了", by=up.cast.viewer("黄志强"))
    send_all()
    said = [(letter["kind"], letter["data"].get("note") or letter["data"].get("reason")) for letter in came]
    assert said == [("lifted", None), ("result", "改由县里办。"), ("lifted", None), ("withdrawn", "不提了")]


# --- sending --------------------------------------------------------------------------------------------------------


def test_letters_wait_while_the_other_side_is_down_and_go_in_order(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    there.registered(up.cast, "above", ("市水利局",))

    def down(*_):
        raise wire.NotReached("连不上对方（ConnectionRefusedError）")

    monkeypatch.setattr(wire, "_exchange", down)
    lift = lifted(up, in_hand(up))
    actions.withdraw(lift=lift, reason="不提了", by=up.cast.viewer("黄志强"))
    assert deferred("send_letters") != []
    assert send_all() == 0
    first, second = Outgoing.objects.order_by("serial")
    assert (first.attempts, first.failure, second.attempts) == (1, "连不上对方（ConnectionRefusedError）", 0)
    came = there.receipts(monkeypatch)
    assert send_all() == 0  # not its time yet, and the second does not overtake it
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert send_all() == 2
    assert [letter["serial"] for letter in came] == [1, 2]
    assert send_all() == 0


def test_an_answer_that_the_other_side_did_not_sign_decides_nothing(up, monkeypatch):
    there, impostor = Elsewhere(name="南岭市"), Elsewhere()
    peer = there.registered(up.cast, "above", ("市水利局",))
    impostor.receipts(monkeypatch)
    lifted(up, in_hand(up))
    send_all()
    letter = Outgoing.objects.get()
    assert (letter.state, letter.failure) == ("waiting", "对方没有给出签过名的回执（HTTP 200）")
    there.receipts(monkeypatch, taken=False, reason="信里说的收不下。")
    assert actions.hurry(peer=peer, by=up.cast.viewer("赵工")) == 1
    send_all()
    letter.refresh_from_db()
    assert (letter.state, letter.failure) == ("refused", "信里说的收不下。")


def test_what_the_other_side_lost_with_a_backup_goes_once_more(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    peer = there.registered(up.cast, "above", ("市水利局",))
    came = there.receipts(monkeypatch)
    lift = lifted(up, in_hand(up))
    actions.withdraw(lift=lift, reason="不提了", by=up.cast.viewer("黄志强"))
    assert send_all() == 2
    assert actions.send_again(peer=peer, by=up.cast.viewer("赵工")) == 2
    assert send_all() == 2
    assert [letter["id"] for letter in came[:2]] == [letter["id"] for letter in came[2:]]
    assert verbs(peer)[-1] == "peer.sent_again"


def test_a_side_that_restored_a_backup_is_compared_anew_and_counts_anew(up):
    there, by = Elsewhere(), up.cast.viewer("赵工")
    peer = there.registered(up.cast, "below")
    there.serial = 7
    there.tells("lifted", uuid.uuid4(), LIFTED)
    there.serial = 0
    assert there.tells("lifted", uuid.uuid4(), LIFTED) == (409, {"code": "sequence"})
    peer = actions.change_peer(peer=peer, card=there.card, name=peer.name, unit_ids=(), by=by)
    assert peer.state == "new"
    actions.confirm_peer(peer=peer, by=by)
    assert there.tells("lifted", uuid.uuid4(), LIFTED)[1]["taken"]
    assert Arrival.objects.count() == 2


def test_cutting_the_link_drops_what_waits_and_paper_goes_on(up, monkeypatch):
    there = Elsewhere(name="南岭市")
    peer = there.registered(up.cast, "above", ("水利厅",))
    lift = lifted(up, in_hand(up), "水利厅")
    actions.revoke_peer(peer=peer, by=up.cast.viewer("赵工"))
    assert Outgoing.objects.get().state == "dropped"
    assert send_all() == 0
    actions.enter_paper(lift=lift, words="同意。", paper="桂水函〔2026〕8号", by=up.cast.viewer("黄志强"))
    lift.refresh_from_db()
    assert lift.state == "answered"
    assert Outgoing.objects.count() == 1  # nothing more is written to it
    assert timezone.localdate(lift.signed_at) == clock.today()
