"""A simulated Kubernetes cluster: the API over HTTP, and a world behind it that lives, crashes and recovers.

What belongs here: what a client can observe of a cluster, told byte for byte as a real API server of 1.34 tells it.
What does not: anything that only a program inside the cluster would notice.
``tests/contract/kubernetes`` runs the same assertions against this and against a real cluster. To add a behaviour,
write the assertion there first, see it hold on the real one, then make it hold here.

::

    server, routes, handlers, watching, logs, metrics, reviews, discovery    HTTP
    registry, defaults, validation, patching, selectors, store              what the API server does with objects
    controllers/, kubelet/, scheduler, recorder                             what the rest of the cluster does
    world, worlds/                                                          what runs in it
"""
