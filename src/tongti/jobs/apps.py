"""Work that happens after the answer to a request, or by the clock (procrastinate, in the same database)."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """``tasks.py`` is found by procrastinate itself when Django starts."""

    name = "tongti.jobs"
    verbose_name = "后台任务"
