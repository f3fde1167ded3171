"""The differences between an edited report and the issued one, and the texts that no longer agree with today's data."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from cixi_analysis.errors import is_invisible
from cixi_analysis.plan.dataset import Plan
from cixi_analysis.plan.filing_rows import separate_units
from cixi_analysis.report.contents import issued
from cixi_analysis.report.docx_package import HandedIn, read_report
from cixi_analysis.report.issue import IssuedList, IssuedText, ReportError
from cixi_analysis.report.tagged_text import TaggedText
from cixi_analysis.requirement import terms
from cixi_analysis.requirement.vocabulary import normal, vocabulary
from cixi_analysis.words import (
    NOT_ASSIGNED,
    WATER_CLASSES,
    Absence,
    Attribute,
    Basis,
    Direction,
    EditKind,
    Outcome,
    Pace,
    Status,
)

#: Part of a key → whether its text is a sentence, whatever its form; wordings that the plan prints are not.
_SENTENCES = {"sentence": True, "why": True, "requirement": False, "target": False}
#: Adjacent characters that change the meaning of a figure or a verdict.
_BEFORE = re.compile(r"[\d.+\-≥≤<>=≠≈^第〇零一二两三四五六七八九十百千万亿\ufffd]$")
_AFTER = re.compile(r"^[\d.%‰^\ufffd]")
_CLAUSE_END = re.compile("[，：,:]")


@dataclass(frozen=True)
class Edit:
    """One finding: the text as issued, as in the document, and by today's data."""

    finding: EditKind
    key: str
    chapter: str
    place: str
    issued: str
    found: str
    today: str


@dataclass(frozen=True)
class Account:
    """The result of a check; ``note`` names its limits."""

    year: int
    checked: int
    edits: tuple[Edit, ...]
    note: str

    @property
    def passed(self) -> bool:
        """Whether nothing was changed, except wordings that keep what they state, and all agrees with today's data."""
        return all(edit.finding is EditKind.REWORDED for edit in self.edits)


def account(plan: Plan, content: bytes, year: int | None = None) -> Account:
    """Compare the bytes of a report with what was issued and with today's data.

    ``year`` is needed only where the file has lost its list of what was issued. Raises :class:`ReportError` for a file
    that is no report of this plan and year, and :class:`UnknownYear` for a year without data.
    """
    report = read_report(content)
    manifest, own = report.manifest, plan.frame.title
    if manifest and manifest.title != own:
        raise ReportError(f"这是{manifest.title or '另一个规划'}的报告，不是{own}的。")
    if manifest and year not in (None, manifest.year):
        raise ReportError(f"这是 {manifest.year} 年的报告，不是 {year} 年的。")
    if not manifest and not any(text.key for text in report.texts):
        lost = "也可能它曾另存为别的格式（如 .odt、.doc），标记因此丢失"
        raise ReportError(f"这不是 cixi report 生成的报告：其中没有出具清单，也没有带标记的数字和文字。{lost}。")
    if (year := manifest.year if manifest else year) is None:
        found = "其中没有出具时的清单，看不出是哪一年的报告"
        raise ReportError(f"{found}。请写明年份，只与现有数据比较：cixi report 年份 --check 文件名")
    today = issued(plan, year)
    lost = "其中没有出具时的清单（可能被保存它的程序丢掉）：只与现有数据比较，看不出改动和删去了什么。"
    return Account(year, len(report.texts), tuple(compare(plan, report, today)), "" if manifest else lost)


def compare(plan: Plan, report: HandedIn, today: Mapping[str, str]) -> Iterator[Edit]:
    """The findings in the order of the document, then the deletions; ``today``: key → text by today's data."""
    values = report.manifest.values if report.manifest else ()
    marked = dict[int | None, IssuedText](enumerate(values))
    before = {value.key: value.text for value in values} or today
    families = {key.partition(".")[0] for key in today}
    rows, columns = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    of_row = defaultdict[str, str](str)
    for one in values:
        row = _named(one.row)
        for at in (one.key, f"{_kind(one.key)} "):
            rows[at].add(row)
        for at in (one.key, f"{row} "):
            columns[at].add(one.column)
        of_row[row] += f" {one.text}"
    known = (  # with the key of the bookmark where the tag was lost or is none that was issued
        replace(text, key=own.key) if text.key not in before and (own := marked.get(text.bookmark)) else text
        for text in report.texts
    )
    texts = [text for text in known if text.key.partition(".")[0] in families]  # the rest is not ours
    present = {text.bookmark for text in texts}
    for last, text in zip((None, *texts), texts, strict=False):
        was, now = before.get(text.key, ""), today.get(text.key, "")
        sentence = next((_SENTENCES[part] for part in text.key.split(".") if part in _SENTENCES), None)
        edit = edited(was, text.text, plan, sentence=sentence)
        if text.key not in before:
            yield _edit(EditKind.ADDED, text, "", now)
        elif report.manifest:
            if not text.in_control:
                yield _edit(EditKind.UNTAGGED, text, was, now)
            if edit:
                yield _edit(edit, text, was, now)
            elif beside := _put_beside(text, marked.get(text.bookmark), plan):
                yield _edit(EditKind.CHANGED, replace(text, text=beside), was, now)
            elif last and (there := _taken(text, last, marked)) and there[0] in present:
                yield _edit(EditKind.CHANGED, replace(text, text=f"“{there[1]}”处：{text.text}"), was, now)
            elif _is_another(_named(text.row), rows[text.key], rows[f"{_kind(text.key)} "], plan, of_row):
                yield _edit(EditKind.CHANGED, replace(text, text=f"“{text.row}”：{text.text}"), was, now)
            elif _is_another(text.column, columns[text.key], columns[f"{_named(text.row)} "], plan):
                yield _edit(EditKind.CHANGED, replace(text, text=f"“{text.column}”：{text.text}"), was, now)
            moved = edit is not EditKind.CHANGED or comparable(was) != comparable(now)
            if moved and edited(now, text.text, plan, sentence=sentence) is EditKind.CHANGED:
                yield _edit(EditKind.STALE, text, was, now)
        elif edit is EditKind.CHANGED:
            yield _edit(EditKind.STALE, text, "", now)
    if report.manifest:
        yield from _deleted(report.manifest, texts, today)


