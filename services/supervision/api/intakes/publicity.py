"""How what is told of publicity and lectures becomes a command."""

from typing import Final

from services.supervision.api import columns
from services.supervision.views import lives
from shared.contracts.supervision import (
    LectureGiven,
    PublicityIssued,
)
from shared.kernel.access import Action
from shared.kernel.events import Event
from shared.kernel.once import Record
from shared.kernel.setting import Setting
from shared.platform.bulk import Row
from shared.platform.intake import Intake, Taking

_WRITE: Final = (Action.WRITE_SUPERVISION,)


def _issue(row: Row, setting: Setting, taking: Taking) -> Record[Event]:
    told = row.values
    issued = PublicityIssued(
        campaign=taking.campaign,
        issue=told["issue"],
        unit=setting.unit.code,
        channel=told["channel"],
        title=told["title"] or "",
        pieces=told["pieces"],
        issued_on=told["issued_on"],
    )
    return Record(setting, issued)


def _lecture(row: Row, setting: Setting, taking: Taking) -> Record[Event]:
    told = row.values
    given = LectureGiven(
        campaign=taking.campaign,
        lecture=told["lecture"],
        unit=setting.unit.code,
        kind=told["kind"],
        title=told["title"] or "",
        speakers=told["speakers"],
        lectures=told["lectures"],
        listeners=told["listeners"],
        given_on=told["given_on"],
    )
    return Record(setting, given)


PUBLICITY: Final = Intake(
    path="/publicity/import",
    summary="Import publicity 导入宣传",
    kind=columns.PUBLICITY,
    example="pub-1502-press-1,1502,press,专栏,12,2014-02-17",
    life=lives.OF_PUBLICITY,
    command_of=_issue,
    actions=_WRITE,
    stream=("issue",),
)
LECTURES: Final = Intake(
    path="/lectures/import",
    summary="Import lectures and lessons 导入宣讲与党课",
    kind=columns.LECTURES,
    example="lec-150202001-c,150202001,cadre_lecture,干部宣讲,5,7,210,2014-02-20",
    life=lives.OF_LECTURE,
    command_of=_lecture,
    actions=_WRITE,
    stream=("lecture",),
)
