"""The plan's frame, ``data/plan.toml``: title, region, years, the levels that set requirements, the tables it has.

None of it is in code: rows of ``data/`` are validated against it, and pages, forms and exports take their words from it.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from cixi_analysis.errors import LONGEST_TEXT, Problem, clear_text, invisible, quoted
from cixi_analysis.plan.csvfile import Content, expectation, unreadable
from cixi_analysis.plan.fields import Maybe, column

FILE = "plan.toml"
#: The optional tables of ``data/``; the fields of :class:`cixi_analysis.plan.dataset.Plan` with their rows.
Part = Literal[
    "conventions", "published", "past_projects", "projects", "commitments", "background", "left_out", "audit", "links",
    "vocabulary", "responsible",
]  # fmt: skip


class Level(str):
    """A level that sets requirements: its id (``national``), its name (国家级), a short one (国), and how the plan heads
    the column of its verdicts (是否达到国家要求).
    """

    chinese: str
    short: str
    heading: str

    def __new__(cls, value: str, chinese: str, short: str, heading: str = "") -> Self:
        level = super().__new__(cls, value)
        level.chinese, level.short, level.heading = chinese, short, heading or f"是否达到{chinese}要求"
        return level

    @property
    def asks(self) -> str:
        """How the plan heads the column of its requirements."""
        return f"{self.chinese}指标要求"

    def __reduce__(self) -> tuple[type["Level"], tuple[str, ...]]:
        return Level, (str(self), self.chinese, self.short, self.heading)


#: A valid line of text (Chinese, for messages): pages put it into places where markup would be interpreted.
LINE = f"一行看得见的文字，不超过 {LONGEST_TEXT} 字，不含 < 和 >"


def is_line(value: Any) -> bool:
    """Whether a value is a :data:`LINE`."""
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        return False
    return bool(value.strip()) and not invisible(value) and not set(value) & {*"\n<>"}


def _line(value: Any) -> Any:
    if not is_line(value):
        raise ValueError(f"引号里的{LINE}")
    if edges := clear_text(value):
        raise ValueError(edges)
    return value


def _level(value: Any) -> Any:
    if isinstance(value, Level):
        return value
    if not isinstance(value, dict) or value.keys() - {"heading"} != {"id", "name", "short"}:
        raise ValueError("一节 [[levels]]：id、name、short，另可有 heading")
    if not all(is_line(text) for text in value.values()):
        raise ValueError(f"一节 [[levels]]，各项都是引号里的{LINE}")
    if edges := next(filter(None, map(clear_text, value.values())), ""):
        raise ValueError(f"一节 [[levels]]，各项都是{edges}")
    if not re.fullmatch("[a-z]+", value["id"]):
        raise ValueError("id 由小写字母写成的一级，如 national")
    return Level(value["id"], value["name"], value["short"], value.get("heading", ""))


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("各不相同的几项")
    return values


def _some_ascending(years: tuple[int, ...]) -> tuple[int, ...]:
    if not years or any(a >= b for a, b in pairwise(years)):
        raise ValueError("至少一个年份，由先到后")
    return years


_Line = Annotated[str, BeforeValidator(_line)]
_Year = Annotated[int, Field(ge=2000, le=2099, strict=True)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class PrintedTable(_Settings):
    """A table that the plan prints."""

    name: _Line = column("名称", "规划里怎样称呼这张表，如 表一。")
    title: _Line = column("标题", "表的标题，照录。")
    note: Maybe[_Line] = column(
        "附注", "照录时改动了什么，如误印的序号；写在导出的工作簿里；没有则不写。", default=None
    )

    @property
    def subject(self) -> str:
        """What the table is about: the title without 实施情况."""
        return self.title.removesuffix("实施情况")


class PrintedTables(_Settings):
    """The plan's own tables."""

    indicators: PrintedTable = column("指标表", "指标体系的表。")
    past_projects: PrintedTable | None = column("以往工程表", "上一轮工程实施情况的表；没有则不写。", default=None)
    projects: PrintedTable | None = column("工程表", "本规划重点工程的表；没有则不写。", default=None)


