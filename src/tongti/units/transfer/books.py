"""The catalogues that travel as files. Each knows its columns, how to write them, and how to put one row in.

A row is matched by its code, so running the same file twice changes nothing. A column that the file lacks is left as it is;
nothing is ever deleted by an import.
"""

from datetime import date
from typing import Any

from tongti.accounts import actions as accounts
from tongti.accounts.models import Officer
from tongti.shared import clock
from tongti.shared.errors import BadInput
from tongti.units.access import ROLES, Viewer
from tongti.units.actions import (
    DutyDraft,
    PostDraft,
    UnitDraft,
    add_category,
    add_duty,
    change_duty,
    change_officer,
    change_unit,
    end_post,
    give_post,
    move_unit,
    rename_category,
    switch_category,
    switch_off_unit,
    switch_on_unit,
)
from tongti.units.actions.bodies import checked, make_unit
from tongti.units.actions.people import checked_officer
from tongti.units.actions.wording import change_text
from tongti.units.errors import FileRefused
from tongti.units.models import Category, Duty, Post, Region, Template, Unit
from tongti.units.queries import shipped_words
from tongti.units.transfer import sheets
from tongti.units.transfer.sheets import Row

Put = tuple[str, str, tuple[str, ...]]
YES, NO = "是", "否"


def name_of(row: Any) -> str:
    """What a line that could not be read is about: its first two filled cells."""
    cells = [value for value in row.values() if isinstance(value, str) and value] if isinstance(row, dict) else []
    return " ".join(cell[:30] for cell in cells[:2])


class _Sheet:
    """A catalogue in a spreadsheet."""

    title = ""
    file = ""
    extension = "xlsx"
    columns: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def read(self, content: bytes) -> list[tuple[int, Any]]:
        return [(number, row) for number, row in sheets.read(content, self.columns, self.optional)]

    def write(self) -> tuple[bytes, int]:
        rows = self.rows()
        headings = [*self.columns, *self.optional]
        lines = [[row.get(heading, "") for heading in headings] for row in rows]
        return sheets.write(self.title, headings, lines), len(lines)

    def rows(self) -> list[Row]:
        raise NotImplementedError


class Units(_Sheet):
    """单位: parents come before children in the file, or are here already."""

    title, file = "单位", "units"
    columns = ("代码", "全称", "简称", "类别", "地区代码", "上级代码")
    optional = ("对外电话", "在用")

    def rows(self) -> list[Row]:
        units = Unit.objects.select_related("region", "parent")
        # Parents have fewer ids in their path, so a file that was exported can be read from top to bottom.
        return [
            {
                "代码": unit.code,
                "全称": unit.name,
                "简称": unit.short_name,
                "类别": unit.get_kind_display(),
                "地区代码": unit.region.code,
                "上级代码": unit.parent.code if unit.parent else "",
                "对外电话": unit.phone,
                "在用": YES if unit.active else NO,
            }
            for unit in sorted(units, key=lambda unit: (unit.path.count("/"), unit.code))
        ]

    def put(self, row: Row, *, by: Viewer) -> Put:
        code = row["代码"].upper()
        unit = Unit.objects.select_related("parent", "region").filter(code=code).first()
        parent = _unit(row["上级代码"], "上级代码") if row["上级代码"] else None
        draft = UnitDraft(
            code=code,
            name=row["全称"],
            short_name=row["简称"],
            kind=_kind(row["类别"]),
            region_id=_region(row["地区代码"]).pk,
            phone=row.get("对外电话", unit.phone if unit else ""),
        )
        if unit is None:
            unit = make_unit(draft=checked(draft), parent=parent, by=by)
            _switch_unit(unit, row, by)
            return unit.short_name, "new", ()
        words = {"name": "全称", "short_name": "简称", "kind": "类别", "region_id": "地区", "phone": "对外电话"}
        changed = [words[name] for name in change_unit(unit=unit, draft=draft, by=by)]
        if unit.parent_id != (parent.pk if parent else None):
            move_unit(unit=unit, parent=parent, by=by)
            changed.append("上级")
        changed += _switch_unit(unit, row, by)
        return unit.short_name, "changed" if changed else "same", tuple(changed)


