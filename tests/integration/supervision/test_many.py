"""As many instructors as the report counts, in one file."""

from time import perf_counter

from tests.integration.supervision.conftest import TOWN, Supervision
from tests.support.desk import registered, tell

COUNT = 16_888
SECONDS = 40  # of a machine that does other things, too; alone it is a few


async def test_sixteen_thousand_instructors_in_one_file(desk: Supervision) -> None:
    villages = [f"15020200150{n:04}" for n in range(COUNT)]
    told = [registered(desk.campaign, f"{TOWN}.{code}", 5, "village") for code in villages]
    await tell(desk.pool, told)
    lines = [f"{code},p-{code},150202001,2014-02-24" for code in villages]
    content = "\n".join(["unit,instructor,assigned_by,assigned_on", *lines])
    began = perf_counter()
    answer = await desk.upload("/instructors/import", content)
    took = perf_counter() - began

    print(f"{took:.1f} s")
    assert answer.json()["accepted"] == COUNT, answer.text
    assert took < SECONDS
