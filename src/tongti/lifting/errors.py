"""What the house says no to when a matter is put on a level's list."""

from tongti.shared.errors import DomainError


class NotInHand(DomainError):
    """Only what a lead unit holds can be lifted: the level above answers a part, the lead answers the asker."""

    code, status, words = "lifting.not_in_hand", 409, "“{number}”现在是“{state}”，派出去、有单位牵头以后才能列进清单。"


class AlreadyOnList(DomainError):
    """The same unit is asked about the same matter already."""

    code, status, words = "lifting.already_on_list", 409, "这件事已经列在“{level}”清单里、提给了{unit}，不用再列。"


class LiftMoved(DomainError):
    """The line of the list is in another state than the step needs."""

    code, status, words = "lifting.moved", 409, "这一条现在是“{state}”，不能再{step}，请刷新后再看。"


class OwnLift(DomainError):
    """Whoever prepared it does not sign it off."""

    code, status, words = "lifting.own", 403, "这一条是您自己拟的，请由别的负责人签发。"


class AnswersHere(DomainError):
    """A unit with officers in this house writes its part itself; nobody enters a paper in its name."""

    code, status, words = "lifting.answers_here", 409, "{unit}在本系统里有承办人，由它自己写分答，不用代录来文。"


class PeerKnown(DomainError):
    """One deployment, one link."""

    code, status, words = "lifting.peer_known", 409, "“{name}”已经登记过链路；换钥匙、换网址请在那一条上改。"


class PeerMoved(DomainError):
    """The link is in another state than the step needs, or its key is not the one that was compared."""

    code, status, words = "lifting.peer_moved", 409, "这条链路现在是“{state}”，或者公钥刚换过，请刷新后再看。"


class UnitTaken(DomainError):
    """A unit works in one other deployment."""

    code, status, words = "lifting.unit_taken", 409, "{unit}已经经“{peer}”送达，一个单位只走一条链路。"


class ArrivalMoved(DomainError):
    """What came from below is dispatched already, or over."""

    code, status, words = "lifting.arrival_moved", 409, "这一条现在是“{state}”，只有还没派出去的才能退回下级。"


class BadLetter(DomainError):
    """A peer's letter that says what cannot be; it is refused with the reason."""

    code, status, words = "lifting.bad_letter", 422, "信里说的收不下：{why}。"
