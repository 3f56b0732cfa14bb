"""挂大屏: the board on a wall, in dark, for a working day; it shows counts only, and its session opens nothing else (docs/adr/0036)."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from tongti.units.access import May
from tongti.web import staying
from tongti.web.desk.doors import DeskRequest, desk


@require_POST
@desk(May.BOARD)
def screen(request: DeskRequest) -> HttpResponse:
    """To the board, which stays from now on."""
    staying.hang(request)
    return redirect(f"{reverse('board:home')}?theme=dark")
