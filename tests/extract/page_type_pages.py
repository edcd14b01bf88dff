"""Forty pages written for the tests, each with the kind and the outcome that it must get."""

from dataclasses import dataclass

from tests.extract.pages import PARAGRAPHS, TITLE, linked_data

HOST = "https://lakeshore.example"
STORY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
SHORT = f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>"
CAPTION = "<p>Boats in the harbour on Tuesday.</p>"
NEWS = linked_data(headline=TITLE, datePublished="2024-03-02T08:15:00+01:00")


@dataclass(frozen=True)
class KindPage:
    name: str
    kind: str
    path: str
    title: str = TITLE
    head: str = ""
    body: str = STORY
    page_class: str = ""
    outcome: str = "loaded"

    @property
    def url(self):
        return HOST + self.path

    @property
    def html(self):
        return (
            f"<html lang='en'><head><title>{self.title} | Lakeshore Post</title>{self.head}</head>"
            f"<body class='{self.page_class}'><main><h1>{self.title}</h1><div>{self.body}</div>"
            f"</main></body></html>"
        ).encode()


def teasers(count, words="Harbour town counts the cost of the storm"):
    return "".join(
        f"<div class='box'><h3><a href='/2024/03/0{n % 9 + 1}/story-{n}'>{words} {n}</a></h3></div>"
        for n in range(count)
    )


