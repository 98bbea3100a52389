"""A program with a service's outward shape: api, worker and migrate, and faults on demand."""

import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/crash":
            print("the well is dry", flush=True)
            os._exit(7)
        body = b"ready"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay quiet: the log of a child is read by tests."""


def meet(place: str | None) -> int:
    """Where a place is named, wait there for a second migration; fail when none comes."""
    if place is None:
        return 0
    Path(place, os.environ["PORT"]).touch()
    deadline = time.monotonic() + 10
    while sum(1 for _ in Path(place).iterdir()) < 2:
        if time.monotonic() > deadline:
            print("alone", flush=True)
            return 4
        time.sleep(0.02)
    return 0


def main(role: str) -> int:
    if os.environ.get("TINY_FAULT") == role:
        print(f"{role} cannot begin", flush=True)
        return 3
    if role == "migrate":
        return meet(os.environ.get("TINY_MEETING"))
    port = os.environ["PORT" if role == "api" else "METRICS_PORT"]
    ThreadingHTTPServer((os.environ["HOST"], int(port)), Answers).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
