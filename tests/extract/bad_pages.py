"""Bad input for extraction tests, made up.

``REFUSED`` holds responses without an article, each with the outcome it must get and a pattern of
its reason. ``CHARSETS`` and ``LANGUAGES`` hold one story in many encodings and translations.
``SURROUNDINGS`` holds oversized or broken markup around a good story, which must be extracted all
the same.
"""

import gzip
import json
from dataclasses import dataclass
from itertools import pairwise

from pipeline.outcomes import Outcome
from tests.extract.pages import PARAGRAPHS, TITLE, linked_data, page

BAD, NONE = Outcome.BAD_CONTENT, Outcome.NOT_AN_ARTICLE


@dataclass(frozen=True)
class BadPage:
    body: bytes
    outcome: Outcome
    reason: str
    """A regular expression."""


def shell(body="", head="", title=TITLE):
    return f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def feed(kind):
    items = "".join(f"<item><title>Story {n}</title><link>/{n}</link></item>" for n in range(9))
    return f"<?xml version='1.0'?>\n<!-- a feed -->\n<{kind}><channel>{items}</channel></{kind}>"


_FRAMES = "<frameset cols='20%,*'><frame src='nav.html'><frame src='story.html'>{}</frameset>"
_PICTURES = "".join(f"<img src='/page-{n}.jpg' alt='{t}'>" for n, t in enumerate(PARAGRAPHS))
_PARTNERS = (
    "<h2>We value your privacy</h2><p>We and our 842 partners store and access personal data, like "
    "browsing data or unique identifiers, on your device. Selecting I Accept enables tracking for "
    "the purposes shown under we and our partners process data to provide.</p>"
)
_ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {two} "{f"&{one};" * 10}">' for one, two in pairwise("abcdefgh"))
    + "]><html><body><p>&h;</p></body></html>"
)

