"""Handing the book out: one archive that opens anywhere, and the proof that it can be made again by bytes."""

import io
import json
import os
import random
import re
import secrets
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import cixi
from playwright.sync_api import Browser
from pypdf import PdfWriter
from visit import Visit

from cixi_analysis.book import cache
from cixi_analysis.book.publication import (
    NotPublished,
    NotReproduced,
    _without_pictures,
    archive,
    first_difference,
    published,
    verify,
)
from cixi_analysis.plan.dataset import Plan


@pytest.fixture(scope="module")
def zipped(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("zip") / "book.zip"
    done = cixi("publish", "--zip", "-o", str(target), root=built)
    assert (done.returncode, done.stdout) == (0, f"{target}\n"), done.stderr
    assert re.fullmatch(r"\d+\.\d MB。解压后打开其中的 index.html。\n", done.stderr)
    return target


@pytest.fixture(scope="module")
def unpacked(zipped: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere") / "U 盘 {书}"
    shutil.unpack_archive(zipped, folder)
    return folder


def test_what_is_in_it(zipped: Path, built: Path) -> None:
    """A start page at the top, the whole site below it, names that every system can hold, no traces of the making."""
    with zipfile.ZipFile(zipped) as file:
        entries = file.infolist()
    names = [entry.filename for entry in entries]
    assert names[0] == "index.html"
    assert {name.partition("/")[0] for name in names} == {"index.html", "site"}
    site = built / "_build" / "html"
    expected = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file() and p.name != ".buildinfo"}
    assert {name.removeprefix("site/") for name in names[1:]} == expected
    assert all(re.fullmatch(r"[\w./-]+", name, re.ASCII) for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) < 160  # Windows has room for 260 with the folder
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.slow
def test_the_same_bytes_again(zipped: Path, built: Path, tmp_path: Path) -> None:
    """From the same site, whatever the day."""
    assert archive(built, tmp_path / "again.zip").read_bytes() == zipped.read_bytes()


def test_opens_from_a_folder(unpacked: Path, browser: Browser) -> None:
    """The start page leads into the book by itself, without the network; every page and link of the site is there."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((unpacked / "index.html").as_uri())
    page.wait_for_url("**/site/book/index.html")
    page.locator("a", has_text="2022 年度总览").first.click()
    page.wait_for_url("**/book/2022/index.html")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    page.goto((unpacked / "site" / "index.html").as_uri())
    page.wait_for_url("**/site/book/index.html")


def test_not_unpacked_it_says_what_to_do(unpacked: Path, browser: Browser, tmp_path: Path) -> None:
    """A file manager that opens the one file out of the archive finds no site beside it."""
    shutil.copy(unpacked / "index.html", tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/index.html")
    assert "请先把压缩包全部解压到一个文件夹" in page.inner_text("body")


@pytest.mark.slow
def test_every_link_leads_somewhere(unpacked: Path) -> None:
    """All links of all pages are relative, and what they name is in the archive: page, file and anchor."""
    pages = {path: path.read_text(encoding="utf-8") for path in unpacked.rglob("*.html")}
    anchors = {path: set(re.findall(r'\bid="([^"]+)"', html)) for path, html in pages.items()}
    broken = []
    for path, html in pages.items():
        body = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
        for target in re.findall(r'\b(?:href|src)="([^"]*)"', body):
            if re.match(r"(https?|mailto|data):", target):
                continue
            name, _, anchor = target.partition("#")
            name = name.partition("?")[0]
            leads_to = (path.parent / name).resolve() if name else path.resolve()
            if (
                name.startswith("/")
                or not leads_to.is_file()
                or (anchor and leads_to in anchors and anchor not in anchors[leads_to])
            ):
                broken.append((path.name, target))
    for path in unpacked.rglob("*.css"):
        asked = re.findall(r"url\([\"']?([^\"')?#]+)", path.read_text(encoding="utf-8"))
        broken += [(path.name, t) for t in asked if not t.startswith("data:") and not (path.parent / t).is_file()]
    assert broken == []


def test_no_site_no_archive(project: Path, tmp_path: Path) -> None:
    """Nothing is written, and the message says what to do first."""
    done = cixi("publish", "--zip", "-o", str(tmp_path / "x.zip"), root=project)
    assert (done.returncode, done.stderr) == (1, "错误：还没有生成网站（没有 _build/html）。请先运行 cixi build。\n")
    assert list(tmp_path.glob("*.zip")) == []


def test_older_than_the_data(built: Path, tmp_path: Path) -> None:
    """A site that is not what its inputs would give now is not published; the first changed file is named."""
    project = Path(shutil.copytree(built, tmp_path / "project"))
    for name in ("data/targets.csv", "data/observations/2022.csv"):
        with (project / name).open("a", encoding="utf-8") as file:
            file.write("\n")
    with pytest.raises(NotPublished) as refused:
        archive(project, tmp_path / "x.zip")
    assert str(refused.value) == ("网站生成以后有改动：data/observations/2022.csv等2处。请先运行 cixi build，再发布。")
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.slow
def test_a_year_older_than_the_data_is_not_published(built: Path, tmp_path: Path) -> None:
    """After `cixi build --year` other years may be as they were: the site says so of itself no longer, so it stays here."""
    project = Path(shutil.copytree(built, tmp_path / "project"))
    assert archive(project, tmp_path / "whole.zip").is_file()
    cache.clear(project)  # what a build of single years leaves, or none
    with pytest.raises(NotPublished, match=r"^网站里有的页面可能比数据旧（.*）。请先运行 cixi build，再发布。$"):
        archive(project, tmp_path / "x.zip")


@pytest.mark.slow
def test_a_site_that_is_swapped_meanwhile(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that ends while the site is read leaves no archive of pages of both."""
    project = Path(shutil.copytree(built, tmp_path / "project"))
    page = project / "_build" / "html" / "index.html"
    monkeypatch.setattr(cache, "up_to_date", lambda *_: page.write_text("<p>", encoding="utf-8") and page)
    with pytest.raises(NotPublished, match=r"^网站刚才又重新生成了。请再发布一次。$"):
        archive(project, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.slow
def test_a_report_of_another_site_is_not_part_of_this_one(built: Path, tmp_path: Path) -> None:
    """What an earlier build printed is neither published nor compared."""
    project = Path(shutil.copytree(built, tmp_path / "project"))
    folder = project / "_build" / "pdf"
    folder.mkdir(exist_ok=True)
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    with (folder / "cixi-2022.pdf").open("wb") as stream:
        writer.write(stream)
    assert published(project / "_build" / "html", folder).reports == []
    assert not any(name.endswith(".pdf") for name in zipfile.ZipFile(archive(project, tmp_path / "x.zip")).namelist())


@pytest.mark.slow
def test_publish_over_what_is_there(zipped: Path, built: Path, tmp_path: Path) -> None:
    """An older archive of the book is replaced; any other file of that name, such as evidence, is not."""
    target = tmp_path / "附件.zip"
    zipfile.ZipFile(tmp_path / "empty.zip", "w").close()
    for content in (b"evidence", (tmp_path / "empty.zip").read_bytes()):
        target.write_bytes(content)
        with pytest.raises(NotPublished, match=r"附件\.zip 已经存在，不是 cixi publish 生成的。请用 -o 另取文件名"):
            archive(built, target)
        assert target.read_bytes() == content
    zipped_site(target, "{}")
    assert archive(built, target).read_bytes() == zipped.read_bytes()


def test_publish_as_what(project: Path) -> None:
    """A wrong call, reported in both languages."""
    done = cixi("publish", root=project)
    assert done.returncode == 2
    assert "用法错误：请写明发布成什么：cixi publish --zip。" in done.stderr


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"a": b"1"}, {"a": b"1"}, ""),
        ({"a": b"1", "b": b"x\ny\nz"}, {"a": b"1", "b": b"x\nY\nz"}, "b，第2行，第3个字节起"),
        ({"b": b"x"}, {"b": b"xy"}, "b，第1行，第2个字节起"),
        ({"x.png": b"\0\1"}, {"x.png": b"\0\2"}, "x.png，第2个字节起"),
        ({"a": b"1", "c": b""}, {"a": b"2"}, "a，第1行，第1个字节起"),
        ({"a": b"", "b": b""}, {"b": b""}, "a 没有重新生成出来"),
        ({"b": b""}, {"a": b"", "b": b""}, "a 只在重新生成的里有"),
    ],
)
def test_first_difference(one: dict[str, bytes], other: dict[str, bytes], told: str) -> None:
    """The first file by name that differs, and where in it."""
    assert first_difference(one, other) == told


