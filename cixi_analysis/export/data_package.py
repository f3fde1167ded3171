"""One description of CSV files for programs: a Frictionless Data Package (https://specs.frictionlessdata.io).

Generated from the schema and ``analysis/outputs.csv``, which describe the columns.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from cixi_analysis.analysis.outputs import DICTIONARY, Output, outputs
from cixi_analysis.export.figures import Figures, write_csv
from cixi_analysis.export.workbook import save_bytes
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.fields import allowed
from cixi_analysis.plan.provenance import provenance

#: The name of the site's package, by which programs look for one.
FILE = "datapackage.json"
#: The path of a table's file: year and table.
_TABLE = re.compile(r"(?:.*/)?cixi-(\d{4})-(\w+)\.csv")
#: Constraints of Table Schema → their names in JSON Schema or pydantic.
_CONSTRAINTS = {"enum": ("enum",), "pattern": ("pattern",), "minimum": ("minimum", "ge"), "maximum": ("maximum", "le")}


def data_package(plan: Plan, files: Mapping[str, bytes], edition: str) -> str | None:
    """``datapackage.json`` for the files of tables among ``files`` (path beside it → content); None if there are none."""
    found = {(int(match[1]), match[2]): path for path in files if (match := _TABLE.fullmatch(path))}
    resources = []
    for year in sorted({year for year, _ in found}):
        known = outputs(plan.as_of(year), year) | {"dictionary": DICTIONARY}
        resources += [
            _resource(year, table, output, found[year, table], files[found[year, table]])
            for table, output in known.items()
            if (year, table) in found
        ]
    if not resources:
        return None
    frame = plan.frame
    package = {
        "profile": "tabular-data-package",
        "name": "cixi-analysis",
        "title": f"{frame.title}：各年评估的表",
        "description": f"{frame.region}各年的现状、结论、趋势与工程，一个资源是一年的一个表；各表的同名列含义相同。",
        "version": edition,
        "sources": [{"title": frame.title}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def write_package(figures: Figures, folder: Path) -> tuple[Path, ...]:
    """Write a year's CSV files and the package that describes them. Raises ``ExportError``."""
    paths, plan = write_csv(figures, folder), figures.plan
    package = data_package(plan, {path.name: path.read_bytes() for path in paths}, provenance(plan.root).edition)
    target = folder / f"cixi-{figures.year}-{FILE}"
    save_bytes((package or "").encode(), target)
    return (*paths, target)


def _resource(year: int, table: str, output: Output, path: str, content: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(*named) for named in output.columns.items()], "missingValues": [""]}
    if output.key:
        schema["primaryKey"] = list(output.key)
    return {
        "profile": "tabular-data-resource",
        "name": f"{table}-{year}",
        "title": f"{output.title}（{year}年）",
        "description": f"{output.rows}。",
        "year": year,
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",  # the standard's name of it; readers skip the byte-order mark
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": schema,
    }


def _field(name: str, column: FieldInfo) -> dict[str, Any]:
    kind, may_be_empty = allowed(column)
    limits = {one: kind[key] for one, keys in _CONSTRAINTS.items() for key in keys if key in kind}
    if "enum" in limits:
        limits["enum"] = [value for value in limits["enum"] if value != ""]  # an empty cell is missing, not a value
    if not may_be_empty:
        limits["required"] = True
    field = {"name": name, "type": kind["type"], "title": column.title, "description": column.description}
    return field | ({"constraints": limits} if limits else {})
