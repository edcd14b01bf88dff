"""The past of outlets: pages of other people's archives, and of a site's own sitemaps."""
