"""The errors that a user can cause, and their messages: all problems of one input at once."""

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


class CixiError(Exception):
    """Base of every error that a user can cause: the message (Chinese) and the exit status of the command."""

    exit_status = 1


@dataclass(frozen=True)
class Problem:
    """One problem in the data: where, what was found, what would be right. ``row`` counts the header as 1."""

    file: str
    row: int | None
    column: str | None
    found: str
    expected: str

    def __str__(self) -> str:
        row = "" if self.row is None else f" 第{self.row}行"
        column = f" “{self.column}”列" if self.column else ""
        return f"{self.file}{row}{column}：现为{self.found}；应为{self.expected}"


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
    getattr(errno, "EDQUOT", errno.ENOSPC): "磁盘已满",
}  # fmt: skip


#: The number in the text of an error: :class:`shutil.Error` and logs hold only the text.
NUMBER = re.compile(r"(?:\[Errno |Error\()(\d+)")


def reason(error: OSError) -> str:
    """Why a file could not be read or written, in Chinese where :data:`_REASONS` has it."""
    found = NUMBER.search(str(error))
    number = error.errno or (int(found[1]) if found else 0)
    return _REASONS.get(number) or error.strerror or str(error) or type(error).__name__


def place(error: OSError, default: object) -> str:
    """The file that could not be read or written (of two, the one to be written); ``default`` where none is named."""
    return str(error.filename2 or error.filename or default)


@contextmanager
def writing(where: object, kind: type[CixiError]) -> Iterator[None]:
    """Raise ``kind`` for a file that cannot be read or written, naming it, or ``where``: a failed write names no file."""
    try:
        yield
    except OSError as error:
        raise kind(f"不能读写 {place(error, where)}：{reason(error)}。原来的文件没有改动。") from error


class UnknownYear(CixiError):
    """A year without observations; the message names the years that exist and how to add one."""


class UnknownIndicator(CixiError):
    """An indicator that Table 1 does not have; the message names the numbers that exist."""
