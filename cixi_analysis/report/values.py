"""A computed text and its key: in a template it is a string, in the document a content control of that name."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Self

import altair as alt
from markupsafe import Markup

from cixi_analysis.errors import CixiError
from cixi_analysis.export.workbook import printable
from cixi_analysis.presentation.figure import Picture, picture, titles_of
from cixi_analysis.presentation.formatting import EMPTY
from cixi_analysis.presentation.html import Html

#: Around a key, and around a picture's name, in the rendered document: private-use characters, which no data holds.
START, END, PICTURE, PICTURE_END = "\ue000", "\ue001", "\ue002", "\ue003"
#: What Word stores as a control's tag: at most 64 characters.
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class ReportError(CixiError):
    """The report cannot be made, or the template cannot be used; the message (Chinese) says why."""


class Value(str):
    """A text with its key. Where a template prints it, the key is printed, which the document's last pass replaces."""

    key: str
    #: what it is, in Chinese
    about: str

    def __new__(cls, key: str, text: str, about: str) -> Self:
        if not _KEY.fullmatch(key):
            raise ValueError(key)
        value = super().__new__(cls, printable(text).strip() or EMPTY)
        value.key, value.about = key, about
        return value

    def __html__(self) -> Markup:
        return Markup(f"{START}{self.key}{END}")  # noqa: S704  # a key is plain ASCII

    def __bool__(self) -> bool:
        """False for 0 and for nothing, so that ``{% if level.unmet %}`` asks what it seems to ask."""
        return str(self) not in ("0", EMPTY)


class Drawn(str):
    """A picture's name; where a template prints it, the picture stands."""

    def __html__(self) -> Markup:
        return Markup(f"{PICTURE}{self}{PICTURE_END}")  # noqa: S704  # a name is plain ASCII


@dataclass(frozen=True)
class Issue:
    """The values and pictures of one report, by key and by name."""

    values: dict[str, Value] = field(default_factory=dict)
    pictures: dict[str, Callable[[], Picture]] = field(default_factory=dict)

    def value(self, key: str, text: object, about: str) -> Value:
        """The value of a key; a key has one text."""
        made = Value(key, str(text), about)
        if str(self.values.setdefault(key, made)) != str(made):
            raise ValueError(f"{key}: {self.values[key]!r}, {made!r}")
        return made

    def sentence(self, name: str, told: Html, about: str) -> Value:
        """A paragraph of the book; a false one where it has nothing to say."""
        return self.value(f"sentence.{name}", told.name if told.markup else "", about)

    def figure(self, name: str, chart: alt.TopLevelMixin | Html) -> SimpleNamespace | None:
        """Title, note and picture of a chart; None where a sentence stands in its place."""
        if isinstance(chart, Html):
            return None
        self.pictures[name] = partial(picture, chart)
        title, note = titles_of(chart)
        told = self.value(f"figure.{name}.title", title, "图题"), self.value(f"figure.{name}.note", note, "图注")
        return SimpleNamespace(title=told[0], note=told[1] if note else None, picture=Drawn(name))