def _switch_unit(unit: Unit, row: Row, by: Viewer) -> list[str]:
    wanted = _yes(row.get("在用", ""), unit.active, "在用")
    if wanted == unit.active:
        return []
    if wanted:
        switch_on_unit(unit=unit, by=by)
    else:
        switch_off_unit(unit=unit, by=by)
    return ["在用"]


class Officers(_Sheet):
    """人员: one line for each post. No password is ever in a file: a new account gets one on its own page."""

    title, file = "人员", "officers"
    columns = ("登录名", "姓名", "单位代码", "角色")
    optional = ("办公电话", "工作邮箱", "职务", "任职起", "任职止")

    def rows(self) -> list[Row]:
        today = clock.today()
        posts: dict[int, list[Post]] = {}
        for post in Post.objects.select_related("unit").order_by("id"):
            if post.until is None or post.until >= today:
                posts.setdefault(post.officer_id, []).append(post)
        rows = []
        for officer in Officer.objects.filter(is_active=True).order_by("username"):
            own: Row = {
                "登录名": officer.username,
                "姓名": officer.name,
                "办公电话": officer.phone,
                "工作邮箱": officer.email,
            }
            rows += [own | _post_cells(post) for post in posts.get(officer.pk, [])] or [own]
        return rows

    def put(self, row: Row, *, by: Viewer) -> Put:
        username, name, phone, email = checked_officer(
            row["登录名"], row["姓名"], row.get("办公电话", ""), row.get("工作邮箱", "")
        )
        officer = Officer.objects.filter(username=username).first()
        what = f"{name}（{username}）"
        if officer is None:
            officer = accounts.create_officer(
                username=username, name=name, password=None, phone=phone, email=email, by=by
            )
            self._post(officer, row, by)
            return what, "new", ()
        if not officer.is_active:
            raise BadInput("登录名", f"账号“{username}”已经停用，请先在人员页启用。")
        phone = phone if "办公电话" in row else officer.phone
        address = email if "工作邮箱" in row else None
        words = {"username": "登录名", "name": "姓名", "phone": "办公电话", "email": "工作邮箱"}
        fields = change_officer(officer=officer, username=username, name=name, phone=phone, email=address, by=by)
        changed = [words[one] for one in fields] + self._post(officer, row, by)
        return what, "changed" if changed else "same", tuple(changed)

    def _post(self, officer: Officer, row: Row, by: Viewer) -> list[str]:
        if not row["单位代码"] and not row["角色"]:
            return []
        unit, role = _unit(row["单位代码"], "单位代码"), _role(row["角色"])
        since, until = _day(row.get("任职起", ""), "任职起"), _day(row.get("任职止", ""), "任职止")
        post = Post.objects.filter(officer=officer, unit=unit, role=role).order_by("-since", "-id").first()
        over = post is not None and post.until is not None and post.until < clock.today()
        if post is None or (over and until is None):
            post = give_post(officer=officer, draft=PostDraft(unit, role, row.get("职务", ""), since), by=by)
            if until is not None:
                end_post(post=post, last_day=until, by=by)
            return [f"任{unit.short_name}{ROLES[role].name}"]
        if until is not None and until != post.until:
            end_post(post=post, last_day=until, by=by)
            return ["任职止"]
        return []


def _post_cells(post: Post) -> Row:
    return {
        "单位代码": post.unit.code,
        "角色": ROLES[post.role].name if post.role in ROLES else post.role,
        "职务": post.title,
        "任职起": post.since.isoformat(),
        "任职止": post.until.isoformat() if post.until else "",
    }


