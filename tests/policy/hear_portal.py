"""The residents' pages: open to everybody alike; a case only to the session that opened it by number and code or by its link."""

from typing import Any

PEOPLE = ("anonymous", "李小英", "黄志强", "农志明", "赵工")

TABLE: list[tuple[str, str, int]] = [
    *(
        (name, who, 200)
        for name in (
            "public:home", "public:say", "public:say_stuck", "public:track", "public:questions", "public:figures", "public:help",
            "public:privacy", "public:accessibility", "public:sitemap",
        )
        for who in PEOPLE
    ),
    # nothing typed yet, no case opened yet: back to where that is done
    *(
        (name, who, 302)
        for name in (
            "public:check", "public:same", "public:case", "public:add", "public:withdraw", "public:again",
        )
        for who in PEOPLE
    ),
    # not made by us, or not for this session: not there
    *(
        (name, who, 404)
        for name in ("public:receipt", "public:link", "public:join", "public:question", "public:file")
        for who in PEOPLE
    ),
    # fragments and buttons
    *((name, "anonymous", 405) for name in ("public:villages", "public:switch")),
]  # fmt: skip

SAMPLE: dict[str, Any] = {}
