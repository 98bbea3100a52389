"""The report's further figures: teams, instructors, what single leagues did, and the ledger."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from deploy.scenarios.nmg_2014 import expected, expected_ledger, expected_supervision
from deploy.scenarios.nmg_2014.hierarchy import ROOT
from deploy.scenarios.nmg_2014.items import HOHHOT_UNIT, WUHAI
from deploy.scenarios.nmg_2014.programmes import BAYANNUR
from deploy.scenarios.nmg_2014.publicity import TONGLIAO
from deploy.scenarios.nmg_2014.teams import ULANQAB

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure of the report: which unit's status on which day shows it, and where."""

    unit: str
    day: date
    zh: str
    en: str
    expected: int
    pointer: str


_ON: Final = expected.REPORTED_ON
_TEAMS: Final = "figures/supervision"

REPORTED: Final = (
    Asked(ROOT, _ON, "自治区督导组", "region teams", expected_supervision.REGION_TEAMS, f"own/{_TEAMS}/teams"),
    Asked(ROOT, _ON, "自治区督导组人数", "people in them", expected_supervision.REGION_TEAM_PEOPLE, f"own/{_TEAMS}/people"),
    Asked(ROOT, _ON, "盟市督导组", "league teams", expected_supervision.LEAGUE_TEAMS, f"below/league/{_TEAMS}/teams"),
    Asked(ROOT, _ON, "旗县督导组", "banner teams", expected_supervision.BANNER_TEAMS, f"below/banner/{_TEAMS}/teams"),
    Asked(ROOT, _ON, "指导员", "instructors", expected_supervision.INSTRUCTORS, "total/supervision/instructors"),
    Asked(
        ULANQAB, expected_supervision.ULANQAB_OUT_BY, "乌兰察布先行督导组", "Ulanqab teams out early",
        expected_supervision.ULANQAB_TEAMS, f"own/{_TEAMS}/dispatched",
    ),
    Asked(HOHHOT_UNIT, _ON, "呼和浩特专项整治", "Hohhot problems", expected_ledger.HOHHOT_ITEMS, "total/ledger/by_source/special_rectification/raised"),
    Asked(WUHAI, _ON, "乌海意见建议", "Wuhai opinions", expected_ledger.WUHAI_OPINIONS, "total/ledger/by_source/opinion/raised"),
    Asked(BAYANNUR, _ON, "巴彦淖尔承诺", "Bayannur commitments", expected_ledger.BAYANNUR_COMMITMENTS, "total/programmes/commitment/launched"),
    Asked(TONGLIAO, _ON, "通辽宣讲干部", "Tongliao cadres", expected_supervision.CADRES_LECTURING, "total/publicity/lectures/speakers"),
    Asked(TONGLIAO, _ON, "通辽讲课书记", "Tongliao secretaries", expected_supervision.SECRETARIES_TEACHING, "total/publicity/lessons/speakers"),
)  # fmt: skip

_LEDGER: Final = (
    ("台账问题", "items", "raised"),
    ("销号", "closed", "closed"),
    ("整改逾期", "items overdue", "overdue"),
)


def reported(answer_of: Callable[[str, date], Answer]) -> Iterator[tuple[Asked, str]]:
    """Each figure of the report with what is shown; `answer_of` gives a unit's status on a day."""
    for asked in REPORTED:
        yield asked, shown_at(answer_of(asked.unit, asked.day), asked.pointer)


def of_ledger(day: date, answer: Answer) -> Iterator[tuple[Asked, str]]:
    """The region's ledger on a day, beside the recount of the rows."""
    due = expected_ledger.ledger(day)[ROOT]
    for zh, en, name in _LEDGER:
        asked = Asked(ROOT, day, zh, en, getattr(due, name), f"total/ledger/{name}")
        yield asked, shown_at(answer, asked.pointer)


def shown_at(answer: Answer, pointer: str) -> str:
    """The number there as text; views leave away what there is nothing of."""
    found: Any = answer
    for name in pointer.split("/"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return f"{found or 0:,}"
