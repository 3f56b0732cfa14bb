"""随身走访本: the officer's pages for a phone without signal (docs/adr/0024).

The shell, its scripts and styles are all that the service worker keeps: nothing personal is in them. What is personal travels by
``pack`` and ``send``, is never stored by a cache, and lies on the phone only sealed with the key that ``key`` hands to a session.
"""

import base64
import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tongti.accounts.sessions import NOTEBOOK
from tongti.questions import matching
from tongti.shared.errors import BadInput, DomainError
from tongti.shared.uploads import Upload
from tongti.units.access import May
from tongti.visits import actions, merging
from tongti.visits import queries as visits
from tongti.visits.errors import Changed
from tongti.web import appearance
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.field import reading
from tongti.web.field.forms import FindingForm, VisitForm

SCRIPTS = ("tongti/field-store.js", "tongti/field-guess.js", "tongti/field-send.js", "tongti/field-app.js")
SHELL_FILES = ("django_htmx/htmx-4.min.js", "tongti/tongti.js", "tongti/tongti.css", "tongti/favicon.svg", *SCRIPTS)
# How the queue is worded: (state, word, tone, icon).
STATES = (
    ("draft", "草稿", "mute", "pen-line"),
    ("waiting", "待发", "wait", "hourglass"),
    ("sending", "发送中", "info", "loader"),
    ("sent", "已送到", "ok", "circle-check"),
    ("clash", "有冲突", "warn", "triangle-alert"),
    ("wrong", "要修改", "warn", "pen-line"),
)
TEMPLATE_KEY = "F__"
"""Stands in ids of the shell's templates; the script puts a number in its place."""


