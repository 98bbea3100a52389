"""Running a service's processes: the API under uvicorn, the worker with a door for probes."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import structlog
import uvloop

from shared.platform.memory import give_back_when_idle
from shared.platform.metrics import Metrics
from shared.platform.probes import Probes
from shared.platform.settings import Settings
from shared.platform.starting import Ready

log = structlog.get_logger()

Part = Callable[[asyncio.Event], Awaitable[None]]
"""Something a worker does until the event is set: its relay, a consumer's measuring."""


def serve(app: Callable[..., Awaitable[None]], settings: Settings) -> None:
    """Serve the API until told to stop, finishing the requests under way."""
    import uvicorn  # noqa: PLC0415 - a worker serves nothing and need not carry the server

    _settle()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        ws="none",
        http="httptools",
        timeout_graceful_shutdown=10,
    )


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a worker's main under uvloop."""
    _settle()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def _settle() -> None:
    """What was loaded stays: the collector need not walk it again, nor look so often. What comes
    and goes later is given back.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    give_back_when_idle()


async def run_worker(
    settings: Settings, metrics: Metrics, ready: Ready, parts: Sequence[Part]
) -> None:
    """Run the parts until SIGTERM, SIGINT or a part fails: then all stop and the failure is raised."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    probes = Probes(metrics, ready)
    async with asyncio.TaskGroup() as group:
        group.create_task(probes.run(settings.host, settings.metrics_port, stop))
        for part in parts:
            group.create_task(_until_stopped(part, stop))


async def unless_stopped(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Do the work, or leave it where it is when told to stop."""
    doing, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((doing, stopping), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        doing.cancel()
        stopping.cancel()
        await asyncio.gather(doing, stopping, return_exceptions=True)


async def _until_stopped(part: Part, stop: asyncio.Event) -> None:
    try:
        await part(stop)
    finally:
        stop.set()
