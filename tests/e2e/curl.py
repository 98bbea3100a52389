"""As much of curl as the README uses, for machines that have none."""

import argparse
import sys
from pathlib import Path

import httpx


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("url")
    options.add_argument("-s", action="store_true")
    options.add_argument("-S", action="store_true")
    options.add_argument("-G", action="store_true")
    options.add_argument("-D", type=Path)
    options.add_argument("-H", action="append", default=[])
    options.add_argument("-d")
    options.add_argument("--data-binary")
    options.add_argument("--data-urlencode", action="append", default=[])
    asked = options.parse_args()
    headers = dict(line.split(": ", 1) for line in asked.H)
    headers = {name: value for name, value in headers.items() if value}
    body = sys.stdin.read() if asked.data_binary == "@-" else asked.d
    url = httpx.URL(asked.url)
    if asked.G:
        url = url.copy_merge_params(dict(each.split("=", 1) for each in asked.data_urlencode))
    method = "GET" if body is None else "POST"
    content = None if body is None else body.encode()
    answer = httpx.request(method, url, headers=headers, content=content, trust_env=False)
    if asked.D:
        lines = [f"HTTP/1.1 {answer.status_code}", *map(": ".join, answer.headers.items())]
        asked.D.write_text("\r\n".join(lines) + "\r\n\r\n")
    sys.stdout.write(answer.text)


if __name__ == "__main__":
    main()
