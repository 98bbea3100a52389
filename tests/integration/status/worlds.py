"""A small campaign told in full: two leagues, their banners, and what they did."""

from datetime import UTC, date, datetime

from shared.contracts import rectification, schedule, supervision, units
from shared.contracts.schedule import Window
from shared.kernel.events import Event
from tests.unit.status.histories import World
from tests.unit.status.told import CAMPAIGN

OPENS, CLOSES = date(2014, 1, 24), date(2014, 2, 20)
GRASSROOTS_OPEN, GRASSROOTS_CLOSE = date(2014, 3, 1), date(2014, 3, 15)
STARTS, ENDS = date(2013, 11, 1), date(2014, 10, 31)
WINDOWS = (
    Window((2, 3), ("area",), OPENS, CLOSES),
    Window((4, 5), ("area",), GRASSROOTS_OPEN, GRASSROOTS_CLOSE),
)


def at(month: int, day: int, hour: int = 1) -> datetime:
    """An instant of 2014 in UTC; hour 1 is nine in the morning in Shanghai."""
    return datetime(2014, month, day, hour, tzinfo=UTC)


class Campaign(World):
    """A world that is told step by step."""

    def open(self) -> None:
        event = schedule.CampaignOpened(
            campaign=CAMPAIGN, name_zh="第二批活动", name_en="Batch two", root="15",
            starts_on=STARTS, ends_on=ENDS, mobilization_from=date(2014, 1, 20), windows=WINDOWS,
        )  # fmt: skip
        self.told.tell(event, "15", "15", "campaign")

    def exists(self, code: str, parent: str | None, kind: str, name: str = "") -> None:
        """A unit registered when the campaign starts."""
        level = self.level_of[parent] + ("-" not in code) if parent else 1
        path = f"{self.path_of[parent]}.{code}" if parent else code
        self.path_of[code], self.level_of[code] = path, level
        event = units.UnitRegistered(
            campaign=CAMPAIGN, code=code, parent=parent, level=level, kind=kind,
            name=name or f"单位{code}", path=path, registered_on=STARTS,
        )  # fmt: skip
        self.told.tell(event, code, path)

    def mobilizes(self, code: str, when: datetime) -> None:
        event = schedule.MobilizationHeld(
            campaign=CAMPAIGN, unit=code, held_at=when, attendees=120, chaired_by="p-15-0001",
            place="礼堂", flags=(),
        )  # fmt: skip
        self.told.tell(event, code, self.path_of[code], "mobilization")

    def plans(self, code: str, *steps: tuple[str, datetime]) -> None:
        for kind, when in steps:
            self.told.tell(self._plan(code, kind, when), code, self.path_of[code], "plan")

    def _plan(self, code: str, kind: str, when: datetime) -> Event:
        common = (CAMPAIGN, code, "implementation", 1)
        match kind:
            case "submit":
                return schedule.PlanSubmitted(
                    campaign=common[0], unit=common[1], category=common[2], plan_version=1,
                    title="实施方案", digest="d", gates=(), submitted_at=when,
                )  # fmt: skip
            case "pass":
                return schedule.GatePassed(
                    campaign=common[0], unit=common[1], category=common[2], plan_version=1,
                    gate="superior_office", note="", passed_at=when,
                )  # fmt: skip
            case _:
                return schedule.PlanApproved(
                    campaign=common[0], unit=common[1], category=common[2], plan_version=1,
                    approved_at=when,
                )  # fmt: skip

    def issues(self, document: str, kind: str, on: date) -> None:
        event = schedule.DocumentIssued(
            campaign=CAMPAIGN, document=document, kind=kind, title=document, topic="t", unit="15",
            issued_on=on, applies_to=("area",),
        )  # fmt: skip
        self.told.tell(event, "15", "15", f"document-{document}")

    def meets(self, meeting: str, when: datetime) -> None:
        event = schedule.MeetingHeld(
            campaign=CAMPAIGN, meeting=meeting, kind="deployment", title="部署会", unit="15",
            attendees=900, held_at=when,
        )  # fmt: skip
        self.told.tell(event, "15", "15", f"meeting-{meeting}")

    def finds_things(self) -> None:
        """A team of the region at both leagues, then at 150202; an item there; an item of no unit
        that is known.
        """
        common = {"campaign": CAMPAIGN, "team": "t-1", "formed_by": "15"}
        formed = supervision.TeamFormed(
            **common, name="第一督导组", purpose="station", first_leader="p-1", leader="p-2",
            members=("p-1", "p-2", "p-3"), formed_on=date(2014, 1, 20),
        )  # fmt: skip
        self._tell(formed, "15", "team/t-1")
        for day, code in enumerate(("1501", "1502", "150202"), 1):
            sent = supervision.TeamDispatched(
                **common, unit=code, patrols=(), dispatched_on=date(2014, 2, day)
            )
            self._tell(sent, code, "team/t-1")
        for item, code in (("i-1", "150202"), ("i-2", "150299")):
            self.raises(item, code, date(2014, 2, 3))
        closed = rectification.RectificationClosed(
            campaign=CAMPAIGN, item="i-1", unit="150202", note="", verified_by="p-3",
            closed_on=date(2014, 2, 27),
        )  # fmt: skip
        self._tell(closed, "150202", "item/i-1")

    def raises(self, item: str, code: str, on: date) -> None:
        event = rectification.ItemRaised(
            campaign=CAMPAIGN, item=item, unit=code, number=1, source="finding", origin="",
            category="service", summary="办事慢", responsible_person="p-2",
            due_on=date(2014, 3, 1), cascades=False, parent="", programme="", raised_on=on,
        )  # fmt: skip
        self._tell(event, code, f"item/{item}")

    def _tell(self, event: Event, code: str, stream: str) -> None:
        path = self.path_of.get(code, f"15.{code[:4]}.{code}")
        self.told.tell(event, code, path, stream=stream)

    def moves(self, code: str, parent: str, on: date) -> None:
        """As World.move, on a date of the calendar."""
        self.move(code, parent, (on - date(2014, 1, 1)).days)


def small() -> Campaign:
    """15 with leagues 1501 and 1502; banner 150201 mobilizes late, 150202 not at all."""
    world = Campaign()
    world.exists("15", None, "region", "自治区")
    for league in ("1501", "1502"):
        world.exists(league, "15", "city", f"盟市{league}")
        for number in (1, 2):
            world.exists(f"{league}0{number}", league, "banner", f"旗县{league}0{number}")
    world.exists("150201101", "150201", "town", "镇")
    world.exists("15-D01", "15", "directly_affiliated", "厅")
    world.open()
    world.issues("plan", "work_plan", date(2014, 1, 24))
    world.issues("opinion-1", "guiding_opinion", date(2014, 2, 7))
    world.issues("opinion-2", "guiding_opinion", date(2014, 2, 8))
    world.meets("deployment", at(1, 24))
    world.mobilizes("1501", at(2, 18))
    world.mobilizes("1502", at(2, 20, 2))
    world.mobilizes("150101", at(2, 19))
    world.mobilizes("150102", at(2, 20))
    world.mobilizes("150201", at(2, 25))
    world.plans("1501", ("submit", at(2, 10)), ("pass", at(2, 12)), ("approve", at(2, 12, 2)))
    world.plans("1502", ("submit", at(2, 15)))
    return world
