"""What teams did at their stations and on patrol, and what they found: generated."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final

from deploy.scenarios.nmg_2014.days import shifted, workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import Area, area, areas
from deploy.scenarios.nmg_2014.mobilizations import held_on
from deploy.scenarios.nmg_2014.people import leader_of
from deploy.scenarios.nmg_2014.rows_supervision import Duty, Finding
from deploy.scenarios.nmg_2014.teams import ULANQAB, Posting, postings

# report: Ulanqab's teams joined the annual appraisal of the units they supervise first.
_ANNUAL_APPRAISALS: Final = workdays(date(2014, 1, 2), date(2014, 1, 10))
_UNTIL: Final = date(2014, 3, 14)
_PATROLS: Final = {1: 9, 2: 3, 3: 2}
_APPRAISED: Final = 0.5
_FINDING: Final = 0.22
_FOR_RECTIFICATION: Final = 0.4
_FOUND: Final = workdays(date(2014, 2, 24), date(2014, 3, 13))
_WORKDAYS_TO_MEND: Final = (10, 30)
_FINDINGS: Final = (
    ("formalism", "学习记录有补记现象,学习时间未落实"),
    ("service", "便民服务窗口周末无人值守,群众反映办事跑腿多"),
    ("administrative_inaction", "征求到的意见未逐条答复"),
    ("institution", "公务接待、公车使用制度不健全"),
    ("formalism", "实施方案照抄上级,缺少本地实际措施"),
    ("bureaucracy", "领导班子成员下基层次数偏少"),
)


@cache
def duties() -> tuple[Duty, ...]:
    """Every duty on record, numbered by team."""
    draws = Draws("duties")
    return tuple(duty for posting in postings() for duty in _numbered(posting, draws))


@cache
def findings() -> tuple[Finding, ...]:
    """What was found at stations; some are marked for rectification."""
    draws = Draws("findings")
    rows: list[Finding] = []
    for posting in postings():
        if posting.dispatched_on is None or not draws.chance(_FINDING):
            continue
        on = draws.pick([day for day in _FOUND if day > posting.dispatched_on])
        category, summary = draws.pick(_FINDINGS)
        marked = draws.chance(_FOR_RECTIFICATION)
        due_on = shifted(on, draws.between(*_WORKDAYS_TO_MEND)) if marked else None
        rows.append(
            Finding(
                f"f-{posting.team.team}-01", posting.team.team, posting.unit, category, summary,
                "yes" if marked else "no", leader_of(posting.unit) if marked else "", due_on, on,
            )
        )  # fmt: skip
    return tuple(rows)


def _numbered(posting: Posting, draws: Draws) -> Iterator[Duty]:
    if posting.dispatched_on is None:
        return
    for number, (kind, unit, on) in enumerate(_done(posting, posting.dispatched_on, draws), 1):
        team = posting.team.team
        yield Duty(f"d-{team}-{number:02d}", kind, team, unit.code, unit.name + _SUMMARY[kind], on)


_SUMMARY: Final = {
    "plan_examined": "实施方案审阅意见已反馈",
    "preparation_guided": "前期准备情况已检查指导",
    "mobilization_attended": "动员会已到会指导",
    "appraisal_organised": "领导班子民主评议已组织",
    "annual_appraisal_joined": "领导班子年度考核已参加",
    "patrol_made": "活动开展情况已巡查",
}


def _done(posting: Posting, since: date, draws: Draws) -> Iterator[tuple[str, Area, date]]:
    station = area(posting.unit)
    if posting.team.formed_by == ULANQAB:
        yield "annual_appraisal_joined", station, draws.pick(_ANNUAL_APPRAISALS)
    yield "plan_examined", station, shifted(since, draws.between(0, 2))
    yield "preparation_guided", station, shifted(since, draws.between(1, 4))
    met_on = held_on().get(station.code)
    if met_on is not None and since <= met_on <= _UNTIL:
        yield "mobilization_attended", station, met_on
        if draws.chance(_APPRAISED):
            yield "appraisal_organised", station, met_on
    below = _children()[station.code]
    first = max(since, date(2014, 2, 24))
    for unit in draws.some(below, min(len(below), _PATROLS[station.level - 1])):
        yield "patrol_made", unit, draws.pick(workdays(first, _UNTIL))


@cache
def _children() -> dict[str, list[Area]]:
    found: dict[str, list[Area]] = {unit.code: [] for unit in areas()}
    for unit in areas():
        if unit.parent in found:
            found[unit.parent].append(unit)
    return found
