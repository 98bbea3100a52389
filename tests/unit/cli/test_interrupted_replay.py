"""Ctrl-C, or a reader that has seen enough, ends a replay without a word too many."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

EVENT = (
    'id: 1.units.1502.1\nevent: campaign.units.UnitRegistered.v1\ndata: {"type":'
    '"campaign.units.UnitRegistered.v1","subject":"1502","time":"2013-10-31T16:00:00Z",'
    '"source":"/campaign/units","league":"1502","version":1}\n\n'
)


class Endless(BaseHTTPRequestHandler):
    """An issuer, and a replay that goes on for as long as the test does."""

    def do_POST(self) -> None:
        self._answer(b'{"access_token":"t","expires_in":60}')

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(EVENT.encode() * 2_000)
        self.wfile.flush()
        self.server.ended.wait(30)  # type: ignore[attr-defined]

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests say what went wrong."""


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.ended = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield os.environ | {"STATUS_URL": url, "ISSUER_URL": url}
    server.ended.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def started(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-u", "-c", "from deploy.cli import app; app()", "replay",
         "--league", "1502"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_ctrl_c_ends_it_cleanly(environment: dict[str, str]) -> None:
    with started(environment) as replaying:
        assert replaying.stdout is not None
        assert "单位登记 UnitRegistered" in replaying.stdout.readline()
        replaying.send_signal(signal.SIGINT)
        _, said = replaying.communicate(timeout=30)

    assert replaying.returncode == 130
    assert said == "已停止。 Stopped.\n"


def test_a_reader_that_leaves_ends_it_cleanly(environment: dict[str, str]) -> None:
    with started(environment) as replaying:
        assert replaying.stdout is not None
        assert replaying.stderr is not None
        assert replaying.stdout.readline()
        replaying.stdout.close()
        said = replaying.stderr.read()
        replaying.wait(30)

    assert replaying.returncode == 0
    assert said == ""
