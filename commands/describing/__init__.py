"""One module, one way to describe: each defines ``DESCRIBER`` for the kinds that it knows; ``generic`` takes the rest.

A describer gets the object as JSON and says what is wrong first, then the sections that kubectl's users expect. It
never shows a Secret's value or a ConfigMap's data, and literal values only redacted.
"""
