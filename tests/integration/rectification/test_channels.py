"""Channels: the files of a day, and apprise reaching a server on the loopback interface."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.rectification.urging.channels import (
    AppriseChannel,
    ChannelFailed,
    FileChannel,
    UnknownAddress,
)
from services.rectification.urging.configured import UrgingConfig
from services.rectification.urging.wording import Notice

# A plugin of apprise's that we do not use asks for it while all of them are loaded.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


def notice(thing: str, addressee: str = "p-9", on: date = date(2014, 6, 11)) -> Notice:
    return Notice(
        campaign="nmg-2014", subject="item", thing=thing, due_on=date(2014, 6, 10), step="notice",
        channel="post", unit="1502", path="15.1502", unit_name="包头市", summary="办事拖延",
        addressee=addressee, taken_on=on, attempts=0,
    )  # fmt: skip


class _Letterbox(BaseHTTPRequestHandler):
    status = 200
    received: list[dict[str, Any]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.received.append(json.loads(self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of what is as it should be."""


@contextmanager
def letterbox(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address of apprise's, and what arrives there; it answers with `status`."""
    received: list[dict[str, Any]] = []
    handler = type("Letterbox", (_Letterbox,), {"status": status, "received": received})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"json://127.0.0.1:{server.server_port}/notices", received
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loopback interface is reached without whatever proxy the environment names."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


async def test_one_message_tells_an_addressee_everything() -> None:
    with letterbox() as (address, received):
        channel = AppriseChannel("post", address)
        told = [notice("i-1"), notice("i-2", "p-8"), notice("i-3")]
        batches = list(channel.batches(told))
        for batch in batches:
            await channel.send(batch)

    assert [[n.thing for n in batch] for batch in batches] == [["i-2"], ["i-1", "i-3"]]
    assert [message["title"] for message in received] == [
        "【督办】Supervision notice → p-8",
        "【督办】Supervision notice → p-9",
    ]
    assert "(i-3:办事拖延)" in received[1]["message"]


async def test_a_server_that_refuses_is_a_failure() -> None:
    with letterbox(500) as (address, received):
        channel = AppriseChannel("post", address)
        with pytest.raises(ChannelFailed):
            await channel.send([notice("i-1")])

    assert len(received) == 1


async def test_a_server_that_is_gone_is_a_failure() -> None:
    with letterbox() as (address, _):
        pass
    with pytest.raises(ChannelFailed):
        await AppriseChannel("post", address).send([notice("i-1")])


def test_an_address_apprise_cannot_read_is_told_by_the_channels_name_only() -> None:
    with pytest.raises(UnknownAddress, match=r"^post$"):
        AppriseChannel("post", "nothing://secret@nowhere")


async def test_files_hold_a_day_each_and_grow(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "notices")
    told = [notice("i-2", on=date(2014, 6, 12)), notice("i-1"), notice("i-3")]
    for batch in channel.batches(told):
        await channel.send(batch)
    await channel.send([notice("i-4")])

    first = (tmp_path / "notices" / "2014-06-11.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["thing"] for line in first] == ["i-1", "i-3", "i-4"]
    assert (tmp_path / "notices" / "2014-06-12.txt").read_text("utf-8").startswith("【督办】")


async def test_a_folder_that_cannot_be_made_fails_the_batch(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    channel = FileChannel(tmp_path / "taken")

    with pytest.raises(OSError, match="exists"):
        await asyncio.wait_for(channel.send([notice("i-1")]), 5)


def test_channels_are_the_files_and_those_configured(tmp_path: Path) -> None:
    config = UrgingConfig(tmp_path, {"post": "json://127.0.0.1/notices"}, 60, 10)

    assert config.channels == ("file", "post")
    assert [channel.name for channel in config.opened()] == ["file", "post"]
