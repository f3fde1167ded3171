"""Builds that are killed at random moments: the last good site opens, the next build works, no process stays."""

import random
import re
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tiny_book import book_at, contents, write_template

pytestmark = [pytest.mark.long, pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are listed in /proc")]

BUILD = [sys.executable, "-c", "from cixi_analysis.cli import main; main()", "build"]
#: Seconds that a kernel, which looks for its parent once a second, and Sphinx may outlive a build.
PATIENCE = 10


def edited(root: Path, number: int) -> None:
    """Change what every page shows, so that a build has all of it to do."""
    for order, (name, page, each) in enumerate(
        [("home", "index", "once"), ("provenance", "provenance", "once"), ("overview", "{year}/index", "year")]
    ):
        write_template(root, name, f"print({number})", page=page, each=each, order=order)


def missing(site: Path) -> list[tuple[str, str]]:
    """What the first page and the pages that it leads to ask for and do not find."""
    found, seen, waiting = [], set[Path](), [site / "index.html"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        for target in re.findall(r'\b(?:href|src)="([^"#?:]+)["#?]', page.read_text(encoding="utf-8")):
            file = (page.parent / target).resolve()
            if not file.is_file():
                found.append((page.name, target))
            elif file.suffix == ".html" and file not in seen:
                waiting.append(file)
    return found


def processes(root: Path) -> list[str]:
    """The command lines of the processes that work in the folder or name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(root) in command or (process / "cwd").readlink() == root:
                found.append(command)
        except OSError:
            continue  # it has ended
    return found


@pytest.mark.parametrize("count", [50])
def test_builds_killed_at_random(count: int, tmp_path: Path) -> None:
    """The site is the old one or the new one, byte by byte; what was killed in between is mended by the next build."""
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")  # noqa: T201  # shown when the test fails
    chance, root = random.Random(seed), book_at(tmp_path / "book")  # noqa: S311  # no secrets here
    html = root / "_build" / "html"
    edited(root, 0)
    started = time.monotonic()
    subprocess.run(BUILD, cwd=root, check=True, capture_output=True)
    whole, states = time.monotonic() - started, []
    for number in range(1, count + 1):
        old = contents(html)
        edited(root, number)
        with subprocess.Popen(BUILD, cwd=root, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as build:
            # Half of the kills fall into the last fifth, where the site is replaced.
            time.sleep(chance.uniform(0, whole) if number % 2 else chance.uniform(0.8 * whole, 1.1 * whole))
            build.send_signal(signal.SIGKILL)
        site = html if html.exists() else html.with_name("html.old")
        assert missing(site) == []
        found, until = contents(site), time.monotonic() + PATIENCE
        if number % 3:  # else the next build begins while kernels and Sphinx end
            while processes(root) and time.monotonic() < until:
                time.sleep(0.1)
            assert processes(root) == []
            assert contents(site) == found, "nobody writes on"
        done = subprocess.run(BUILD, cwd=root, check=False, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stderr
        new = contents(html)
        assert found in (old, new), [name for name in new if found.get(name) not in (old.get(name), new[name])]
        assert new != old
        assert missing(html) == []
        states.append(found == new)
    assert {path.name for path in (root / "_build").iterdir()} <= {"html", "cache", "logs", ".lock"}
    print(f"old {states.count(False)}, new {states.count(True)}")  # noqa: T201