@pytest.mark.long  # by default test_evidence_published.py, a tiny book
def test_verify_by_bytes(built: Path, zipped: Path) -> None:
    """Made again from the start in another folder, the book is the same, file by file."""
    done = cixi("verify", str(zipped), root=built)
    assert done.returncode == 0, done.stderr
    count = sum(p.is_file() and p.name != ".buildinfo" for p in (built / "_build" / "html").rglob("*"))
    assert done.stdout == f"{count}个文件与 {zipped} 逐字节相同。\n"


def test_pictures_of_a_word_report_are_not_compared() -> None:
    """Fonts differ between machines; every other part is compared, and so is a damaged file as it is."""

    def package(**parts: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as file:
            for name, content in parts.items():
                file.writestr(name.replace("_", "/"), content)
        return made.getvalue()

    one, other = package(word_media_a=b"1", word_b=b"2"), package(word_media_a=b"3", word_b=b"2")
    assert _without_pictures("r.docx", one) == _without_pictures("r.docx", other)
    assert _without_pictures("r.docx", one) != _without_pictures("r.docx", package(word_media_a=b"1", word_b=b"4"))
    assert _without_pictures("r.xlsx", one) == one
    assert _without_pictures("r.docx", b"PK") == b"PK"


def test_verify_names_the_first_file(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site somebody has changed by hand."""
    site = published(Path(shutil.copytree(built / "_build" / "html", tmp_path / "html")))
    again = published(built / "_build" / "html")
    monkeypatch.setattr("cixi_analysis.book.publication._again", lambda *_: again)
    assert verify(built, site) == len(site.files)
    page = tmp_path / "html" / "book" / "2022" / "index.html"
    page.write_text(page.read_text(encoding="utf-8").replace("40.7", "47.0"), encoding="utf-8")
    with pytest.raises(
        NotReproduced, match=r"^重新生成的与 .*html 不同：site/book/2022/index\.html，第\d+行，第\d+个字节起$"
    ):
        verify(built, published(tmp_path / "html"))


def test_verify_another_edition(built: Path, tmp_path: Path) -> None:
    """Other inputs cannot give the same bytes: which, and which commit to check out, without building."""
    project = Path(shutil.copytree(built, tmp_path / "project"))
    with (project / "data" / "targets.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(NotReproduced) as refused:
        verify(project, published(built / "_build" / "html"))
    assert str(refused.value) == (
        f"{built / '_build' / 'html'} 是由另外的输入生成的，第一处不同：data/targets.csv。请用生成它的那一份项目。"
    )


@pytest.mark.parametrize("name", ["data", "_config.yml", "pipe"])
def test_verify_what_is_no_site(built: Path, tmp_path: Path, name: str) -> None:
    """A folder or a file of something else; nobody waits for a pipe."""
    place = built / name
    if name == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("Windows has no named pipes")
        os.mkfifo(place := tmp_path / name)
    done = cixi("verify", str(place), root=built)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.search("不是本书的网站|既不是网站的文件夹", done.stderr)


#: What a site says it was made of, as small as it can be.
MADE_OF = {
    "inputs": [],
    "program": {"version": "0", "files": 0, "sha256": "", "commit": None, "modified": []},
    "python": "",
    "system": "",
    "packages": [],
    "date": None,
}


def zipped_site(path: Path, made_of: str) -> Path:
    """An archive of a site of one page that carries ``made_of`` as its provenance."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("site/index.html", "<p>" + "页" * 200)
        file.writestr("site/provenance.json", made_of)
    return path


@pytest.mark.parametrize(
    "made_of",
    [
        *("", "{", "{}", "[]", "null", "3", '"x"', '{"program": 1}', '{"inputs": [1]}'),
        json.dumps({**MADE_OF, "inputs": None}),
        json.dumps({**MADE_OF, "date": "gestern"}),
        json.dumps({**MADE_OF, "date": "0001-01-01"}),
        json.dumps({**MADE_OF, "date": "0001-01-01T00:00:00"}),
        *("[" * 100_000, '{"a":' * 100_000, "\ufeff{}", json.dumps(MADE_OF) + "x", json.dumps(MADE_OF)[:-1]),
        *(json.dumps({**MADE_OF, name: wrong}) for name in MADE_OF for wrong in (1e400, [[]], {"": 1}, True)),
        *(json.dumps({key: MADE_OF[key] for key in MADE_OF if key != name}) for name in MADE_OF),
    ],
)
def test_verify_a_damaged_provenance(made_of: str, tmp_path: Path) -> None:
    """A message and no traceback, for an archive and for a folder."""
    site = zipped_site(tmp_path / "x.zip", made_of)
    with pytest.raises(NotReproduced) as refused:
        verify(tmp_path, published(site))
    assert str(refused.value) == f"{site}：不是本书的网站（provenance.json 已损坏）。"
    (tmp_path / "provenance.json").write_text(made_of, encoding="utf-8")
    with pytest.raises(NotReproduced, match=r"：不是本书的网站（provenance\.json 已损坏）。$"):
        verify(tmp_path, published(tmp_path))


def test_verify_without_provenance(tmp_path: Path) -> None:
    """The missing file is named."""
    with pytest.raises(NotReproduced) as refused:
        verify(tmp_path, published(tmp_path))
    assert str(refused.value) == f"{tmp_path}：不是本书的网站（没有 provenance.json）。"


@pytest.mark.parametrize("name", ["cixi-2022/site/provenance.json", "provenance.json"])
def test_verify_a_folder_that_was_packed_again(name: str, tmp_path: Path) -> None:
    """The folder around or below the archive's own: what to do is said, and works."""
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, json.dumps(MADE_OF))
    assert refused(path) == f"{name} 不在 site/ 中，请解压后核对它所在的文件夹"
    shutil.unpack_archive(path, tmp_path / "x")
    assert published((tmp_path / "x" / name).parent).made_of.edition == "0"


def test_verify_damaged_bytes(tmp_path: Path) -> None:
    """Whichever byte of an archive is damaged, it is read or refused with a message; inside an entry it is refused."""
    path = zipped_site(tmp_path / "x.zip", json.dumps(MADE_OF))
    assert published(path).made_of.edition == "0"
    whole = path.read_bytes()
    for at in range(len(whole)):
        for flipped in (0x01, 0xFF):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ flipped]) + whole[at + 1 :])
            try:
                assert published(path).made_of.edition
            except NotReproduced as refused:
                assert re.search("：(不是本书的网站（.*）|既不是网站的文件夹，也不是 .* 生成的压缩包)。$", str(refused))
    entry = whole.index(b"site/index.html") + len("site/index.html") + 5
    path.write_bytes(whole[:entry] + bytes(4) + whole[entry + 4 :])
    with pytest.raises(NotReproduced) as refused_entry:
        published(path)
    assert str(refused_entry.value) == f"{path}：不是本书的网站（压缩包已损坏）。"


