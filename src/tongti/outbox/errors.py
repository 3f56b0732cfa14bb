from tongti.shared.errors import DomainError


class NotDelivered(DomainError):
    """A channel could not hand the message over; ``lasting`` says that trying again is useless."""

    code, status, words = "outbox.not_delivered", 502, "消息没有送出：{why}"

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        self.lasting = lasting
        super().__init__(why=why)


class UnknownChannel(DomainError):
    code, status, words = "outbox.unknown_channel", 500, "没有配置消息渠道“{channel}”。"
