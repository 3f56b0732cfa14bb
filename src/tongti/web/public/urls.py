"""Addresses of the public pages. None of them ever holds a number, a code or a word that a person typed."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from tongti.web.public import asked, look, say, supply, track

app_name = "public"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", look.home, name="home"),
    path("say/", say.say, name="say"),
    path("say/stuck/", say.say, {"channel": "stuck"}, name="say_stuck"),
    path("say/same/", say.same, name="same"),
    path("say/villages/", say.villages, name="villages"),
    path("say/check/", say.check, name="check"),
    path("say/join/<str:number>/", asked.join, name="join"),
    path("q/", asked.listing, name="questions"),
    path("q/<str:number>/", asked.question, name="question"),
    path("receipt/<str:token>/", track.receipt, name="receipt"),
    path("track/", track.track, name="track"),
    path("t/<str:token>/", track.link, name="link"),
    path("case/", track.case, name="case"),
    path("case/open/", track.switch, name="switch"),
    path("case/add/", track.add, name="add"),
    path("case/file/<int:pk>/", track.file, name="file"),
    path("case/withdraw/", track.withdraw, name="withdraw"),
    path("case/again/", track.again, name="again"),
    path("supply/", supply.supply, name="supply"),
    path("supply/sent/", supply.supply_sent, name="supply_sent"),
    path("open/", look.open_figures, name="figures"),
    path("help/", look.help_page, name="help"),
    path("help/guide/", look.guide_page, name="guide"),
    path("privacy/", look.privacy, name="privacy"),
    path("accessibility/", look.accessibility, name="accessibility"),
    path("sitemap/", look.sitemap, name="sitemap"),
]
if find_spec("tongti.web.public.urls_verdict"):
    urlpatterns.append(path("", include("tongti.web.public.urls_verdict")))
