"""统一社会信用代码 (GB 32100—2015): checked, and compared. No database."""

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from tongti.shared.errors import BadInput

LENGTH = 18
_BODY = slice(8, 17)
"""主体标识码: the nine signs that stay with a body for ever (GB 11714), whatever authority registers it anew."""


def checked_code(typed: str, field: str = "credit_code") -> str:
    """The code without blanks, in capitals; "" for none. Raises BadInput with what is wrong."""
    code = uscc.compact(typed)
    if not code:
        return ""
    if sentence := fault(code):
        raise BadInput(field, sentence)
    return str(code)


def fault(code: str) -> str:
    """One sentence on what is wrong with a compact code; "" when nothing is."""
    try:
        uscc.validate(code)
    except InvalidLength:
        return f"统一社会信用代码应是 {LENGTH} 位，现在是 {len(code)} 位，请对照执照检查。"
    except InvalidFormat:
        return "统一社会信用代码只用数字和大写字母（没有 I、O、S、V、Z），前 8 位是数字，请对照执照检查。"
    except InvalidChecksum:
        return "统一社会信用代码的校验位不对：应是 18 位，多半有一位录错或颠倒了，请对照执照检查。"
    except ValidationError:
        return "统一社会信用代码不对：应是 18 位，请对照执照检查。"
    return ""


def same_body(one: str, other: str) -> bool:
    """Whether two codes name the same body: equal, or equal in the nine signs that are the body's own."""
    return bool(one) and bool(other) and one[_BODY] == other[_BODY]


def body_of(code: str) -> str:
    """The nine signs of the body; "" without a code."""
    return code[_BODY] if len(code) == LENGTH else ""


def slip(one: str, other: str) -> bool:
    """Whether one code is the other with a single sign mistyped or two neighbours exchanged: what a checksum catches."""
    if len(one) != len(other) or one == other:
        return False
    apart = [at for at in range(len(one)) if one[at] != other[at]]
    if len(apart) == 1:
        return True
    swapped = len(apart) == 2 and apart[1] == apart[0] + 1
    return swapped and one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]
