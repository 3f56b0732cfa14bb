"""Every address a browser may ask for. Five doors: residents, desks, officers on the way, leaders, and
other deployments."""

from django.urls import URLPattern, URLResolver, include, path

from tongti.web import styleguide, tour

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tongti.web.public.urls")),
    path("desk/", include("tongti.web.desk.urls")),
    path("field/", include("tongti.web.field.urls")),
    path("board/", include("tongti.web.board.urls")),
    path("link/", include("tongti.web.link.urls")),
    path("tour/", tour.page, name="tour"),
    path("styleguide/", styleguide.page, name="styleguide"),
]
