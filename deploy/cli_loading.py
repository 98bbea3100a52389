"""Loading a scenario with a progress bar, and waiting until the views show it."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.cli_client import Refused, Services
from deploy.problems import CannotRun
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from deploy.scenarios.nmg_2014.load import Loaded, LoadRefused, Unreachable
from deploy.scenarios.nmg_2014.load import load as load_nmg_2014

T = TypeVar("T")
SCENARIOS: Final = {"nmg-2014": load_nmg_2014}
READY_SECONDS: Final = 300.0
_CHINESE: Final = {
    "units": "单位",
    "people": "人员",
    "leading-groups": "领导小组",
    "campaign": "活动",
    "documents": "方案和意见",
    "gates": "审核关口",
    "preparation-orders": "准备工作通知",
    "preparations": "准备工作",
    "plans": "方案审核",
    "meetings": "会议",
    "mobilizations": "动员会",
    "trainings": "培训",
    "teams": "督导组",
    "team-trainings": "督导组培训",
    "dispatches": "派驻",
    "officials": "补课干部",
    "instructors": "指导员",
    "duties": "履职",
    "liaison-quotas": "联系点规定",
    "liaison-leaders": "联系点领导",
    "liaison-points": "联系点",
    "liaison-visits": "联系点走访",
    "life-meetings": "民主生活会",
    "team-rules": "督导制度",
    "joint-meetings": "联席会议",
    "publicity": "宣传",
    "lectures": "宣讲党课",
    "filed-plans": "两方案一计划",
    "batch-links": "上下联动",
    "programmes": "行动工程承诺",
    "items": "整改台账",
    "item-steps": "整改进展",
    "programme-progress": "工程进度",
    "petitions": "接访",
    "pairings": "帮扶结对",
    "findings": "督导发现",
}


def refuse_unknown(scenario: str) -> None:
    if scenario not in SCENARIOS:
        known = ", ".join(SCENARIOS)
        raise CannotRun(
            f"没有场景 {scenario},可用的有:{known}。",
            f"There is no scenario {scenario}; there is: {known}.",
        )


async def load(scenario: str, services: Services, console: Console) -> Loaded:
    """Send everything through the public APIs; what is there already is left as it is."""
    with _progress(console) as progress:
        tasks = {}

        def tell(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(f"{_CHINESE.get(name, '')} {name}", total=total)
            progress.update(tasks[name], completed=done, total=total)

        try:
            return await SCENARIOS[scenario](
                services.apis, lambda role: services.token(f"{role}-{ROOT}"), tell
            )
        except LoadRefused as refused:
            raise CannotRun(
                f"{_CHINESE.get(refused.name, refused.name)}被拒绝,未能载入。",
                f"Loading {refused.name} was refused ({refused.status}): {refused.problem[:600]}",
            ) from refused
        except Unreachable as unreachable:
            raise CannotRun(
                "服务没有应答,请检查系统是否已启动。", f"A service does not answer: {unreachable}"
            ) from unreachable


def wait_until_shown(
    services: Services,
    loaded: Loaded,
    console: Console,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Return when the region's view has applied everything that was written, and what followed."""
    deadline = time.monotonic() + READY_SECONDS
    path = f"/campaigns/{loaded.campaign}/units/{ROOT}/status"
    with console.status("等待视图 Waiting for the views ..."):
        while True:
            check()
            try:
                answer = services.get(
                    "status", path, f"leader-{ROOT}", consistency_token=loaded.consistency_token
                )
            except Refused as refused:
                if refused.code not in _NOT_YET or time.monotonic() > deadline:
                    raise
            else:
                if _findings_are_items(answer["total"]) or time.monotonic() > deadline:
                    return
            time.sleep(0.2)


def _findings_are_items(total: Mapping[str, Any]) -> bool:
    """Findings go on to the ledger by themselves, a while after they were written."""
    marked = total.get("supervision", {}).get("for_rectification", 0)
    refused = total.get("supervision", {}).get("refused", 0)
    by_source = total.get("ledger", {}).get("by_source", {})
    return bool(by_source.get("finding", {}).get("raised", 0) + refused >= marked)


# The campaign or the unit may not have arrived at all yet.
_NOT_YET: Final = frozenset({"view-behind", "unknown-unit", "unknown-campaign"})


async def unless(failing: Coroutine[Any, Any, None], work: Coroutine[Any, Any, T]) -> T:
    """The work's result, or what `failing` raises first: then the work is given up."""
    working, watching = asyncio.create_task(work), asyncio.create_task(failing)
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            watching.result()
        return await working
    finally:
        working.cancel()
        watching.cancel()


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
