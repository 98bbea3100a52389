"""A filed plan's life: one of the two plans and one schedule of a unit is filed, once."""

from typing import Final

from shared.contracts.rectification import PlanFiled
from shared.kernel.once import recorded_once
from shared.kernel.refusals import Refusal


class PlanAlreadyFiled(Refusal):
    code = "plan-already-filed"
    zh = "单位 {unit} 已于 {filed_on} 报备该文件,内容不同,不能覆盖。"
    en = "Unit {unit} filed this document on {filed_on} with other content; it is not replaced."


def _refused(filed: PlanFiled) -> Refusal:
    return PlanAlreadyFiled(unit=filed.unit, filed_on=filed.filed_on)


FILED_PLAN: Final = recorded_once(_refused)
