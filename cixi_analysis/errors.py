"""The errors that a user can cause: messages with all problems of one input at once, invisible characters escaped."""

import errno
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

#: Fillers and variation selectors, which Unicode counts among letters and marks.
_BLANK = {*"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"}
_BLANK |= set(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_TYPED_SPACES = " \u3000\n"
_LONGEST_QUOTED = 40  # characters
LONGEST_TEXT = 2000  # characters of a text that a person writes


def is_invisible(char: str) -> bool:
    """Whether a character cannot be seen in a text, or changes how the characters beside it are seen.

    That is every control, format (direction, zero width), surrogate, private and unassigned code point, and every space
    except the two typed in Chinese texts and the line break. No text needs one: two names that look the same are one.
    """
    return char in _BLANK or not (char.isprintable() or char in _TYPED_SPACES)


def invisible(text: str) -> str:
    """The invisible characters of a text by their code, each once: ``U+202E、U+200B``; "" where it has none."""
    if text.isprintable() and _BLANK.isdisjoint(text):
        return ""  # nearly always, and ten times as fast
    return "、".join(f"U+{ord(char):04X}" for char in dict.fromkeys(text) if is_invisible(char))


def clear_text(text: str, longest: int = LONGEST_TEXT) -> str:
    """What a text should be (Chinese) that has invisible characters, is too long or has surrounding spaces; "" for any
    other. Two names that look the same are one, and no text changes its surroundings.
    """
    if found := invisible(text):
        return f"没有看不见的字符（{found}）的文字"
    if len(text) > longest:
        return f"不超过 {longest} 字的文字"
    return "首尾没有空格、空行的文字" if text != text.strip() else ""


def visible(text: str) -> str:
    r"""The text for a terminal: invisible characters but tabs as JSON writes them, ``\u202e``."""
    unseen = (char for char in set(text) if is_invisible(char) and char != "\t")
    return text.translate({ord(char): json.dumps(char)[1:-1] for char in unseen})


def marked(text: str) -> str:
    """The text on one line of a message: invisible characters by their code, line breaks as ``⏎``."""
    shown = {ord(char): f"〔U+{ord(char):04X}〕" for char in set(text) if is_invisible(char)}
    return text.translate({**shown, ord("\n"): "⏎"})


def quoted(text: str) -> str:
    """The text for a message: in quotes, :func:`marked`, surrounding spaces shown, cut after 40 characters."""
    cut = text if len(text) <= _LONGEST_QUOTED else text[:_LONGEST_QUOTED] + "……"
    start, end = len(cut) - len(cut.lstrip(" \u3000")), len(cut.rstrip(" \u3000"))
    return f"“{marked(''.join(char if start <= i < end else '␣' for i, char in enumerate(cut)))}”"


class CixiError(Exception):
    """Base of every error that a user can cause: the message (Chinese), and the exit status of a command."""

    exit_status = 1


@dataclass(frozen=True)
class Problem:
    """One problem in the data: place, what was found, what is expected. ``row`` counts the header as 1."""

    file: str
    row: int | None
    column: str | None
    found: str
    expected: str

    def __str__(self) -> str:
        row = "" if self.row is None else f" 第{self.row}行"
        column = f" “{self.column}”{'键' if self.file.endswith('.toml') else '列'}" if self.column else ""
        return marked(f"{self.file}{row}{column}：现为{self.found}；应为{self.expected}")


class DataError(CixiError):
    """The data is invalid. ``problems`` holds every problem, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join([f"数据有{len(problems)}处问题：", *map(str, problems)]))


#: errno → Chinese; other errors keep the operating system's text.
_REASONS = {
    errno.ENOENT: "没有这个文件夹或文件", errno.EACCES: "没有权限", errno.EPERM: "没有权限", errno.ENOSPC: "磁盘已满",
    errno.EROFS: "这里只能读，不能写", errno.EISDIR: "这是一个文件夹", errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已经存在", errno.ENODEV: "这不是普通的文件", errno.EFBIG: "文件超过了系统允许的大小",
    errno.ENAMETOOLONG: "名称太长", errno.EBUSY: "正被别的程序使用", errno.EIO: "磁盘读写出错",
    errno.ELOOP: "链接指向自己", errno.EMFILE: "打开的文件太多", errno.ENFILE: "打开的文件太多",
    getattr(errno, "EDQUOT", errno.ENOSPC): "磁盘已满",
}  # fmt: skip


#: Windows: no access, and a sharing or locking violation. Which of them a file that Excel holds gives varies.
_HELD = (5, 32, 33)
#: The number in the text of an error: :class:`shutil.Error` and logs hold only the text.
NUMBER = re.compile(r"(?:\[Errno |Error\()(\d+)")


def reason(error: OSError) -> str:
    """Why a file could not be read or written, in Chinese where :data:`_REASONS` has it."""
    if getattr(error, "winerror", None) in _HELD:
        return "没有权限，或正被别的程序（如 Excel）打开"
    found = NUMBER.search(str(error))
    number = error.errno or (int(found[1]) if found else 0)
    return _REASONS.get(number) or error.strerror or str(error) or type(error).__name__


def place(error: OSError, default: object) -> str:
    """The file that could not be read or written (of two, the one to be written); ``default`` where none is named."""
    return str(error.filename2 or error.filename or default)


@contextmanager
def writing(where: object, kind: type[CixiError], kept: str = "原来的文件没有改动") -> Iterator[None]:
    """Raise ``kind`` for a file that cannot be read or written, naming it, or ``where``: a failed write names no file.

    ``kept`` says (Chinese) what is unchanged.
    """
    try:
        yield
    except OSError as error:
        raise kind(f"不能读写 {place(error, where)}：{reason(error)}。{kept}。") from error


class UnknownYear(CixiError):
    """A year without observations; the message names the years that exist and how to add one."""


class UnknownIndicator(CixiError):
    """An indicator that Table 1 does not have; the message names the numbers that exist."""
