"""argparse in Chinese: the library's own words ("usage", "required") as well as ours."""

import argparse
from typing import Any

WORDS = {
    "usage: ": "用法：",
    "positional arguments": "参数",
    "options": "选项",
    "subcommands": "命令",
    "show this help message and exit": "显示这份说明",
    "%(prog)s: error: %(message)s\n": "%(message)s\n",
    "the following arguments are required: %s": "还缺少参数：%s",
    "unrecognized arguments: %s": "不认识的参数：%s",
    "expected one argument": "后面要跟一个值",
    "expected at least one argument": "后面至少要跟一个值",
    "invalid choice: %(value)r (choose from %(choices)s)": "没有 %(value)r 这一项（可选：%(choices)s）",
    "invalid %(type)s value: %(value)r": "%(value)r 不是有效的值",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "one of the arguments %s is required": "这些参数里必须有一个：%s",
    "not allowed with argument %s": "不能和 %s 一起用",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s 不明确，可能是 %(matches)s",
}


def speak_chinese() -> None:
    """Give argparse our words; it looks each of its sentences up through the module's ``_``."""
    vars(argparse)["_"] = lambda message: WORDS.get(message, message)


class Parser(argparse.ArgumentParser):
    """Says how to get help after every mistake, and keeps line breaks in descriptions."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)

    def error(self, message: str) -> Any:
        """Exit code 2, one sentence, and where to read on."""
        self.exit(2, f"{message}\n用法见：{self.prog} --help\n")
