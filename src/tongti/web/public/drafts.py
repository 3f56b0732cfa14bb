"""What somebody has typed but not yet sent: in the session, encrypted, with its photos in a folder of its own.

Nothing of it is ever in an address. The intake key is born with the draft, so one form is one case however often it is sent;
``sent`` remembers the last few keys, for the button pressed again after the first answer was lost.
"""

import base64
import json
import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from cryptography.exceptions import InvalidTag
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from tongti.shared import crypto, pending, uploads
from tongti.shared.errors import BadInput
from tongti.shared.uploads import CleanUpload, Upload

DRAFT, SENT = "draft", "sent"
MOST_SENT = 8

log = logging.getLogger(__name__)


@dataclass
class KeptFile:
    """A cleaned file that waits for its case."""

    id: str
    given_name: str
    content_type: str
    sha256: str
    size: int

    @property
    def kind(self) -> str:
        return uploads.kind_of(self.content_type)

    @property
    def name(self) -> str:
        return self.given_name


@dataclass
class Draft:
    """One form being filled in. ``data`` is what was typed, field by field, as it was typed."""

    key: str
    channel: str
    data: dict[str, str] = field(default_factory=dict)
    files: list[KeptFile] = field(default_factory=list)
    folder: str = ""

    @property
    def intake_key(self) -> uuid.UUID:
        return uuid.UUID(self.key)

    def keep(self, incoming: Iterable[Upload]) -> None:
        """Clean and keep files, the same one once. Raises BadInput("files", …); files before the bad one are kept."""
        for upload in incoming:
            clean = uploads.check_and_clean(upload.name, upload.content)
            if any(kept.sha256 == clean.sha256 for kept in self.files):
                continue
            if len(self.files) >= uploads.MOST_FILES:
                raise BadInput("files", f"最多传 {uploads.MOST_FILES} 个文件，“{clean.given_name}”和后面的没有收下。")
            self.files.append(self._write(clean))

    def drop(self, file_id: str) -> None:
        """Take one file out again."""
        for kept in [file for file in self.files if file.id == file_id]:
            self.files.remove(kept)
            pending.remove(self.folder, kept.id)

    def uploads(self) -> tuple[CleanUpload, ...]:
        """The kept files whole. One that was swept away meanwhile raises BadInput, so that nobody believes it was sent."""
        found = []
        for kept in self.files:
            try:
                content = pending.read(self.folder, kept.id)
            except FileNotFoundError:
                raise BadInput("files", f"“{kept.given_name}”放得太久，已经清掉了，请重新选一次。") from None
            found.append(CleanUpload(content, kept.content_type, kept.given_name, kept.sha256))
        return tuple(found)

    def mark_sent(self) -> None:
        """The case has the files now; see pending.mark_sent."""
        if self.folder:
            pending.mark_sent(self.folder)

    def forget_files(self) -> None:
        """The case has them now, or nobody wants them."""
        if self.folder:
            pending.forget(self.folder)
        self.files = []

    def _write(self, clean: CleanUpload) -> KeptFile:
        self.folder = self.folder or pending.new_folder()
        file_id = pending.write(self.folder, clean.content)
        return KeptFile(file_id, clean.given_name, clean.content_type, clean.sha256, len(clean.content))


def new(channel: str, key: str = "") -> Draft:
    """An empty draft; ``key`` is the one the form came with, when it is a real UUID."""
    return Draft(key=_uuid(key) or str(uuid.uuid4()), channel=channel)


def load(session: SessionBase) -> Draft | None:
    """The draft of this session, or None."""
    sealed = session.get(DRAFT)
    if not sealed:
        return None
    try:
        plain = json.loads(crypto.decrypt(base64.b64decode(sealed), purpose="web.draft"))
        files = [KeptFile(**file) for file in plain.pop("files")]
        return Draft(**plain, files=files)
    except (InvalidTag, ValueError, TypeError, KeyError):
        # Keys were changed, or the shape was, by an upgrade: an unreadable draft is an absent one.
        log.warning("a draft could not be read")
        return None


def save(session: SessionBase, draft: Draft) -> None:
    """Keep the draft for this session."""
    plain = json.dumps(asdict(draft), ensure_ascii=False)
    session[DRAFT] = base64.b64encode(crypto.encrypt(plain, purpose="web.draft")).decode()


def clear(session: SessionBase) -> None:
    """Throw the draft and its files away."""
    draft = load(session)
    if draft:
        draft.forget_files()
    session.pop(DRAFT, None)


def sent(session: SessionBase, key: str) -> int | None:
    """The case that this form has already become, in this session."""
    found = session.get(SENT, {}).get(key)
    return int(found) if found is not None else None


def last_sent(session: SessionBase) -> int | None:
    """The case that this session sent last."""
    return next((int(pk) for pk in reversed(session.get(SENT, {}).values())), None)


def remember_sent(session: SessionBase, key: str, case_id: int) -> None:
    """The form ``key`` is this case now."""
    kept = {k: v for k, v in session.get(SENT, {}).items() if k != key}
    session[SENT] = dict([*kept.items(), (key, case_id)][-MOST_SENT:])


def typed(post: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """What was typed into these fields."""
    return {name: post[name] for name in names if name in post}


def incoming(request: HttpRequest, name: str = "files") -> list[Upload]:
    """Files of a request. Of a file over the limit, and of a seventh file, only so much is read that it can be refused."""
    most = uploads.MOST_BYTES + 1
    chosen = request.FILES.getlist(name)[: uploads.MOST_FILES + 1]
    return [Upload(file.name or "", file.read(most)) for file in chosen]


def _uuid(text: str) -> str:
    try:
        found = uuid.UUID(text)
    except ValueError:
        return ""
    return str(found) if found.version == 4 else ""
