"""The one permission policy: role → permission → scope, and the viewer who carries it.

Pages, API, exports, search and jobs all ask here. A scope says how far a permission reaches:
own = what the officer herself holds, unit = her unit, subtree = her unit and all below, all = the whole district.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property

from tongti.shared.errors import NotAllowed


class Scope(IntEnum):
    """How far a permission reaches; a wider scope contains the narrower ones."""

    NONE = 0
    OWN = 1
    UNIT = 2
    SUBTREE = 3
    ALL = 4


class May(StrEnum):
    """What an officer may do; the value is the word on screen."""

    SEE = "查看诉求和同题"
    REGISTER = "登记诉求"
    NOTE = "补充和备注"
    IMPORT = "导入诉求"
    JOIN = "立题并题"
    TUNE = "调整同题引擎"
    DISPATCH = "派单"
    RULE = "裁定异议"
    PUBLISH = "对外公开题目"
    RECEIVE = "签收"
    HANDLE = "办理"
    SIGN = "签发答复"
    LIFT = "提请上级协调"
    SIGN_LIFT = "签发提请"
    REVISIT = "回访"
    SEE_VISITS = "查看走访"
    VISIT = "走访"
    CAMPAIGN = "组织调研服务"
    SUPERVISE = "督办"
    INSTRUCT = "批示"
    BOARD = "看板"
    SET_TARGETS = "定目标"
    REPORT_VALUES = "填报指标"
    EXPORT = "导出"
    SEE_IDENTITY = "查看身份"
    SEE_FIRMS = "查看登记簿"
    KEEP_FIRMS = "维护登记簿"
    ADMINISTER = "系统管理"
    AUDIT = "审计"


@dataclass(frozen=True)
class Role:
    """A role that a personnel officer can read: name, one sentence, and what it grants how far."""

    code: str
    name: str
    sentence: str
    grants: dict[May, Scope]


A, S, U, O = Scope.ALL, Scope.SUBTREE, Scope.UNIT, Scope.OWN  # noqa: E741  (one letter each keeps the table readable)

_ROLES = (
    Role("clerk", "收件员", "接电话、收件、登记诉求，能当场答复的当场答复。",
         {May.SEE: A, May.NOTE: A, May.REGISTER: A, May.IMPORT: A, May.SEE_IDENTITY: A, May.SEE_FIRMS: A}),
    Role("dispatcher", "派单员", "把相同的诉求并成一题，派给该办的单位，裁定单位提出的异议。",
         {May.SEE: A, May.NOTE: A, May.REGISTER: A, May.IMPORT: A, May.JOIN: A, May.TUNE: A, May.DISPATCH: A, May.RULE: A, May.PUBLISH: A,
          May.LIFT: A, May.EXPORT: A, May.BOARD: A, May.SEE_IDENTITY: A, May.SEE_FIRMS: A, May.KEEP_FIRMS: A}),
    Role("receiver", "单位签收员", "代表本单位签收或提出异议，在单位内部转交。",
         {May.SEE: U, May.NOTE: U, May.RECEIVE: U}),
    Role("handler", "承办人", "联系诉求人，办理，写本单位的分答，牵头时合成共答。",
         {May.SEE: U, May.NOTE: U, May.RECEIVE: U, May.HANDLE: U, May.LIFT: U, May.SEE_IDENTITY: O, May.SEE_FIRMS: U,
          May.KEEP_FIRMS: U}),
    Role("unit_leader", "单位负责人", "审核并签发本单位牵头的共答，对结果负责。",
         {May.SEE: S, May.NOTE: S, May.RECEIVE: S, May.HANDLE: S, May.SIGN: U, May.LIFT: S, May.SIGN_LIFT: U, May.EXPORT: S, May.BOARD: S, May.REPORT_VALUES: U,
          May.SEE_FIRMS: S, May.KEEP_FIRMS: S}),
    Role("helper", "协办人", "写本单位承担部分的分答。",
         {May.SEE: U, May.NOTE: U, May.RECEIVE: U, May.HANDLE: U}),
    Role("coordinator", "统筹员", "指挥部或专班人员，跨单位协调、会商、提级。",
         {May.SEE: A, May.NOTE: A, May.JOIN: A, May.TUNE: A, May.RULE: A, May.LIFT: A, May.SUPERVISE: A, May.BOARD: A, May.SET_TARGETS: A, May.REPORT_VALUES: A, May.EXPORT: A,
          May.SEE_FIRMS: A, May.KEEP_FIRMS: A, May.SEE_VISITS: A, May.VISIT: A, May.CAMPAIGN: A}),
    Role("supervisor", "督办员", "盯时限、盯质量，提出督办。",
         {May.SEE: A, May.NOTE: A, May.SUPERVISE: A, May.BOARD: A, May.EXPORT: A, May.SEE_FIRMS: A, May.SEE_VISITS: A}),
    Role("revisitor", "回访员", "向诉求人核实联系了没有、解决了没有、满意不满意；不在承办单位任职。",
         {May.SEE: A, May.NOTE: A, May.REVISIT: A, May.SEE_IDENTITY: A}),
    Role("analyst", "分析员", "看数据、找趋势、写分析，看不到身份。",
         {May.SEE: A, May.BOARD: A, May.EXPORT: A, May.SEE_FIRMS: A}),
    Role("field_officer", "走访员", "到企业和村里走访，把听到的难题登记进来。",
         {May.SEE: O, May.NOTE: O, May.REGISTER: U, May.SEE_FIRMS: U, May.KEEP_FIRMS: U, May.SEE_VISITS: O, May.VISIT: O}),
    Role("indicator_clerk", "指标员", "填报本单位和下属单位负责的目标指标，写明出处。", {May.BOARD: A, May.REPORT_VALUES: S}),
    Role("livelihood_clerk", "实事项目员", "填报为民办实事项目的进度和佐证。", {May.BOARD: A}),
    Role("monitoring_clerk", "监测员", "负责防贫监测对象的核查和帮扶记录。", {May.BOARD: U}),
    Role("publisher", "发布员", "审定可以对外公开的题目和答复。", {May.SEE: A, May.PUBLISH: A}),
    Role("auditor", "审计员", "查谁看过、改过、导出过什么；看不到诉求内容。", {May.AUDIT: A}),
    Role("admin", "系统管理员", "维护单位、人员、分类、时限和模板；看不到诉求内容。", {May.ADMINISTER: A}),
    Role("leader", "领导", "看全局，对题目作批示。",
         {May.SEE: A, May.INSTRUCT: A, May.SIGN_LIFT: A, May.BOARD: A, May.EXPORT: A, May.SEE_FIRMS: A, May.SEE_VISITS: A}),
)  # fmt: skip

ROLES: dict[str, Role] = {role.code: role for role in _ROLES}

# Handle ≠ verify ≠ administer (design §5): no person may hold both of a pair.
CLASHES: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (frozenset({"receiver", "handler", "helper", "unit_leader"}), frozenset({"revisitor"})),
    (frozenset({"admin"}), frozenset(ROLES) - {"admin"}),
    (frozenset({"auditor"}), frozenset(ROLES) - {"auditor"}),
)


@dataclass(frozen=True)
class Seat:
    """One post as the policy sees it."""

    unit_id: int
    unit_path: str
    unit_name: str
    role: Role


@dataclass(frozen=True)
class Viewer:
    """Who is looking or acting: an officer with all her seats. Passed to every query and, as ``by=``, to every action."""

    officer_id: int
    name: str
    seats: tuple[Seat, ...]
    kind: str = "officer"

    @property
    def actor_id(self) -> int:
        return self.officer_id

    @property
    def actor_unit_id(self) -> int | None:
        return self.seats[0].unit_id if self.seats else None

    @cached_property
    def unit_ids(self) -> frozenset[int]:
        """Units at which she holds a post, whatever the role."""
        return frozenset(seat.unit_id for seat in self.seats)

    @cached_property
    def role_codes(self) -> frozenset[str]:
        return frozenset(seat.role.code for seat in self.seats)

    @cached_property
    def _widest(self) -> dict[May, Scope]:
        widest: dict[May, Scope] = {}
        for seat in self.seats:
            for may, scope in seat.role.grants.items():
                widest[may] = max(scope, widest.get(may, Scope.NONE))
        return widest

    def scope(self, may: May) -> Scope:
        """The widest reach of this permission over all her seats."""
        return self._widest.get(may, Scope.NONE)

    def can(self, may: May) -> bool:
        """Whether the permission is held at all, at whatever scope."""
        return self.scope(may) > Scope.NONE

    def unit_ids_for(self, may: May) -> frozenset[int]:
        """Units of the seats that carry this permission (for OWN, UNIT and SUBTREE scopes)."""
        return frozenset(seat.unit_id for seat in self.seats if may in seat.role.grants)

    def paths_for(self, may: May) -> tuple[str, ...]:
        """Path prefixes of the units that a SUBTREE scope reaches."""
        return tuple(seat.unit_path for seat in self.seats if seat.role.grants.get(may, Scope.NONE) >= Scope.SUBTREE)

    def can_at(self, may: May, unit_id: int, unit_path: str) -> bool:
        """Whether the permission reaches this unit."""
        for seat in self.seats:
            scope = seat.role.grants.get(may, Scope.NONE)
            if scope == Scope.ALL or (scope > Scope.NONE and seat.unit_id == unit_id):
                return True
            if scope == Scope.SUBTREE and unit_path.startswith(seat.unit_path):
                return True
        return False

    def require(self, may: May) -> None:
        """Raises NotAllowed with the permission's word when it is not held."""
        if not self.can(may):
            raise NotAllowed(what=may.value)

    def require_at(self, may: May, unit_id: int, unit_path: str) -> None:
        """Raises NotAllowed when the permission does not reach this unit."""
        if not self.can_at(may, unit_id, unit_path):
            raise NotAllowed(what=may.value)


def clash(role_codes: Iterable[str]) -> tuple[str, str] | None:
    """Two role names that one person may not hold together, or None."""
    held = set(role_codes)
    for one, other in CLASHES:
        first, second = held & one, held & other
        if first and second:
            return ROLES[min(first)].name, ROLES[min(second)].name
    return None
