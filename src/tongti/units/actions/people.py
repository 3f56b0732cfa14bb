"""Writes on officers and their posts. What an officer may do hangs on her posts; the account itself is accounts.actions."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from tongti.accounts import actions as accounts
from tongti.accounts.errors import UsernameTaken
from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.errors import BadInput, Raced
from tongti.shared.text import tidy
from tongti.trail import actions as trail
from tongti.units.access import ROLES, May, Viewer, clash
from tongti.units.errors import LastAdmin, RolesClash
from tongti.units.models import Post, Unit

# Without letters and digits that are mistaken for each other when read aloud.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class PostDraft:
    """One post as typed: which role at which unit, since when."""

    unit: Unit
    role: str
    title: str = ""
    since: date | None = None


@dataclass(frozen=True)
class NewOfficer:
    """The account and its first password, which is shown once and kept nowhere."""

    officer: Officer
    password: str


def one_time_password() -> str:
    """``k7mp-x2qd-9rtf``: to be read out once; it must be changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def add_officer(
    *, username: str, name: str, phone: str = "", email: str = "", posts: Sequence[PostDraft] = (), by: Viewer
) -> NewOfficer:
    """A new account with its posts and a one-time password. Raises BadInput, UsernameTaken, RolesClash."""
    by.require(May.ADMINISTER)
    username, name, phone, email = checked_officer(username, name, phone, email)
    password = one_time_password()
    officer = accounts.create_officer(username=username, name=name, password=password, phone=phone, email=email, by=by)
    for post in posts:
        give_post(officer=officer, draft=post, by=by)
    return NewOfficer(officer, password)


def checked_officer(username: str, name: str, phone: str, email: str) -> tuple[str, str, str, str]:
    """The three tidied. Raises BadInput."""
    username, name, phone, email = tidy(username), tidy(name), tidy(phone), tidy(email)
    if not username or len(username) > 60 or " " in username:
        raise BadInput("username", "登录名 1 到 60 个字，中间不能有空格。")
    if not name or len(name) > 40:
        raise BadInput("name", "请填写姓名，最多 40 字。")
    if len(phone) > 30:
        raise BadInput("phone", "办公电话最多 30 字。")
    if email and not _is_email(email):
        raise BadInput("email", "工作邮箱写得不对，请写成 wangwu@example.gov.cn 这样。")
    return username, name, phone, email


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


@transaction.atomic
def change_officer(
    *, officer: Officer, username: str, name: str, phone: str, email: str | None = None, by: Viewer
) -> list[str]:
    """Change name, sign-in name, office phone or work e-mail; answers the fields that changed.

    ``email=None`` leaves the address as it is (a file without that column). Raises BadInput, UsernameTaken.
    """
    by.require(May.ADMINISTER)
    email = officer.email if email is None else email
    username, name, phone, email = checked_officer(username, name, phone, email)
    if Officer.objects.filter(username=username).exclude(pk=officer.pk).exists():
        raise UsernameTaken(username=username)
    new = {"username": username, "name": name, "phone": phone, "email": email}
    fields = [field for field, value in new.items() if getattr(officer, field) != value]
    for field in fields:
        setattr(officer, field, new[field])
    if fields:
        officer.save(update_fields=fields)
        trail.record("officer.changed", officer, by=by, facts={"fields": fields})
    return fields


@transaction.atomic
def give_post(*, officer: Officer, draft: PostDraft, by: Viewer) -> Post:
    """One more post. Raises BadInput, RolesClash."""
    by.require(May.ADMINISTER)
    if draft.role not in ROLES:
        raise BadInput("role", f"没有“{draft.role}”这个角色。")
    if not draft.unit.active:
        raise BadInput("unit", f"“{draft.unit.short_name}”已经停用，不能在那里任职。")
    # Two tabs giving clashing roles at once: the account's row makes them queue.
    Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    standing = list(_standing(officer))
    if any(p.unit_id == draft.unit.pk and p.role == draft.role for p in standing):
        raise BadInput("role", f"{officer.name}已经是{draft.unit.short_name}的{ROLES[draft.role].name}。")
    if pair := clash([*(p.role for p in standing), draft.role]):
        raise RolesClash(one=pair[0], other=pair[1])
    post = Post.objects.create(
        officer=officer,
        unit=draft.unit,
        role=draft.role,
        title=tidy(draft.title)[:40],
        since=draft.since or clock.today(),
    )
    facts = {"officer": officer.pk, "unit": draft.unit.pk, "role": draft.role}
    trail.record("post.given", post, by=by, facts=facts, first=True)
    return post


@transaction.atomic
def end_post(*, post: Post, last_day: date, by: Viewer) -> None:
    """The post ends with this day; from the next one on she may no longer do what it allowed. Raises BadInput, LastAdmin."""
    by.require(May.ADMINISTER)
    if last_day < post.since - timedelta(days=1):
        raise BadInput("until", f"止期不能早于任职起（{post.since}）。")
    if post.role == "admin":
        _refuse_last_admin(Q(pk=post.pk))
    if not Post.objects.filter(pk=post.pk, until=post.until).update(until=last_day):
        raise Raced
    post.until = last_day
    trail.record("post.ended", post, by=by, facts={"officer": post.officer_id, "until": last_day.isoformat()})


@transaction.atomic
def reset_password(*, officer: Officer, by: Viewer) -> str:
    """A new one-time password; whoever was signed in with the old one is signed out."""
    by.require(May.ADMINISTER)
    password = one_time_password()
    accounts.reset_password(officer=officer, new=password, by=by)
    return password


@transaction.atomic
def switch_officer(*, officer: Officer, active: bool, by: Viewer) -> None:
    """Switch an account on or off. Raises BadInput for one's own account, LastAdmin."""
    by.require(May.ADMINISTER)
    if officer.pk == by.officer_id:
        raise BadInput("active", "不能停用自己的账号。")
    if not active:
        _refuse_last_admin(Q(officer_id=officer.pk))
    elif pair := clash(p.role for p in _standing(officer)):
        raise RolesClash(one=pair[0], other=pair[1])
    accounts.set_active(officer=officer, active=active, by=by)


def _standing(officer: Officer) -> "list[Post]":
    """Posts held today or later."""
    return list(Post.objects.filter(officer=officer).filter(Q(until=None) | Q(until__gte=clock.today())))


def _refuse_last_admin(leaving: Q) -> None:
    today = clock.today()
    admins = Post.objects.select_for_update(no_key=True, of=("self",)).filter(
        Q(until=None) | Q(until__gt=today), role="admin", since__lte=today, officer__is_active=True
    )
    held = list(admins.order_by("pk").values_list("pk", flat=True))
    going = set(Post.objects.filter(leaving, pk__in=held).values_list("pk", flat=True))
    if going and not set(held) - going:
        raise LastAdmin
