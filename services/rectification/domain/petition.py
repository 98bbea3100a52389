"""A petition reception's life: held and recorded, with visits, cases and those settled at once."""

from typing import Final

from shared.contracts.rectification import PetitionsReceived
from shared.kernel.once import recorded_once
from shared.kernel.refusals import Refusal


class ReceptionAlreadyRecorded(Refusal):
    code = "reception-already-recorded"
    zh = "接访 {reception} 已由单位 {unit} 按另一内容登记,请换一个编号。"
    en = "Reception {reception} of unit {unit} was recorded with other content; use another id."


class SettledExceedsCases(Refusal):
    code = "settled-exceeds-cases"
    status = 422
    zh = "当场解决 {settled} 件,多于立案 {cases} 件,请核对数字。"
    en = "{settled} cases settled on the spot are more than the {cases} cases; check the numbers."


def _allow(held: PetitionsReceived) -> None:
    if held.settled_on_spot > held.cases:
        raise SettledExceedsCases(settled=held.settled_on_spot, cases=held.cases)


def _refused(held: PetitionsReceived) -> Refusal:
    return ReceptionAlreadyRecorded(reception=held.reception, unit=held.unit)


RECEPTION: Final = recorded_once(_refused, _allow)
