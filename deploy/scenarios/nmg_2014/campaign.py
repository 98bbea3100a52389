"""The campaign itself: windows, documents, gates and meetings, each with where it comes from.

Marks beside the values: `report` is fixed by the newspaper report of 4 March 2014, `assumed`
is a date or title the report leaves open.
"""

from datetime import date, datetime, time
from typing import Final

from shared.contracts.schedule import Gate, Window
from shared.kernel.time import SHANGHAI

CAMPAIGN: Final = "nmg-2014"
NAME_ZH: Final = "内蒙古自治区第二批教育实践活动"
NAME_EN: Final = "Inner Mongolia work campaign, batch two"

# assumed: the report says only that preparation was ordered "in November last year".
STARTS_ON: Final = date(2013, 11, 1)
# report: the central meeting that deployed batch two.
MOBILIZATION_FROM: Final = date(2014, 1, 20)
# assumed: after the report; leaves room for everything that follows mobilization.
ENDS_ON: Final = date(2014, 10, 31)

# report: the region's deployment meeting; the earliest day a league could follow it.
DEPLOYED_ON: Final = date(2014, 1, 24)
# report: "before 20 February", "20 February to before 1 March", "1 to before 15 March".
LEADING_CLOSE_ON: Final = date(2014, 2, 20)
ATTACHED_CLOSE_ON: Final = date(2014, 3, 1)
GRASSROOTS_CLOSE_ON: Final = date(2014, 3, 15)

ATTACHED_KINDS: Final = (
    "directly_affiliated",
    "enterprise_institution",
    "window_unit",
    "non_public_social",
    "floating_branch",
)

# The region itself and its leading bodies went through batch one: no window covers them.
WINDOWS: Final = (
    Window((2, 3), ("area", "leading_bodies"), DEPLOYED_ON, LEADING_CLOSE_ON),
    Window((1, 2, 3), ATTACHED_KINDS, LEADING_CLOSE_ON, ATTACHED_CLOSE_ON),
    Window(
        (4, 5), ("area", "leading_bodies", *ATTACHED_KINDS), ATTACHED_CLOSE_ON, GRASSROOTS_CLOSE_ON
    ),
)

PREPARATION_ORDERED_ON: Final = date(2013, 11, 15)  # month: report; day: assumed
PREPARATION_TITLE: Final = "关于提前做好第二批教育实践活动准备工作的通知"

IMPLEMENTATION: Final = "implementation"
CATEGORIES: Final = {
    "window_units": "窗口单位和服务行业",
    "gacha_villages": "嘎查村",
    "communities": "社区",
    "non_public_social": "非公有制经济组织和社会组织",
    "floating_members": "流动党员",
}  # report

RETURN_REASONS: Final = ("spirit_not_reflected", "local_character_lacking", "not_actionable")

# Gate of every plan without gates of its own: the campaign office of the level above.
DEFAULT_GATE: Final = "superior_office"

BAOTOU: Final = "1502"
# report: names and order.
BAOTOU_GATES: Final = (
    Gate("city_supervision_team", "市委督导组", "City supervision team", "supervisor", BAOTOU),
    Gate("campaign_office", "教育实践活动办公室", "Campaign office", "clerk", BAOTOU),
    Gate("city_leader_liaison", "联系指导的市委领导", "City leader in liaison", "leader", BAOTOU),
    Gate("region_supervision_team", "自治区督导组", "Region supervision team", "supervisor", "15"),
)

_REGION_TO_BANNER: Final = (
    "area",
    "leading_bodies",
    "directly_affiliated",
    "enterprise_institution",
)
_EVERYONE: Final = ("area", "leading_bodies", *ATTACHED_KINDS)

# (document, kind, title, topic, issued_on, applies_to): numbers and topics report; days assumed.
DOCUMENTS: Final = (
    (
        "work-plan", "work_plan", "全区第二批教育实践活动工作方案",
        "work_plan", date(2014, 1, 24), _EVERYONE,
    ),
    (
        "opinion-programmes", "guiding_opinion",
        "关于开展“四大行动”、推进“六大工程”的指导意见",
        "programmes", date(2014, 1, 27), _EVERYONE,
    ),
    (
        "opinion-grassroots", "guiding_opinion", "嘎查村、社区开展教育实践活动的指导意见",
        "gacha_villages_and_communities", date(2014, 1, 29), ("area",),
    ),
    (
        "opinion-supervision", "guiding_opinion", "第二批教育实践活动督导工作的指导意见",
        "supervision", date(2014, 2, 7), _REGION_TO_BANNER,
    ),
    (
        "opinion-publicity", "guiding_opinion", "第二批教育实践活动宣传工作的指导意见",
        "publicity", date(2014, 2, 7), _EVERYONE,
    ),
)  # fmt: skip


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A wall clock reading in Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


# (meeting, kind, title, held_at, attendees): the first two report (day and half of day; the
# hour assumed), the others generated within "afterwards, one after another"; attendees generated.
MEETINGS: Final = (
    (
        "deployment", "deployment", "全区教育实践活动第一批总结暨第二批部署会议",
        at(DEPLOYED_ON, 9), 1260,
    ),
    ("promotion", "promotion", "第二批教育实践活动推进会", at(DEPLOYED_ON, 15), 420),
    ("supervision-training", "training", "第二批督导组培训会", at(date(2014, 2, 10), 9), 115),
    (
        "leading-group-1", "leading_group", "教育实践活动领导小组第一次会议",
        at(date(2014, 2, 13), 15), 38,
    ),
    (
        "dispatch-1", "video_dispatch", "第一次工作调度视频会",
        at(date(2014, 2, 24), 9, 30), 2150,
    ),
)  # fmt: skip

# report: figures at 4 March 2014.
REPORTED_ON: Final = date(2014, 3, 4)
