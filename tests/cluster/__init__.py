"""A real Kubernetes that the project brings itself: etcd, control plane, one kubelet with real containers.

Belongs here: building it (``binaries``, ``packages``, ``image``), running it (``lifecycle`` and what it uses), breaking
it on purpose (``relay``, ``faults``) and what tests say to it (``fixtures``, ``client``, ``manifests``). What a test
asserts about the bot belongs to that test. ``python -m tests.cluster up`` starts one by hand; pytest starts its own.

Everything of one cluster lives in namespaces of its own (network, mounts, processes), below one process, the anchor.
When the anchor dies the kernel ends all the rest, so a cluster cannot leave processes or mounts behind.
"""
