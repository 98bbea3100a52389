"""Resident memory of each service: its API and its worker together."""

import time

import psutil

from deploy.local import Stack
from tests.bench.report import Figure, Report

MEGABYTE = 1_000_000
REST_SECONDS = 6
"""What work needed and is free again is given back by then."""


def resident(stack: Stack, report: Report) -> None:
    time.sleep(REST_SECONDS)
    totals: dict[str, float] = {}
    for name, pid in stack.pids.items():
        service = name.removesuffix("-api").removesuffix("-worker")
        if service in stack.services:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            size = sum(p.memory_info().rss for p in family) / MEGABYTE
            totals[service] = totals.get(service, 0) + size
    report.add(
        *(Figure(f"{s} resident, at rest", mb, "MB", "under", 200) for s, mb in totals.items())
    )
