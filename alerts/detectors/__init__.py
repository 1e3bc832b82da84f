"""One module, one detector. Each defines ``DETECTOR``, an instance of ``alerts.model.Detector``.

A detector is pure: it gets what is and was observed and yields the findings that hold now.
Detectors never import each other. They are found by walking this package; two with one name stop the start.

To add one: ``NAME.py`` here with its settings (a ``DetectorSettings``), and its test in ``tests/alerts/detectors`` that
begins with the silent cases, written with the two helpers of its ``tools.py``.
"""
