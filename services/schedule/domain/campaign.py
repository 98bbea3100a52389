"""The campaign's life: opened once, then its windows change and areas set their gates."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec

from shared.contracts.schedule import CampaignOpened, Gate, GatesSet, Window, WindowsChanged
from shared.kernel.access import Role
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal
from shared.kernel.setting import UnknownCampaign
from shared.kernel.units import is_attached, own_code

IMPLEMENTATION: Final = "implementation"
CATEGORIES: Final = (
    IMPLEMENTATION,
    "window_units",
    "gacha_villages",
    "communities",
    "non_public_social",
    "floating_members",
)
PARENT: Final = "parent"
"""A gate's holder that means: the unit directly above the one that submits."""

REVIEWING_ROLES: Final = (Role.CLERK.value, Role.LEADER.value, Role.SUPERVISOR.value)
DEFAULT_GATES: Final = (
    Gate(
        gate="superior_office",
        name_zh="上级活动办公室审核",
        name_en="Campaign office of the level above",
        role=Role.CLERK.value,
        holder=PARENT,
    ),
)


class CampaignAlreadyOpen(Refusal):
    code = "campaign-already-open"
    zh = "活动 {campaign} 已按另一内容开启;如需调整时间窗口,请使用“调整窗口”。"
    en = "Campaign {campaign} was opened with other content; to move windows, change the windows."


class DatesReversed(Refusal):
    code = "dates-reversed"
    status = 422
    zh = "{first} 不能晚于 {last},请核对起止日期。"
    en = "{first} must not lie after {last}; check the dates."


class WindowsOverlap(Refusal):
    code = "windows-overlap"
    status = 422
    zh = "第 {level} 级的“{kind}”出现在两个时间窗口中,每类单位只能有一个窗口。"
    en = "Level {level} {kind} is covered by two windows; each class of units has one."


class RootNotTop(Refusal):
    code = "root-not-top"
    status = 422
    zh = "单位 {unit} 不是最上级单位,活动只能由最上级单位开启。"
    en = "Unit {unit} is not at the top; a campaign is opened for the top unit."


class HolderNotAbove(Refusal):
    code = "holder-not-above"
    status = 422
    zh = "审核单位 {holder} 须是 {area} 本身、其上级单位,或写 parent(报送单位的直接上级)。"
    en = (
        "Holder {holder} must be {area}, a unit above it, or parent (directly above the submitter)."
    )


class GatesRepeated(Refusal):
    code = "gates-repeated"
    status = 422
    zh = "审核环节 {gate} 出现了两次,每个环节只能出现一次。"
    en = "The gate {gate} appears twice; each gate stands once in a procedure."


class GateRule(msgspec.Struct, frozen=True):
    """The procedure an area has set for one level and category of plans."""

    area: str
    level: int
    category: str
    gates: tuple[Gate, ...]


class Campaign(msgspec.Struct, frozen=True):
    """A campaign that is open; kept as JSON in the inline table of campaigns."""

    campaign: str
    name_zh: str
    name_en: str
    root: str
    starts_on: date
    ends_on: date
    mobilization_from: date
    opened_windows: tuple[Window, ...]
    windows: tuple[Window, ...]
    gate_rules: tuple[GateRule, ...] = ()

    def was_opened_by(self, opened: CampaignOpened) -> bool:
        """Whether it says what was said at the opening; windows may have been moved since."""
        said = msgspec.structs.asdict(opened)
        return said.pop("windows") == self.opened_windows and all(
            getattr(self, name) == value for name, value in said.items()
        )

    def gates_for(self, path: str, level: int, kind: str, category: str) -> tuple[Gate, ...]:
        """The procedure for a plan: set by the nearest area at or above the unit, or the default.

        Rules are for area units: attached organisations are reviewed by the office above them.
        """
        rules = {} if is_attached(kind) else self._rules(level, category)
        codes = path.split(".")
        gates = next((rules[code] for code in reversed(codes) if code in rules), DEFAULT_GATES)
        above = codes[-2] if len(codes) > 1 else codes[0]
        return tuple(
            msgspec.structs.replace(gate, holder=above) if gate.holder == PARENT else gate
            for gate in gates
        )

    def _rules(self, level: int, category: str) -> dict[str, tuple[Gate, ...]]:
        return {
            rule.area: rule.gates
            for rule in self.gate_rules
            if rule.level == level and rule.category == category
        }


