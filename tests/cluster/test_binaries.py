"""What is built, where it is kept, and what makes it be built anew."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cluster import binaries


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A copy of the modules that may be changed, a cache of its own, and no Go needed."""
    copy = tmp_path / "go"
    shutil.copytree(binaries.MODULES, copy)
    monkeypatch.setattr(binaries, "MODULES", copy)
    monkeypatch.setattr(binaries, "go_version", lambda: "go1.26.0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return copy


def test_every_program_of_the_cluster_has_its_module() -> None:
    built = {binaries.program(package) for module in binaries.names() for package in binaries.commands(module)}
    control_plane = {"kube-apiserver", "kube-controller-manager", "kube-scheduler"}
    node = {"kubelet", "kube-proxy", "kubectl", "bridge", "host-local", "loopback", "portmap"}
    assert built == control_plane | node | {"metrics-server", "kube-state-metrics", "rollouts-controller"}


def test_kubernetes_is_told_the_version_that_go_mod_pins(modules: Path) -> None:
    pinned = re.search(r"k8s\.io/kubernetes (v\S+)", (modules / "k8s" / "go.mod").read_text())
    assert pinned is not None
    assert f"k8s.io/component-base/version.gitVersion={pinned[1]}" in binaries.linker_flags("k8s")
    assert binaries.linker_flags("cni") == "-s -w"


@pytest.mark.parametrize("file", ["go.mod", "go.sum", "tools.go"])
def test_a_change_builds_its_module_anew_and_no_other(modules: Path, file: str) -> None:
    before = {module: binaries.folder(module) for module in binaries.names()}
    with (modules / "cni" / file).open("a") as changed:
        changed.write("// changed\n")
    after = {module: binaries.folder(module) for module in binaries.names()}
    assert {module for module in before if before[module] != after[module]} == {"cni"}


def test_another_go_builds_everything_anew(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = binaries.folder("cni")
    monkeypatch.setattr(binaries, "go_version", lambda: "go1.27.0")
    assert binaries.folder("cni") != before


def test_a_build_that_fails_leaves_nothing_that_looks_whole(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(module: str, arguments: list[str]) -> str:
        Path(arguments[arguments.index("-o") + 1], "bridge").write_text("half of it")
        raise RuntimeError("go build failed")

    monkeypatch.setattr(binaries, "_go", broken)
    with pytest.raises(RuntimeError):
        binaries.build(lambda line: None)
    assert binaries.missing() == binaries.names()
    assert list(binaries.folder("cni").parent.glob("*cni*")) == []


def test_what_is_there_is_not_built_again(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(binaries, "_go", lambda module, arguments: str(modules))
    (modules / "manifests" / "crds").mkdir(parents=True)
    binaries.build(said.append)
    assert binaries.missing() == []
    assert len(said) == 2 * len(binaries.names())
    assert said[0].startswith("[1/5] building bridge")
    binaries.build(said.append)
    assert len(said) == 2 * len(binaries.names())
