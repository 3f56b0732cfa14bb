"""How a message leaves the house. A gateway for SMS or chat is one class with this interface, named in TONGTI_CHANNELS.

A plug-in is a class with ``code``, ``name``, ``takes(email, phone)`` and ``deliver(letter)``; put its dotted path into the
setting (or environment variable) ``TONGTI_CHANNELS``, comma-separated, before or after the built-in ones. The first channel that
takes an address gets the message. ``disturbs = False`` says that it wakes nobody and may be used at night. ``deliver`` returns when the gateway accepted it and raises NotDelivered when not.
"""

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import ClassVar, Protocol

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from tongti.outbox.errors import NotDelivered, UnknownChannel
from tongti.shared import clock

BUILT_IN = ("tongti.outbox.channels.Email", "tongti.outbox.channels.Files")


@dataclass(frozen=True)
class Letter:
    """What a channel delivers. ``key`` is stable over retries: a gateway that knows idempotency keys is given it."""

    key: str
    to: str
    subject: str
    body: str


class Channel(Protocol):
    """The whole interface of a channel."""

    code: ClassVar[str]
    name: ClassVar[str]

    def takes(self, *, email: str, phone: str) -> str:
        """The address to use for somebody with this e-mail and phone (E.164), or "" when this channel cannot reach her."""

    def deliver(self, letter: Letter) -> None:
        """Hand it over; raises NotDelivered."""


class Email:
    """E-mail by Django's mail settings; takes nobody while no mail server is set."""

    code: ClassVar[str] = "email"
    name: ClassVar[str] = "电子邮件"

    def takes(self, *, email: str, phone: str) -> str:
        """Only with an address and a configured way out."""
        away = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") and not settings.EMAIL_HOST
        return "" if away else email

    def deliver(self, letter: Letter) -> None:
        """One message, with the key as Message-ID so that a mail server can drop a repeat."""
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2] or "localhost"
        message = EmailMessage(
            letter.subject, letter.body, to=[letter.to], headers={"Message-ID": f"<{letter.key}@{domain}>"}
        )
        try:
            message.send()
        except SMTPRecipientsRefused as error:
            raise NotDelivered("对方邮箱不接收", lasting=True) from error
        except (SMTPException, OSError) as error:
            raise NotDelivered(f"邮件服务器：{type(error).__name__}") from error


class Files:
    """Into a folder, one text file each: what the town prints and posts, or reads out on the phone."""

    code: ClassVar[str] = "file"
    name: ClassVar[str] = "本地文件"
    disturbs: ClassVar[bool] = False

    def takes(self, *, email: str, phone: str) -> str:
        """Anybody, also without an address: somebody prints it."""
        return phone or email or "（无联系方式）"

    def deliver(self, letter: Letter) -> None:
        """Written whole or not at all; the name says nothing of the person. The same letter overwrites itself."""
        folder = Path(settings.OUTBOX_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = folder / f"{clock.today():%Y%m%d}-{letter.key}.txt"
        partial = folder / f".{secrets.token_hex(8)}"
        text = f"收件人：{letter.to}\n标题：{letter.subject}\n\n{letter.body}\n"
        try:
            with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
                out.write(text)
            partial.replace(target)
        except OSError as error:
            raise NotDelivered(f"写文件失败（{error.errno}）") from error


class Console:
    """To the terminal, for trying things out."""

    code: ClassVar[str] = "console"
    name: ClassVar[str] = "终端"
    disturbs: ClassVar[bool] = False

    def takes(self, *, email: str, phone: str) -> str:
        """Anybody."""
        return phone or email or "（无联系方式）"

    def deliver(self, letter: Letter) -> None:
        """Print it; not the log, which must hold nothing personal."""
        print(f"—— {letter.subject} → {letter.to}\n{letter.body}\n", flush=True)


@cache
def _made(paths: tuple[str, ...]) -> dict[str, Channel]:
    made: dict[str, Channel] = {}
    for path in paths:
        channel: Channel = import_string(path)()
        made[channel.code] = channel
    return made


def registry() -> dict[str, Channel]:
    """Configured channels by code, in order of preference."""
    configured = getattr(settings, "TONGTI_CHANNELS", None) or os.environ.get("TONGTI_CHANNELS", "").split(",")
    paths = tuple(path.strip() for path in configured if path.strip())
    return _made(paths or BUILT_IN)


def silent() -> list[str]:
    """Codes of the channels that wake nobody."""
    return [code for code, one in registry().items() if not getattr(one, "disturbs", True)]


def channel(code: str) -> Channel:
    """Raises UnknownChannel: a plug-in that was taken away leaves its waiting messages waiting, with the reason shown."""
    found = registry().get(code)
    if found is None:
        raise UnknownChannel(channel=code)
    return found


def choose(*, email: str, phone: str) -> tuple[str, str] | None:
    """(channel code, address): the first channel that can reach her."""
    for code, one in registry().items():
        if to := one.takes(email=email, phone=phone):
            return code, to
    return None
