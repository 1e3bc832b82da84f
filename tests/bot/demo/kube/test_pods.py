"""What a kubelet remembers."""

from __future__ import annotations

from bot.demo.kube.pods import Instance, local_pod, passed
from bot.demo.kube.programs import Run


def test_roles_and_the_init_sequence() -> None:
    spec = {
        "initContainers": [{"name": "proxy", "restartPolicy": "Always"}, {"name": "migrate"}],
        "containers": [{"name": "app"}],
    }
    pod = local_pod({"metadata": {"name": "p", "uid": "u"}, "spec": spec}, "10.0.0.1", 0.0)
    assert [one.role for one in pod.containers] == ["sidecar", "init", "main"]
    proxy, migrate, _ = pod.containers
    proxy.instances.append(Instance("a", Run(), 1.0))
    migrate.instances.append(Instance("b", Run(), 2.0, finished=3.0, code=1))
    assert (passed(proxy), passed(migrate), pod.initialized()) == (True, False, False)
    migrate.instances.append(Instance("c", Run(), 4.0, finished=5.0))
    assert (pod.initialized(), migrate.restarts, migrate.field_path) == (True, 1, "spec.initContainers{migrate}")
    last = migrate.last_dead(before=1)
    assert last is not None
    assert last.id == "b"
