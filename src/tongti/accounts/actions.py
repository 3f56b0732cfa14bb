"""Writes on accounts: make, sign in, change password, switch off."""

from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from tongti.accounts.errors import Locked, SignInRefused, UsernameTaken, WeakPassword
from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.actor import Actor, Asker
from tongti.trail import actions as trail

TRIES = 5
LOCK = timedelta(minutes=15)


@transaction.atomic
def create_officer(
    *, username: str, name: str, password: str | None, by: Actor, phone: str = "", email: str = "", demo: bool = False
) -> Officer:
    """A new account; ``password=None`` makes one that cannot sign in by password (demo cast, single sign-on).

    Raises UsernameTaken, WeakPassword.
    """
    if Officer.objects.filter(username=username).exists():
        raise UsernameTaken(username=username)
    officer = Officer(
        username=username,
        name=name,
        phone=phone,
        email=email,
        demo=demo,
        must_change_password=password is not None,
    )
    _set_password(officer, password)
    officer.save(force_insert=True)
    trail.record("officer.created", officer, by=by, facts={"demo": demo}, first=True)
    return officer


def sign_in(*, username: str, password: str) -> Officer:
    """The officer whose name and password these are.

    Five wrong tries lock the account for a quarter of an hour (domain sheet W11). Raises SignInRefused, Locked.
    """
    officer = Officer.objects.filter(username=username, is_active=True).first()
    if officer is None:
        Officer().set_password(password)  # spends the same time, so names cannot be guessed by the clock
        raise SignInRefused
    if officer.locked_until and officer.locked_until > clock.now():
        left = officer.locked_until - clock.now()
        raise Locked(minutes=int(left.total_seconds() // 60) + 1)
    if not officer.check_password(password):
        _count_wrong_try(officer)
        raise SignInRefused
    Officer.objects.filter(pk=officer.pk).update(failed_tries=0, locked_until=None, last_login=clock.now())
    trail.record("officer.signed_in", officer, by=_self(officer))
    return officer


def sign_in_demo(*, officer_id: int) -> Officer:
    """One-click sign-in as a member of the demo cast; the web offers it in demo mode only. Raises SignInRefused."""
    officer = Officer.objects.filter(pk=officer_id, demo=True, is_active=True).first()
    if officer is None:
        raise SignInRefused
    trail.record("officer.signed_in", officer, by=_self(officer), facts={"demo": True})
    return officer


@transaction.atomic
def change_password(*, officer: Officer, old: str, new: str) -> None:
    """Raises SignInRefused when ``old`` is wrong, WeakPassword when ``new`` is too weak."""
    if not officer.check_password(old):
        raise SignInRefused
    _set_password(officer, new)
    officer.must_change_password = False
    officer.save(update_fields=["password", "must_change_password"])
    trail.record("officer.password_changed", officer, by=_self(officer))


@transaction.atomic
def reset_password(*, officer: Officer, new: str, by: Actor) -> None:
    """An administrator sets a first password that must be changed at the next sign-in."""
    _set_password(officer, new)
    officer.must_change_password = True
    officer.failed_tries, officer.locked_until = 0, None
    officer.save(update_fields=["password", "must_change_password", "failed_tries", "locked_until"])
    trail.record("officer.password_reset", officer, by=by)


@transaction.atomic
def set_active(*, officer: Officer, active: bool, by: Actor) -> None:
    """Switch an account on or off; what it did stays on the trail."""
    Officer.objects.filter(pk=officer.pk).update(is_active=active)
    trail.record("officer.switched_on" if active else "officer.switched_off", officer, by=by)


def _set_password(officer: Officer, password: str | None) -> None:
    if password is None:
        officer.set_unusable_password()
        return
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise WeakPassword(why="".join(error.messages)) from error
    officer.set_password(password)


def _count_wrong_try(officer: Officer) -> None:
    Officer.objects.filter(pk=officer.pk).update(failed_tries=F("failed_tries") + 1)
    officer.refresh_from_db(fields=["failed_tries"])
    if officer.failed_tries >= TRIES:
        Officer.objects.filter(pk=officer.pk).update(failed_tries=0, locked_until=clock.now() + LOCK)
    trail.record("officer.sign_in_failed", officer, by=Asker(None))


class _self:  # noqa: N801  (reads as a word at the call: by=_self(officer))
    kind = "officer"
    actor_unit_id = None

    def __init__(self, officer: Officer) -> None:
        self.actor_id = officer.pk