@dataclass(frozen=True, slots=True)
class Open:
    opened: CampaignOpened
    root_path: str

    @property
    def campaign(self) -> str:
        return self.opened.campaign


@dataclass(frozen=True, slots=True)
class ChangeWindows:
    campaign: str
    windows: tuple[Window, ...]
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class SetGates:
    campaign: str
    area_path: str
    level: int
    category: str
    gates: tuple[Gate, ...]
    now: datetime


Command = Open | ChangeWindows | SetGates
Event = CampaignOpened | WindowsChanged | GatesSet


def decide(command: Command, campaign: Campaign | None) -> list[Event]:
    match command, campaign:
        case Open(), _:
            return [*_open(command, campaign)]
        case ChangeWindows(), Campaign():
            return [*_change_windows(command, campaign)]
        case SetGates(), Campaign():
            return [*_set_gates(command, campaign)]
        case _:
            raise UnknownCampaign(campaign=command.campaign)


def evolve(campaign: Campaign | None, event: Event) -> Campaign | None:
    match event, campaign:
        case CampaignOpened(), _:
            return Campaign(opened_windows=event.windows, **msgspec.structs.asdict(event))
        case WindowsChanged(), Campaign():
            return msgspec.structs.replace(campaign, windows=event.windows)
        case GatesSet(), Campaign():
            rule = GateRule(event.area, event.applies_to_level, event.category, event.gates)
            return msgspec.structs.replace(campaign, gate_rules=(*_others(campaign, rule), rule))
        case _:
            return campaign


CAMPAIGN: Final = Decider[Command, Campaign | None, Event](None, decide, evolve)


def _open(command: Open, campaign: Campaign | None) -> list[CampaignOpened]:
    opened = command.opened
    if campaign is not None:
        if campaign.was_opened_by(opened):
            return []
        raise CampaignAlreadyOpen(campaign=opened.campaign)
    if command.root_path != opened.root:
        raise RootNotTop(unit=opened.root)
    _allow_order(opened.starts_on, opened.mobilization_from)
    _allow_order(opened.mobilization_from, opened.ends_on)
    _allow_windows(opened.windows)
    return [opened]


def _change_windows(command: ChangeWindows, campaign: Campaign) -> list[WindowsChanged]:
    if command.windows == campaign.windows:
        return []
    _allow_windows(command.windows)
    return [
        WindowsChanged(
            campaign=campaign.campaign,
            windows=command.windows,
            reason=command.reason,
            changed_at=command.now,
        )
    ]


def _allow_order(first: date, last: date) -> None:
    if first > last:
        raise DatesReversed(first=first, last=last)


def _allow_windows(windows: tuple[Window, ...]) -> None:
    covered: set[tuple[int, str]] = set()
    for window in windows:
        _allow_order(window.opens_on, window.closes_on)
        for pair in [(level, kind) for level in window.levels for kind in window.kinds]:
            if pair in covered:
                raise WindowsOverlap(level=pair[0], kind=pair[1])
            covered.add(pair)


def _set_gates(command: SetGates, campaign: Campaign) -> list[GatesSet]:
    area = own_code(command.area_path)
    rule = GateRule(area, command.level, command.category, command.gates)
    if rule in campaign.gate_rules:
        return []
    names = [gate.gate for gate in command.gates]
    for gate in command.gates:
        if names.count(gate.gate) > 1:
            raise GatesRepeated(gate=gate.gate)
        if gate.holder != PARENT and gate.holder not in command.area_path.split("."):
            raise HolderNotAbove(holder=gate.holder, area=area)
    return [
        GatesSet(
            campaign=command.campaign,
            area=area,
            applies_to_level=command.level,
            category=command.category,
            gates=command.gates,
            set_at=command.now,
        )
    ]


def _others(campaign: Campaign, rule: GateRule) -> list[GateRule]:
    place = (rule.area, rule.level, rule.category)
    return [r for r in campaign.gate_rules if (r.area, r.level, r.category) != place]
