"""Programmes, commitments, petition receptions, help: what the report names, counted progress."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Final

from deploy.scenarios.nmg_2014.days import workdays
from deploy.scenarios.nmg_2014.draws import Draws
from deploy.scenarios.nmg_2014.hierarchy import ROOT, Area, at_level, leagues
from deploy.scenarios.nmg_2014.items import HOHHOT_ITEMS, HOHHOT_PROGRAMME, HOHHOT_UNIT
from deploy.scenarios.nmg_2014.people import leader_of
from deploy.scenarios.nmg_2014.rows_rectification import (
    BatchLink,
    FiledPlan,
    Pairing,
    PetitionReception,
    Programme,
    ProgrammeProgress,
)

BAYANNUR: Final = "1508"
CHIFENG: Final = "1504"
XILINGOL: Final = "1525"
XINGAN: Final = "1522"
COMMITMENTS: Final = 15  # report
VILLAGES_HELPED: Final = 1_000  # report: "a thousand villages"
CADRES_VISITING: Final = 10_000  # report: "ten thousand cadres"

_YEAR_END: Final = date(2014, 10, 31)
_LAUNCHED_ON: Final = date(2014, 2, 17)
_PROGRESSED: Final = workdays(date(2014, 2, 24), date(2014, 3, 14))
_RECEIVED: Final = workdays(date(2014, 2, 17), date(2014, 3, 14))
_PAIRED: Final = workdays(date(2014, 2, 17), date(2014, 3, 4))

# report: four actions and six projects by name; measures and targets generated.
_REGION: Final = (
    ("action", "", "大学习", "集中学习场次", 20_000),
    ("action", "", "大调研", "调研报告篇数", 5_000),
    ("action", "petitions", "大接访", "接访批次", 10_000),
    ("action", "", "大落实", "督促落实事项", 8_000),
    ("project", "poverty_relief", "扶贫攻坚工程", "帮扶贫困嘎查村", 2_834),
    ("project", "employment", "创业就业工程", "新增就业人数", 260_000),
    ("project", "public_safety", "平安创建工程", "平安社区达标数", 2_000),
    ("project", "housing", "百姓安居工程", "开工保障房套数", 247_000),
    ("project", "", "人才强区工程", "引进人才人数", 3_000),
    ("project", "institution", "干部素质提升工程", "培训干部人次", 100_000),
)

# report: fifteen commitments on livelihood; what each promises is generated.
_COMMITMENTS: Final = (
    ("housing", "改造棚户区住房", "户", 12_000), ("housing", "改造农村危房", "户", 9_600),
    ("employment", "城镇新增就业", "人", 16_000), ("employment", "免费职业培训", "人次", 8_000),
    ("education", "新建改扩建幼儿园", "所", 26), ("education", "资助困难学生", "人", 5_200),
    ("poverty_relief", "扶贫重点嘎查村整村推进", "个", 60),
    ("poverty_relief", "贫困户产业扶持", "户", 3_300),
    ("service", "新建社区便民服务站", "个", 45), ("service", "农村饮水安全", "人", 82_000),
    ("public_safety", "安装路口监控", "处", 320), ("ecology", "城镇绿化", "亩", 5_800),
    ("ecology", "改造供热管网", "公里", 90), ("food_drug_safety", "建成放心市场", "个", 18),
    ("petitions", "化解信访积案", "件", 130),
)  # fmt: skip

_FILED: Final = (
    ("rectification_plan", "整改方案"),
    ("special_rectification_plan", "专项整治方案"),
    ("institution_schedule", "制度建设计划"),
)
BATCH_ONE: Final = (ROOT, f"{ROOT}-L01")  # generated: of batch one, only these are in the tree


@cache
def programmes() -> tuple[Programme, ...]:
    rows = [
        _programme(f"region-{number:02d}", ROOT, kind, category, title, measure, target)
        for number, (kind, category, title, measure, target) in enumerate(_REGION, start=1)
    ]
    rows += [
        _programme(f"bayannur-{number:02d}", BAYANNUR, "commitment", category, title, unit, target)
        for number, (category, title, unit, target) in enumerate(_COMMITMENTS, start=1)
    ]
    rows += [
        _programme(
            HOHHOT_PROGRAMME, HOHHOT_UNIT, "special_rectification", "", "九项重点问题专项整治",
            "整治问题", HOHHOT_ITEMS,
        ),
        _programme(
            "xilingol-five-ones", XILINGOL, "village_help", "poverty_relief",
            "“五个一”千村帮联行动", "帮联嘎查村", VILLAGES_HELPED,
        ),
        _programme(
            "xilingol-centres", XILINGOL, "centres", "service", "牧区“党员中心户”", "党员中心户", 2_400
        ),
        _programme(
            "xilingol-turnaround", XILINGOL, "turnaround", "institution", "后进嘎查转化提升",
            "转化嘎查", 96,
        ),
        _programme(
            "xingan-visits", XINGAN, "visits", "poverty_relief", "万名干部走进城市困难家庭",
            "走访干部人数", CADRES_VISITING,
        ),
    ]  # fmt: skip
    return tuple(rows)


@cache
def programme_progress() -> tuple[ProgrammeProgress, ...]:
    draws = Draws("programme progress")
    entries = [entry for row in programmes() for entry in _entries(row, draws)]
    return tuple(sorted(entries, key=lambda entry: (entry.progressed_on, entry.entry)))


@cache
def petitions() -> tuple[PetitionReception, ...]:
    """Receptions of Chifeng, its banners and their townships; visits and cases generated."""
    draws = Draws("petitions")
    units = [unit for level in (2, 3, 4) for unit in at_level(level) if _in(unit, CHIFENG)]
    rows: list[PetitionReception] = []
    for unit in units:
        for number, on in enumerate(draws.some(_RECEIVED, {2: 8, 3: 6, 4: 3}[unit.level]), 1):
            visits = draws.between(3, 36)
            cases = draws.between(1, visits)
            rows.append(
                PetitionReception(
                    f"pet-{unit.code}-{number:02d}", unit.code, leader_of(unit.code), visits,
                    cases, draws.between(0, cases), on,
                )
            )  # fmt: skip
    return tuple(rows)


@cache
def pairings() -> tuple[Pairing, ...]:
    """A thousand villages of Xilingol, or as many as it has and again, helped by departments."""
    draws = Draws("pairings")
    villages = [unit for unit in at_level(5) if _in(unit, XILINGOL)]
    rows: list[Pairing] = []
    for number in range(VILLAGES_HELPED):
        village = villages[number % len(villages)]
        banner = village.code[:6]
        helper = f"{banner}-D{draws.between(1, 12):02d}"
        code = f"help-{village.code}-{number // len(villages) + 1}"
        households = draws.between(2, 12)
        rows.append(Pairing(code, village.code, helper, "village", households, draws.pick(_PAIRED)))
    return tuple(rows)


@cache
def filed_plans() -> tuple[FiledPlan, ...]:
    """Two plans and one schedule of the units of batch one; days generated."""
    return tuple(
        FiledPlan(unit, document, title, _digest(unit, document), date(2013, 12, 20))
        for unit in BATCH_ONE
        for document, title in _FILED
    )


@cache
def batch_links() -> tuple[BatchLink, ...]:
    return tuple(BatchLink(league.code, BATCH_ONE[1], date(2014, 1, 28)) for league in leagues())


def _entries(row: Programme, draws: Draws) -> Iterator[ProgrammeProgress]:
    """Between a tenth and two fifths of the target by 14 March, in the units below."""
    if row.kind == "special_rectification":
        return  # its progress is that of its items
    units = [unit.code for unit in at_level(_level_of(row)) if _in(unit, row.unit)]
    done = row.target if row.kind in {"visits", "village_help"} else 0
    done = done or max(1, row.target * draws.between(10, 40) // 100)
    chosen = draws.some(units, min(len(units), done))
    each, over = divmod(done, len(chosen))
    for number, unit in enumerate(chosen):
        counted = each + (number < over)
        code = f"{row.programme}-{unit}"
        on = draws.pick(_PAIRED if row.target == done else _PROGRESSED)
        yield ProgrammeProgress(row.programme, unit, code, counted, "", max(on, row.launched_on))


def _level_of(row: Programme) -> int:
    return {"village_help": 4, "visits": 4, "centres": 4, "turnaround": 4}.get(
        row.kind, 3 if row.unit == BAYANNUR else 2
    )


def _programme(
    code: str, unit: str, kind: str, category: str, title: str, measure: str, target: int
) -> Programme:
    return Programme(
        code, unit, kind, category or "other", title, measure, target, _YEAR_END, _LAUNCHED_ON
    )


def _in(unit: Area, code: str) -> bool:
    return unit.code.startswith(code)


def _digest(unit: str, document: str) -> str:
    return sha256(f"{unit}/{document}".encode()).hexdigest()[:16]