@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """The shell: the same for everybody and without a word about anybody, so that it may lie in the browser's cache."""
    context = {
        "visit_form": VisitForm(auto_id="v_%s"),
        "finding_form": FindingForm(prefix=TEMPLATE_KEY),
        "scripts": SCRIPTS,
        "states": STATES,
    }
    return render(request, "field/app.html", context)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, with the list of what it keeps; a new release changes its text, and so replaces it."""
    # as it is fetched for the cache, without cookies
    request.look = appearance.Look()  # type: ignore[attr-defined]
    files = [static(name) for name in SHELL_FILES]
    page = reverse("field:app")
    stamp = hashlib.sha256(json.dumps([files, _shell_digest(request)]).encode()).hexdigest()[:16]
    context = {"stamp": stamp, "shell": page, "files": json.dumps([page, *files])}
    response = render(request, "field/worker.js", context, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


def _shell_digest(request: HttpRequest) -> str:
    return hashlib.sha256(app(request).content).hexdigest()


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What makes the notebook installable on a phone."""
    about = {
        "name": "随身走访本",
        "short_name": "走访本",
        "lang": "zh-CN",
        "start_url": reverse("field:app"),
        "scope": reverse("field:today"),
        "display": "standalone",
        "background_color": "#f4f6f9",
        "theme_color": "#1d4f9f",
        "icons": [
            {"src": static("tongti/icon-192.png"), "sizes": "192x192", "type": "image/png", "purpose": "any"},
            {"src": static("tongti/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
        ],
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
@never_cache
@desk(May.VISIT)
def session(request: DeskRequest) -> HttpResponse:
    """Who is signed in on this phone, and until when; sets the token that sending needs."""
    get_token(request)
    return JsonResponse(_who(request))


def _who(request: DeskRequest) -> dict[str, Any]:
    if NOTEBOOK not in request.session:
        # Hours without signal are no idleness; kept at once, because the time that it ends is told below.
        request.session[NOTEBOOK] = True
        request.session.save()
    return {
        "officer": request.viewer.officer_id,
        "name": request.viewer.name,
        "until": request.session.ends_at().isoformat(),
        # the cached shell has the plain look; hers is put on by script
        "look": {name: value for name, value in vars(appearance.read(request.COOKIES)).items() if value},
    }


@require_POST
@never_cache
@desk(May.VISIT)
def key(request: DeskRequest) -> HttpResponse:
    """What the phone makes the key of its drafts from."""
    secret = actions.open_notebook(by=request.viewer)
    return JsonResponse(_who(request) | {"key": base64.b64encode(secret).decode()})


@require_POST
@never_cache
@desk(May.VISIT)
def pack(request: DeskRequest) -> HttpResponse:
    """Today's list, the firms' cards, the revisits. POST, because it puts on the trail whose contacts she takes along."""
    taken = actions.take_along(by=request.viewer)
    return _json(visits.pack(request.viewer, open_for=taken))


@require_safe
@never_cache
@desk(May.VISIT)
def digest(request: DeskRequest) -> HttpResponse:
    """The district's open questions, as far as they are public, for the panel without signal."""
    return JsonResponse(visits.digest(), json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})


@require_POST
@never_cache
@sensitive_post_parameters()
@desk(May.VISIT)
def same(request: DeskRequest) -> HttpResponse:
    """What the engine itself finds for these words, while there is signal: plain values for the notebook, a fragment for the page."""
    words = request.POST.get("words", "")[:2000]
    found = matching.public_matches(words, limit=3)
    if getattr(request, "htmx", False):
        context = {"matches": found, "looked": bool(words.strip()), "question": request.POST.get("question", "")}
        return render(request, "field/_same_found.html", context)
    rows = [
        {"id": one.question_id, "number": one.number, "title": one.title, "askers": one.asker_count} for one in found
    ]
    return JsonResponse({"found": rows}, json_dumps_params={"ensure_ascii": False})


@require_POST
@never_cache
@sensitive_post_parameters()
@desk(May.VISIT)
def send(request: DeskRequest) -> HttpResponse:
    """One visit from a phone: 200 it is here (now, or before), 409 somebody changed the same fields, 4xx with one sentence."""
    try:
        sent = json.loads(request.body)
    except ValueError:
        return _no(BadInput("note", reading.NOT_READ))
    try:
        saved = actions.save_visit(draft=reading.visit_draft(sent), by=request.viewer)
    except Changed as changed:
        return _clash(changed)
    except DomainError as refused:
        return _no(refused)
    found = visits.findings(saved.visit)
    return _json(
        {
            "again": saved.again,
            "visit": saved.visit.pk,
            "version": saved.visit.version,
            "cases": [
                {"key": str(row.finding.key), "number": row.finding.case.number, "title": row.finding.headline}
                for row in found
                if row.finding.case
            ],
        }
    )


def _clash(changed: Changed) -> HttpResponse:
    clashes = [
        {
            "name": name,
            "label": merging.FIELDS[name],
            "mine": merging.readable(name, mine),
            "theirs": merging.readable(name, theirs),
            "their_value": theirs,
        }
        for name, (mine, theirs) in changed.clashes.items()
    ]
    facts = {"version": changed.version, "theirs": dict(changed.theirs), "settled": dict(changed.settled)}
    return _json({"sentence": changed.sentence, "who": changed.who, "clashes": clashes, **facts}, status=409)


@require_POST
@never_cache
@desk(May.VISIT)
def send_photo(request: DeskRequest) -> HttpResponse:
    """One photo of a visit that has arrived; its key keeps it single."""
    try:
        visit = visits.visit_by_key(request.viewer, reading.key_of(request.POST.get("visit")))
        sent = request.FILES.get("photo")
        if sent is None:
            raise BadInput("photos", "照片没有传完整，请再试一次。")
        photo_key = reading.key_of(request.POST.get("key"))
        upload = Upload(sent.name or "", sent.read())
        actions.add_photo(visit=visit, key=photo_key, upload=upload, by=request.viewer)
    except DomainError as refused:
        return _no(refused)
    return _json({"kept": True})


def _no(refused: DomainError) -> HttpResponse:
    field = refused.field if isinstance(refused, BadInput) else ""
    return _json({"code": refused.code, "field": field, "sentence": refused.sentence}, status=refused.status)


def _json(value: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return JsonResponse(value, status=status, json_dumps_params={"ensure_ascii": False})
