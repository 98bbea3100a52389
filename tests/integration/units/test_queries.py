"""The tree as it is and as it was: units, paths, children, subtrees, search."""

import pytest

from tests.integration.units.calls import Units, code_of
from tests.support.access import bearer


async def codes(units: Units, path: str, **params: object) -> list[str]:
    answer = await units.get(path, **params)
    assert answer.status_code == 200, answer.text
    return [unit["code"] for unit in answer.json()["items"]]


@pytest.fixture
async def moved(units: Units) -> Units:
    """150202 was renamed on 10 January and moved to 1501 on 10 February; 150203 ended on 1 March."""
    await units.plant()
    for path, body in (
        ("/units/150202/rename", {"name": "东河新区", "effective_on": "2014-01-10"}),
        ("/units/150202/move", {"parent_code": "1501", "effective_on": "2014-02-10"}),
        ("/units/150203/abolish", {"reason": "撤销", "effective_on": "2014-03-01"}),
    ):
        assert (await units.post(path, body)).status_code == 201
    return units


async def test_unit_as_it_was_on_each_day(moved: Units) -> None:
    days = {
        "2013-11-01": ("单位", "15.1502.150202"),
        "2014-01-09": ("单位", "15.1502.150202"),
        "2014-01-10": ("新区", "15.1502.150202"),
        "2014-02-10": ("新区", "15.1501.150202"),
    }

    seen = {}
    for day in days:
        unit = (await moved.get("/units/150202", as_of=day)).json()
        seen[day] = ("新区" if unit["name"] == "东河新区" else "单位", unit["path"])

    assert seen == days


async def test_unit_before_its_registration_is_unknown(moved: Units) -> None:
    answer = await moved.get("/units/150202", as_of="2013-10-31")

    assert (answer.status_code, code_of(answer)) == (404, "unknown-unit")


async def test_children_of_then_and_now(moved: Units) -> None:
    assert await codes(moved, "/units/1502/children") == ["1502-D01"]
    assert await codes(moved, "/units/1502/children", as_of="2014-02-09") == [
        "1502-D01",
        "150202",
        "150203",
    ]
    assert await codes(moved, "/units/1502/children", as_of="2014-02-10") == ["1502-D01", "150203"]


async def test_subtree_of_then_and_now(moved: Units) -> None:
    below = ["150202001", "150202001001"]

    assert await codes(moved, "/units/1501/subtree") == ["150102", "150202", *below]
    assert await codes(moved, "/units/1501/subtree", as_of="2014-02-09") == ["150102"]
    assert await codes(moved, "/units/1501/subtree", level=5) == below[1:]
    assert await codes(moved, "/units/1501/subtree", kind="subdistrict") == below[:1]


async def test_path_of_then_and_now(moved: Units) -> None:
    assert await codes(moved, "/units/150202001/path") == ["15", "1501", "150202", "150202001"]
    assert await codes(moved, "/units/150202001/path", as_of="2014-02-09") == [
        "15",
        "1502",
        "150202",
        "150202001",
    ]


async def test_search_by_part_of_a_name_or_start_of_a_code(moved: Units) -> None:
    assert await codes(moved, "/units", q="新") == ["150102", "150202"]
    assert await codes(moved, "/units", q="新", as_of="2014-01-09") == ["150102"]
    assert await codes(moved, "/units", q="1502-") == ["1502-D01"]
    assert await codes(moved, "/units", q="150202", level=3, under="1501") == ["150202"]
    assert await codes(moved, "/units", q="150202", under="1502") == []


async def test_search_takes_pattern_characters_as_they_are(moved: Units) -> None:
    for text in ("%", "_", "\\", "%%", "'"):
        assert await codes(moved, "/units", q=text) == []


async def test_pages_follow_one_another_without_gap_or_repeat(units: Units) -> None:
    await units.plant()
    whole = await codes(units, "/units")

    seen: list[str] = []
    cursor = None
    for _ in range(len(whole)):
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await units.get("/units", **params)).json()
        seen += [unit["code"] for unit in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break

    assert seen == whole
    assert len(whole) == 9


async def test_etag_is_the_version(moved: Units) -> None:
    answer = await moved.get("/units/150202")

    # registered, renamed, departed and moved
    assert (answer.headers["etag"], answer.json()["version"]) == ('"4"', 4)


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/units", {"cursor": "x"}, 400, "malformed-cursor"),
        ("/units", {"limit": 501}, 422, "invalid-request"),
        ("/units", {"level": 6}, 422, "invalid-request"),
        ("/units", {"kind": "castle"}, 422, "invalid-request"),
        ("/units", {"q": "\u0000"}, 422, "invalid-request"),
        ("/units", {"under": "1599"}, 404, "unknown-unit"),
        ("/units/1502", {"as_of": "yesterday"}, 422, "invalid-request"),
        ("/units/1502", {"as_of": "1400000000"}, 422, "invalid-request"),
        ("/units/1599/children", {}, 404, "unknown-unit"),
        ("/units/1599/leading-groups", {}, 404, "unknown-unit"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    units: Units, path: str, params: dict[str, object], status: int, code: str
) -> None:
    await units.plant()

    answer = await units.get(path, **params)

    assert (answer.status_code, code_of(answer)) == (status, code)


async def test_caller_sees_the_own_subtree_only(units: Units) -> None:
    await units.plant()
    units.http.headers.update(bearer("leader", "1502"))

    assert await codes(units, "/units", level=2) == ["1502", "1502-D01"]
    assert code_of(await units.get("/units/1501")) == "outside-subtree"
    assert code_of(await units.get("/units", under="15")) == "outside-subtree"
    assert await codes(units, "/units/150202/path") == ["15", "1502", "150202"]
