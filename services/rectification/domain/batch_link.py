"""A batch link's life: a unit of the first batch leads one of the second, once said."""

from typing import Final

from shared.contracts.rectification import BatchesLinked
from shared.kernel.once import recorded_once
from shared.kernel.refusals import Refusal


class AlreadyLinked(Refusal):
    code = "batches-already-linked"
    zh = "单位 {unit} 与 {led_by} 已于 {linked_on} 建立联系,请勿重复登记不同日期。"
    en = "Unit {unit} is linked to {led_by} since {linked_on}; another day cannot be recorded."


class LinkedToItself(Refusal):
    code = "linked-to-itself"
    status = 422
    zh = "单位 {unit} 不能由自己带动,请填写第一批单位。"
    en = "Unit {unit} cannot lead itself; name the unit of the first batch."


def _allow(link: BatchesLinked) -> None:
    if link.led_by == link.unit:
        raise LinkedToItself(unit=link.unit)


def _refused(link: BatchesLinked) -> Refusal:
    return AlreadyLinked(unit=link.unit, led_by=link.led_by, linked_on=link.linked_on)


BATCH_LINK: Final = recorded_once(_refused, _allow)
