"""Container images made of nothing but busybox, as an archive that ``ctr images import`` reads (docker save's format).

All tags share one layer. The numbered ones differ by an environment entry, so that changing a tag is a change of image.
"""

from __future__ import annotations

import hashlib
import io
import json
import platform
import tarfile
from pathlib import Path

REPOSITORY = "test.local/busybox"
PAUSE = "test.local/pause:1"
TAGS = ("1", "2", "3")
BUSYBOX = (Path("/bin/busybox"), Path("/usr/bin/busybox"))
FOLDERS = ("bin", "dev", "etc", "proc", "root", "sys", "tmp", "var")
# busybox's static wget crashes on name look-ups and is left out on purpose: nc does what tests need.
APPLETS = (
    "awk cat date dd df du echo env false find grep head httpd id kill ls mkdir nc printf ps rm sed "
    "seq sh sleep sync tail test top touch true yes"
)
ACCOUNTS = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
    "etc/group": "root:x:0:\nnobody:x:65534:\n",
}
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def write(archive: Path) -> None:
    """Write the archive with every tag."""
    layer = _layer()
    digest = hashlib.sha256(layer).hexdigest()
    manifest = []
    with tarfile.open(archive, "w") as out:
        _add(out, f"{digest}/layer.tar", layer)
        for name, command, variables in [
            (PAUSE, ["/bin/busybox", "sleep", "2147483647"], []),
            *((f"{REPOSITORY}:{tag}", ["sh"], [f"VERSION={tag}"]) for tag in TAGS),
        ]:
            config = _config(digest, command, variables)
            file = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(out, file, config)
            manifest.append({"Config": file, "RepoTags": [name], "Layers": [f"{digest}/layer.tar"]})
        _add(out, "manifest.json", json.dumps(manifest).encode())


def _layer() -> bytes:
    busybox = next((path for path in BUSYBOX if path.exists()), BUSYBOX[0])
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as layer:
        for name in FOLDERS:
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE
            entry.mode = 0o1777 if name == "tmp" else 0o755
            layer.addfile(entry)
        _add(layer, "bin/busybox", busybox.read_bytes(), 0o755)
        for name, text in ACCOUNTS.items():
            _add(layer, name, text.encode())
        for applet in APPLETS.split():
            entry = tarfile.TarInfo(f"bin/{applet}")
            entry.type = tarfile.SYMTYPE
            entry.linkname = "busybox"
            layer.addfile(entry)
    return buffer.getvalue()


def _config(layer: str, command: list[str], variables: list[str]) -> bytes:
    return json.dumps(
        {
            "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
            "os": "linux",
            "config": {"Env": ["PATH=/bin", *variables], "Cmd": command, "WorkingDir": "/"},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer}"]},
        }
    ).encode()


def _add(archive: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    entry.mode = mode
    archive.addfile(entry, io.BytesIO(data))
