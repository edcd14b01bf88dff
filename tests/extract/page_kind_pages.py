"""Pages of each kind, all invented, with the markup that such pages have."""

from tests.extract.pages import PARAGRAPHS, linked_data

NAVIGATION = "".join(
    f"<li class='nav-item'><a href='/{word}'>{word.title()}</a></li>"
    for word in "home shop news help contact account".split()
)


def page(url, title, body, head="", language="en"):
    """Return an address and the bytes of the page there."""
    html = (
        f"<html lang='{language}'><head><title>{title}</title>{head}</head><body>"
        f"<header class='site-header'><ul class='nav'>{NAVIGATION}</ul></header>"
        f"<main class='page-content'>{body}</main>"
        "<footer class='site-footer'><p>© 2026 All rights reserved</p></footer></body></html>"
    )
    return url, html.encode()


def product():
    cards = "".join(
        f"<div class='product-card product-grid__item'><a href='/products/kettle-{n}'>"
        f"<img class='product-image' src='{n}.jpg'><span class='product-title'>Kettle"
        f" {n}</span></a>"
        f"<span class='price'>${n}9.00</span></div>"
        for n in range(2, 8)
    )
    return page(
        "https://kettleworks.example/products/brass-kettle",
        "Brass kettle – Kettle Works",
        "<div class='product product-single'><div class='product-gallery'><img src='a.jpg'></div>"
        "<h1 class='product-title'>Brass kettle</h1><span class='price product-price'>$89.00</span>"
        "<div class='product-rating'>4.7 (122 reviews)</div>"
        "<form class='cart-form'><label>Quantity</label></form>"
        "<span class='cart-note'>Free shipping over $50. In stock.</span>"
        "<div class='product-description'><p>Our brass kettle boils your water in four minutes and"
        " keeps it warm for an hour. Its handle stays cool, so you can pour with one hand.</p>"
        "<ul><li>Holds 1.7 litres</li><li>Weighs 900 g</li><li>Two year warranty</li></ul></div>"
        "<h2>You may also like</h2><div class='product-grid'>" + cards + "</div>"
        "<h2>Customer reviews</h2>"
        + "".join(
            f"<div class='review'><span class='review-author'>Buyer {n}</span>"
            f"<div class='review-body'>I love my kettle, and it is number {n} in our"
            f" house.</div></div>"
            for n in range(4)
        )
        + "</div>",
        "<meta property='og:type' content='product'>"
        + linked_data(**{"@type": "Product"}, name="Brass kettle", offers={"@type": "Offer"}),
    )


def forum():
    posts = "".join(
        f"<div class='post forum-post' id='p{n}'><div class='post-user user-info'>"
        f"<a class='username' href='/user/{n}'>tinkerer{n}</a><span>Posts: {n}12</span>"
        f"<span>Joined: 2019</span></div><div class='post-date'>3 days ago</div>"
        f"<div class='post-body'>I had the same leak in my boat number {n}. Did you try to tighten"
        " the bolts? Mine stopped after I put some grease on the seal.</div>"
        "<div class='post-actions'><span>Reply</span> <span>Quote</span></div></div>"
        for n in range(9)
    )
    return page(
        "https://boatowners.example/forum/viewtopic.php?t=4471",
        "Leaking seal on an old outboard – Boat owners forum",
        "<div class='breadcrumb'><a href='/forum'>Forum</a></div>"
        f"<h1 class='topic-title'>Leaking seal on an old outboard</h1>{posts}",
    )


def service():
    features = "".join(
        f"<div class='feature col-md-4'><h3>{title}</h3><p>{text}</p></div>"
        for title, text in (
            ("Plan your routes", "Our platform plans the routes of your drivers every morning."),
            ("Track your fleet", "See where your vans are and tell your customers in time."),
            ("Save your fuel", "Our clients save a tenth of their fuel in the first year."),
            ("Talk to us", "Our team answers your questions at any hour of the day."),
        )
    )
    quotes = "".join(
        f"<div class='testimonial col-md-6'><p>We could not do our work without it, says client {n}"
        "</p></div>"
        for n in range(3)
    )
    return page(
        "https://vanplanner.example/solutions/delivery",
        "Delivery software for your fleet | Vanplanner",
        "<section class='hero'><h1>Delivery software for your fleet</h1><p>Get started"
        " today with our"
        " free trial, or request a demo from our team.</p><a class='cta btn'>Contact"
        " us</a></section>"
        f"<section class='features row'>{features}</section><section class='row'>{quotes}</section>"
        "<section class='pricing row'><h2>Pricing</h2><div class='col-md-4'>$29 a month</div>"
        "<div class='col-md-4'>$99 a month</div></section>"
        "<section class='faq accordion'><h3>Can I cancel?</h3><p>You can cancel at any time.</p>"
        "</section>",
    )


