"""Addresses of targets, indicators and early signals."""

from django.urls import path

from tongti.web.desk import signals, targets

urlpatterns = [
    path("targets/", targets.page, name="targets"),
    path("targets/<int:pk>/end/", targets.end, name="target_end"),
    path("targets/goals/<int:pk>/", targets.goal, name="goal"),
    path("signals/", signals.listing, name="signals"),
    path("signals/rule/", signals.rule, name="signal_rule"),
    path("signals/<int:pk>/", signals.page, name="signal"),
]