def refused(place: Path) -> str:
    """Why ``place`` is no site of this book; "" for one that could be."""
    try:
        assert published(place).made_of.edition
    except NotReproduced as error:
        found = re.fullmatch(
            rf"{re.escape(str(place))}：(?:不是本书的网站（(.*)）|(既不是网站的文件夹，也不是 .*))。", str(error)
        )
        assert found, error
        return found[1] or found[2]
    return ""


def entry(name: str, content: bytes | str = b"x", **attributes: int) -> tuple[zipfile.ZipInfo, bytes | str]:
    made = zipfile.ZipInfo(name)
    for attribute, value in attributes.items():
        setattr(made, attribute, value)
    return made, content


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ([], ""),
        ([entry("site/index.html")] * 2, "压缩包里有重名的文件"),
        ([entry("site/b.html", "x", compress_type=zipfile.ZIP_LZMA)], ""),
        (
            [
                entry("../../x"),
                entry("/etc/x"),
                entry("C:\\x"),
                entry("site/../../x"),
                entry("\x1b[31m"),
                entry("长" * 9000),
            ],
            "",
        ),
        ([entry(f"site/{n}") for n in range(3000)], ""),
    ],
)
def test_odd_archives(more: list[tuple[zipfile.ZipInfo, bytes | str]], why: str, tmp_path: Path) -> None:
    """What is more in an archive is read as bytes and compared; nothing is unpacked."""
    path = zipped_site(tmp_path / "x.zip", json.dumps(MADE_OF))
    with zipfile.ZipFile(path, "a") as file:
        for made, content in more:
            file.writestr(made, content)
    assert refused(path) == why
    assert list(tmp_path.iterdir()) == [path]