def documentation():
    entries = "".join(
        f"<section class='doc-section'><h3 id='f{n}'><code>read_{n}(path, mode)</code></h3>"
        f"<p>Returns the records of a file as version {n} of the format defines them.</p>"
        "<h4>Parameters</h4><dl><dt><code>path</code></dt><dd>The file.</dd>"
        "<dt><code>mode</code></dt><dd>The default is <code>r</code>.</dd></dl>"
        f"<h4>Example</h4><pre><code>read_{n}('a.bin', 'r')</code></pre></section>"
        for n in range(7)
    )
    toc = "".join(f"<li class='toc-item'><a href='#f{n}'>read_{n}</a></li>" for n in range(7))
    return page(
        "https://docs.recordkit.example/api/reference/readers/",
        "Readers — recordkit 2.1 documentation",
        f"<div class='docs-sidebar toc'><ul>{toc}</ul></div><div class='docs-content'>"
        f"<h1>Readers</h1><p>Install the package to configure its readers.</p>{entries}</div>",
    )


def collection():
    cards = "".join(
        f"<div class='product-card grid-item'><a href='/products/lamp-{n}'><h3>Lamp {n}</h3></a>"
        f"<span class='price'>${n}5.00</span><span class='vote'>4.{n} (1{n} reviews)</span></div>"
        for n in range(1, 20)
    )
    return page(
        "https://lampmarket.example/collections/desk-lamps",
        "Desk lamps – Lamp Market",
        "<h1>Desk lamps</h1><p>Find the desk lamp that suits your room, whether you read,"
        " sew or draw"
        " at night, and have it delivered within two days.</p>"
        "<div class='filters filter-panel'><span>Sort by</span><span>Showing 19"
        " results</span></div>"
        f"<div class='product-grid grid'>{cards}</div>",
    )


STORY = "".join(f"<p class='article-text'>{text}</p>" for text in PARAGRAPHS)
CARDS = "".join(
    f"<div class='teaser-card'><h3><a href='/news/{n}'>The council meets for the {n}th"
    f" time</a></h3>"
    f"<span class='date'>{n} hours ago</span></div>"
    for n in range(1, 15)
)


def news_among_teasers():
    return page(
        "https://lakeshore.example/news/ferry-line-closes-after-storm",
        "Ferry line closes after storm",
        f"<article class='article'><h1>Ferry line closes after storm</h1>{STORY}</article>"
        f"<div class='related-grid grid'>{CARDS}</div>",
    )


def review_with_prices():
    models = "".join(
        f"<h2>{name}</h2><p>The {name} costs ${price} and boils a litre in {n} minutes. Its handle"
        " stayed cool in our test, but the lid was hard to open with wet hands, and the"
        " scale on its"
        " side could not be read in the dark of an early morning.</p>"
        f"<p>We used it for {n} weeks, and it was still as loud as on the first day.</p>"
        for n, (name, price) in enumerate((("Brevik One", 49), ("Lark", 89), ("Stoker", 129)), 3)
    )
    return page(
        "https://kitchenpost.example/reviews/three-kettles-tested",
        "Three kettles tested",
        "<article class='post-content'><h1>Three kettles tested</h1><p class='byline'>By Ines Moor"
        "</p><p>We bought three kettles and made tea with them for a month, because"
        " readers had asked"
        f" which of them they should buy.</p>{models}</article>",
        "<meta property='og:type' content='article'>",
    )


def guide():
    steps = "".join(
        f"<h2>{number}. {step}</h2><p>You need a brush, a bucket and an hour of your time. Begin at"
        " the top, so that the dirt runs down to where you have not been yet, and do not forget the"
        f" corners. Step {number} is done when the water stays clear.</p>"
        for number, step in enumerate(("Scrape the hull", "Wash it", "Let it dry", "Paint it"), 1)
    )
    return page(
        "https://boatlife.example/blog/how-to-paint-your-boat",
        "How to paint your boat",
        "<article class='post'><h1>How to paint your boat</h1><p>A boat wants new paint every third"
        " year. Here is how my father did it, and how I still do it every third spring.</p>"
        f"{steps}</article><div class='comments'><h3>3 comments</h3></div>",
    )


def story_in_german():
    lines = "".join(
        f"<p>Der Rat von Brevik hat am {day} beschlossen, die Fähre in der {number}. Woche wieder"
        " fahren zu lassen. Die Bürgermeisterin sagte, das Geld reiche bis zum Herbst, und danach"
        " müsse das Land helfen. Auf der Insel warten viele seit dem Sturm auf Nachricht.</p>"
        for number, day in enumerate(("Montag", "Dienstag", "Mittwoch", "Freitag"), 2)
    )
    return page(
        "https://seebote.example/lokales/faehre-faehrt-wieder",
        "Die Fähre fährt wieder",
        f"<article><h1>Die Fähre fährt wieder</h1>{lines}</article><div class='grid'>{CARDS}</div>",
        language="de",
    )


def story_in_japanese():
    lines = "".join(
        f"<p>ブレヴィク町議会は{day}曜日、嵐で止まっていた島への渡し船を再開すると決めた。"
        "町長は「秋までの費用は足りている。その後は県の助けが必要だ」と述べた。"
        "島では多くの人が知らせを待っている。</p>"
        for day in "月火水金"
    )
    return page(
        "https://minato.example/news/20260302-watashibune",
        "渡し船が再開へ",
        f"<article><h1>渡し船が再開へ</h1>{lines}</article>",
        language="ja",
    )