def _kind(key: str) -> str:
    """The key without the numbers of its subject: one for the same column of all rows."""
    return re.sub(r"\.\d+", "", key)


def _named(row: str) -> str:
    """The label of a row without the number that counts rows (序号), which a clerk may add."""
    return re.sub(r"^\d+[.．、]? (?=.*[^\d ])", "", row)


def _is_another(
    label: str, own: set[str], others: set[str], plan: Plan, of_row: Mapping[str, str] | None = None
) -> bool:
    """Whether a row or column has the label of another one, or a number, name or unit more than each of its ``own``.

    ``of_row``: label → the computed texts of that row, which may have lost their controls.
    """
    if not label or label in own:
        return False
    texts = (label, *(f"{one} {of_row[one]}" if of_row else one for one in own))
    now, *issued = (Counter(_stated(f"|{text.replace(' ', '|')}|", plan)[0]) for text in texts)
    return label in others or (any(own) and all(now - was for was in issued))


def _edit(kind: EditKind, text: TaggedText, was: str, now: str) -> Edit:
    return Edit(kind, text.key, text.chapter, text.place, was, text.text, now)


def _put_beside(text: TaggedText, was: IssuedText | None, plan: Plan) -> str:
    """The text with its clause if what stands there changes its meaning: 未 before 达标, a digit, another level; with its
    sentence if something said there when it was issued no longer is: 2022年，, 国家级：. Else "".
    """
    if was is None or was.key != text.key:
        return ""
    pairs = ((_BEFORE, text.before, was.before), (_AFTER, text.after, was.after))
    touching = [[m[0] if (m := pattern.search(comparable(one))) else "" for one in told] for pattern, *told in pairs]
    behind = not text.text.endswith("。")  # else what follows is another sentence
    around = [(_CLAUSE_END.split(one.before)[-1], _CLAUSE_END.split(one.after)[0]) for one in (was, text)]
    then, now = (f"{before}{text.text}{after if behind else ''}" for before, after in around)
    if edited(then, now, plan, sentence=True) is EditKind.CHANGED or any(new and new != old for new, old in touching):
        return text.text.join(around[1])
    then, now = (f"{one.before}{text.text}{one.after if behind else ''}" for one in (was, text))
    lost = (Counter(names) + turns for names, turns in (_stated(one, plan) for one in (then, now)))
    return now if next(lost) - next(lost) else ""


def _taken(text: TaggedText, last: TaggedText, marked: Mapping[int | None, IssuedText]) -> tuple[int, str] | None:
    """Number and text of the one that stood behind ``last`` between the same words, where ``text`` now stands instead:
    国家级适用指标37项，其中【29】项达标；省级适用指标48项，其中【39】项达标. Sentences may change places.
    """
    at = -1 if last.bookmark is None else last.bookmark + 1
    own, there = marked.get(text.bookmark), marked.get(at)
    if not own or not there or last.place != text.place or text.text.endswith("。"):
        return None
    alike = (own.before, own.after) == (there.before, there.after) and own.text != there.text
    return (at, there.text) if alike else None


def _deleted(manifest: IssuedList, texts: list[TaggedText], today: Mapping[str, str]) -> Iterator[Edit]:
    """The issued texts that are missing in the document, and after which text each was."""
    missing = Counter(value.key for value in manifest.values) - Counter(text.key for text in texts)
    marked = {text.bookmark: text for text in texts}
    of_key = {text.key: text for text in reversed(texts)}
    last: TaggedText | None = None
    for at, (key, was, *_) in enumerate(manifest.values):
        if here := marked.get(at) or (None if missing[key] else of_key.get(key)):
            last = here
        elif missing[key]:
            missing[key] -= 1
            place = f"原在{last.place}之后" if last else "原在开头"
            yield Edit(EditKind.DELETED, key, last.chapter if last else "", place, was, "", today.get(key, ""))