class Categories(_Sheet):
    """事项分类: a line names its whole path. With a code the line is that category; without one it is found by its names."""

    title, file = "事项分类", "categories"
    columns = ("一级分类", "二级分类", "三级分类")
    optional = ("代码", "在用")

    def rows(self) -> list[Row]:
        rows = []
        for category in Category.objects.order_by("code"):
            names = [*category.full_name.split("/"), "", ""][:3]
            active = YES if category.active else NO
            rows.append({**dict(zip(self.columns, names, strict=True)), "代码": category.code, "在用": active})
        return rows

    def put(self, row: Row, *, by: Viewer) -> Put:
        names = [row[column] for column in self.columns]
        path = [name for name in names if name]
        if not path or names[: len(path)] != path:
            raise BadInput("一级分类", "要从一级分类起依次填写，中间不能空。")
        code = row.get("代码", "")
        found = Category.objects.select_related("parent").filter(code=code).first() if code else None
        if found is None:
            return self._by_names(path, code, row, by)
        if found.level != len(path):
            raise BadInput("代码", f"代码 {code} 是第 {found.level} 级，这一行写到了第 {len(path)} 级。")
        above = found.parent.full_name if found.parent else ""
        if "/".join(path[:-1]) != above:
            raise BadInput("代码", f"代码 {code} 在“{above}”下面；要换地方，请停用它再新增。")
        changed = ["名称"] if rename_category(category=found, name=path[-1], by=by) else []
        changed += self._switch(found, row, by)
        return found.full_name, "changed" if changed else "same", tuple(changed)

    def _by_names(self, path: list[str], code: str, row: Row, by: Viewer) -> Put:
        parent: Category | None = None
        made = False
        for level, name in enumerate(path, start=1):
            category = Category.objects.select_related("parent").filter(parent=parent, name=name).first()
            if category is None:
                own_code = code if level == len(path) else ""
                category, made = add_category(name=name, parent=parent, code=own_code, by=by), True
            elif level == len(path) and code and category.code != code:
                raise BadInput("代码", f"“{category.full_name}”的代码是 {category.code}，不是 {code}。")
            parent = category
        if parent is None:
            raise BadInput("一级分类", "请填写一级分类。")
        changed = self._switch(parent, row, by)
        return parent.full_name, "new" if made else "changed" if changed else "same", () if made else tuple(changed)

    def _switch(self, category: Category, row: Row, by: Viewer) -> list[str]:
        wanted = _yes(row.get("在用", ""), category.active, "在用")
        if wanted == category.active:
            return []
        switch_category(category=category, active=wanted, by=by)
        return ["在用"]


class Duties(_Sheet):
    """职责清单."""

    title, file = "职责清单", "duties"
    columns = ("编号", "事项", "牵头单位代码", "协办单位代码", "依据")
    optional = ("分类代码", "属地参与", "关键词", "生效", "失效")

    def rows(self) -> list[Row]:
        return [
            {
                "编号": duty.code,
                "事项": duty.matter,
                "牵头单位代码": duty.lead.code,
                "协办单位代码": "、".join(sorted(unit.code for unit in duty.helpers.all())),
                "依据": duty.basis,
                "分类代码": duty.category.code if duty.category else "",
                "属地参与": YES if duty.by_territory else NO,
                "关键词": duty.keywords,
                "生效": duty.valid_from.isoformat() if duty.valid_from else "",
                "失效": duty.valid_to.isoformat() if duty.valid_to else "",
            }
            for duty in Duty.objects.select_related("lead", "category").prefetch_related("helpers").order_by("code")
        ]

    def put(self, row: Row, *, by: Viewer) -> Put:
        duty = Duty.objects.select_related("category").filter(code=row["编号"].upper()).first()
        helpers = row["协办单位代码"].replace("，", "、").replace(",", "、").replace(" ", "、").split("、")
        draft = DutyDraft(
            code=row["编号"],
            matter=row["事项"],
            lead=_unit(row["牵头单位代码"], "牵头单位代码"),
            helpers=tuple(_unit(code, "协办单位代码") for code in helpers if code),
            basis=row["依据"],
            category=_category(row["分类代码"]) if "分类代码" in row else duty.category if duty else None,
            by_territory=_yes(row.get("属地参与", ""), duty.by_territory if duty else False, "属地参与"),
            keywords=row.get("关键词", duty.keywords if duty else ""),
            valid_from=_day(row["生效"], "生效") if "生效" in row else duty.valid_from if duty else None,
            valid_to=_day(row["失效"], "失效") if "失效" in row else duty.valid_to if duty else None,
        )
        if duty is None:
            return add_duty(draft=draft, by=by).matter, "new", ()
        words = {
            "matter": "事项",
            "category_id": "分类",
            "lead_id": "牵头单位",
            "helpers": "协办单位",
            "by_territory": "属地参与",
            "keywords": "关键词",
            "basis": "依据",
            "valid_from": "生效",
            "valid_to": "失效",
        }
        changed = tuple(words[name] for name in change_duty(duty=duty, draft=draft, by=by))
        return duty.matter, "changed" if changed else "same", changed


