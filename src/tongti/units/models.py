"""单位: the tree of places, the tree of bodies, posts held at them, the category catalogue and the duty list."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Region(models.Model):
    """地区: province … village, with the 12-digit statistical code; ``path`` lists the ids from the root (``/1/7/``)."""

    personal = frozenset[str]()

    class Level(models.TextChoices):
        PROVINCE = "province", "自治区（省）"
        CITY = "city", "市"
        DISTRICT = "district", "县（区）"
        TOWNSHIP = "township", "乡镇（街道）"
        VILLAGE = "village", "村（社区）"
        GRID = "grid", "网格（屯）"

    code = models.CharField("区划代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.CharField("层级", max_length=10, choices=Level)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    path = models.CharField(max_length=120, db_index=True, default="/")
    active = models.BooleanField("在用", default=True)

    class Meta:
        indexes = [models.Index(fields=["parent", "name"], name="region_by_parent")]

    def __str__(self) -> str:
        return self.name


class Tile(models.Model):
    """乡镇方格: where a township stands in the tile map, row and column counted from 1 at the top left.

    Squares instead of borders: nothing that the rules on maps shown to people (地图管理条例 15、49) ask to be reviewed.
    """

    personal = frozenset[str]()

    MOST = 12
    """Rows and columns: more do not fit a screen."""

    town = models.OneToOneField(Region, models.CASCADE, related_name="tile", verbose_name="乡镇")
    row = models.PositiveSmallIntegerField("第几行")
    column = models.PositiveSmallIntegerField("第几列")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["row", "column"], name="tile_alone_in_its_place"),
            models.CheckConstraint(
                condition=Q(row__gte=1, row__lte=12, column__gte=1, column__lte=12), name="tile_in_the_grid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.town} {self.row}-{self.column}"


class Unit(models.Model):
    """单位: a bureau, township government, public enterprise or the hotline itself; ``path`` lists ids from the root."""

    personal = frozenset[str]()

    class Kind(models.TextChoices):
        GOVERNMENT = "government", "党委政府"
        HOTLINE = "hotline", "热线（受理中心）"
        BUREAU = "bureau", "部门"
        TOWNSHIP = "township", "乡镇（街道）"
        VILLAGE = "village", "村（社区）"
        COMPANY = "company", "公共服务企业"
        OFFICE = "office", "内设科室"

    code = models.CharField("代码", max_length=30, unique=True)
    name = models.CharField("全称", max_length=80)
    short_name = models.CharField("简称", max_length=30)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="所在地区")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级单位"
    )
    path = models.CharField(max_length=120, db_index=True, default="/")
    is_fallback = models.BooleanField("兜底单位", default=False, help_text="没有合适单位时由它接棒")
    phone = models.CharField("对外电话", max_length=30, blank=True)
    active = models.BooleanField("在用", default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_fallback"], condition=Q(is_fallback=True), name="unit_one_fallback")
        ]

    def __str__(self) -> str:
        return self.short_name


class Post(models.Model):
    """岗位: one officer holds one role (units.access.ROLES) at one unit."""

    personal = frozenset[str]()

    officer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="posts")
    role = models.CharField("角色", max_length=20)
    title = models.CharField("职务", max_length=40, blank=True)
    since = models.DateField("任职起")
    until = models.DateField("任职止", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "unit", "role"], condition=Q(until=None), name="post_held_once")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.role}"


class Category(models.Model):
    """诉求分类: three levels; ``code`` is permanent, the name may be reworded."""

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("层级")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    full_name = models.CharField("全名", max_length=200)
    active = models.BooleanField("在用", default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="category_three_levels")]

    def __str__(self) -> str:
        return self.full_name


class Duty(models.Model):
    """职责清单（派单目录）: who leads and who helps in a matter, on which legal basis, and since when.

    ``by_territory`` means that the township of the place takes part as 属地. ``keywords`` help to suggest the row.
    """

    personal = frozenset[str]()

    code = models.CharField("编号", max_length=20, unique=True)
    matter = models.CharField("事项", max_length=120)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, verbose_name="分类")
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="duties_led", verbose_name="牵头单位")
    helpers = models.ManyToManyField(Unit, blank=True, related_name="duties_helped", verbose_name="协办单位")
    by_territory = models.BooleanField("属地参与", default=False)
    keywords = models.CharField("关键词", max_length=300, blank=True, help_text="用空格隔开")
    basis = models.CharField("依据", max_length=300)
    valid_from = models.DateField("生效", null=True, blank=True)
    valid_to = models.DateField("失效", null=True, blank=True)

    class Meta:
        verbose_name_plural = "duties"

    def __str__(self) -> str:
        return self.matter


class Template(models.Model):
    """用语与模板: words of the site, notices and letters, changed on a screen; ``code`` is what the program asks for.

    ``{slots}`` in the body are listed in ``slots``; an unknown slot is refused when the template is saved.
    """

    personal = frozenset[str]()

    code = models.CharField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    body = models.TextField("内容")
    slots = models.CharField("可用变量", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class Transfer(models.Model):
    """导入导出记录: one file that came into the catalogues or went out of them. The trail of who did it hangs here."""

    personal = frozenset[str]()

    kind = models.CharField("内容", max_length=20)
    came_in = models.BooleanField("是导入")
    rows = models.PositiveIntegerField("行数")
    added = models.PositiveIntegerField("新增", default=0)
    changed = models.PositiveIntegerField("修改", default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {'导入' if self.came_in else '导出'} {self.rows} 行"