#: A sentence, as :func:`comparable` writes it; names, lists of names and a few words are none.
_SENTENCE = re.compile("(?=.*[，；:。]).{20,}|.*。")
#: Chinese numerals in front of what they count: 两项, 三年; not those of words (统一, 一致).
_COUNTED = (
    "[〇零一二两三四五六七八九十百千万亿半几]+(?:[项个年次倍成季月日天类处条家批座级]|分之[一二三四五六七八九十百]+)"
)
#: Words that deny, say which way, restrict or hedge, or say what is compared with what: 未开展, 优于, 约, 基本, 比上年.
_TURNS = re.compile(
    "[未不无没非否高低升降增减超逾快慢优劣大小多少约近仅只最较须应拟暂疑难误除但缺\ufffd]|(?<!达)到|至(?!少)|第[一二三]"
    "|基本|几乎|部分|总体|大致|大体|初步|统计|预计|估计|有望|力争|争取|争议|勉强|波动|稳步|逐年|全国|全省|其余|全部指标"
    "|要求|上年|目标|基准|规划|资金|概算|填报"
)
_AROUND = "以[上下内外前后]|左右"
_FORMS = str.maketrans({**dict.fromkeys("“”„‟＂「」『』", '"'), **dict.fromkeys("‘’‚‛", "'"), "—": "-"})


def comparable(text: str) -> str:
    """The text without spaces and invisible characters, in half-width forms, numbers without groups."""
    seen = re.sub("[\ue000-\uf8ff]", "\ufffd", normal(text).translate(_FORMS))  # Word's symbol fonts
    plain = "".join(char for char in seen if not (char.isspace() or is_invisible(char)))
    return re.sub(r"(?<=\d)，(?=\d{3}(?!\d))", "", plain)


def edited(issued: str, found: str, plan: Plan, *, sentence: bool | None = None) -> EditKind | None:
    """How the issued text was edited into ``found``; None: not at all. Only a ``sentence`` (None: detected) can be reworded."""
    before, after = comparable(issued), comparable(found)
    if before == after:
        return None
    if not (_SENTENCE.fullmatch(before) if sentence is None else sentence):
        return EditKind.CHANGED
    return EditKind.REWORDED if _stated(issued, plan) == _stated(found, plan) else EditKind.CHANGED


def _stated(text: str, plan: Plan) -> tuple[list[str], Counter[str]]:
    """What a text states: its names, figures and verdicts in their order, and the words that turn their meaning."""
    telling, plain = _telling(plan), comparable(text)
    other = _moves(plan).sub(lambda word: "降" if word["fall"] else "升", telling.sub("", plain).replace("须", "应"))
    return telling.findall(plain), Counter(_TURNS.findall(other))


@lru_cache(maxsize=4)
def _moves(plan: Plan) -> re.Pattern[str]:
    """Words for a rise, and for a fall: 上升 and 提高 say the same."""
    words = vocabulary(terms(plan).words)
    return re.compile(f"{_any(words['rise'])}|(?P<fall>{_any(words['fall'])})")


@lru_cache(maxsize=4)
def _telling(plan: Plan) -> re.Pattern[str]:
    """Quotations; numbers with sign, comparison and unit; levels, water classes, the words for verdicts and for absence;
    the names of indicators, items, domains and projects, their kinds and units.
    """
    known_words = vocabulary(terms(plan).words)
    units, per = known_words["unit"], known_words["per"]
    unit = f"%|‰|℃|个百分点|(?:{_any(units)})(?:/(?:{_any([*units, *per])}))*"
    alone = f"(?<=[(|])(?:{unit})(?=[)|])"  # at the head of a column, or in a cell
    quantity = f"(?:[≥≤<>=±≈≠]|(?<![\\d%‰])-)*\\d+(?:\\.\\d+)?(?:{unit}|(?!{_AROUND})[^\\W\\d_])?(?:{_AROUND})?"
    in_a_name = r"(?<=[A-Za-z])\d+(?:\.\d+)?"  # PM2.5
    states = [word.chinese for kind in (Status, Basis, Pace, Direction, Outcome, Attribute) for word in kind]
    names = {name for item in plan.items for name in (item.indicator_name, item.domain, *plan.names(item))}
    names |= {name for p in plan.projects for name in (p.name, p.category, *separate_units(p.units))}
    names |= {row.project_type for row in plan.past_projects} | {level.chinese for level in plan.levels}
    known = _any([*map(comparable, names), *states, *Absence, NOT_ASSIGNED, *WATER_CLASSES])
    return re.compile(f'"[^"]*"|{known}|{in_a_name}|(?<=[\\d年])[-~](?=\\d)|{quantity}|{alone}|{_COUNTED}|[①-⑳]')


def _any(words: Iterable[str]) -> str:
    """A pattern of any of the words, longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
