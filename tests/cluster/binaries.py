"""Build the cluster's programs from Go modules, once per set of pinned versions.

Each folder of ``go/`` is a module with its own go.mod and go.sum; its tools.go names the commands. What is built lies
in a cache folder named by a hash of those three files, the linker's flags and Go's version, so a change of any of them
builds anew and nothing else does.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import places

MODULES = Path(__file__).parent / "go"
KUBERNETES = re.compile(r"k8s\.io/kubernetes v1\.(\d+)\.(\d+)")
ROLLOUTS = "github.com/argoproj/argo-rollouts"
Say = Callable[[str], None]


def names() -> list[str]:
    return sorted(path.parent.name for path in MODULES.glob("*/tools.go"))


def commands(module: str) -> list[str]:
    """The packages that tools.go imports."""
    return re.findall(r'import _ "([^"]+)"', (MODULES / module / "tools.go").read_text())


def program(package: str) -> str:
    """The file name that ``go build`` gives: the last part of the path, but for a module's major version."""
    parts = [part for part in package.split("/") if not re.fullmatch(r"v\d+", part)]
    return parts[-1]


def linker_flags(module: str) -> str:
    """Without symbols; Kubernetes must be told its version, or the API server says v0.0.0."""
    flags = "-s -w"
    found = KUBERNETES.search((MODULES / module / "go.mod").read_text())
    if module == "k8s" and found:
        minor, patch = found.groups()
        for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
            values = {"gitVersion": f"v1.{minor}.{patch}", "gitMajor": "1", "gitMinor": minor}
            flags += "".join(f" -X {package}.{key}={value}" for key, value in values.items())
    return flags


def go_version() -> str:
    """Empty where there is no Go."""
    if not shutil.which("go"):
        return ""
    done = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def folder(module: str) -> Path:
    """Where this module's programs are, or will be."""
    digest = hashlib.sha256(f"{linker_flags(module)}\n{go_version()}\n".encode())
    for name in ("go.mod", "go.sum", "tools.go"):
        digest.update((MODULES / module / name).read_bytes())
    return places.cache() / f"{module}-{digest.hexdigest()[:16]}"


def missing() -> list[str]:
    return [module for module in names() if not folder(module).is_dir()]


def path(name: str) -> Path:
    """The built program of that name, ``kubelet`` say."""
    for module in names():
        if any(program(package) == name for package in commands(module)):
            return folder(module) / name
    raise LookupError(f"no module under {MODULES} builds {name}")


def rollout_definitions() -> list[Path]:
    """The CRDs that belong to the Argo Rollouts controller as built."""
    return sorted((folder("rollouts") / "crds").glob("*-crd.yaml"))


def build(say: Say = print) -> None:
    """Build what is not there yet. Raises RuntimeError with the compiler's words."""
    with _alone():
        wanted = missing()
        for number, module in enumerate(wanted, 1):
            start = time.monotonic()
            programs = ", ".join(program(package) for package in commands(module))
            say(f"[{number}/{len(wanted)}] building {programs} (minutes when Go's cache is cold)")
            _build(module)
            say(f"[{number}/{len(wanted)}] built {module} in {time.monotonic() - start:.0f} s")


def _build(module: str) -> None:
    """Into a temporary folder first: a build that is broken off leaves nothing that looks whole."""
    target = folder(module)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{module}-", dir=target.parent))
    try:
        flags = ["-buildvcs=false", "-o", f"{made}/", "-ldflags", linker_flags(module)]
        _go(module, ["build", *flags, *commands(module)])
        if module == "rollouts":
            source = _go(module, ["list", "-m", "-f", "{{.Dir}}", ROLLOUTS]).strip()
            shutil.copytree(Path(source) / "manifests" / "crds", made / "crds", copy_function=shutil.copyfile)
        made.chmod(0o755)
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _go(module: str, arguments: list[str]) -> str:
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly"}
    done = subprocess.run(
        ["go", *arguments], cwd=MODULES / module, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"go {arguments[0]} of {module} failed:\n{done.stderr.strip()[-2000:]}")
    return done.stdout


@contextmanager
def _alone() -> Iterator[None]:
    """Two test runs that start together build once; the second waits."""
    places.cache().mkdir(parents=True, exist_ok=True)
    with (places.cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
