"""What a build has to do before the site: pages to run and files to attach, each under a key made of all it depends on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from cixi_analysis.book import fingerprint
from cixi_analysis.book.pages import Run, Scope
from cixi_analysis.book.template import filled
from cixi_analysis.plan.schema import YEARLY

Attach = Callable[[int, Path], object]


@dataclass(frozen=True)
class PageJob:
    """A page to run."""

    run: Run
    notebook: str  # the filled template, as JSON
    key: str

    @property
    def year(self) -> int | None:
        """The year whose page it is; None for a page made once."""
        return self.run.year if self.run.page.scope & Scope.EVERY_YEAR else None

    @property
    def label(self) -> str:
        """What the progress bar calls it."""
        return self.run.label

    def files(self, folder: Path) -> list[Path]:
        """What it has made in ``folder``."""
        return [folder / self.run.output]


@dataclass(frozen=True)
class AttachmentJob:
    """The files that a year's pages offer for download."""

    year: int
    attach: Attach
    key: str

    @property
    def label(self) -> str:
        """What the progress bar calls it."""
        return f"{self.year} 下载文件"

    def files(self, folder: Path) -> list[Path]:
        """What it has made in ``folder``."""
        return [p for p in sorted((folder / str(self.year)).iterdir()) if p.suffix != ".ipynb"]


Job = PageJob | AttachmentJob


def jobs_of(root: Path, runs: Sequence[Run], attach: Attach | None, own: Mapping[int, str] | None = None) -> list[Job]:
    """The attachments, which take longest, and then the pages; all templates are read, and refused, here.

    ``own`` (indicator → hash) stands for what the indicator's page reads of the files that each year has; without it,
    the page is taken to read all of them.
    """
    world = fingerprint.world(root)
    beside_years = fingerprint.world(root, without=tuple(YEARLY))
    years = dict.fromkeys(run.year for run in runs if run.page.scope & Scope.EVERY_YEAR)
    jobs: list[Job] = []
    if attach is not None:
        jobs += [AttachmentJob(year, attach, fingerprint.of("attachments", world, year)) for year in years]
    for run in runs:
        notebook: str = nbformat.writes(filled(root, run))  # type: ignore[no-untyped-call]
        template = fingerprint.of_files(root, [root / run.template])
        read = world if own is None or run.indicator is None else (beside_years, own[run.indicator])
        parts: tuple[object, ...] = (read, template, run.output.as_posix(), run.parameters, run.words, run.siblings)
        if run.page.of_the_build:
            parts = (*parts, fingerprint.made_of(root))
        jobs.append(PageJob(run, notebook, fingerprint.of("page", *parts)))
    return jobs


def due(jobs: Sequence[Job], book: Path, renew: Sequence[int]) -> list[Job]:
    """The jobs of the years to renew, of years with a page missing, and of the pages made once."""
    missing = {job.year for job in jobs if isinstance(job, PageJob) and not (book / job.run.output).is_file()}
    return [job for job in jobs if job.year is None or job.year in missing.union(renew)]
