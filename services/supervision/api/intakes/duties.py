"""How what is told of instructors, duties and findings becomes a command."""

from collections.abc import Sequence
from typing import Final

from services.supervision.api import columns
from services.supervision.api.office import SupervisionOffice
from services.supervision.domain.duty import Do
from services.supervision.domain.finding import Report
from services.supervision.domain.instructor import Assign
from services.supervision.domain.recording import TeamAtHand, require_recording
from services.supervision.views import lives
from services.supervision.views.at_hand import (
    team_among,
    teams_at_hand,
)
from shared.contracts.supervision import (
    DutyDone,
    FindingReported,
)
from shared.kernel.access import Action
from shared.kernel.setting import Setting
from shared.platform.asking import Asking
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Taking

_WRITE: Final = (Action.WRITE_SUPERVISION,)
_RECORD: Final = (Action.WRITE_SUPERVISION, Action.RECORD_DUTIES)


def _assign(row: Row, setting: Setting, taking: Taking) -> Assign:
    told = row.values
    return Assign(setting, told["instructor"], told["assigned_by"], told["assigned_on"])


async def _bring_teams(
    office: SupervisionOffice, campaign: str, rows: Sequence[Row], ask: Asking
) -> dict[str, TeamAtHand]:
    teams = {row.values["team"] for row in rows}
    return dict(await teams_at_hand(office.store.pool, campaign, teams))


def _allow_recording(row: Row, setting: Setting, taking: Taking) -> None:
    team = team_among(taking.brought, row.values["team"])
    require_recording(taking.ask.caller, team, setting.unit.path)


def _do(row: Row, setting: Setting, taking: Taking) -> Do:
    told = row.values
    done = DutyDone(
        campaign=taking.campaign,
        duty=told["duty"],
        kind=told["kind"],
        team=told["team"],
        unit=setting.unit.code,
        summary=told["summary"] or "",
        done_on=told["done_on"],
    )
    return Do(setting, taking.ask.caller, taking.brought[told["team"]], done)


def _report(row: Row, setting: Setting, taking: Taking) -> Report:
    told = row.values
    reported = FindingReported(
        campaign=taking.campaign,
        finding=told["finding"],
        team=told["team"],
        unit=setting.unit.code,
        category=told["category"],
        summary=told["summary"],
        for_rectification=told["for_rectification"],
        responsible_person=told["responsible_person"] or "",
        due_on=told["due_on"],
        found_on=told["found_on"],
    )
    return Report(setting, taking.ask.caller, taking.brought[told["team"]], reported)


INSTRUCTORS: Final = Intake(
    path="/instructors/import",
    summary="Import instructors 导入指导员",
    kind=columns.INSTRUCTORS,
    example="150202001001,p-150202001-i001,150202001,2014-02-24",
    life=lives.OF_INSTRUCTOR,
    command_of=_assign,
    actions=_WRITE,
    stream=("unit", "instructor"),
)
DUTIES: Final = Intake(
    path="/duties/import",
    summary="Import duties done 导入督导履职",
    kind=columns.DUTIES,
    example="d-1502-01,plan_examined,st-1502-01,150202,已反馈审阅意见,2014-02-13",
    life=lives.OF_DUTY,
    command_of=_do,
    actions=_RECORD,
    stream=("duty",),
    allow=_allow_recording,
    bring=_bring_teams,
)
FINDINGS: Final = Intake(
    path="/findings/import",
    summary="Import findings 导入督导发现的问题",
    kind=columns.FINDINGS,
    example="f-1502-01,st-1502-01,150202,formalism,学习记录有补记,yes,p-150202-0001,2014-03-20,2014-02-25",
    life=lives.OF_FINDING,
    command_of=_report,
    actions=_RECORD,
    stream=("finding",),
    allow=_allow_recording,
    bring=_bring_teams,
)
