"""What every command shares: its arguments, its messages on standard error, and how a table is printed."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cixi_analysis.errors import CixiError

if TYPE_CHECKING:
    import pandas as pd

    from cixi_analysis.plan.dataset import Plan


class Message(click.ClickException):
    """An error of the library, told on standard error."""

    def __init__(self, error: CixiError) -> None:
        super().__init__(str(error))
        self.exit_code = error.exit_status  # type: ignore[misc]  # click declares it of the class

    def show(self, file: Any = None) -> None:
        click.echo(f"错误：{self.message}", err=True)


YEAR = click.argument("year", type=int, metavar="YEAR")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="输出格式。Output format.",
)


def plan_at(root: Path | None) -> "Plan":
    from cixi_analysis.plan.dataset import load_plan

    return load_plan(root)


def print_table(table: "pd.DataFrame", form: str) -> None:
    printers: dict[str, Callable[[pd.DataFrame], None]] = {"csv": _csv, "json": _json, "table": _table}
    printers[form](table)


def _csv(table: "pd.DataFrame") -> None:
    click.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)


def _json(table: "pd.DataFrame") -> None:
    """A list of objects with the CSV's names; null for empty."""
    plain = table.astype(object).where(table.notna() & (table != ""), None)
    click.echo(json.dumps(plain.to_dict(orient="records"), ensure_ascii=False, indent=1, default=lambda v: v.item()))


def _table(table: "pd.DataFrame") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        shown.add_column(str(column), overflow="fold")
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        shown.add_row(*(f"{v:.12g}" if isinstance(v, float) else str(v) for v in row))
    # A file or a pipe has no width of its own: nothing is wrapped there.
    text = io.StringIO()
    width = None if sys.stdout.isatty() else 10_000
    Console(file=text, markup=False, highlight=False, emoji=False, width=width).print(shown)
    click.echo("\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n"))