def test_all_of_an_archive_is_compared(
    built: Path, zipped: Path, unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another start page, and a file beside the site, are differences too; also where somebody has unpacked it."""
    again = published(built / "_build" / "html")
    monkeypatch.setattr("cixi_analysis.book.publication._again", lambda *_: again)
    for place in (zipped, unpacked):
        site = published(place)
        assert verify(built, site) == len(again.files)
        for name, told in (("index.html", "index.html，第1行，第1个字节起"), ("更新.exe", "更新.exe 没有重新生成出来")):
            with pytest.raises(NotReproduced, match=f"不同：{re.escape(told)}$"):
                verify(built, replace(site, files=site.files | {name: b"x"}))
        without = {name: content for name, content in site.files.items() if name != "index.html"}
        with pytest.raises(NotReproduced, match=r"不同：index\.html 只在重新生成的里有$"):
            verify(built, replace(site, files=without))


@pytest.mark.slow
def test_what_other_programs_left(built: Path, zipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lock files and what file managers leave are no part of a site: not published, no difference, and named; any other
    hidden file is a difference.
    """
    again = published(built / "_build" / "html")
    monkeypatch.setattr("cixi_analysis.book.publication._again", lambda *_: again)
    project = Path(shutil.copytree(built, tmp_path / "project"))
    site, left = project / "_build" / "html", (".DS_Store", "._index.html", "_downloads/~$x.xlsx", "book/Thumbs.db")
    for name in left:
        (site / name).write_bytes(b"x")
    (project / "data" / "observations" / "desktop.ini").write_bytes(b"\xff")
    assert archive(project, tmp_path / "again.zip").read_bytes() == zipped.read_bytes()
    assert verify(built, published(site)) == len(again.files)
    assert published(site).left == left
    of_macos = Path(shutil.copyfile(zipped, tmp_path / "macos.zip"))
    with zipfile.ZipFile(of_macos, "a") as file:
        file.writestr("__MACOSX/site/._index.html", b"x")
    assert verify(built, published(of_macos)) == len(again.files)
    assert published(of_macos).left == ("__MACOSX/site/._index.html",)
    (site / ".hidden").write_bytes(b"x")
    with pytest.raises(NotReproduced, match=r"不同：site/\.hidden 没有重新生成出来$"):
        verify(built, published(site))


@pytest.mark.skipif(os.name != "posix", reason="Windows needs a right to make links")
def test_a_link_in_a_site(built: Path, tmp_path: Path) -> None:
    """A folder that is a link would be served and not be compared."""
    site = Path(shutil.copytree(built / "_build" / "html", tmp_path / "html"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "index.html").write_text("<p>", encoding="utf-8")
    (site / "book" / "2026").symlink_to(tmp_path / "elsewhere")
    assert refused(site) == "book/2026 不是普通的文件或文件夹"


@pytest.mark.slow
@pytest.mark.parametrize("packed", [True, False], ids=["packed", "unpacked"])
def test_a_bomb_is_not_unpacked(packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that is larger than any site, or would become so, is refused before it is read."""
    path = zipped_site(tmp_path / "x.zip", json.dumps(MADE_OF))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file, file.open("site/0", "w") as stream:
        for _ in range(257):
            stream.write(bytes(2**20))
    if packed:
        monkeypatch.setattr("cixi_analysis.book.publication.MOST_BYTES", 2**10)
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("read"))
    assert refused(path).startswith("超过了本书网站的大小")


def test_an_encrypted_archive(tmp_path: Path) -> None:
    """The flag of one entry is enough."""
    path = zipped_site(tmp_path / "x.zip", json.dumps(MADE_OF))
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert refused(path) == "压缩包加了密码"


def mutated(whole: bytes, rng: random.Random) -> bytes:
    """The bytes with one to four damages: bits, zeros, a piece lost, doubled, moved or cut off, other numbers."""
    content = bytearray(whole)
    for _ in range(rng.randint(1, 4)):
        at, length = rng.randrange(len(content) or 1), rng.choice((1, 1, 2, 4, 30))
        piece = bytes(content[at : at + length])
        match rng.randrange(6):
            case 0:
                content[at : at + length] = rng.randbytes(len(piece))
            case 1:
                content[at : at + length] = bytes(len(piece))
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = piece
            case 4:
                content[at : at + length] = b"\xff" * len(piece)
            case _:
                del content[at + (len(content) - at) // 2 :]
    return bytes(content)


@pytest.mark.parametrize("count", [1500, pytest.param(60_000, marks=pytest.mark.long)])
def test_mutated_archives(count: int, tmp_path: Path) -> None:
    """However an archive is damaged, it is read or refused with a reason; what is read is what was written."""
    path, seed = tmp_path / "x.zip", secrets.randbelow(2**32)
    print(f"seed {seed}")  # noqa: T201  # shown when the test fails
    whole = zipped_site(path, json.dumps(MADE_OF)).read_bytes()
    content, rng = published(path).files, random.Random(seed)  # noqa: S311  # no secrets here
    for _ in range(count):
        path.write_bytes(mutated(whole, rng))
        if not refused(path):
            files = published(path).files
            assert all(files[name] == content[name] for name in files.keys() & content.keys()), seed
    assert list(tmp_path.iterdir()) == [path]


# ---- Permanent addresses ---------------------------------------------------------------------------


def test_permanent_addresses(built: Path, plan: Plan) -> None:
    """What is promised to stay: a page a year, and in it every indicator, every item, and every project."""
    book = built / "_build" / "html" / "book"
    for year in plan.report_years:
        assert (book / str(year) / "index.html").is_file()
        table1 = (book / str(year) / "table1.html").read_text(encoding="utf-8")
        promised = [f"indicator-{n}" for n in range(1, 51)]
        promised += [f"item-{item.item_id.replace('.', '-')}" for item in plan.items]
        assert [a for a in promised if table1.count(f'id="{a}"') != 1] == [], year
    projects = (book / "2022" / "projects.html").read_text(encoding="utf-8")
    assert [n for n in range(1, 48) if projects.count(f'id="project-{n}"') != 1] == []


@pytest.mark.parametrize(
    ("page", "sign", "anchor", "cited"),
    [
        ("2022/table1", "#indicator-9 > .headerlink", "#indicator-9", "2022年，表一 指标评估，指标9 环境空气质量"),
        pytest.param(
            "2021/table1",
            "#item-9-2 .headerlink",
            "#item-9-2",
            "2021年，表一 指标评估（回看），指标9 ②PM2.5浓度下降幅度",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "2022/table1",
            "#item-38 .name .headerlink",
            "#item-38",
            "2022年，表一 指标评估，指标38 农村生活污水治理率",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "2022/projects", "#project-1 .headerlink", "#project-1", "2022年，重点工程，项目1 ", marks=pytest.mark.slow
        ),
        pytest.param("2022/index", "h1 .headerlink", "", "评估报告书，2022 年度总览", marks=pytest.mark.slow),
        ("method", "h1 .headerlink", "", "评估报告书，方法"),
    ],
)
def test_copy_link_and_citation_by_keyboard(
    built: Path, browser: Browser, page: str, sign: str, anchor: str, cited: str
) -> None:
    """From the folder: the sign opens a panel, its buttons copy, Escape closes it and gives the focus back."""
    visit = Visit(browser)
    tab = visit.page
    address = (built / "_build" / "html" / "book" / f"{page}.html").as_uri()
    tab.goto(address)
    tab.locator(sign).first.focus()
    tab.keyboard.press("Enter")
    panel = tab.locator(".cixi-address")
    panel.wait_for()
    link, citation = (box.input_value() for box in panel.locator("input").all())
    assert link == address + anchor
    assert citation.startswith("《慈溪市生态文明建设规划（修编）（2023-2030年）》评估报告书，")
    assert cited in citation
    assert citation.endswith(f"，book/{page}.html{anchor}，版本0.1.0。")
    tab.wait_for_function("document.activeElement.textContent === '复制链接'")
    tab.keyboard.press("Enter")
    tab.locator(".cixi-address [role=status]", has_text="链接已复制").wait_for()
    tab.keyboard.press("Escape")
    assert panel.count() == 0
    assert tab.evaluate("document.activeElement.className") == "headerlink"
    visit.close()
