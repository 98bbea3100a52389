import subprocess
import sys

from deploy.layout import ROOT


def test_importing_any_module_opens_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.import_all"],
        cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    *doors, count = done.stdout.splitlines() or ["nothing was said"]

    assert done.returncode == 0, done.stderr
    assert doors == []
    assert int(count.split()[0]) > 20
