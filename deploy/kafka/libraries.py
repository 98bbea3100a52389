"""The server's jars: fetched once by Maven, kept in the data folder, one folder per pom.xml."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from deploy.problems import CannotRun

POM = Path(__file__).with_name("pom.xml")
OLDEST_JAVA = 17


def fetch(data_dir: Path) -> Path:
    """Return the folder with the jars, fetching them when pom.xml has changed."""
    mark = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    target = data_dir / "kafka-libs" / mark
    if target.exists():
        return target
    maven = shutil.which("mvn")
    if maven is None:
        raise CannotRun("需要 Maven(mvn)。", "Maven (mvn) is needed to fetch Apache Kafka.")
    unfinished = target.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    command = [
        maven, "--quiet", "--batch-mode", "--file", str(POM), "dependency:copy-dependencies",
        "-DincludeScope=runtime", f"-DoutputDirectory={unfinished}",
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise CannotRun(
            "无法取得 Apache Kafka。", "Apache Kafka could not be fetched.", done.stdout
        )
    unfinished.rename(target)
    return target


def java() -> str:
    """Return the java command, refusing one that is too old for Kafka 4."""
    found = shutil.which("java")
    if found is not None:
        told = subprocess.run([found, "-version"], check=False, capture_output=True, text=True)
        major = re.search(r'version "(\d+)', told.stderr)
        if major and int(major[1]) >= OLDEST_JAVA:
            return found
    raise CannotRun(
        f"运行 Apache Kafka 需要 Java {OLDEST_JAVA} 或更高版本。",
        f"Apache Kafka 4 needs Java {OLDEST_JAVA} or newer.",
    )
