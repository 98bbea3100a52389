"""Files of supervision: teams to lectures, each taken as a whole, each repeat harmless."""

import pytest

from tests.integration.supervision.conftest import Supervision

TEAMS = (
    "team,name,formed_by,purpose,first_leader,leader,members,formed_on\n"
    "st-15-01,第一督导组,15,station,p-15-0001,p-15-0101,p-15-0001;p-15-0101,2014-01-27\n"
    "st-15-13,补课督导组,15,make_up,,p-15-0201,p-15-0201;p-15-0202,2014-01-27\n"
    "st-1502-01,第一督导组,1502,station,,p-1502-0101,p-1502-0101;p-1502-0102,2014-01-28\n"
    "st-150202-01,第一督导组,150202,station,,p-150202-0101,p-150202-0101,2014-02-07\n"
)
TRAININGS = (
    "team,training,trained_on\n"
    "st-15-01,tt-15-01,2014-02-08\nst-1502-01,tt-1502-01,2014-02-09\n"
    "st-150202-01,tt-150202-01,2014-02-10\n"
)
DISPATCHES = (
    "team,unit,patrols,dispatched_on\n"
    "st-15-01,1502,150202;150203,2014-02-11\nst-1502-01,150202,,2014-02-12\n"
    "st-150202-01,150202001,,2014-02-13\n"
)
INSTRUCTORS = (
    "unit,instructor,assigned_by,assigned_on\n"
    "150202001001,p-150202001-i1,150202001,2014-02-24\n"
    "150202001001,p-150202001-i2,150202001,2014-02-24\n"
)
DUTIES = (
    "duty,kind,team,unit,summary,done_on\n"
    "d-1,plan_examined,st-15-01,1502,已反馈,2014-02-12\n"
    "d-2,patrol_made,st-15-01,150202,,2014-02-14\n"
)
FINDINGS = (
    "finding,team,unit,category,summary,for_rectification,responsible_person,due_on,found_on\n"
    "f-1,st-15-01,1502,formalism,学习记录有补记,no,,,2014-02-14\n"
    "f-2,st-1502-01,150202,service,窗口无人值守,是,p-150202-0001,2014-03-20,2014-02-25\n"
)
LEADERS = (
    "leader,area,rank,named_on\np-15-0001,15,regional_leader,2014-01-26\n"
    "p-1502-0001,1502,市领导,2014-01-27\n"
)
POINTS = (
    "leader,unit,target,taken_on\np-15-0001,1502,league,2014-01-26\n"
    "p-15-0001,150302,banner,2014-01-26\np-1502-0001,1502-D01,部门,2014-01-28\n"
)
VISITS = "visit,leader,unit,summary,visited_on\nv-1,p-15-0001,1502,调研,2014-02-17\n"
MEETINGS = "leader,unit,attended_on\np-1502-0001,1502-D02,2014-03-03\n"
PUBLICITY = "issue,unit,channel,title,pieces,issued_on\npub-1,1502,微信,专栏,12,2014-02-17\n"
LECTURES = (
    "lecture,unit,kind,title,speakers,lectures,listeners,given_on\n"
    "lec-1,150202001,cadre_lecture,宣讲,5,7,210,2014-02-20\n"
)
FILES = [
    ("teams", TEAMS, 4),
    ("team-trainings", TRAININGS, 3),
    ("dispatches", DISPATCHES, 3),
    ("instructors", INSTRUCTORS, 2),
    ("duties", DUTIES, 2),
    ("findings", FINDINGS, 2),
    ("liaison-leaders", LEADERS, 2),
    ("liaison-points", POINTS, 3),
    ("liaison-visits", VISITS, 1),
    ("life-meetings", MEETINGS, 1),
    ("publicity", PUBLICITY, 1),
    ("lectures", LECTURES, 1),
]


async def load(desk: Supervision, *, until: str = "") -> None:
    """All files in their order, up to the named one."""
    for name, content, rows in FILES:
        answer = await desk.upload(f"/{name}/import", content)
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == rows, answer.text
        if name == until:
            return


async def test_every_file_is_taken_and_taking_it_again_changes_nothing(desk: Supervision) -> None:
    await load(desk)
    recorded = await desk.events()
    for name, content, rows in FILES:
        answer = (await desk.upload(f"/{name}/import", content)).json()
        assert (answer["accepted"], answer["unchanged"]) == (0, rows), name

    assert len(recorded) == 25
    assert await desk.events() == recorded


async def test_a_teams_life_lies_in_two_histories_and_is_one(desk: Supervision) -> None:
    await load(desk, until="dispatches")
    rows = await desk.pool.fetch(
        "select stream_version, type, league from events where stream = $1 order by stream_version",
        f"team/{desk.campaign}/st-15-01",
    )

    assert [tuple(row) for row in rows] == [
        (1, "TeamFormed", "15"), (2, "TeamTrained", "15"), (3, "TeamDispatched", "1502"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name, _, _ in FILES])
async def test_no_file_is_taken_for_another_league(desk: Supervision, name: str) -> None:
    await load(desk, until=name)
    before = await desk.events()
    content = next(content for file, content, _ in FILES if file == name)
    answer = await desk.upload(f"/{name}/import", content, "clerk", "1503")
    codes = {error["code"] for error in answer.json()["errors"]}

    assert answer.json()["code"] == "rows-refused"
    assert codes <= {"outside-subtree"}
    assert await desk.events() == before
