"""Running a service's processes: the API under uvicorn, the worker with a door for probes."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from shared.platform.http import Ready, create_app
from shared.platform.metrics import Metrics
from shared.platform.settings import Settings

log = structlog.get_logger()

Part = Callable[[asyncio.Event], Awaitable[None]]
"""Something a worker does until the event is set: its relay, a consumer's measuring."""


def serve(app: FastAPI, settings: Settings) -> None:
    """Serve the API until told to stop, finishing the requests under way."""
    _settle()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http="httptools",
        timeout_graceful_shutdown=10,
    )


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a worker's main under uvloop."""
    _settle()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


def _settle() -> None:
    """What was loaded stays: the collector need not walk it again, nor look so often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def run_worker(
    settings: Settings, metrics: Metrics, ready: Ready, parts: Sequence[Part]
) -> None:
    """Run the parts until SIGTERM, SIGINT or a part fails: then all stop and the failure is raised."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    app = create_app("worker", "Probes of a worker process.", [], metrics, ready)
    async with asyncio.TaskGroup() as group:
        group.create_task(_probes(app, settings, stop))
        for part in parts:
            group.create_task(_until_stopped(part, stop))


async def _until_stopped(part: Part, stop: asyncio.Event) -> None:
    try:
        await part(stop)
    finally:
        stop.set()


async def _probes(app: FastAPI, settings: Settings, stop: asyncio.Event) -> None:
    server = _Server(
        uvicorn.Config(
            app, host=settings.host, port=settings.metrics_port, log_config=None, access_log=False
        )
    )
    serving = asyncio.create_task(server.serve())
    await stop.wait()
    server.should_exit = True
    await serving


class _Server(uvicorn.Server):
    """A server that leaves signals to the worker it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
