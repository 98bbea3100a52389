"""What a notice says, in Chinese and English, from what was due and how far off that is."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.kernel.calendar import WorkingCalendar

STEP_NAMES: Final = {
    "reminder": ("催办", "Reminder"),
    "notice": ("督办", "Supervision notice"),
    "bulletin": ("通报", "Bulletin"),
    "interview": ("约谈", "Interview"),
}
_THINGS: Final = {
    "plan": ("实施方案应报批", "implementation plan to be approved"),
    "mobilization": ("动员会应召开", "mobilization meeting to be held"),
    "item": ("问题应整改销号", "item to be closed"),
}
_CALENDAR: Final = WorkingCalendar()


@dataclass(frozen=True, slots=True)
class Notice:
    """One step to be told: about what, to whom, through which channel."""

    campaign: str
    subject: str
    thing: str
    due_on: date
    step: str
    channel: str
    unit: str
    path: str
    unit_name: str
    summary: str
    addressee: str
    taken_on: date
    attempts: int

    @property
    def title(self) -> str:
        """The step's name in both languages, as a heading."""
        zh, en = STEP_NAMES[self.step]
        return f"【{zh}】{en}"

    @property
    def zh(self) -> str:
        what = _THINGS[self.subject][0]
        about = f"({self.thing}:{self.summary})" if self.subject == "item" else ""
        return f"{self.unit_name}({self.unit}){about}:{what},时限 {self.due_on},{self._off_zh}。"

    @property
    def en(self) -> str:
        what = _THINGS[self.subject][1]
        about = f" {self.thing}:" if self.subject == "item" else ""
        return f"Unit {self.unit},{about} {what} by {self.due_on}, {self._off_en}."

    @property
    def workdays_over(self) -> int:
        """Working days since the due date on the day the step was taken; negative before it."""
        return _CALENDAR.workdays_between(self.due_on, self.taken_on)

    @property
    def _off_zh(self) -> str:
        over = self.workdays_over
        if self.taken_on > self.due_on:
            return f"已逾期 {over} 个工作日"
        return f"还有 {-over} 个工作日" if over else "今日到期"

    @property
    def _off_en(self) -> str:
        over = self.workdays_over
        if self.taken_on > self.due_on:
            return f"overdue by {over} working days"
        return f"{-over} working days left" if over else "due today"
