"""The rules of teams: who forms and leads them, whom they may be stationed at, where they patrol."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.kernel.refusals import Refusal
from shared.kernel.setting import UnitAtHand
from shared.kernel.units import ancestors, is_attached, is_attached_code

STATION: Final = "station"
MAKE_UP: Final = "make_up"
FORMING_LEVELS: Final = (1, 2, 3)

_REGIONAL_RANKS: Final = ("省级", "自治区级", "省部级")
_STANDING_COMMITTEE: Final = "常委"


class FormsNoTeams(Refusal):
    code = "forms-no-teams"
    status = 422
    zh = "单位 {unit} 不组建督导组:只有自治区、盟市、旗县(市、区)组建督导组。"
    en = "Unit {unit} forms no teams: only the region, leagues and banners do."


class FirstLeaderMissing(Refusal):
    code = "first-leader-missing"
    status = 422
    zh = "自治区督导组须有第一组长。"
    en = "A team of the region needs a first leader."


class LeaderMissing(Refusal):
    code = "leader-missing"
    status = 422
    zh = "督导组须有第一组长或组长。"
    en = "A team needs a first leader or a leader."


class LeaderNotMember(Refusal):
    code = "leader-not-member"
    status = 422
    zh = "{person} 任组长,应同时列入成员。"
    en = "{person} leads the team and must be listed among its members."


class FirstLeaderRank(Refusal):
    code = "first-leader-rank"
    status = 422
    zh = "{person} 不是常委或其他省级领导,不能任自治区督导组第一组长。"
    en = "{person} is neither a standing-committee member nor another regional leader."


class PersonInAnotherTeam(Refusal):
    code = "person-in-another-team"
    zh = "{person} 已在督导组 {team} 中,一人只能参加一个督导组。"
    en = "{person} is in team {team}; a person belongs to one team at a time."


class MakeUpTeamStays(Refusal):
    code = "make-up-team-stays"
    zh = "{team} 是补课督导组,不派驻单位。"
    en = "{team} is a make-up team; it is stationed nowhere."


class StationNotArea(Refusal):
    code = "station-not-area"
    status = 422
    zh = "督导组只派驻到下一级地区,不派驻到 {unit} 这类单位。"
    en = "Teams are stationed at area units, not at an organisation such as {unit}."


class NotDirectSubordinate(Refusal):
    code = "not-direct-subordinate"
    status = 422
    zh = "{unit} 不是 {formed_by} 的直接下级,督导组只能派驻到直接下级。"
    en = "{unit} is not directly below {formed_by}; teams are stationed one level down."


class PatrolOutsideStation(Refusal):
    code = "patrol-outside-station"
    status = 422
    zh = "巡查单位 {unit} 不是派驻单位 {station} 的直接下级。"
    en = "Patrol unit {unit} is not directly below the station {station}."


class UnknownTeam(Refusal):
    code = "unknown-team"
    status = 404
    zh = "督导组 {team} 不存在,请核对编号,或先组建。"
    en = "Team {team} is not known; check its id or form it first."


class TeamFormedOtherwise(Refusal):
    code = "team-formed-otherwise"
    zh = "督导组 {team} 已按另一内容组建;成员变动请用“调整成员”。"
    en = "Team {team} was formed with other content; to change its people, change members."


class TrainingRecordedOtherwise(Refusal):
    code = "team-training-recorded-otherwise"
    zh = "督导组 {team} 的培训 {training} 已按另一日期登记,请换一个编号。"
    en = "Training {training} of team {team} was recorded with another day; use another id."


class TeamUntrained(Refusal):
    code = "team-untrained"
    zh = "督导组 {team} 在 {date} 之前未经培训,不能派驻。"
    en = "Team {team} was not trained by {date}; train it before it is dispatched."


class TeamStationed(Refusal):
    code = "team-already-stationed"
    zh = "督导组 {team} 已派驻 {unit},须先撤回才能另行派驻。"
    en = "Team {team} is stationed at {unit}; recall it before it is sent elsewhere."


class TeamNotStationed(Refusal):
    code = "team-not-stationed"
    zh = "督导组 {team} 未派驻任何单位。"
    en = "Team {team} is not stationed anywhere."


class NotMakeUpTeam(Refusal):
    code = "not-make-up-team"
    zh = "督导组 {team} 不是补课督导组,没有补课人员名单。"
    en = "Team {team} is not a make-up team and lists no officials."


class OfficialNotListed(Refusal):
    code = "official-not-listed"
    status = 422
    zh = "{official} 不在督导组 {team} 的补课名单中。"
    en = "{official} is not on the list of team {team}."


class OfficialDone(Refusal):
    code = "official-caught-up"
    zh = "{official} 已登记补课({caught_up_on}),不能更改或从名单中去掉。"
    en = "{official} has caught up ({caught_up_on}); this is not changed or taken off the list."


class BeforePrevious(Refusal):
    code = "before-previous-step"
    status = 422
    zh = "日期 {date} 早于此前登记的 {previous},请核对先后。"
    en = "The date {date} lies before {previous}, which was recorded earlier; check the order."


@dataclass(frozen=True, slots=True)
class Standing:
    """Rank and title of a person, as the people directory has them."""

    rank: str
    title: str

    @property
    def regional(self) -> bool:
        """A standing-committee member, or of the region's own rank."""
        return self.rank.startswith(_REGIONAL_RANKS) or _STANDING_COMMITTEE in self.title


@dataclass(frozen=True, slots=True)
class People:
    """Who a team is; `standing` is the first leader's, asked for where rank rules need it."""

    first_leader: str
    leader: str
    members: tuple[str, ...]
    standing: Standing | None = None


def needs_rank(level: int, purpose: str) -> bool:
    """Whether the first leader of such a team has to hold a regional rank."""
    return level == 1 and purpose == STATION


def allow_forming(unit: UnitAtHand) -> None:
    if unit.level not in FORMING_LEVELS or is_attached(unit.kind):
        raise FormsNoTeams(unit=unit.code)


def allow_people(people: People, level: int, purpose: str) -> None:
    """Raise unless the team is led as teams of its level are."""
    if needs_rank(level, purpose):
        if not people.first_leader:
            raise FirstLeaderMissing
        if people.standing is None or not people.standing.regional:
            raise FirstLeaderRank(person=people.first_leader)
    if not people.first_leader and not people.leader:
        raise LeaderMissing
    for person in (people.first_leader, people.leader):
        if person and person not in people.members:
            raise LeaderNotMember(person=person)


def allow_station(team: str, purpose: str, formed_by: str, unit: UnitAtHand) -> None:
    if purpose == MAKE_UP:
        raise MakeUpTeamStays(team=team)
    if is_attached(unit.kind):
        raise StationNotArea(unit=unit.code)
    if ancestors(unit.path)[-1:] != [formed_by]:
        raise NotDirectSubordinate(unit=unit.code, formed_by=formed_by)


def allow_patrols(station: str, patrols: Sequence[UnitAtHand]) -> None:
    """Raise unless all are area units directly below the station."""
    for unit in patrols:
        if ancestors(unit.path)[-1:] != [station] or is_attached_code(unit.code):
            raise PatrolOutsideStation(unit=unit.code, station=station)


def allow_after(previous: date, day: date) -> None:
    if day < previous:
        raise BeforePrevious(date=day, previous=previous)
