"""Lines that their wording shows to be boilerplate, as templates of many sites write them."""

import pytest

from pipeline.line_rules.boilerplate import reason_for

LINES = {
    "search_box": """
        Search
        Close this search box.
        Search for:
        Search…
        Search this website
        Open search
        Toggle search bar
        Type and press enter to search
        Enter your search term
        What are you looking for?
        Advanced search
        Suche
        Rechercher
        Buscar
        Cerca
        Pesquisar
        Zoeken
        Szukaj
    """,
    "cookie_notice": """
        This website uses cookies to improve your experience.
        We use cookies to ensure that we give you the best experience on our site.
        We and our partners store and access information on a device, such as cookies.
        We value your privacy
        By continuing to use this site you agree to our use of cookies.
        Accept all cookies
        Reject all
        Manage preferences
        Cookie settings
        Do not sell my personal information
        Wir verwenden Cookies, um Inhalte zu personalisieren.
        Alle akzeptieren
        Tout accepter
        Ce site utilise des cookies pour améliorer votre expérience.
        Este sitio web utiliza cookies propias y de terceros.
        Questo sito utilizza cookie tecnici.
        Alles accepteren
    """,
    "newsletter": """
        Sign up for our daily newsletter
        Keep me up to date on the latest offers of Quay Magazine.
        An error has occurred and your email has not been sent. Please try again.
        You can't enter more than 20 emails.
        Invalid entry: Please type the verification code again.
        Listen and subscribe wherever you get your podcasts.
        Subscribe to our newsletter
        Subscribe now
        Daily Newsletter
        Get the day's top stories delivered straight to your inbox.
        Want more stories like this? Sign up for our weekly email.
        You can unsubscribe at any time.
        Enter your email address
        Email address *
        Follow us on Facebook and Instagram
        Stay connected
        Sharing is caring!
        Download our app
        Download the Lakeshore Post app for the latest from the harbour
        Sign up for the Morning Tide, our newsletter on all things shipping.
        Thanks for signing up!
        Join our Telegram channel for the latest updates.
        Support our journalism: become a member today and donate what you can.
        Make a donation to keep our reporting free for all.
        Your contribution keeps this newsroom alive.
        By submitting your email you agree to our terms and privacy policy.
        Jetzt abonnieren
        S'abonner
        Suscríbete
        Iscriviti alla newsletter
        Inscreva-se
        Abonneer nu
    """,
    "share_bar": """
        Share
        FacebookTwitterWhatsApp
        Facebook Twitter WhatsApp Email
        Facebook | X | LinkedIn
        Share this article
        Share this:
        Share on Facebook
        Share via Email
        Click to share on Facebook (Opens in new window)
        Tweet this
        1.2K Shares
        37 views
        Copy link
        Link copied!
        Teilen
        Partager
        Compartir
        Condividi
        Compartilhar
        Delen
        Udostępnij
        Paylaş
        Поделиться
    """,
    "comments": """
        1 Comment
        0 comments
        23 Comments
        Comments (4)
        View comments
        Leave a Reply
        Leave a Comment
        Leave a Reply Cancel reply
        No comments yet
        Be the first to comment
        Comments are closed.
        12 thoughts on “The river rises”
        Join the conversation
        Your email address will not be published. Required fields are marked *
        Save my name, email, and website in this browser for the next time I comment.
        You must be logged in to post a comment.
        Log in to reply
        Notify me of follow-up comments by email.
        Pingback: Ferry line closes after storm - Harbour Notes
        This site uses Akismet to reduce spam. Learn how your comment data is processed.
        Kommentar schreiben
        Laisser un commentaire
        Deja un comentario
        Lascia un commento
        Deixe um comentário
    """,
    "pingback": """
        […] ALSO READ: Ferry line closes after storm […]
        [...] the mayor said [...]
    """,
    "also_read": """
        ALSO READ: Ferry line closes after storm
        READ ALSO: Harbour dues rise again
        Read more: Harbour dues rise again
        RELATED: Why the ferry line may never reopen
        Related | Mayor to step down
        See also: Mayor to step down
        Don’t miss: Ten quays worth a visit
        Recommended: Ten quays worth a visit
        WATCH: Divers enter the sunken ferry
        See photos from this story:
        Now, see some more of our favourite ferries:
        Also Read- Harbour dues rise again
        For more harbour news, visit lakeshore.example/harbour
        Related articles
        Related Posts
        Recommended for you
        You may also like
        You might also like
        Most read
        Most popular
        Most read in Politics
        Trending now
        Editor's picks
        More from Lakeshore Post
        Up next
        Click here to join our WhatsApp channel
        In case you missed it
        Lesen Sie auch
        Das könnte Sie auch interessieren
        Lire aussi : Le port ferme
        À lire aussi
        Lea también: Cierra el puerto
        Leggi anche: Chiude il porto
        Leia também: Porto fecha
        Lees ook: Haven sluit
        Czytaj także: Port zamknięty
        Читайте также: Порт закрыт
        اقرأ أيضا: إغلاق الميناء
        यह भी पढ़ें: बंदरगाह बंद
        Baca juga: Pelabuhan ditutup
    """,
    "photo_credit": """
        Main image credit: Lakeshore Pictures
        Photo: Ines Moor/Lakeshore Pictures
        (Image credit: Lakeshore Pictures)
        Photo by Per Aasen
        Photograph: Lakeshore Pictures
        Getty Images
        AP Photo/Per Aasen
        Foto: Per Aasen
    """,
    "caption": """
        Divers search the quay on Friday. (Photo by Ines Moor/Getty Images)
        The ferry at its pier in Brevik [Ines Moor/Reuters]
        The mayor at the quay. Photo: Ines Moor
        The old winch is still there. Credit: Lakeshore Pictures/Ines Moor
        The old customs house in Brevik. Image: Lakeshore Pictures.
    """,
    "byline": """
        Updated 3 hours ago
        4 min ago
        Estimated reading time: 6 minutes
        Last updated: 3 May 2026, 10:15
        Published on May 3, 2026 at 10:15 am
        Written by Ines Moor
        3 May 2026, 10:15am
        Veröffentlicht am 3. Mai 2026
    """,
    "update_note": """
        Updated to add comments from the harbour office.
        Editor’s note (May 19th): This leader was updated.
        This article was updated on 3 May to add a statement by the port.
        This story has been corrected to give the right year of the storm.
        Editor’s note: An earlier version of this story misspelled the name of the harbour master.
        Correction: A previous version of this article gave a wrong year for the storm.
        Correction (May 4): The port has four piers, not five.
        Clarification: The dues fall on ships above 300 tonnes only.
        An earlier version of this article said that the line would reopen in June.
        This is a developing story. Please check back for updates.
        Dieser Artikel wurde am 3. Mai aktualisiert.
        Cet article a été mis à jour le 3 mai.
    """,
    "contributor_note": """
        Ines Moor in Brevik contributed to this report.
        Contributing: Ines Moor, The Lakeshore Post
        Includes information from the Lakeshore Agency.
        —Staff writer Ines Moor can be reached at ines@lakeshore.example.
        Per Aasen contributed reporting.
        Additional reporting by Ines Moor and Per Aasen
        (Reporting by Ines Moor; Editing by Per Aasen)
        With inputs from Lakeshore Press
    """,
    "ad": """
        Advertisement
        ADVERTISEMENT
        Story continues below advertisement
        Article continues after this advertisement
        Sponsored content
        Scroll to continue
        This article may contain affiliate links, for which we may earn a commission.
        Anzeige
        Publicité
        Publicidad
        Pubblicità
    """,
    "copyright": """
        © 2026 Lakeshore Post. All rights reserved.
        Copyright 2026 Lakeshore Press
        Terms of Use
        Privacy Policy | Terms of Service
        About us | Contact us | Careers
        This material may not be published, broadcast, rewritten or redistributed.
        Powered by Quayside
    """,
    "navigation": """
        Skip to content
        Back to top
        Home » News » World
        Home > Harbour
        Home / News / Harbour
        You are here: Home
        Main menu
        Previous article
        Next article
        Next post: Quay sinks
        Listen to this article
        Load more stories
        Page 2 of 3
        5 min read
    """,
    "login": """
        Log in
        Sign in / Register
        Already a subscriber? Log in
        Sign in to continue reading
        Anmelden
        Se connecter
    """,
    "tags": """
        Tags: port, ferry, storm
        Filed under: Harbour
        #ferry #storm #brevik
    """,
    "author_bio": """
        About the author
        Über den Autor
        Sobre el autor
    """,
}


def lines_of(block):
    return [line for raw in block.splitlines() if (line := raw.strip())]


CASES = [(reason, line) for reason, block in LINES.items() for line in lines_of(block)]


@pytest.mark.parametrize(("reason", "line"), CASES)
def test_boilerplate_is_recognised(reason, line):
    assert reason_for(line) is not None


def test_each_line_gets_the_reason_of_its_kind():
    named = [(reason, line, reason_for(line)) for reason, line in CASES]
    assert [case for case in named if case[0] != case[2]] == []
