"""One module, one command. Each defines ``VERB``, an instance of ``commands.model.Verb``.

Verbs never import each other. They are found by walking this package; two verbs with one name stop the start.
"""
