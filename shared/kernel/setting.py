"""What a command about a unit brings along: its campaign, its unit and the present moment."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.kernel.refusals import DateInFuture, Refusal, UnitAbolishedAlready
from shared.kernel.time import SHANGHAI, local_date


class UnknownCampaign(Refusal):
    code = "unknown-campaign"
    status = 404
    zh = "活动 {campaign} 不存在,请核对活动代码,或先开启该活动。"
    en = "Campaign {campaign} is not known; check its code or open it first."


class BeforeCampaign(Refusal):
    code = "before-campaign"
    status = 422
    zh = "日期 {date} 早于活动规定的起始日 {starts_on},请核对日期。"
    en = "The date {date} lies before {starts_on}, when this begins in the campaign; check it."


class BeforeRegistration(Refusal):
    code = "before-registration"
    status = 422
    zh = "单位 {unit} 于 {registered_on} 才登记设立,日期 {date} 早于该日。"
    en = "Unit {unit} exists from {registered_on}; the date {date} lies before it."


class ExplanationMissing(Refusal):
    code = "explanation-missing"
    status = 422
    zh = "更改或作废已登记的内容,必须说明原因。"
    en = "To correct or void what was recorded, say why."


class CampaignAtHand(Protocol):
    """What every service knows of an open campaign."""

    @property
    def campaign(self) -> str: ...
    @property
    def root(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def mobilization_from(self) -> date: ...


@dataclass(frozen=True, slots=True)
class UnitAtHand:
    """A unit as it stands when a command is decided; from `abolished_on` on it counts no more."""

    code: str
    level: int
    kind: str
    path: str
    registered_on: date
    abolished_on: date | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """In which campaign, for which unit and when a command is given."""

    campaign: CampaignAtHand
    unit: UnitAtHand
    now: datetime

    @property
    def today(self) -> date:
        return local_date(self.now)

    def allow_day(self, day: date, starts_on: date) -> None:
        """Raise unless it is a day that has come, not before `starts_on`, and the unit existed."""
        if day > self.today:
            raise DateInFuture(date=day)
        self.allow_unit(day, starts_on)

    def allow_instant(self, at: datetime, starts_on: date) -> None:
        """As `allow_day`, to the minute: a meeting of this afternoon has not been held yet."""
        if at > self.now:
            raise DateInFuture(date=f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
        self.allow_unit(local_date(at), starts_on)

    def allow_unit(self, day: date, starts_on: date) -> None:
        """Raise unless the unit exists on a day, come or to come, that is not before `starts_on`."""
        unit = self.unit
        if day < starts_on:
            raise BeforeCampaign(date=day, starts_on=starts_on)
        if day < unit.registered_on:
            raise BeforeRegistration(unit=unit.code, registered_on=unit.registered_on, date=day)
        if unit.abolished_on is not None and day >= unit.abolished_on:
            raise UnitAbolishedAlready(unit=unit.code, abolished_on=unit.abolished_on)


def explained(reason: str) -> str:
    if not reason.strip():
        raise ExplanationMissing
    return reason
