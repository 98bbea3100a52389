"""Fetch Apache Kafka, keep it up, or run a command beside it: python -m deploy.kafka."""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from deploy.interrupts import end_like_ctrl_c
from deploy.kafka.libraries import fetch
from deploy.kafka.server import ApacheKafka, environment
from deploy.layout import data_dir_from_environment
from deploy.problems import CannotRun

WATCH_SECONDS = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    wanted = parser().parse_args(arguments)
    end_like_ctrl_c()
    try:
        return int(wanted.action(wanted))
    except CannotRun as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已停止。 Stopped.", flush=True)
        return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m deploy.kafka", description=__doc__)
    actions = top.add_subparsers(required=True)
    fetching = actions.add_parser("fetch", help="fetch the jars and say where they are")
    fetching.set_defaults(action=say_where)
    keeping = actions.add_parser("up", help="stay up until Ctrl-C; the data is kept")
    keeping.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    keeping.add_argument("--port", type=int, default=9092, help="of the first node")
    keeping.set_defaults(action=stay_up)
    beside = actions.add_parser("run", help="run a command with KAFKA_BOOTSTRAP_SERVERS set")
    beside.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    beside.add_argument("command", nargs="+")
    beside.set_defaults(action=run_beside)
    return top


def say_where(_wanted: argparse.Namespace) -> int:
    print(fetch(data_dir_from_environment()))
    return 0


def stay_up(wanted: argparse.Namespace) -> int:
    data_dir = data_dir_from_environment()
    ports = range(wanted.port, wanted.port + 2 * wanted.nodes)
    folder = data_dir / "kafka" / f"nodes-{wanted.nodes}-port-{wanted.port}"
    with ApacheKafka(folder, fetch(data_dir), wanted.nodes, ports) as kafka:
        print(f"export KAFKA_BOOTSTRAP_SERVERS={kafka.bootstrap}", flush=True)
        while True:
            kafka.check()
            time.sleep(WATCH_SECONDS)


def run_beside(wanted: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="campaign-kafka-"))
    try:
        with ApacheKafka(folder, fetch(data_dir_from_environment()), wanted.nodes) as kafka:
            done = subprocess.run(wanted.command, check=False, env=environment(kafka.bootstrap))
            return done.returncode
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
