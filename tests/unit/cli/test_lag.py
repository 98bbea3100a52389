"""Lag is read from the very text the workers expose."""

from deploy.cli_lag import Lag, PartLag, lag_table, lags, part_lags, parts_table
from shared.platform.metrics import Metrics, exposition
from tests.unit.cli.printed import printed


def exposed(metrics: Metrics) -> str:
    return exposition(metrics.registry)[0].decode()


def test_a_relays_leagues_add_up() -> None:
    metrics = Metrics()
    metrics.relay_lag_events.labels("units", "15").set(2)
    metrics.relay_lag_events.labels("units", "1502").set(40)
    metrics.relay_lag_seconds.labels("units").set(1.25)

    assert lags("units", exposed(metrics)) == [Lag("units", "relay", "units", 42, 1.25)]


def test_a_relay_that_stands_still_says_so() -> None:
    metrics = Metrics()
    metrics.relay_stopped.labels("units").set(1)
    (stopped,) = lags("units", exposed(metrics))
    metrics.relay_stopped.labels("units").set(0)
    (going,) = lags("units", exposed(metrics))

    assert (stopped.stopped, going.stopped) == (True, False)
    assert "已停 stopped" in printed(lag_table([stopped]))
    assert "已停 stopped" not in printed(lag_table([going]))


def test_a_projections_partitions_add_up_and_its_parked_events_show() -> None:
    metrics = Metrics()
    metrics.projection_lag_events.labels("status", "campaign.units.v1", "0").set(5)
    metrics.projection_lag_events.labels("status", "campaign.schedule.v1", "7").set(6)
    metrics.projection_lag_seconds.labels("status").set(0.5)
    metrics.parked_events.labels("status").set(3)

    assert lags("status", exposed(metrics)) == [
        Lag("status", "projection", "status", 11, 0.5, parked=3)
    ]


def test_a_worker_with_both_shows_both() -> None:
    metrics = Metrics()
    metrics.relay_lag_seconds.labels("schedule").set(0)
    metrics.projection_lag_seconds.labels("unit-directory").set(0)

    assert [(lag.kind, lag.name) for lag in lags("schedule", exposed(metrics))] == [
        ("relay", "schedule"),
        ("projection", "unit-directory"),
    ]


def test_a_worker_that_has_measured_nothing_has_no_lines() -> None:
    assert lags("units", exposed(Metrics())) == []


def test_the_table_names_service_part_and_figures() -> None:
    shown = printed(lag_table([Lag("status", "projection", "status", 11, 0.5, parked=3)]))

    assert "视图 projection" in shown
    assert all(figure in shown for figure in ("11", "0.5", "3"))


def test_parts_are_leagues_of_a_relay_and_partitions_in_order() -> None:
    metrics = Metrics()
    metrics.relay_lag_events.labels("units", "1502").set(40)
    metrics.relay_lag_events.labels("units", "15").set(0)
    for partition in ("10", "9"):
        metrics.projection_lag_events.labels("people", "campaign.units.v1", partition).set(5)

    assert part_lags("units", exposed(metrics)) == [
        PartLag("units", "projection", "people", "campaign.units.v1/9", 5),
        PartLag("units", "projection", "people", "campaign.units.v1/10", 5),
        PartLag("units", "relay", "units", "15", 0),
        PartLag("units", "relay", "units", "1502", 40),
    ]


def test_the_table_of_parts_shows_those_behind() -> None:
    parts = [
        PartLag("units", "relay", "units", league, n) for league, n in (("15", 0), ("1502", 4))
    ]
    shown = printed(parts_table(parts))

    assert "1502" in shown
    assert "15 " not in shown
    assert "滞后的部分 Parts behind" in shown