REFUSED = {
    "empty": BadPage(b"", BAD, "empty"),
    "blank": BadPage(b" \r\n\t \n", BAD, "empty"),
    "only-nul": BadPage(b"\x00" * 5000, BAD, "no text"),
    "comment": BadPage(b"<!-- " + page(), BAD, "no element in [0-9]+ characters"),
    "pdf": BadPage(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", BAD, "PDF"),
    "jpeg": BadPage(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 9, BAD, "no text|JPEG"),
    "gzip in gzip": BadPage(gzip.compress(gzip.compress(page())), BAD, "no text"),
    "json": BadPage(json.dumps({"text": PARAGRAPHS}).encode(), BAD, "JSON.*plain text"),
    "rss": BadPage(feed("rss").encode(), NONE, "a feed.*dateline run"),
    "atom": BadPage(feed("feed").encode(), NONE, "a feed.*dateline run"),
    "rdf": BadPage(feed("rdf:RDF").encode(), NONE, "a feed.*dateline run"),
    "sitemap": BadPage(feed("urlset").encode(), NONE, "a sitemap.*dateline run"),
    "frameset": BadPage(
        f"<html><head><title>Post</title></head>{_FRAMES.format('')}</html>".encode(),
        NONE,
        r"0 words.*25; a frameset.*\(nav.html, story.html\)",
    ),
    "noframes": BadPage(
        f"<html>{_FRAMES.format('<noframes>Get a browser.</noframes>')}</html>".encode(),
        NONE,
        "a frameset.*story.html",
    ),
    "inner-frame": BadPage(shell("<iframe src='story.html'></iframe>"), NONE, "frame.*story.html"),
    "document": BadPage(shell("<embed src='issue.pdf'>"), NONE, "document.*issue.pdf.*not read"),
    "pictures": BadPage(shell(f"<h1>{TITLE}</h1>{_PICTURES}"), NONE, "5 pictures.*not read"),
    "picture": BadPage(shell("<p>Page 1</p><img src='1.png'>"), NONE, "a picture.*not read"),
    "app": BadPage(shell("<div id='root'></div><script>run()</script>"), NONE, "a script.*not run"),
    "refresh": BadPage(
        shell(head="<meta http-equiv='Refresh' content='0; URL=/moved/here'>", title=""),
        NONE,
        "sends its readers on to /moved/here",
    ),
    "captcha": BadPage(
        shell(
            "<p>Verify you are human by completing the action below.</p>", title="Just a moment…"
        ),
        NONE,
        "error page, a robot check",
    ),
    "consent": BadPage(shell(_PARTNERS, title="Lakeshore Post"), NONE, "consent wall"),
    "soft-404": BadPage(
        shell(
            "<h1>Oops!</h1><p>The page you are looking for could not be found.</p>", title="Post"
        ),
        NONE,
        "error page",
    ),
    "entity-bomb": BadPage(_ENTITY_BOMB.encode(), NONE, "words are no story"),
    "caption": BadPage(shell("<p>The pier on Tuesday.</p>"), NONE, "4 words are no story.*25"),
}

GERMAN = (
    "Die Fährverbindung über den Sund wurde am Dienstag geschlossen, nachdem ein Sturm zwei ihrer "
    "älteren Pfeiler zerbrochen hatte.",
    "„Wir fahren nicht wieder, bevor die Taucher unten waren“, sagte der Hafenmeister am Mittwoch.",
    "Rund vierhundert Menschen nutzen die Verbindung täglich, um die Mühlen drüben zu erreichen.",
)
RUSSIAN = (
    "Паромная линия через пролив закрылась во вторник после того, как шторм сломал два её причала.",
    "Начальник порта сказал, что паром не выйдет снова, пока водолазы не осмотрят дно пролива.",
    "Около четырёхсот человек каждый день пользуются этой линией, чтобы добраться до мельниц.",
)
ARABIC = (
    "أغلق خط العبارات عبر المضيق يوم الثلاثاء بعد أن كسرت عاصفة اثنين من أرصفته القديمة.",
    "وقال مدير الميناء إن العبارة لن تبحر مرة أخرى قبل أن ينزل الغواصون إلى القاع.",
    "ويستخدم نحو أربعمئة شخص الخط كل يوم للوصول إلى المطاحن على الشاطئ البعيد.",
)
HEBREW = (
    "קו המעבורת על פני המצר נסגר ביום שלישי לאחר שסערה שברה שניים מהמזחים הישנים שלו.",
    "מנהל הנמל אמר כי המעבורת לא תפליג שוב לפני שהצוללנים ירדו אל הקרקעית.",
    "כארבע מאות איש משתמשים בקו מדי יום כדי להגיע אל הטחנות שבחוף הרחוק.",
)
PERSIAN = (
    "خط کشتی تنگه روز سه‌شنبه پس از آنکه توفان دو اسکله قدیمی آن را شکست بسته شد.",
    "رئیس بندر گفت کشتی پیش از آنکه غواصان پایین بروند دوباره حرکت نخواهد کرد.",
    "هر روز حدود چهارصد نفر از این خط برای رسیدن به آسیاب‌های ساحل دور استفاده می‌کنند.",
)
CHINESE = (
    "海峡渡轮航线周二关闭，此前一场风暴摧毁了两座旧码头。港口主任说，在潜水员下水检查之前，渡轮不会再次启航。",
    "每天约有四百人使用这条航线前往对岸的磨坊。县政府表示，将在月底之前安排公共汽车经北桥运行到对岸去。",
    "工程师在春天就曾警告说，较旧的码头经受不住又一个严冬。居民希望在夏天之前能够重新开放这条航线。",
    "渔民们也在等待检查结果，因为他们的船只停泊在同一个码头旁边，冬天没有别的地方可以避开北风。",
)
JAPANESE = (
    "海峡を渡るフェリー航路は火曜日、嵐で古い桟橋が二つ壊れたため閉鎖された。港長は、潜水士が海底を調べるまで船は再び出ないと述べた。",
    "毎日およそ四百人がこの航路を使って対岸の製粉所に通っている。郡は月末まで北の橋を渡るバスを走らせるとした。",
    "技術者たちは春に、古い桟橋は厳しい冬にもう耐えられないと警告していた。住民は夏までの再開を望んでいる。",
    "漁師たちも検査の結果を待っている。彼らの船は同じ桟橋のそばに泊まっており、冬に北風を避ける所がほかにないからだ。",
)
LANGUAGES = {
    "de": GERMAN,
    "ru": RUSSIAN,
    "ar": ARABIC,
    "he": HEBREW,
    "fa": PERSIAN,
    "zh": CHINESE,
    "ja": JAPANESE,
}

ENGLISH = tuple(text.replace("Aasen", "Åsen") for text in PARAGRAPHS)
"""With a non-ASCII letter and quotation marks, which a wrong charset breaks."""


def story(paragraphs=ENGLISH, **more):
    return page(paragraphs=paragraphs, **more).decode()


def misread(text, charset="cp1252"):
    """Return a text whose UTF-8 bytes were decoded with another charset."""
    read = {byte: bytes([byte]).decode(charset, "ignore") or chr(byte) for byte in range(256)}
    return "".join(read[byte] for byte in text.encode())


def declared(text, charset):
    return text.replace("<head>", f"<head><meta charset='{charset}'>")


CHARSETS = {
    "utf-8": story().encode(),
    "utf-8 with a byte order mark": story().encode("utf-8-sig"),
    "utf-8 declared as latin": declared(story(), "iso-8859-1").encode(),
    "windows-1252 without declaration": story().encode("cp1252"),
    "windows-1252 declared as utf-8": declared(story(), "utf-8").encode("cp1252"),
    "an unknown charset": declared(story(), "x-sound-9").encode("cp1252"),
    "ascii declared as utf-16": declared(story(), "utf-16").encode("ascii", "xmlcharrefreplace"),
    "utf-16 with a byte order mark": story().encode("utf-16"),
    "utf-16 little endian": story().encode("utf-16-le"),
    "utf-16 big endian": declared(story(), "utf-8").encode("utf-16-be"),
    "utf-32": story().encode("utf-32"),
    "utf-8 with lone surrogates": story().replace("e", "e\ud83d").encode("utf-8", "surrogatepass"),
    "mojibake": story(map(misread, ENGLISH)).encode(),
    "mojibake by latin-1": story([misread(text, "latin-1") for text in ENGLISH]).encode(),
    "mojibake twice": story(map(misread, map(misread, ENGLISH))).encode(),
    "mojibake with a byte lost": story(
        [misread(text).replace("\x9d", "\ufffd") for text in ENGLISH]
    ).encode(),
}

FOREIGN_CHARSETS = {
    "windows-1251": ("ru", "cp1251"),
    "koi8-r": ("ru", "koi8-r"),
    "windows-1256": ("ar", "cp1256"),
    "gb18030": ("zh", "gb18030"),
    "shift_jis": ("ja", "shift_jis"),
    "iso-2022-jp": ("ja", "iso2022_jp"),
}

_SENTENCE = "The ferry sails at nine. "
_DIVER = "<p>The divers will go down on Friday, the county said in a letter.</p>"
SURROUNDINGS = {
    "comments in comments": lambda: {"before": "<!-- a <!-- b -->" * 3000},
    "a comment without end": lambda: {"after": "<!-- " + "x" * 1_000_000},
    "an attribute of 2 MB": lambda: {"before": f"<p data-x='{'a ' * 1_000_000}'></p>"},
    "a class of 2 MB": lambda: {"before": f"<div class='{'caption ' * 250_000}'></div>"},
    "the same id again and again": lambda: {"before": "<div id='a'></div>" * 500},
    "a drawing of 5 MB": lambda: {"before": "<svg>" + "<path d='M0'/>" * 350_000 + "</svg>"},
    "a picture of 5 MB": lambda: {"before": f"<img src='data:image/png;base64,{'A' * 5_000_000}'>"},
    "a picture of 12 MB": lambda: {
        "before": f"<img src='data:image/png;base64,{'A' * 12_000_000}'>"
    },
    "a script of 6 MB": lambda: {"head": f"<script>{'var a=1;' * 750_000}</script>"},
    "JSON-LD of 20 MB after it": lambda: {
        "after": linked_data(headline=TITLE, articleBody=_SENTENCE * 800_000)
    },
    "an articleBody without end": lambda: {
        "after": linked_data(headline=TITLE, articleBody=f"{_SENTENCE}\n" * 100_000)
    },
    "JSON-LD of 100,000 levels": lambda: {
        "head": f"<script type='application/ld+json'>{'[' * 100_000}{']' * 100_000}</script>"
    },
    "JSON-LD of 60,000 articles": lambda: {
        "head": "<script type='application/ld+json'>["
        + ",".join(['{"@type": "NewsArticle"}'] * 60_000)
        + "]</script>"
    },
    "a base on another host": lambda: {"head": "<base href='https://elsewhere.example/x/'>"},
    "a base that is a script": lambda: {"head": "<base href='javascript:alert(1)//'>"},
    "a page that reloads itself": lambda: {"head": "<meta http-equiv='refresh' content='300'>"},
}
"""Arguments of ``page``; functions, since the values together are 70 MB."""
