"""Preparation: ordered ahead of the campaign's start, then completed unit by unit."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.schedule.domain.setting import Setting
from shared.contracts.schedule import PreparationCompleted, PreparationOrdered
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal


class PreparationAlreadyOrdered(Refusal):
    code = "preparation-already-ordered"
    zh = "准备工作通知 {order} 已按另一内容下达,请换一个编号。"
    en = "Preparation order {order} was given with other content; use another id."


class AlreadyPrepared(Refusal):
    code = "already-prepared"
    zh = "单位 {unit} 已登记于 {prepared_on} 完成准备,请勿重复登记不同日期。"
    en = "Unit {unit} is recorded as prepared on {prepared_on}; another day cannot be added."


@dataclass(frozen=True, slots=True)
class Order:
    setting: Setting
    ordered: PreparationOrdered


@dataclass(frozen=True, slots=True)
class Complete:
    setting: Setting
    prepared_on: date


def decide_order(command: Order, ordered: PreparationOrdered | None) -> list[PreparationOrdered]:
    order = command.ordered
    if ordered is None:
        command.setting.allow_day(order.ordered_on, command.setting.campaign.starts_on)
        return [order]
    if ordered == order:
        return []
    raise PreparationAlreadyOrdered(order=order.order)


def decide_completion(
    command: Complete, prepared: PreparationCompleted | None
) -> list[PreparationCompleted]:
    setting = command.setting
    if prepared is None:
        setting.allow_day(command.prepared_on, setting.campaign.starts_on)
        return [
            PreparationCompleted(
                campaign=setting.campaign.campaign,
                unit=setting.unit.code,
                prepared_on=command.prepared_on,
            )
        ]
    if prepared.prepared_on == command.prepared_on:
        return []
    raise AlreadyPrepared(unit=setting.unit.code, prepared_on=prepared.prepared_on)


def ordered(state: PreparationOrdered | None, event: PreparationOrdered) -> PreparationOrdered:
    return event


def completed(
    state: PreparationCompleted | None, event: PreparationCompleted
) -> PreparationCompleted:
    return event


ORDER: Final = Decider[Order, PreparationOrdered | None, PreparationOrdered](
    None, decide_order, ordered
)
PREPARATION: Final = Decider[Complete, PreparationCompleted | None, PreparationCompleted](
    None, decide_completion, completed
)
