"""What keeps the cluster in the state that its objects ask for: one module for each kind of controller.

A controller hears of every change, remembers nothing that is not in the objects, and writes only through the registry.
To add one: a class with ``changed(change)``, constructed in ``bot.demo.kube.cluster``.
"""
