"""Units over HTTP: each command, its repeat, and what the rules refuse."""


from tests.integration.units.calls import Units


async def test_registered_unit_is_found_at_its_path(units: Units) -> None:
    await units.plant()

    written = await units.register("150204", "1502", 3, "district")

    assert written.status_code == 201
    assert written.headers["etag"] == '"1"'
    assert written.json()["events"] == ["UnitRegistered"]
    found = await units.get("/units/150204")
    assert (found.json()["path"], found.json()["class"]) == ("15.1502.150204", "banner")


async def test_registering_twice_changes_nothing(units: Units) -> None:
    await units.plant()
    await units.register("150204", "1502", 3, "district")

    again = await units.register("150204", "1502", 3, "district")

    assert (again.status_code, again.json()["version"], again.json()["events"]) == (200, 1, [])
