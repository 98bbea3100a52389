"""Lag is read from the very text the workers expose."""

from deploy.cli_lag import Lag, lag_table, lags
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
