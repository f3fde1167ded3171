"""Pages of the site in a real browser; their requests and errors are recorded."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

#: Nothing of its own in the background; what is drawn is drawn by one thread, which costs a fifth less than by several.
QUIET = [
    "--no-sandbox",
    "--num-raster-threads=1",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"wide": 1280, "phone": 390}


def pages_of(site: Path) -> list[Path]:
    """Every page of a site; its index leads to the first page and is none, and single charts have tests of their own."""
    others = {"_static", "figures"}
    found = sorted(p for p in site.rglob("*.html") if others.isdisjoint(p.relative_to(site).parts))
    return [p for p in found if p != site / "index.html"]


def some_pages_of(site: Path) -> list[Path]:
    """Pages of each kind: what is made once, the newest year, the first page of the oldest (a retrospect), one dossier."""
    pages = pages_of(site)
    years = sorted({p.parent.name for p in pages if p.parent.name.isdigit()})
    few = {years[0]: ("index",), **dict.fromkeys(years[1:-1], ()), "indicators": ("index", "9")}
    return [p for p in pages if p.stem in few.get(p.parent.name, (p.stem,))]


#: For tests that open pages in a browser: some by default, all of them in the long run.
PAGES = pytest.mark.parametrize("pages", [some_pages_of, pytest.param(pages_of, marks=pytest.mark.long)])
Pages = Callable[[Path], list[Path]]


#: The pool of idle windows, by browser and kind: a new one costs more than a page.
_windows: dict[tuple[object, ...], Page] = {}


class Visit:
    """A browser window that visits pages and records their requests and errors."""

    def __init__(
        self, browser: Browser, width: int = 1280, scheme: str = "light", *, offline: bool = True, **context: object
    ) -> None:
        self._kind = (browser, width, scheme, offline, *sorted(context.items()))
        self.page = (
            _windows.pop(self._kind, None)
            or browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme, offline=offline, **context
            ).new_page()
        )
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._listeners = {
            "request": lambda r: self.requests.append(r.url),
            "console": lambda m: m.type in ("error", "warning") and self.complaints.append(m.text),
            "pageerror": lambda e: self.complaints.append(str(e)),
        }
        for event, listener in self._listeners.items():
            self.page.on(event, listener)

    def open(self, path: Path | str, query: str = "") -> Page:
        self.requests.clear()
        self.complaints.clear()
        self.page.goto((path.as_uri() if isinstance(path, Path) else path) + query)
        self.page.wait_for_load_state("load")
        return self.page

    def outside(self, home: str = "file:") -> list[str]:
        """The requests to any host but the site itself."""
        return [url for url in self.requests if not url.startswith((home, "data:", "about:", "blob:"))]

    def close(self) -> None:
        """Reset the window and return it to the pool."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.page.unroute_all()
        self.page.emulate_media(media="null")
        self.page.evaluate("location.protocol === 'about:' || localStorage.clear()")
        self.page.goto("about:blank")
        _windows[self._kind] = self.page