class Frame(_Settings):
    """``plan.toml``, one field a key."""

    title: _Line = column("规划名称", "规划的全名，带书名号；出处以它开头。")
    short_title: _Line = column("简称", "写在填报表里，用来认出是哪一个规划的表。")
    region: _Line = column("地区", "规划的地区，如 某某市。")
    scope: Maybe[_Line] = column("范围说明", "规划范围的一句话，写在每页下方；没有则不写。", default=None)
    compiled_by: Maybe[_Line] = column("编制单位", "写在报告 PDF 的封面上；没有则不写。", default=None)
    base_year: _Year = column("基准年", "规划的基准年；要求自这一年起适用，以后各年由填报表填报。")
    first_report_year: _Year = column("首个成页的年份", "不晚于基准年；更早的年份只有个别数字，用于趋势。")
    retrospect_wordings: _Year | None = column(
        "回看的要求", "基准年以前成页的年份按哪一年的要求回看，即基准年；没有回看的年份则不写。", default=None
    )
    target_years: Annotated[tuple[_Year, ...], AfterValidator(_some_ascending)] = column("目标年", "有规划值的年份。")
    levels: Annotated[
        tuple[Annotated[Level, BeforeValidator(_level), PlainSerializer(str)], ...], AfterValidator(_distinct)
    ] = column(
        "级别",
        "提出要求的各级：id 编号，name 名称，short 一个字的简称，heading 规划里结论一栏的标题（空＝是否达到某级要求）。",
    )
    targets_follow: _Line = column("规划值所随的级别", "各级所测不同时，规划值说的是哪一级所测的。")
    region_kinds: tuple[_Line, ...] = column("地区类型", "按地区类型分别提要求时适用的类型，如 山区。", default=())
    parts: Annotated[tuple[Part, ...], AfterValidator(_distinct)] = column(
        "另有的数据", "指标、要求、规划值以外，data/ 中还有数据的表；没有列出的表可以没有文件，书里也没有相应的页。", default=()
    )  # fmt: skip
    tables: PrintedTables = column("规划的表", "规划所印各表的名称和标题。")

    def contradictions(self) -> Iterator[tuple[str, str]]:
        """Conflicts between settings that are valid by themselves: the setting, and the rule that is broken."""
        if self.first_report_year > self.base_year:
            yield "first_report_year", f"不晚于基准年 {self.base_year}"
        looks_back = self.first_report_year < self.base_year
        if (self.retrospect_wordings is not None) is not looks_back:
            yield "retrospect_wordings", f"{self.base_year}（有回看的年份）" if looks_back else "不写（没有回看的年份）"
        elif looks_back and self.retrospect_wordings != self.base_year:
            yield "retrospect_wordings", f"基准年 {self.base_year}"
        if self.target_years[0] <= self.base_year:
            yield "target_years", f"晚于基准年 {self.base_year} 的年份"
        if not self.levels:
            yield "levels", "至少一级"
        elif any(len({getattr(v, name) for v in self.levels}) < len(self.levels) for name in ("chinese", "short")):
            yield "levels", "各级的 name 互不相同，short 也互不相同"
        elif self.targets_follow not in self.levels:
            yield "targets_follow", "、".join(self.levels)
        for part in ("past_projects", "projects"):
            if (getattr(self.tables, part) is not None) is not (part in self.parts):
                yield "parts", f"{part} 在 parts 与 [tables] 里都有，或都没有"

    @property
    def last_year(self) -> int:
        """The last year of the plan: its last target year."""
        return self.target_years[-1]

    def next_target_year(self, year: int) -> int | None:
        """The first target year after ``year``; None where all are over."""
        return next((y for y in self.target_years if y > year), None)

    @property
    def words(self) -> dict[str, str]:
        """The placeholders of a page's text → their content: ``{region}``, ``{table1}`` …"""
        tables = {"table1": self.tables.indicators, "table2": self.tables.past_projects, "table3": self.tables.projects}
        past = self.tables.past_projects.subject if self.tables.past_projects else ""
        named = {word: table.name if table else "" for word, table in tables.items()}
        return {"region": self.region, "base_year": str(self.base_year), "past": past, **named}

    def has(self, needs: Iterable[str]) -> bool:
        """Whether the plan has any of these parts; without one, True."""
        return not (names := set(needs)) or not names.isdisjoint(self.parts)

    def wording_year(self, year: int) -> int:
        """The year whose wordings judge ``year``: its own, or that of a retrospect."""
        return max(year, self.retrospect_wordings or year)


def read_frame(content: Content, problems: list[Problem]) -> Frame | None:
    """The frame from the bytes of ``plan.toml``; its problems are appended to ``problems``."""
    if not isinstance(content, bytes):
        problems.append(unreadable(FILE, content, "规划的框架"))
        return None
    try:
        settings = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # a number of thousands of digits raises no TOMLDecodeError
        problems.append(Problem(FILE, None, None, f"不能解读（{_why(error)}）", "UTF-8 编码的 TOML 文件"))
        return None
    try:
        frame = Frame.model_validate(settings)
    except ValidationError as error:
        for detail in error.errors():
            key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in detail["loc"])
            problems.append(Problem(FILE, None, key, *_told(detail, str(detail["loc"][-1]))))
        return None
    broken = [Problem(FILE, None, key, _shown(getattr(frame, key)), rule) for key, rule in frame.contradictions()]
    problems += broken
    return None if broken else frame


def _why(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.start + 1} 个字节起不是 UTF-8 文字"
    place = re.search(r"at line (\d+), column (\d+)", str(error))
    at = f"第{place[1]}行第{place[2]}列附近" if place else "写法有误"
    return f"{at}：标点都用半角，文字加引号，括号成对，一项只写一次"


def _told(detail: Any, key: str) -> tuple[str, str]:
    if detail["type"] == "missing":
        return "没有这一项", "写明这一项"
    if detail["type"] == "extra_forbidden":
        models = (Frame, PrintedTables, PrintedTable)  # by the depth of the key
        return "不认识的一项", f"以下各项：{'、'.join(models[len(detail['loc']) - 1].model_fields)}"
    return _shown(detail["input"]), expectation(detail, key)


def _shown(value: Any) -> str:
    if value is None:
        return "没有写"
    return quoted(value) if isinstance(value, str) else quoted(f"{list(value) if isinstance(value, tuple) else value}")
