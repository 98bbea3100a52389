"""Following a replay: every event once, however often the connection is cut."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy import cli_following
from deploy.cli_client import Refused, Services
from deploy.cli_following import Sent, followed, sent_in
from deploy.problems import CannotRun

EVENTS = 9
END = Sent("", "totals", '{"complete":true}')
WHOLE = [Sent(str(number), "type", f'{{"n":{number}}}') for number in range(1, EVENTS + 1)]


def text(sent: Sent) -> str:
    head = f"id: {sent.id}\n" if sent.id else ""
    return f"{head}event: {sent.event}\ndata: {sent.data}\n\n"


@dataclass
class Server:
    """A service that gives so many bytes of what is left, then cuts the connection; or refuses."""

    cuts: list[int | None] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    resumed_after: list[str | None] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        last = handler.headers.get("Last-Event-ID")
        self.resumed_after.append(last)
        if self.refusals:
            self._refuse(handler, self.refusals.pop(0))
            return
        rest = "".join(text(each) for each in [*WHOLE[int(last or 0) :], END]).encode()
        cut = self.cuts.pop(0) if self.cuts else None
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        handler.wfile.write(rest[:cut])

    def _refuse(self, handler: BaseHTTPRequestHandler, status: int) -> None:
        body = b'{"code":"too-many-replays","detail_zh":"x","detail_en":"y"}'
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@contextmanager
def served(server: Server) -> Iterator[Services]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, *_: object) -> None:
            """Tests say what went wrong."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{http.server_port}"
        yield Services({"status": url}, {}, url, {"leader-15": "token"})
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli_following, "_PAUSE_SECONDS", 0.0)


def follow(server: Server) -> list[Sent]:
    with served(server) as services:
        return list(followed(services, "/replay", "leader-15", {}))


def test_an_uncut_replay_is_read_to_its_end() -> None:
    server = Server()

    assert follow(server) == [*WHOLE, END]
    assert server.resumed_after == [None]


@pytest.mark.parametrize("cut", range(0, 320, 16))
def test_cut_anywhere_nothing_is_missing_and_nothing_comes_twice(cut: int) -> None:
    server = Server(cuts=[cut])

    assert follow(server) == [*WHOLE, END]


def test_cut_again_and_again_it_goes_on_from_the_last_event() -> None:
    server = Server(cuts=[90, 90, 90, 90])

    assert follow(server) == [*WHOLE, END]
    assert server.resumed_after == [None, "2", "4", "6", "8"]


def test_a_full_service_is_asked_again() -> None:
    server = Server(refusals=[503, 503])

    assert follow(server) == [*WHOLE, END]


def test_a_refusal_for_good_ends_it() -> None:
    with pytest.raises(Refused) as refused:
        follow(Server(refusals=[422]))

    assert refused.value.code == "too-many-replays"


def test_what_never_gets_anywhere_is_given_up() -> None:
    server = Server(cuts=[0] * 20)
    with pytest.raises(CannotRun, match="could not be gone on with"):
        follow(server)

    assert len(server.resumed_after) == 5


@given(cut=st.integers(0, 400))
def test_of_a_stream_cut_off_only_whole_events_count(cut: int) -> None:
    whole = "retry: 3000\n: replay\n\n" + "".join(text(each) for each in WHOLE)
    found = list(sent_in(whole[:cut].splitlines()))

    assert found == WHOLE[: len(found)]
    assert len(found) == whole[:cut].count("}\n\n") or whole[:cut].endswith("}\n")
