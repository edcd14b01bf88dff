"""Takes out of a body what is not the article, with a reason; ``clean_article`` is the door.

General patterns serve the first pages of a host, site memory all later ones.
"""
