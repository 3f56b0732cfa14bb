"""A paper as a file. Everything is made of the frozen data alone, so the same paper is the same file, byte by byte."""

from tongti.papers.rendering.document import document
from tongti.papers.rendering.portable import portable
from tongti.papers.rendering.workbook import workbook

__all__ = ["document", "portable", "workbook"]
