"""Work beyond one machine: a Dask cluster, as an executor like any other of ``concurrent.futures``.

What takes an ``Executor`` (``assess_panel``, ``book.making.build``) needs to know nothing of clusters. Dask distributes
the work, again when a worker dies. It is an optional extra, imported only when asked for.
"""

import logging
import platform
import re
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from typing import Any

from cixi_analysis import __version__
from cixi_analysis.book import cache
from cixi_analysis.errors import CixiError
from cixi_analysis.plan.provenance import required_packages

#: How long to wait for the scheduler, and for its first worker: seconds.
TIMEOUT = 15.0
_ADDRESS = re.compile(r"((?:tcp|tls)://)?((?:[^\s:/\[\]]+|\[[0-9a-fA-F:.%]+\]):(\d{1,5}))")
_LAST_PORT = 65535


class SchedulerError(CixiError):
    """The cluster cannot do the work; the message (Chinese) says why and what would help."""


@contextmanager
def cluster(address: str, *, timeout: float = TIMEOUT) -> Iterator[Executor]:
    """An executor whose work is done by the workers of the Dask scheduler at ``address`` (tcp://host:port).

    Raises :class:`SchedulerError` when the extra is not installed, the address is invalid, no scheduler answers within
    ``timeout`` seconds, there is no worker, or a worker has other versions than this machine, which could give other
    results. The death of a worker costs only time, as long as one remains or comes back.
    """
    found = _ADDRESS.fullmatch(address.strip())
    if found is None or not 0 < int(found[3]) <= _LAST_PORT:
        raise SchedulerError(f"调度器地址“{address}”不对；应为“tcp://主机:端口”，如 tcp://10.0.0.5:8786。")
    address = f"{found[1] or 'tcp://'}{found[2]}"
    try:
        import dask  # noqa: PLC0415  # an optional extra
        from distributed import Client, KilledWorker  # noqa: PLC0415
        from distributed.comm.core import CommClosedError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        advice = '请运行：python -m pip install "cixi-analysis[dask]"'
        raise SchedulerError(f"--scheduler 需要 Dask，本机没有安装（缺少 {error.name}）。{advice}") from None
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # the messages below say what matters to the user
    # Whole blocks of a panel travel with the task, so that another worker can begin it anew: no reason for a warning.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        try:
            client = Client(address, timeout=timeout, set_as_default=False)  # type: ignore[no-untyped-call]  # distributed's types are partial
        except (OSError, ValueError) as error:
            raise SchedulerError(
                f"{timeout:g} 秒内连不上调度器 {address}（{type(error).__name__}）。请确认那里运行着 dask scheduler、地址和端口无误、没有被防火墙阻断。"
            ) from None
        with client:
            _require_workers(client, address, timeout)
            try:
                yield client.get_executor(pure=False)  # type: ignore[no-untyped-call]
            except KilledWorker:
                raise SchedulerError(
                    f"调度器 {address} 的工作进程一再中断，同一项工作几次都没有做完。请查看工作进程的日志（多为内存不足）。"
                ) from None
            except (CancelledError, CommClosedError):
                raise SchedulerError(f"与调度器 {address} 的连接中断，工作没有做完。") from None


def _require_workers(client: Any, address: str, timeout: float) -> None:
    """Raise :class:`SchedulerError` unless there is a worker and every worker has the versions of this machine."""
    try:
        client.wait_for_workers(1, timeout=timeout)
    except TimeoutError:
        advice = f"请在各台机器上运行：dask worker {address}"
        raise SchedulerError(f"调度器 {address} 没有工作进程（等了 {timeout:g} 秒）。{advice}") from None
    here, problems = versions(), []
    for worker, there in sorted(client.run(versions, on_error="return").items()):
        if isinstance(there, BaseException):
            problems.append(f"{worker}：不能载入与本机相同的 cixi_analysis（{type(there).__name__}: {there}）")
            continue
        pairs = ((name, there.get(name, "（没有）"), here.get(name, "（没有）")) for name in here | there)
        problems += [f"{worker}：{name} 为 {theirs}，本机为 {ours}" for name, theirs, ours in pairs if theirs != ours]
    if problems:
        raise SchedulerError("\n".join(["工作进程与本机的版本不同，结果可能不同，请先装成一样：", *problems]))


def versions() -> dict[str, str]:
    """The versions of this process: Python, the library and the hash of its files, and every package it requires."""
    library = f"{__version__}（内容 {cache.of_tree(cache.LIBRARY)[:8]}）"
    return {"Python": platform.python_version(), "cixi_analysis": library, **required_packages()}
