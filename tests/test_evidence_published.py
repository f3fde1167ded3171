"""Files of evidence that are public: carried by the site where they are what was recorded, and noticed when they change."""

from pathlib import Path

import pytest
import tiny
from conftest import cixi
from tiny_book import Place, book_at, write_template

from cixi_analysis.book import cache
from cixi_analysis.book.kernels import packed
from cixi_analysis.book.publication import archive
from cixi_analysis.export import attachments
from cixi_analysis.plan import evidence_files
from cixi_analysis.plan.csvfile import rows_csv
from cixi_analysis.plan.dataset import load_plan
from cixi_analysis.plan.evidence_files import published_files, record_files
from cixi_analysis.plan.provenance import provenance
from cixi_analysis.plan.schema import Evidence, Observation

ROWS = (
    tiny.evidence("1", proves="clause", file="通知.PDF", publish="yes"),
    tiny.evidence("2.1", title="《一》", file="秘密.pdf"),
    tiny.evidence("2.1", title="《二》", file="通知.PDF"),
    tiny.evidence("2.2", file="年鉴.xlsx", publish="yes"),
)
SITE_NAMES = ["evidence-1-B-1.pdf", "evidence-2.2-B-1.xlsx"]


@pytest.fixture
def root(place: Place) -> Path:
    """A project with a year 2023 and three files, recorded, of which two are public."""
    root = book_at(place.filled())
    for name, rows in (("observations", tiny.tiny_plan().observations[2022]), ("evidence", ROWS)):
        (root / "data" / name).mkdir(exist_ok=True)
        (root / "data" / name / "2023.csv").write_bytes(rows_csv(Evidence if name == "evidence" else Observation, rows))
    (root / "evidence" / "2023").mkdir(parents=True)
    for name in ("通知.PDF", "秘密.pdf", "年鉴.xlsx"):
        (root / "evidence" / "2023" / name).write_bytes(name.encode())
    assert record_files(load_plan(root), 2023, [])[1] == 3
    return root


def names(root: Path) -> list[str]:
    return [one.name for one in published_files(root)]


def left_out(root: Path) -> list[str]:
    return [line.removeprefix("2023 年要公开的佐证材料") for line in evidence_files.left_out(root)]


@pytest.mark.slow
def test_what_the_site_carries(root: Path, tmp_path: Path) -> None:
    """The public files, under the number of the first row that names them, beside the downloads; no other file."""
    assert (names(root), left_out(root)) == (SITE_NAMES, [])
    files = attachments(load_plan(root), 2023, tmp_path)
    assert [path.name for path in files if path.name.startswith("evidence")] == SITE_NAMES
    assert (tmp_path / SITE_NAMES[0]).read_bytes() == "通知.PDF".encode()
    assert [one.path for one in provenance(root).inputs if one.kind == "公开的佐证材料"] == [
        "evidence/2023/通知.PDF", "evidence/2023/年鉴.xlsx",
    ]  # fmt: skip
    (root / "data" / ".~lock.plan.toml#").write_text("谁打开了它", encoding="utf-8")
    assert b".~lock." not in packed(root)
    assert "秘密.pdf".encode() not in packed(root)
    assert "年鉴.xlsx".encode() in packed(root)


def test_what_is_left_out(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not what was recorded, that is not there, that makes the site too large: each is reported."""
    folder = root / "evidence" / "2023"
    (folder / "通知.PDF").write_bytes("通知.PDE".encode())
    assert (names(root), left_out(root)) == (
        SITE_NAMES[1:],
        ["“通知.PDF”没有放进网站：文件与登记的不同（见 cixi evidence 2023）。"],
    )
    (folder / "通知.PDF").unlink()
    assert left_out(root) == ["“通知.PDF”没有放进网站：文件不在（见 cixi evidence 2023）。"]
    monkeypatch.setattr(evidence_files, "MOST_PUBLISHED", 5)
    assert left_out(root)[1:] == ["“年鉴.xlsx”没有放进网站：这一年公开的文件合计超过 0 MB（见 cixi evidence 2023）。"]
    rows = tuple(row.model_copy(update={"sha256": None}) for row in ROWS)
    (root / "data" / "evidence" / "2023.csv").write_bytes(rows_csv(Evidence, rows))
    assert left_out(root)[1:] == ["“年鉴.xlsx”没有放进网站：文件没有登记（见 cixi evidence 2023）。"]


def test_a_build_notices_a_public_file(root: Path) -> None:
    """A changed public file makes the pages of its year anew; other files change nothing."""
    folder, keys = root / "evidence" / "2023", {}
    for name in ("", "秘密.pdf", "年鉴.xlsx"):
        if name:
            (folder / name).write_bytes(b"changed")
        keys[name] = (
            cache.data_until(root, 2022),
            cache.data_until(root, 2023),
            cache.inputs(root),
            cache.sources(root),
        )
    assert keys["秘密.pdf"] == keys[""]
    same = [one == other for one, other in zip(keys["年鉴.xlsx"], keys[""], strict=True)]
    assert same == [True, False, False, False]


@pytest.mark.slow
def test_built_and_verified(root: Path, place: Place, tmp_path: Path) -> None:
    """The page links to the files; the same site again elsewhere, by bytes."""
    code = "from cixi_analysis.plan.dataset import load_plan\nfrom cixi_analysis.presentation import evidence_page"
    write_template(root, "home", "print(year)", page="index", each="once")
    shown = f"{code}\nevidence_page.published(load_plan(), year)"
    write_template(root, "overview", shown, page="{year}/index", each="later")
    copied = "from pathlib import Path\nfrom cixi_analysis.export import _published\nfrom cixi_analysis.plan.dataset import load_plan\n"
    copied += "[*_published(load_plan(), {year}, Path({folder!r}))]"
    plan = load_plan(root)
    page = place.build(2023, frame=plan.frame, downloads=copied)
    html = (page.parent / "book" / "2023" / "index.html").read_text(encoding="utf-8")
    assert [name in html for name in SITE_NAMES] == [True, True]
    assert len(list((page.parent / "_downloads").rglob("evidence-*"))) == 2
    (root / "evidence" / "2023" / "年鉴.xlsx").unlink()
    page = place.build(2023, frame=plan.frame, downloads=copied)
    assert [path.name for path in (page.parent / "_downloads").rglob("evidence-*")] == SITE_NAMES[:1]
    count = sum(p.is_file() and p.name != ".buildinfo" for p in page.parent.rglob("*"))
    zipped = archive(root, tmp_path / "book.zip")
    done = cixi("verify", str(zipped), root=root)
    assert (done.returncode, done.stdout) == (0, f"{count}个文件与 {zipped} 逐字节相同。\n"), done.stderr
