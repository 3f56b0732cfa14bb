"""A long table as an answer to a browser, sent while it is read."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from tongti.shared.sheets import Columns, csv_lines, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def xlsx(name: str, title: str, columns: Columns, rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """One sheet, heads bold and repeated on paper, every cell text, A4 landscape one page wide."""
    return _attachment(name, XLSX, _book(title, columns, rows))


def _book(title: str, columns: Columns, rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    # made when the first byte is asked for: an answer that nobody reads leaves no file open
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, title, columns, rows)
        file.seek(0)
        while chunk := file.read(64 * 1024):
            yield chunk


def csv(name: str, columns: Columns, rows: Iterable[Sequence[str]]) -> StreamingHttpResponse:
    """UTF-8 with a byte order mark, which spreadsheets need to read Chinese."""
    return _attachment(name, "text/csv; charset=utf-8", (line.encode() for line in csv_lines(columns, rows)))


def _attachment(name: str, kind: str, content: Iterator[bytes]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
