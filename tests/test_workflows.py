"""What runs on GitHub: pinned actions, no more rights than needed, no credentials left in a checkout, an end to each job."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))


def test_there_are_workflows() -> None:
    """The tests below are about something."""
    assert {path.stem for path in WORKFLOWS} == {"pages", "tests"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned(path: Path) -> None:
    """By the full hash of a commit, which nobody can move, with the version that it is."""
    used = re.findall(r"^ *-? *uses: *(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_few(path: Path) -> None:
    """Every job reads; only one that runs none of our code may write. No job keeps the token or runs for hours."""
    workflow: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 60, name
        if "write" in job.get("permissions", {}).values():
            assert [step for step in job["steps"] if "run" in step or "checkout" in step["uses"]] == [], name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name
