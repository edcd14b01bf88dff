"""Tell the operator what is wrong: one digest a tick, by mail, to web hooks and into a file.

``digest`` turns alerts into one message, ``channels`` reads the addresses of the settings,
``delivery`` sends to all channels at once within a time limit. Which alerts there are, and who was
told of them, is in the store (``pipeline.warehouse.alerts``); ``pipeline.stages.alerts`` composes.
"""