REFUSED = "not_an_article"
PAGES = (
    KindPage("plain", "article", "/2024/03/02/ferry"),
    KindPage("with data", "article", "/2024/03/02/ferry", head=NEWS),
    KindPage("in a tag-like folder", "article", "/topics/transport/ferry-line-closes", head=NEWS),
    KindPage("index file", "article", "/2024/03/02/ferry/index.html"),
    KindPage("with teasers below", "article", "/2024/03/02/ferry", body=STORY + teasers(20)),
    KindPage("number first", "article", "/news/rescue", title="500 people rescued from ferry"),
    KindPage("404 in a headline", "article", "/news/bus", title="404 buses out of service"),
    KindPage(
        "sorry in a headline",
        "article",
        "/news/song",
        title="Sorry, says harbour master",
        head=NEWS,
    ),
    KindPage(
        "log in in a headline", "article", "/news/id", title="Log in with your face", head=NEWS
    ),
    KindPage("live music", "article", "/culture/band", title="The band plays live in Brevik"),
    KindPage("opinion path", "opinion", "/opinion/2024/03/02/ferry"),
    KindPage(
        "comment is free",
        "opinion",
        "/commentisfree/x",
        head=linked_data(
            **{"@type": "OpinionNewsArticle"}, headline=TITLE, datePublished="2024-03-02"
        ),
    ),
    KindPage(
        "opinion section",
        "opinion",
        "/x",
        head=linked_data(headline=TITLE, articleSection="Editorial", datePublished="2024-03-02"),
    ),
    KindPage("opinion label", "opinion", "/news/x", title="Opinion: The ferry must sail again"),
    KindPage(
        "live blog type",
        "live_blog",
        "/news/x",
        head=linked_data(
            **{"@type": "LiveBlogPosting"}, headline=TITLE, datePublished="2024-03-02"
        ),
    ),
    KindPage("live blog path", "live_blog", "/news/live-blog/storm"),
    KindPage("live blog title", "live_blog", "/news/storm", title="Storm live: ferry closed"),
    KindPage("as it happened", "live_blog", "/news/storm", title="The storm as it happened"),
    KindPage("minute by minute", "live_blog", "/news/storm", title="La tormenta, minuto a minuto"),
    KindPage("press release path", "press_release", "/press-releases/ferry"),
    KindPage(
        "press release wire",
        "press_release",
        "/news/ferry",
        body=("<p>BREVIK, March 2, 2024 /PRNewswire/ -- The ferry line opens again.</p>" + STORY),
    ),
    KindPage("video with words", "video", "/videos/ferry", body=SHORT),
    KindPage("video of few words", "video", "/videos/ferry", body=CAPTION, outcome=REFUSED),
    KindPage(
        "video type",
        "video",
        "/x/ferry",
        body=SHORT,
        head=linked_data(**{"@type": "VideoObject"}, name=TITLE),
    ),
    KindPage(
        "story with a video",
        "article",
        "/news/ferry",
        head=NEWS + linked_data(**{"@type": "VideoObject"}, name=TITLE),
    ),
    KindPage("gallery with words", "gallery", "/gallery/ferry", body=SHORT),
    KindPage("gallery title", "gallery", "/news/x", body=SHORT, title="In pictures: the storm"),
    KindPage("front page", "listing", "/", title="Home", body=teasers(20), outcome=REFUSED),
    KindPage(
        "section page", "listing", "/world/africa", title="Africa", body=teasers(9), outcome=REFUSED
    ),
    KindPage(
        "tag page",
        "listing",
        "/tag/ferry/",
        title="Ferry",
        body=teasers(3) + SHORT,
        outcome=REFUSED,
    ),
    KindPage(
        "author page",
        "listing",
        "/author/ines-moor/",
        title="Ines Moor",
        body=teasers(3) + SHORT,
        outcome=REFUSED,
    ),
    KindPage(
        "search results",
        "listing",
        "/?s=ferry",
        title="You searched for ferry",
        body=teasers(3) + SHORT,
        outcome=REFUSED,
    ),
    KindPage(
        "second page",
        "listing",
        "/news/page/2/",
        title="News",
        body=teasers(4) + SHORT,
        outcome=REFUSED,
    ),
    KindPage(
        "archive by class",
        "listing",
        "/2024/03/",
        title="March 2024",
        body=teasers(8),
        page_class="archive date",
        outcome=REFUSED,
    ),
    KindPage(
        "list that describes its teasers",
        "listing",
        "/world/",
        title="World",
        body=teasers(9),
        head="".join(
            linked_data(headline=f"Harbour town counts {n}", datePublished="2024-03-02")
            for n in range(6)
        ),
        outcome=REFUSED,
    ),
    KindPage(
        "not found",
        "error_page",
        "/x",
        title="Page not found",
        body="<p>The page you are looking for does not exist.</p>",
        outcome=REFUSED,
    ),
    KindPage(
        "soft 404 by class",
        "error_page",
        "/x",
        title="Oh dear",
        body=SHORT,
        page_class="error404",
        outcome=REFUSED,
    ),
    KindPage(
        "soft 404 by text",
        "error_page",
        "/x",
        title="Oh dear",
        outcome=REFUSED,
        body="<p>We could not find that page. The page you requested has moved or been "
        "deleted. Try the search, or go to our front page for the latest news.</p>",
    ),
    KindPage(
        "robot check",
        "error_page",
        "/x",
        title="Just a moment...",
        outcome=REFUSED,
        body="<p>Enable JavaScript and cookies to continue</p>",
    ),
    KindPage(
        "captcha",
        "error_page",
        "/x",
        title="lakeshore.example",
        outcome=REFUSED,
        body="<p>Please verify you are a human. Complete the security check to see this page, "
        "we have had unusual traffic from your network in the last hours.</p>",
    ),
    KindPage(
        "consent wall",
        "error_page",
        "/x",
        title="Before you continue",
        outcome=REFUSED,
        body="<p>We and our partners use cookies to show you our pages and advertising.</p>",
    ),
    KindPage(
        "login wall",
        "error_page",
        "/login",
        title="Log in to your account",
        outcome=REFUSED,
        body="<form><p>Your e-mail address and password, please.</p></form>",
    ),
    KindPage(
        "server error",
        "error_page",
        "/x",
        title="503 Service Unavailable",
        outcome=REFUSED,
        body="<p>No server is available to handle this request.</p>",
    ),
    KindPage(
        "German 404",
        "error_page",
        "/x",
        title="Seite nicht gefunden",
        outcome=REFUSED,
        body="<p>Die gesuchte Seite gibt es nicht.</p>",
    ),
    KindPage(
        "French 404",
        "error_page",
        "/x",
        title="Page introuvable",
        outcome=REFUSED,
        body="<p>La page demandée n'existe pas.</p>",
    ),
)
