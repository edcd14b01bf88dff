"""A page of an invented outlet, the Lakeshore Post, to which tests add markup."""

import json

TITLE = "Ferry line closes after storm"
STANDFIRST = "Two piers of the sound crossing broke in the night and divers will look at the rest."
PARAGRAPHS = (
    "The ferry line across the sound closed on Tuesday after a storm broke two of its piers.",
    "“We will not sail again before the divers have been down,” harbour master Per Aasen said.",
    "Some four hundred people use the line every day to reach the mills on the far shore.",
    "The county said it would run buses over the northern bridge until the end of the month.",
    "Engineers had warned in spring that the older piers would not stand another hard winter.",
)
URL = "https://lakeshore.example/2024/03/02/ferry-line-closes"


def linked_data(**fields):
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def page(head="", before="", inside="", after="", paragraphs=PARAGRAPHS, h1=TITLE):
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f"<html lang='en'><head><title>{TITLE} | Lakeshore Post</title>{head}</head><body>"
        f"<nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
        f"<article><h1>{h1}</h1>{before}<div class='article-body'>{body}{inside}</div></article>"
        f"{after}<footer>© 2024 Lakeshore Post</footer></body></html>"
    ).encode()
