"""Tells a stub before a paywall from a whole text, whatever the page sells beside it.

A page that says it is not free (``isAccessibleForFree``, ``article:content_tier``) often has the
whole text all the same, for search engines; so it is a stub only where the text is short too, by
the page's own word count or by what stands in the element that the page names as walled. A
subscription prompt under a whole text makes no stub. Knows nothing of outcomes.
"""

import re

from lxml.html import HtmlElement

from pipeline.extract.head import Head
from pipeline.extract.layout import Run
from pipeline.extract.linked_data import LinkedData
from pipeline.words import normalise, word_count

STUB_WORDS = 150
"""A page that sells its texts shows fewer of one; whole wire snaps are as short, on free pages."""
_LONG_STUB_WORDS = 400
_WHOLE = 0.6
"""Share of the word count that the page states: less is a stub."""
_WALLED_WORDS = 40
_RUNS_BEHIND = 8
_ARTICLE_TAGS = frozenset(("article", "main"))
_OUTER_TAGS = frozenset(("nav", "footer"))
_STUB = re.compile(
    r"subscribe (now |today |here )?(to|for) (continue|keep|read (on|more|the (full|rest|whole|"
    r"entire)|this)|unlock|"
    r"full|unlimited|access)|"
    r"(this|the rest of this) (article|content|story|post) is (only |exclusively )?"
    r"(available |reserved )?(for|to) (our )?(paid |paying |premium )?(subscribers|members)|("
    r"sign in|sign up|log in|register) to (continue|keep) reading|"
    r"to (continue|keep) reading,? (this article |please )?(subscribe|log in|sign|register|create)|"
    r"you('ve| have) (reached|used|read) (your|all|the).{0,40}(limit|free articles?)|"
    r"unlock (this|the full|the rest of (this|the)) (article|story)|subscriber[- ]only|"
    r"(for|exclusive to) (subscribers|members) only|exclusive (to|for) (our )?subscribers|"
    r"become a (member|subscriber) to (read|continue)|already a subscriber\? (log|"
    r"sign) in to (read|continue)|"
    r"(dieser|der vollständige) (artikel|beitrag|text|inhalt) ist (nur |"
    r"exklusiv )?für (abonnenten|mitglieder)|"
    r"(jetzt|mit .{1,40}) weiterlesen|um (weiterzulesen|den (ganzen|vollständigen) (artikel|"
    r"text) zu lesen)|"
    r"exklusiv für abonnenten|nur für abonnent|(cet )?article (est )?réservé (à|"
    r"aux) (nos )?abonnés|"
    r"il vous reste \d+ ?% de cet? article|(abonnez-vous|connectez-vous|"
    r"inscrivez-vous) pour (lire|continuer)|"
    r"la suite (est réservée|de cet article)|"
    r"(contenido|artículo|noticia) (exclusiv[oa] |solo |sólo )?para (nuestros )?suscriptores|"
    r"(suscríbete|suscríbase|regístrate|inicia sesión) para (seguir|continuar|leer)|para (seguir|"
    r"continuar) leyendo|"
    r"(contenuto|articolo) (riservato|esclusivo) (agli|per gli) abbonati|"
    r"abbonati per (continuare|leggere)|"
    r"(conteúdo|matéria|artigo) exclusiv[oa] para assinantes|(assine|"
    r"cadastre-se) para (continuar|ler)|"
    r"(dit )?artikel is (alleen|exclusief) voor abonnees|(lees|verder lezen|"
    r"lees verder).{0,20} met een abonnement|"
    r"(artikeln|innehållet|texten) är (endast |bara )?för prenumeranter|läs vidare med|"
    r"(artikkelen|artiklen|indholdet) er (kun )?for abonnenter|forbeholdt (våre )?abonnenter|"
    r"(treść|artykuł) (dostępn[ya]|tylko) dla (prenumeratorów|subskrybentów)|"
    r"(материал|статья) доступ\w+ (только )?(по подписке|подписчикам)|bu içerik abonelere özel|"
    r"会員限定|有料会員|订阅后继续阅读|付费阅读"
)


def is_stub(
    root: HtmlElement, head: Head, data: LinkedData, runs: list[Run], text: str | None
) -> bool:
    """Tell whether the text is the beginning of an article that one must pay or log in for."""
    words = word_count(text or "")
    if words >= _LONG_STUB_WORDS:
        return False
    says_so = _says_so(head, data)
    if says_so and data.walled_classes:
        held = walled_words(root, data.walled_classes)
        if held is not None:
            return held < _WALLED_WORDS
    if says_so and data.word_count and data.word_count > STUB_WORDS:
        return words < _WHOLE * data.word_count
    if words < STUB_WORDS:
        return says_so or (data.is_free is not True and _sells(runs, text or ""))
    return data.is_free is not True and _is_cut_off(runs, text or "")


def _says_so(head: Head, data: LinkedData) -> bool:
    tier = (head.first("article:content_tier") or "").lower()
    return data.is_free is False or tier in ("locked", "metered")


def walled_words(root: HtmlElement, classes: tuple[str, ...]) -> int | None:
    """Return how many words stand in the elements that the page names as walled; None without any.

    An element without a word tells nothing: it may hold what the page loads later.
    """
    held = [
        word_count("".join(element.itertext()))
        for name in classes
        for element in root.xpath("//*[contains(concat(' ',@class,' '),$name)]", name=f" {name} ")
    ]
    return max(held) if held else None


def _sells(runs: list[Run], text: str) -> bool:
    """Tell whether a wall's wording stands around the text: no masthead's or page foot's offer."""
    top = normalise(text.partition("\n")[0])
    first = next((place for place, run in enumerate(runs) if run.key == top), 0)
    titles = [place for place in range(first) if runs[place].tag == "h1"]
    around = runs[titles[-1] if titles else first :]
    return any(_STUB.search(run.key) and not _is_navigation(run) for run in around)


def _is_navigation(run: Run) -> bool:
    """Tell whether a run stands in the page's own navigation or foot, and in no article's."""
    tags = [element.tag for element in (run.parent, *run.parent.iterancestors())]
    return not _ARTICLE_TAGS.intersection(tags) and not _OUTER_TAGS.isdisjoint(tags)


def _is_cut_off(runs: list[Run], text: str) -> bool:
    """Tell whether the wording of a wall follows right behind the last paragraph."""
    last = normalise(text.rpartition("\n")[2])
    at = next((place for place, run in enumerate(runs) if run.key == last), None)
    if at is None:
        return False
    return any(_STUB.search(run.key) for run in runs[at + 1 : at + 1 + _RUNS_BEHIND])
