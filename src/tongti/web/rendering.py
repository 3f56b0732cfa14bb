"""Templates that speak the reader's language; everything around them speaks Chinese (docs/adr/0037).

:class:`Templates` is the engine of the settings: it switches the language on for the time of drawing and no longer, so that
what a view or an action writes down is Chinese whoever reads the screen. :class:`Loader` lets every ``{{ value }}`` pass
through :func:`tongti.web.saying.say`, as if each template ended it with a filter, and puts spaces and punctuation as English
wants them where a template has put Chinese ones.
"""

import re
from typing import Any

from django.http import HttpRequest
from django.template import Context, Node, Origin, Template
from django.template.backends.django import DjangoTemplates
from django.template.backends.django import Template as Drawn
from django.template.base import FilterExpression, NodeList, Parser, TextNode, TokenType, VariableNode
from django.template.defaulttags import FirstOfNode, IfNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import get_language, override

from tongti.web.appearance import language_of
from tongti.web.saying import SOURCE, chosen_by_number, marks, say


class Templates(DjangoTemplates):
    """Django's engine, drawing each page in its reader's language."""

    def get_template(self, template_name: str) -> Drawn:
        """A template of ours by name."""
        return _Spoken(super().get_template(template_name).template, self)

    def from_string(self, template_code: str) -> Drawn:
        """A template given as text."""
        return _Spoken(super().from_string(template_code).template, self)


class _Spoken(Drawn):
    def render(self, context: Any = None, request: HttpRequest | None = None) -> Any:
        """Without a request (a job, a paper) nobody's language is known: the page is Chinese."""
        language = language_of(request) if request is not None else SOURCE
        with override(language):
            return super().render(context, request)


class _Speaking(base.Loader):
    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        _speak(template.nodelist)
        return template


class Loader(cached.Loader, _Speaking):
    """Django's cached loader, each printed value said in the reader's language: settled once per template and process."""


class _Counting(Node):
    """A sentence whose translation chooses a word by a number: ``%(n)s {%(n)s|case|cases}``."""

    child_nodelists = ()

    def __init__(self, sentence: BlockTranslateNode) -> None:
        self.sentence = sentence

    def render(self, context: Context) -> str:
        said = self.sentence.render(context)
        return said if _in_source() else chosen_by_number(said)


class _Marks(TextNode):
    """The punctuation between values."""

    def render_annotated(self, context: Context) -> str:
        return marks(self.s)


class _Space(Node):
    """Between a word of ours and a value: Chinese puts nothing there."""

    child_nodelists = ()

    def __init__(self, before: Node, after: Node) -> None:
        self.before = before
        self.after = after

    def render(self, context: Context) -> str:
        if _in_source():
            return ""
        begins = _is_words(self.after) and self.after.render(context).startswith(_NO_SPACE_BEFORE)
        ends = _is_words(self.before) and self.before.render(context).endswith(_NO_SPACE_AFTER)
        return "" if begins or ends else " "


_NO_SPACE_BEFORE = (" ", ",", ".", ";", ":", ")", "%", "?", "!")
_NO_SPACE_AFTER = (" ", "(", "“", "+")
_FULL_WIDTH = re.compile("[，、：；（）。]")


def _in_source() -> bool:
    return get_language() in (None, SOURCE)


def _speak(nodes: NodeList) -> None:
    for node in nodes:
        for inner in _inside(node):
            _speak(inner)
        _say_values(node)
    dressed = [_dressed(node) for node in nodes]
    spaced: list[Node] = []
    for node in dressed:
        if spaced and _touch(spaced[-1], node):
            spaced.append(_Space(spaced[-1], node))
        spaced.append(node)
    nodes[:] = spaced


def _inside(node: Node) -> list[NodeList]:
    if isinstance(node, IfNode):
        return [inner for _condition, inner in node.conditions_nodelists]
    return [inner for name in node.child_nodelists if isinstance(inner := getattr(node, name, None), NodeList)]


def _say_values(node: Node) -> None:
    if isinstance(node, VariableNode):
        _say(node.filter_expression)
    elif isinstance(node, FirstOfNode):
        for value in node.vars:
            _say(value)
    elif isinstance(node, BlockTranslateNode):
        # What a sentence names without "with" is looked up by the sentence itself: given a name of its own, it passes here too.
        for token in [*node.singular, *(node.plural or ())]:
            name = token.contents
            if token.token_type == TokenType.VAR and name not in node.extra_context and name != node.countervar:
                node.extra_context[name] = FilterExpression(name, Parser([]))
        for value in node.extra_context.values():
            _say(value)


def _say(value: FilterExpression) -> None:
    value.filters.append((say, []))


def _dressed(node: Node) -> Node:
    if isinstance(node, BlockTranslateNode) and not node.asvar:
        return _Counting(node)
    if isinstance(node, TextNode) and _FULL_WIDTH.search(node.s):
        return _Marks(node.s)
    return node


def _touch(before: Node, after: Node) -> bool:
    pair = (before, after)
    return any(map(_is_words, pair)) and all(_is_words(one) or isinstance(one, VariableNode) for one in pair)


def _is_words(node: Node) -> bool:
    # The tag library keeps what {% translate %} drew in a node of its own.
    drawn = getattr(node, "drawn", node)
    return isinstance(drawn, _Counting) or (isinstance(drawn, TranslateNode) and not drawn.asvar)
