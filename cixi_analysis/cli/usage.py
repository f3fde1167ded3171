"""Wrong calls told in Chinese: click's own messages are English, and an analyst must not meet them."""

import re
import sys
from collections.abc import Callable
from typing import Any

import click


class ChineseCommand(click.Command):
    """A command whose ``--help`` line is in both languages."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _bilingual(super().get_help_option(ctx))


class ChineseGroup(click.Group):
    """The command with its commands; ``guard`` wraps every run (see ``cli``)."""

    command_class = ChineseCommand

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _bilingual(super().get_help_option(ctx))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        run: Callable[..., Any] = super().main
        if not kwargs.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **kwargs)
        try:
            code = run(*args, standalone_mode=False, **kwargs)
        except click.UsageError as error:
            if error.ctx is not None:
                click.echo(error.ctx.get_usage().replace("Usage: ", "用法：", 1), err=True)
                click.echo(f"说明见 {error.ctx.command_path} --help", err=True)
            click.echo(f"用法错误：{in_chinese(error)}", err=True)
            sys.exit(error.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo("已中断。", err=True)
            sys.exit(1)
        sys.exit(code if isinstance(code, int) else 0)


def in_chinese(error: click.UsageError) -> str:
    """What is wrong with a call."""
    match error:
        case click.NoSuchOption():
            near = f"。是否想写 {'、'.join(error.possibilities)}" if error.possibilities else ""
            return f"没有 {error.option_name} 这个选项{near}"
        case click.MissingParameter():
            return f"缺少 {_named(error)}"
        case click.BadParameter():
            return f"{_named(error)} 的值不对：{_expected(error)}"
        case _:
            return _plain(error.format_message())


def _named(error: click.BadParameter) -> str:
    parameter, context = error.param, error.ctx
    if parameter is None:
        return "参数"
    return parameter.opts[0] if isinstance(parameter, click.Option) else parameter.make_metavar(context or _NO_CONTEXT)


_NO_CONTEXT = click.Context(click.Command("cixi"))


def _expected(error: click.BadParameter) -> str:
    found = re.search(r"'([^']*)'", error.message)
    shown = f"现为 {found.group(1)}，" if found else ""
    kind = error.param.type if error.param is not None else None
    if isinstance(kind, click.Choice):
        return f"{shown}应为 {'、'.join(map(str, kind.choices))} 之一"
    if isinstance(kind, click.types.IntParamType):
        return f"{shown}应为一个整数，如{'指标的序号 9' if _named(error) == 'N' else '年份 2022'}"
    if isinstance(kind, click.Path):
        return shown + _path(kind, error.message)
    return error.message


def _path(kind: click.Path, message: str) -> str:
    if re.search("is not (readable|writable|executable)", message):
        return "没有权限"
    asked = "文件或文件夹" if kind.file_okay and kind.dir_okay else "文件" if kind.file_okay else "文件夹"
    if "does not exist" in message:
        return f"没有这个{asked}"
    return "应为一个文件，不是文件夹" if kind.file_okay else "应为已有的文件夹"


#: click's sentence → ours, for messages that have no class of their own.
_SENTENCES: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"No such command '(.*?)'", lambda m: f"没有 {m[1]} 这条命令，全部命令见 cixi --help"),
    (r"Got unexpected extra arguments? \((.*)\)", lambda m: f"多出了 {m[1]}"),
    (r"Option '(.*?)' requires an argument", lambda m: f"{m[1]} 后面缺少它的值"),
    (r"Missing command", lambda _: "缺少命令，全部命令见 cixi --help"),
)


def _plain(message: str) -> str:
    for pattern, told in _SENTENCES:
        if found := re.search(pattern, message):
            return told(found)
    return message


def _bilingual(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = "显示说明。Show this message."
    return option
