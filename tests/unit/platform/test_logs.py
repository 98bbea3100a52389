"""Every line is one JSON object that says when, what, where and on whose behalf."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from shared.platform import logs

Lines = io.StringIO


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What a service has written; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("units", "INFO", stream)
    yield stream
    root.handlers = handlers
    root.setLevel(level)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def _logged(lines: Lines) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_says_when_how_bad_what_and_where_first(lines: Lines) -> None:
    structlog.get_logger().info("unit-registered", unit="1502")
    [line] = _logged(lines)

    assert list(line) == ["time", "level", "event", "service", "unit"]
    assert line["level"] == "info"
    assert line["service"] == "units"
    assert datetime.fromisoformat(line["time"]).tzinfo == UTC


def test_what_is_bound_is_on_every_line_inside_and_on_none_after(lines: Lines) -> None:
    log = structlog.get_logger()
    with logs.bound(correlation_id="c-1", causation_id="e-1", actor="p-1502-0007", trace="00-ab"):
        log.info("inside")
        logging.getLogger("aiokafka").warning("inside too")
    log.info("after")
    inside, library, after = _logged(lines)

    for line in (inside, library):
        assert line["correlation_id"] == "c-1"
        assert line["causation_id"] == "e-1"
        assert line["actor"] == "p-1502-0007"
        assert line["trace"] == "00-ab"
    assert "correlation_id" not in after


def test_what_is_unknown_is_not_bound(lines: Lines) -> None:
    with logs.bound(correlation_id="c-1"):
        structlog.get_logger().info("inside")

    assert "actor" not in _logged(lines)[0]


@pytest.mark.parametrize("name", ["uvicorn.error", "faststream", "aiokafka", "any.other"])
def test_a_librarys_line_has_the_same_shape(lines: Lines, name: str) -> None:
    logging.getLogger(name).warning("lost %s", "connection")
    [line] = _logged(lines)

    assert list(line)[:4] == ["time", "level", "event", "service"]
    assert line["event"] == "lost connection"
    assert line["level"] == "warning"
    assert line["logger"] == name


def test_an_access_line_becomes_fields_without_the_query(lines: Lines) -> None:
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", "/people?q=某某", "1.1", 200
    )
    [line] = _logged(lines)

    assert line["event"] == "request"
    assert line["path"] == "/people"
    assert line["status"] == 200
    assert "某某" not in lines.getvalue()


@pytest.mark.parametrize("key", ["name", "person_name", "phone", "token", "password"])
def test_names_and_secrets_are_withheld(lines: Lines, key: str) -> None:
    structlog.get_logger().info("seen", **{key: "某某", "person": "p-1502-0007"})
    logging.getLogger("any").info("seen", extra={"token": "某某"})

    assert "某某" not in lines.getvalue()
    assert _logged(lines)[0][key] == "withheld"
    assert _logged(lines)[0]["person"] == "p-1502-0007"


def test_an_exception_is_told_on_the_same_line(lines: Lines) -> None:
    try:
        int("broken")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("any").exception("failed too")

    for line in _logged(lines):
        assert "ValueError: invalid literal" in line["exception"]


def test_below_the_level_nothing_is_written(lines: Lines) -> None:
    structlog.get_logger().debug("unseen")
    logging.getLogger("any").debug("unseen")
    logging.getLogger("aiokafka").info("talk")

    assert lines.getvalue() == ""


def test_chinese_stays_readable_and_odd_values_do_not_stop_the_line(lines: Lines) -> None:
    log = structlog.get_logger()
    log.info("noted", place="会议室", odd=object(), on=datetime(2014, 2, 18, tzinfo=UTC))
    log.info("noted", lone="\ud800")

    assert "会议室" in lines.getvalue()
    assert len(_logged(lines)) == 2


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KeyError):
        logs.configure("units", "LOUD", io.StringIO())
