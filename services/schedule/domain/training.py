"""A training's life: held for one audience and recorded, before or after the start."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.schedule.domain.setting import Setting
from shared.contracts.schedule import TrainingHeld
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal

AUDIENCES: Final = ("office_staff", "supervision_team", "organisers")


class TrainingAlreadyRecorded(Refusal):
    code = "training-already-recorded"
    zh = "单位 {unit} 的培训 {training} 已按另一内容登记,请换一个编号。"
    en = "Training {training} of unit {unit} was recorded with other content; use another id."


class NoParticipants(Refusal):
    code = "no-participants"
    status = 422
    zh = "培训须有参加人员,人数应大于 0。"
    en = "A training has participants: give a number above 0."


@dataclass(frozen=True, slots=True)
class Hold:
    setting: Setting
    training: str
    audience: str
    held_on: date
    participants: int


def decide(command: Hold, held: TrainingHeld | None) -> list[TrainingHeld]:
    if held is None:
        if command.participants <= 0:
            raise NoParticipants
        command.setting.allow_day(command.held_on, command.setting.campaign.starts_on)
        return [_held(command)]
    if _content(held) == (command.audience, command.held_on, command.participants):
        return []
    raise TrainingAlreadyRecorded(unit=held.unit, training=held.training)


def evolve(held: TrainingHeld | None, event: TrainingHeld) -> TrainingHeld | None:
    return event


TRAINING: Final = Decider[Hold, TrainingHeld | None, TrainingHeld](None, decide, evolve)


def _content(held: TrainingHeld) -> tuple[str, date, int]:
    return held.audience, held.held_on, held.participants


def _held(command: Hold) -> TrainingHeld:
    campaign = command.setting.campaign
    return TrainingHeld(
        campaign=campaign.campaign,
        unit=command.setting.unit.code,
        training=command.training,
        audience=command.audience,
        participants=command.participants,
        phase="before" if command.held_on < campaign.mobilization_from else "after",
        held_on=command.held_on,
    )
