"""Matching our own tokens: no parser of PostgreSQL touches the words, neither here nor when they were written."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import Value


class Tokens(SearchQuery):
    """``'停水' & '幸福路'`` as a tsquery literal: ``Case.objects.filter(search=Tokens(words))``."""

    def __init__(self, words: Iterable[str]) -> None:
        quoted = ["'" + w.replace("\\", "\\\\").replace("'", "''") + "'" for w in words]
        super().__init__(Value(" & ".join(quoted)), search_type="raw")

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        """A cast in place of ``to_tsquery``."""
        sql, params = compiler.compile(self.source_expressions[-1])
        return f"{sql}::tsquery", params
