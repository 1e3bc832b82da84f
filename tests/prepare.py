"""Bring what the test suites need onto this machine: ``python -m tests.prepare browser cluster``.

Installs Debian packages where they are missing (root only) and builds the test cluster's binaries once. What cannot be
had is said in one line; the suite in question then skips with the same reason, and fails where CI is set.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

BROWSER_PACKAGES = {"chromium": "chromium", "fc-list": "fontconfig"}
FONTS = {"Noto Color Emoji": "fonts-noto-color-emoji", "DejaVu Sans": "fonts-dejavu-core"}


def prepare_browser() -> str:
    """Debian's chromium and the fonts that make screenshots look alike everywhere. Returns what is missing."""
    missing = [package for program, package in BROWSER_PACKAGES.items() if not shutil.which(program)]
    if shutil.which("fc-list"):
        have = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=False).stdout
        missing += [package for family, package in FONTS.items() if family not in have]
    else:
        missing += FONTS.values()
    return install(missing)


def install(packages: list[str]) -> str:
    """Install Debian packages; returns why that failed, empty when they are there."""
    if not packages:
        return ""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return f"missing {', '.join(packages)}: install them, or run as root on Debian"
    print(f"Installing {', '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (["apt-get", "-qq", "update"], ["apt-get", "-qq", "-y", "install", "--no-install-recommends", *packages])
    for command in commands:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"'{' '.join(command)}' failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}"
    return ""


def prepare_cluster() -> str:
    """The binaries of the test cluster; about ten minutes on a cold machine, nothing afterwards."""
    return "" if subprocess.run([sys.executable, "-m", "tests.cluster", "build"], check=False).returncode == 0 else "no"


def main(wanted: list[str]) -> int:
    for name in wanted:
        problem = {"browser": prepare_browser, "cluster": prepare_cluster}[name]()
        if problem:
            print(f"The {name} suite cannot run here: {problem}", flush=True)
    return 0  # the suites themselves skip, or fail in CI


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
