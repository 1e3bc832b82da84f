"""A local Slack: the wire protocol that slack_bolt and slack_sdk speak, on one port of the loopback.

``SlackDouble`` in ``server.py`` is the way in. Below it: ``workspace`` and its neighbours hold the state and its rules
and know no HTTP; ``web_api`` has one module per family of methods; ``socket`` and ``http_mode`` carry deliveries to the
app; ``page`` is what people use. A new Web API method is one decorated function in its family's module.
Where this Slack would be kinder than the real one, it is wrong.
"""
