"""搜索: the words and names that can be found, how they sound, and how far they were learned from the texts."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class Term(models.Model):
    """可找的词: a word or proper name, so that its sound, its initials or a slip of the key leads to it.

    ``weight`` says in how many texts it stands (0 for names of registers). ``about`` is the id of the question or firm that a
    whole name belongs to: whether it may be shown is asked of that room, never of this table. ``sounds`` is its pinyin, ``folded``
    the same with the sounds told alike that people here confuse, ``near`` the name with one sign left out, each in turn.
    Words come out of askers' texts, so they are personal: a word is only ever shown to somebody who has found a text with it.
    """

    personal = frozenset({"text", "sounds", "initials", "folded", "near"})

    class Kind(models.TextChoices):
        WORD = "word", "词"
        NAME = "name", "地方和单位的叫法"
        PLACE = "place", "地点"
        UNIT = "unit", "单位"
        FIRM = "firm", "登记对象"
        QUESTION = "question", "题目"

    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField("词", max_length=120)
    about = models.BigIntegerField(default=0)
    weight = models.PositiveIntegerField("几件里有", default=0)
    sounds = models.CharField("全拼", max_length=240, blank=True)
    initials = models.CharField("首字母", max_length=60, blank=True)
    folded = models.CharField("近音", max_length=240, blank=True)
    near = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "text", "about"], name="term_once")]
        indexes = [
            models.Index(fields=["initials"], opclasses=["varchar_pattern_ops"], name="term_by_initials"),
            models.Index(fields=["sounds"], opclasses=["varchar_pattern_ops"], name="term_by_sounds"),
            models.Index(fields=["folded"], name="term_by_sound"),
            GinIndex(fields=["near"], name="term_by_slip"),
            models.Index(fields=["kind", "about"], name="term_about"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class Learned(models.Model):
    """学到哪里: the last row of each source whose words are counted already; the next run goes on behind it."""

    personal = frozenset[str]()

    source = models.CharField(max_length=12, primary_key=True)
    last_id = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.source} {self.last_id}"
