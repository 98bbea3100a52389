"""End with 0 when an address answers 200: the containers' health check."""

import sys

from deploy.processes import answers_http

if __name__ == "__main__":
    sys.exit(0 if answers_http(sys.argv[1])() else 1)
