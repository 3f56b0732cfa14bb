"""上下级链路: our own card, other deployments, the comparison by telephone, letters and whether they arrived."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongti.lifting import actions, queries
from tongti.shared.errors import DomainError
from tongti.units import actions as unit_actions
from tongti.units import queries as units
from tongti.units.access import May
from tongti.web.desk.doors import DeskRequest, desk
from tongti.web.desk.peers_forms import ConfirmForm, PeerForm, PlaceForm, refuse

LIST = "desk:peers"


@require_safe
@desk(May.ADMINISTER)
def listing(request: DeskRequest) -> HttpResponse:
    """Our card to copy, and every link with what waits on it."""
    return _list(request)


def _list(request: DeskRequest, *, status: int = 200, place: PlaceForm | None = None) -> HttpResponse:
    context = {
        "places": units.places_above(),
        "place_form": place or PlaceForm(),
        "form": place,
        "card": queries.own_card(),
        "keys": queries.own_keys(),
        "lines": queries.peers(request.viewer),
        "listens": queries.may_listen(),
    }
    return render(request, "desk/peers/list.html", context, status=status)


@require_POST
@desk(May.ADMINISTER)
def place(request: DeskRequest) -> HttpResponse:
    """The city or the region above, so that its units can be entered in 机构."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        return _list(request, status=422, place=form)
    data = form.cleaned_data
    try:
        row = unit_actions.add_place_above(
            code=data["code"], name=data["place_name"], level=data["level"], by=request.viewer
        )
    except DomainError as refused:
        return _list(request, status=refuse(form, refused), place=form)
    messages.success(request, f"已添“{row.name}”，现在可以在“机构”里添那里的单位。")
    return redirect(LIST)


@require_POST
@desk(May.ADMINISTER)
def key(request: DeskRequest) -> HttpResponse:
    """Make our key pair, or the next one."""
    if request.POST.get("do") == "rotate":
        actions.rotate_own_key(by=request.viewer)
        messages.success(request, "已换新钥匙。请把新名片发给每个对方管理员，在那之前信会等着。")
    else:
        actions.make_own_key(by=request.viewer)
        messages.success(request, "本站名片已生成。")
    return redirect(LIST)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def new(request: DeskRequest) -> HttpResponse:
    """A new link, from the other side's card."""
    posted = request.method == "POST"
    form = PeerForm(request.POST if posted else None)
    status = 422 if posted else 200
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            peer = actions.add_peer(
                card=data["card"], name=data["name"], side=data["side"], unit_ids=form.unit_ids(), by=request.viewer
            )
        except DomainError as refused:
            status = refuse(form, refused)
        else:
            messages.success(request, "已登记。请在电话里和对方核对指纹，核对过才接通。")
            return redirect("desk:peer", peer.pk)
    return render(request, "desk/peers/new.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk(May.ADMINISTER)
def one(request: DeskRequest, pk: int) -> HttpResponse:
    """One link: fingerprints of both sides, letters, and what can be changed."""
    peer = queries.peer_for(request.viewer, pk)
    if request.method != "POST":
        return _show(request, peer)
    form = PeerForm(request.POST, known=True, cut=_is_cut(peer))
    if not form.is_valid():
        return _show(request, peer, status=422, form=form)
    data = form.cleaned_data
    try:
        actions.change_peer(
            peer=peer,
            card=data["card"],
            name=data["name"] or peer.name,
            unit_ids=form.unit_ids(),
            by=request.viewer,
        )
    except DomainError as refused:
        return _show(request, peer, status=refuse(form, refused), form=form)
    messages.success(request, "已保存。")
    return redirect("desk:peer", pk)


@require_POST
@desk(May.ADMINISTER)
def do(request: DeskRequest, pk: int) -> HttpResponse:
    """核对接通、断开、马上再送、全部再送一遍."""
    peer = queries.peer_for(request.viewer, pk)
    step = request.POST.get("do", "")
    if step == "confirm":
        form = ConfirmForm(request.POST)
        # the key that was on her screen, not one that was exchanged since
        if request.POST.get("fingerprint") != peer.fingerprint:
            messages.error(request, "对方的公钥刚换过，请重新核对指纹。")
            return redirect("desk:peer", pk)
        if not form.is_valid():
            return _show(request, peer, status=422, confirm=form)
        actions.confirm_peer(peer=peer, by=request.viewer)
        messages.success(request, "已接通。")
    elif step == "revoke":
        actions.revoke_peer(peer=peer, by=request.viewer)
        messages.success(request, "已断开，不再收发。")
    elif step == "hurry":
        waiting = actions.hurry(peer=peer, by=request.viewer)
        messages.success(request, f"{waiting} 封待送的信马上再送一次。")
    elif step == "again":
        waiting = actions.send_again(peer=peer, by=request.viewer)
        messages.success(request, f"{waiting} 封已签收的信再送一遍，对方已有的不会重复。")
    else:
        messages.error(request, "没有这一步，请从页面上的按钮选。")
    return redirect("desk:peer", pk)


def _is_cut(peer: Any) -> bool:
    return bool(peer.state == queries.PeerState.REVOKED)


def _show(
    request: DeskRequest,
    peer: Any,
    *,
    status: int = 200,
    form: PeerForm | None = None,
    confirm: ConfirmForm | None = None,
) -> HttpResponse:
    first = {"name": peer.name, "units": [str(pk) for pk in queries.unit_ids_of(peer)]}
    context = {
        "peer": peer,
        "own": queries.own_card(),
        "edit": form or PeerForm(known=True, cut=_is_cut(peer), initial=first),
        "confirm": confirm or ConfirmForm(),
        "form": form or confirm,
        "page": queries.letters_out(peer, request.GET.get("after", "")),
        "came": queries.letters_in(peer),
    }
    return render(request, "desk/peers/peer.html", context, status=status)