class Texts:
    """用语和模板, as JSON: code → body."""

    title, file, extension = "用语和模板", "texts", "json"

    def read(self, content: bytes) -> list[tuple[int, Any]]:
        found = sheets.read_json(content)
        rows = found.get("templates") if isinstance(found, dict) else None
        if not isinstance(rows, list) or not rows:
            raise FileRefused(why="文件里没有 templates 列表，请用导出的 .json 照着改。")
        return list(enumerate(rows, start=1))

    def write(self) -> tuple[bytes, int]:
        own = dict(Template.objects.values_list("code", "body"))
        rows = [
            {"code": code, "name": row["name"], "slots": row["slots"], "body": own.get(code, row["body"])}
            for code, row in shipped_words().items()
        ]
        return sheets.write_json({"templates": rows}), len(rows)

    def put(self, row: Any, *, by: Viewer) -> Put:
        if not isinstance(row, dict) or not isinstance(row.get("code"), str) or not isinstance(row.get("body"), str):
            raise BadInput("code", "这一项缺少 code 或 body。")
        shipped = shipped_words().get(row["code"])
        if shipped is None:
            raise BadInput("code", f"程序没有用到“{row['code'][:40]}”这个代码。")
        own = Template.objects.filter(code=row["code"]).first()
        now = own.body if own else shipped["body"]
        if row["body"].replace("\r\n", "\n").strip() == now:
            return shipped["name"], "same", ()
        change_text(code=row["code"], body=row["body"], version=own.version if own else 0, by=by)
        return shipped["name"], "changed", ("内容",)


def _unit(code: str, column: str) -> Unit:
    found = Unit.objects.filter(code=code.upper()).first()
    if found is None:
        raise BadInput(column, f"没有代码为“{code}”的单位。" if code else f"请填写“{column}”。")
    return found


def _region(code: str) -> Region:
    found = Region.objects.filter(code=code).first() or Region.objects.filter(code=code.ljust(12, "0")).first()
    if found is None:
        raise BadInput("地区代码", f"没有区划代码为“{code}”的地区。")
    return found


def _category(code: str) -> Category | None:
    if not code:
        return None
    found = Category.objects.filter(code=code).first()
    if found is None:
        raise BadInput("分类代码", f"没有代码为“{code}”的分类。")
    return found


def _kind(word: str) -> str:
    kinds = {label: str(value) for value, label in Unit.Kind.choices} | {str(value): str(value) for value in Unit.Kind}
    if word not in kinds:
        raise BadInput("类别", f"没有“{word}”这种单位类别，可以是：{'、'.join(map(str, Unit.Kind.labels))}。")
    return kinds[word]


def _role(word: str) -> str:
    roles = {role.name: code for code, role in ROLES.items()} | {code: code for code in ROLES}
    if word not in roles:
        raise BadInput("角色", f"没有“{word}”这个角色，可以是：{'、'.join(role.name for role in ROLES.values())}。")
    return roles[word]


def _yes(word: str, otherwise: bool, column: str) -> bool:
    if not word:
        return otherwise
    if word not in (YES, NO):
        raise BadInput(column, f"“{column}”请填“是”或“否”。")
    return word == YES


def _day(word: str, column: str) -> date | None:
    if not word:
        return None
    try:
        return date.fromisoformat(word.replace("/", "-").replace(".", "-"))
    except ValueError as error:
        raise BadInput(column, f"“{column}”请写成 2026-03-20 这样的日期。") from error
