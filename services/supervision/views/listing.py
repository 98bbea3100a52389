"""Supervision's read models as lists."""

from typing import Final

from services.supervision.views import shown
from services.supervision.views.tables import (
    DUTIES,
    FINDINGS,
    INSTRUCTORS,
    JOINT_MEETINGS,
    LECTURES,
    LIAISON_LEADERS,
    LIAISON_POINTS,
    LIAISON_QUOTAS,
    LIAISON_VISITS,
    LIFE_MEETINGS,
    PUBLICITY,
    TEAM_RULES,
    TEAMS,
    shown_table,
)
from shared.platform.inline_views import Table
from shared.platform.listing import Listing

TEAM_LIST: Final = Listing(
    Table("teams_by_level", TEAMS.key, {**TEAMS.columns, "level": "int"}),
    shown.TeamShown,
    ("team", "unit", "level", "name", "people", "formed_on", "trained_on", "dispatched_on"),
)
DIARY_LIST: Final = Listing(
    shown_table("team_diary", ("team", "day", "source", "entry"), "kind unit summary", day="date"),
    shown.DiaryShown,
    ("team", "day"),
)
INSTRUCTOR_LIST: Final = Listing(
    INSTRUCTORS, shown.InstructorShown, ("unit", "instructor", "assigned_by", "assigned_on")
)
DUTY_LIST: Final = Listing(DUTIES, shown.DutyShown, ("duty", "kind", "team", "unit", "done_on"))
FINDING_LIST: Final = Listing(
    FINDINGS,
    shown.FindingShown,
    ("finding", "team", "unit", "category", "state", "found_on", "due_on"),
)
WITHOUT_TEAM: Final = Listing(
    shown_table("units_without_team", ("unit",), "level kind name", level="int"),
    shown.UnitShown,
    ("unit", "level", "name"),
)
WITHOUT_INSTRUCTOR: Final = Listing(
    shown_table("units_without_instructor", ("unit",), "township kind name"),
    shown.GrassrootsShown,
    ("unit", "name"),
)
BY_TOWNSHIP: Final = Listing(
    shown_table(
        "instructors_by_township",
        ("unit",),
        "name units instructed instructors",
        units="int",
        instructed="int",
        instructors="int",
    ),
    shown.TownshipShown,
    ("unit", "name", "units", "instructed", "instructors"),
)
QUOTA_LIST: Final = Listing(LIAISON_QUOTAS, shown.QuotaShown, ("unit", "rank"))
LEADER_LIST: Final = Listing(
    LIAISON_LEADERS,
    shown.LeaderShown,
    ("leader", "unit", "rank", "named_on", "points", "life_meetings"),
)
POINT_LIST: Final = Listing(
    LIAISON_POINTS, shown.PointShown, ("leader", "unit", "target", "taken_on")
)
LIFE_MEETING_LIST: Final = Listing(
    LIFE_MEETINGS, shown.LifeMeetingShown, ("leader", "unit", "attended_on")
)
VISIT_LIST: Final = Listing(
    LIAISON_VISITS, shown.VisitShown, ("visit", "leader", "unit", "visited_on")
)
COMPLIANCE_LIST: Final = Listing(
    shown_table(
        "liaison_compliance",
        ("leader", "target"),
        "unit rank owed at_most taken missing done",
        owed="int",
        at_most="int",
        taken="int",
        missing="int",
        done="boolean",
    ),
    shown.ComplianceShown,
    ("leader", "unit", "rank", "missing", "taken"),
)
AREA_COMPLIANCE_LIST: Final = Listing(
    shown_table(
        "liaison_by_area",
        ("unit", "rank"),
        "leaders behind owed taken missing",
        leaders="int",
        behind="int",
        owed="int",
        taken="int",
        missing="int",
    ),
    shown.AreaComplianceShown,
    ("unit", "rank", "behind", "missing"),
)
JOINT_MEETING_LIST: Final = Listing(
    JOINT_MEETINGS, shown.JointMeetingShown, ("meeting", "unit", "held_on", "attendees")
)
TEAM_RULES_LIST: Final = Listing(TEAM_RULES, shown.TeamRulesShown, ("unit", "kind", "adopted_on"))
PUBLICITY_LIST: Final = Listing(
    PUBLICITY, shown.PublicityShown, ("issue", "unit", "channel", "pieces", "issued_on")
)
LECTURE_LIST: Final = Listing(
    LECTURES,
    shown.LectureShown,
    ("lecture", "unit", "kind", "speakers", "lectures", "listeners", "given_on"),
)
