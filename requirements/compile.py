"""Pin every requirement with hashes and without the address of any index."""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--upgrade",
    "--quiet",
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        binaries = Path(folder) / "bin"
        subprocess.run([binaries / "pip", "install", "--quiet", "uv"], check=True)
        for name in ("build", "base", "dev"):
            command = [binaries / "uv", "pip", "compile", *FLAGS, f"{name}.in", "-o", f"{name}.txt"]
            subprocess.run(command, cwd=HERE, check=True)
    addressed = [path.name for path in HERE.glob("*.txt") if "://" in path.read_text("utf-8")]
    if addressed:
        sys.exit(f"an address landed in {', '.join(addressed)}")


if __name__ == "__main__":
    main()
