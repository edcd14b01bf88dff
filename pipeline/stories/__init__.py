"""Stories: which articles tell of one event, by the words and names that they share.

``terms`` chooses the telling words and names of an article, ``comparing`` says how alike two
articles are, ``clusters`` to which story an article belongs and which stories are one. All three
are functions of what they are given; ``pipeline.warehouse.stories`` looks it up in Postgres.
"""
