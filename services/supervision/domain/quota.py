"""A liaison quota: what leaders of one rank in an area owe, set and set anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.contracts.supervision import LIAISON_TARGETS, LiaisonQuotaSet, LiaisonTarget
from shared.kernel.decider import Decider
from shared.kernel.refusals import Refusal

LIFE_MEETING: Final = "life_meeting"


class QuotaReversed(Refusal):
    code = "quota-reversed"
    status = 422
    zh = "“{target}”的最少数 {at_least} 大于最多数 {at_most}。"
    en = "Of {target}, at least {at_least} are owed but at most {at_most} allowed."


class QuotaRepeated(Refusal):
    code = "quota-repeated"
    status = 422
    zh = "“{target}”出现了两次,每类只能写一条。"
    en = "The target {target} appears twice; name each once."


class UnknownTarget(Refusal):
    code = "unknown-target"
    status = 422
    zh = "“{target}”不是联系点类别。"
    en = "{target} is no target of liaison."


@dataclass(frozen=True, slots=True)
class SetQuota:
    campaign: str
    area: str
    rank: str
    targets: tuple[LiaisonTarget, ...]
    now: datetime


def decide(command: SetQuota, quota: LiaisonQuotaSet | None) -> list[LiaisonQuotaSet]:
    if quota is not None and quota.targets == command.targets:
        return []
    _allow(command.targets)
    return [
        LiaisonQuotaSet(
            campaign=command.campaign,
            area=command.area,
            rank=command.rank,
            targets=command.targets,
            set_at=command.now,
        )
    ]


def evolve(quota: LiaisonQuotaSet | None, event: LiaisonQuotaSet) -> LiaisonQuotaSet | None:
    return event


QUOTA: Final = Decider[SetQuota, LiaisonQuotaSet | None, LiaisonQuotaSet](None, decide, evolve)


def _allow(targets: tuple[LiaisonTarget, ...]) -> None:
    names = [target.target for target in targets]
    for target in targets:
        if target.target not in LIAISON_TARGETS:
            raise UnknownTarget(target=target.target)
        if names.count(target.target) > 1:
            raise QuotaRepeated(target=target.target)
        if target.at_least > target.at_most:
            raise QuotaReversed(
                target=target.target, at_least=target.at_least, at_most=target.at_most
            )
