"""What the commands share: how one is declared, its common arguments, and how a table is printed."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pandas as pd

    from cixi_analysis.plan.dataset import Plan


HELP = "显示说明。Show this message."


def command(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., None]], click.Command]:
    """Declare a command; its function gets the folder of ``--root`` first, None if the option was not given."""
    with_help = click.help_option("-h", "--help", help=HELP)
    return lambda function: with_help(click.command(name, click.Command, **attributes)(click.pass_obj(function)))


YEAR = click.argument("year", type=int, metavar="YEAR")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    help="输出格式。Output format.",
)
#: The type of a path that must not be a folder.
FILE = click.Path(dir_okay=False, path_type=Path)


def plan_at(root: Path | None) -> "Plan":
    from cixi_analysis.plan.dataset import load_plan

    return load_plan(root)


def print_table(table: "pd.DataFrame", form: str) -> None:
    """Print in the format ``form``; JSON is a list of objects with the CSV's names, null for empty."""
    if form == "csv":
        click.echo(table.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        rows = table.astype(object).where(table.notna() & (table != ""), None).to_dict(orient="records")
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1, default=lambda number: number.item()))
    else:
        click.echo(_aligned(table))


def _aligned(table: "pd.DataFrame") -> str:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    shown = Table(*map(str, table.columns), box=SIMPLE_HEAD, pad_edge=False)
    for column in shown.columns:
        column.overflow = "fold"
    for row in table.astype(object).where(table.notna(), "").itertuples(index=False):
        shown.add_row(*(f"{v:.12g}" if isinstance(v, float) else str(v) for v in row))
    text = io.StringIO()
    width = None if sys.stdout.isatty() else 10_000  # nothing is wrapped in a file or a pipe
    Console(file=text, markup=False, highlight=False, emoji=False, width=width).print(shown)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).strip("\n")
