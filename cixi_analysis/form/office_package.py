"""An untrusted office file before any library parses it: its bytes, and its package within limits."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from cixi_analysis.errors import CixiError, reason

MOST_PARTS = 1000
DAMAGED = "文件已损坏（可能没有传输或保存完整），请重新取得这个文件"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: What zipfile and zlib raise for a damaged package.
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, RuntimeError, struct.error)


@dataclass(frozen=True)
class OfficeFile:
    """A kind of file: the words for it in messages (Chinese), its limits, and the error that refuses one."""

    #: its role here: 填报表
    name: str
    #: its program, its name there, its file suffix: Excel, 工作簿, .xlsx
    program: str
    noun: str
    ending: str
    old_formats: str
    most_bytes: int
    most_unpacked: int
    error: type[CixiError]

    @property
    def save_as(self) -> str:
        """Advice (Chinese) for a file in another format."""
        return f"请在 {self.program} 或 WPS 中打开，另存为“{self.program} {self.noun}（{self.ending}）”"

    def refuse(self, wrong: bool, message: str) -> None:
        if wrong:
            raise self.error(message)

    def content(self, path: Path) -> bytes:
        """The bytes of a file of this kind; raises its error for other formats, which the message names."""
        refuse = self.refuse
        try:
            refuse(path.is_dir(), f"这是一个文件夹，应为一个 {self.ending} 文件")
            scratch = f"这是 {self.program} 打开{self.noun}时留下的临时文件，请选择{self.noun}本身"
            refuse(path.name.startswith("~$"), scratch)
            refuse(not path.exists(), f"没有这个文件（{path}）")
            refuse(not path.is_file(), f"这不是普通文件（是管道或设备），应为一个 {self.ending} 文件")
            size = path.stat().st_size
            most = f"文件有 {size / 2**20:.0f} MB，{self.name}不会超过 {self.most_bytes // 2**20} MB"
            refuse(size > self.most_bytes, most)
            content = path.read_bytes()
        except OSError as error:
            raise self.error(f"无法打开（{reason(error)}）") from None
        refuse(not content, "文件是空的")
        if content.startswith(_OLE):
            encrypted = "EncryptedPackage".encode("utf-16-le") in content
            refuse(encrypted, f"文件加了打开密码，请先在 {self.program} 或 WPS 中取消密码")
            raise self.error(f"这是旧的 {self.old_formats} 格式，{self.save_as}")
        refuse(content.startswith(b"%PDF"), "这是 PDF 文件")
        if not content.startswith(b"PK"):
            start = content[:4096]
            refuse(b"\0" in start, f"这不是 {self.program} {self.noun}（{self.ending}）")
            tags = re.search(rb"<(html|table|\?xml|!doctype)", start, re.IGNORECASE)
            kind = "网页或 XML " if tags else "文本（如 .csv）"
            raise self.error(f"这是{kind}文件，不是 {self.program} {self.noun}")
        return content

    @contextmanager
    def opened(self, content: bytes) -> Iterator[zipfile.ZipFile]:
        """The package, once its list of parts is within limits; errors while it is read are reported as a damaged file."""
        # The entries are counted before zipfile makes an object of each.
        count = content.count(b"PK\1\2")
        self.refuse(count > MOST_PARTS, f"有 {count} 个部分，{self.name}不会超过 {MOST_PARTS} 个")
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as package:
                entries = package.infolist()
                names = {entry.filename for entry in entries}
                total = sum(entry.file_size for entry in entries)
                self.refuse(any(entry.flag_bits & 1 for entry in entries), "压缩包加了密码")
                unpacked = f"展开后有 {total / 2**20:.0f} MB，{self.name}不会超过 {self.most_unpacked // 2**20} MB"
                self.refuse(total > self.most_unpacked, unpacked)
                # No office program uses another compression, whose dictionary can be of any size.
                usual = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
                odd = not all(entry.compress_type in usual for entry in entries) or len(names) < len(entries)
                self.refuse(odd, DAMAGED)
                yield package
        except BROKEN:
            raise self.error(DAMAGED) from None

    def scan(
        self, part: bytes, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None],
        text: Callable[[str], None],
    ) -> tuple[int, bool]:  # fmt: skip
        """Parse a part, with a function for each event; returns how many bytes of it are XML, and whether all are. The XML
        of no office program defines entities.
        """
        parser = expat.ParserCreate(namespace_separator="}")  # as ElementTree, which refuses names that hold it
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        entities = f"其中的 XML 定义了实体，正常的{self.noun}没有"
        parser.StartDoctypeDeclHandler = lambda *_: self.refuse(True, entities)
        try:
            parser.Parse(part, True)
        except (expat.ExpatError, LookupError):  # the latter for an unknown encoding
            return max(0, parser.CurrentByteIndex), False
        return len(part), True
