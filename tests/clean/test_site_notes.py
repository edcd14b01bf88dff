"""Notes of a site around a story, in many languages, and news that resembles them."""

import pytest

from pipeline.clean.cleaner import clean_article
from pipeline.line_rules.boilerplate import reason_for
from pipeline.line_rules.header_lines import read_header_line
from pipeline.models import Article

NOTES = """
    - Advertisement -
    Advertisement -
    — ADVERTISEMENT —
    [Advertisement]
    * Ad *
    (Story continues below)
    Article continues below this ad
    Story continues after the video
    after newsletter promotion
    skip past newsletter promotion
    End of newsletter promotion
    La suite après cette publicité
    Der Artikel geht nach der Anzeige weiter
    Continúa después de la publicidad
    Continua após a publicidade
    Scroll untuk melanjutkan membaca
    Продолжение после рекламы
    Play Video
    Watch the video
    Show key points
    View transcript
    Generating summary...
    Generating audio…
    Summary is AI-generated, newsroom-reviewed.
    AI-generated summary
    Gift this article to 5 friends
    Gift an article
    Press enter or click to view image in full size
    Click here to enlarge
    Click on the image to view the full size
    Make us preferred on Google
    Set the Tarn Post as a preferred source on Google
    See more of our stories on Google
    Reuse this content
    Artikel teilen
    Diesen Artikel vorlesen
    Partager cet article
    Comparte esta noticia
    Bagikan artikel ini
    شارك هذا المقال
    この記事をシェア
    分享到微博
    기사 공유하기
    Sign up to Morning Tide
    Sign up to Headlines North
    You appreciate our journalism
    You clearly find our careful reporting valuable, in a time when facts are scarce.
    Get the day’s headlines and highlights emailed direct to you every morning
    Receive our best stories, sent straight after breakfast
    Privacy Notice: Newsletters may contain information about charities and online ads.
    Get the Tarn Post’s Daily Edition by email and never miss our top stories
    Night Shift is a reader-supported publication. To receive new posts, subscribe.
    Deep Water is a listener-supported podcast. Please consider becoming a paid subscriber.
    Thanks for reading Night Shift! Subscribe for free to receive new posts.
    Your subscription could not be saved. Please try again.
    Your subscription has been successful.
    By providing an email address. I agree to the Terms of Use and have read the Privacy Policy.
    Recevez chaque matin l’essentiel de l’actualité. Je m’inscris
    Inscrivez-vous à notre newsletter
    Melden Sie sich hier für unseren Newsletter an.
    Folgen Sie uns auf Instagram
    Síguenos en Google News
    Suscríbete a nuestro boletín
    Siga a gente no Instagram
    Receba as notícias pelo WhatsApp
    Seguici su Facebook
    Meld je aan voor de nieuwsbrief
    Simak berita terbaru di saluran WhatsApp kami.
    Подписывайтесь на наш телеграм-канал
    تابعونا على تويتر
    اشترك في النشرة البريدية
    無断転載・複製を禁じます
    本サイトの記事・写真の無断転載を禁じます。
    版权所有 未经许可不得转载
    무단 전재 및 재배포 금지
    Reproducción prohibida
    Nachdruck verboten
    При использовании материалов ссылка на сайт обязательна.
    関連記事
    相关阅读
    관련기사
    Материалы по теме
    أخبار ذات صلة
    Berita terkait
    Published in The Tarn Post, October 2nd, 2025
    Published in Tarn Weekly, 4 October 2025.
    This article originally appeared on Tarn Post: School reopens two years after flood
    This story first appeared in The Tarn Weekly.
    This essay was republished under a Creative Commons licence.
    Republished with permission from Deep Water.
    This website and associated newspapers adhere to the Tarn Editors’ Code of Practice.
    We are members of the Press Council of Norland.
    If you have a complaint about the editorial content, contact the editor here.
    Ines Moor covers schools for the Tarn Post. Reach her at imoor@tarnpost.example.
    Per Aasen is a retired teacher and the author of “Forty Nets”. The views expressed are his own.
    The views expressed here are those of the author alone.
    —With a report from Per Aasen
    With reports from Per Aasen in Brevik
    © norpress-regio, nor:251009-930-142/1
    Correction, March 8, 11am ET: An earlier version of this story gave the wrong number.
    Correction, Oct. 9, 2025, 9:30 p.m.: The quay was built in 1911.
    SOURCE Brevik Semiconductors
    Spotted a mistake? Write to the desk.
    Suggest a correction
    Нашли опечатку? Выделите текст и нажмите Ctrl+Enter
    Lesezeit: 3 Minuten
    Explore more on these topics
    Local headlines: Police find missing tuba in canal
    Top stories | Mayor quits over harbour dues
    Download: https://media.example/ep615
    Contains affiliate links.
    Affiliate disclosure: we independently review all that we recommend.
    Links in this article may earn us a commission.
    If you buy something through a link here, we may receive a share of the sale.
    All products featured here are independently chosen by our editors.
    Prices and availability were accurate at the time of publication.
    This episode was written and hosted by Ines Moor.
    Our theme music is by Per Aasen.
    Sound design by Per Aasen.
    Executive producer: Ines Moor
    Our producers are Ines Moor and Per Aasen.
    Rate and review us on Apple Podcasts.
    You can find all our episodes at lakeshore.example.
    About the Author: Ines Moor
    Meet the author
    If you liked this post you might also like:
    Posted in Harbour, Ferries, Transport
    Want to republish a Tarn Post story?
    Have a story? Write to us at tips@tarn.example
"""
NEWS = """
    Advertisement for a lost world
    Advertising in space
    Ad hoc
    Story of a lost ship
    The story continues below the surface of the lake.
    The search continues after dark.
    After the promotion the club signed nine players.
    Newsletters may be read in class, the court held.
    Play it by ear
    Watch the tide
    Show of force
    View of the harbour
    The summary is thin, the court said.
    Summary justice
    A gift to the town
    Gift this land to the people, she urged the duke.
    Press freedom
    Press on, he told them.
    Click here, it said, and so she did.
    Make us whole, the miners asked.
    Google is their preferred partner on the project.
    Sign up to fight
    Sign up to a plan that nobody has read, and you will regret it.
    You appreciate silence when you have lived beside a motorway.
    Get out by morning, the soldiers told them.
    Get well cards came by email from as far as Chile.
    Receive with one hand, give with the other
    The Tarn Post is a reader-funded newspaper that was founded in 1987.
    Your subscription pays for the lifeboat, the crew says on its tins.
    Your email was sent to the wrong man, the judge told her.
    By providing cover for the smugglers, the firm broke the law.
    Recevez-vous vos voisins ? Une enquête dit que non.
    Abonnez-vous au silence, disait le vieux maire.
    Melden Sie sich bei der Polizei, riet der Nachbar.
    Siga el dinero, dijo el fiscal.
    Sigue la huelga en el puerto
    Receba quem vier, dizia a avó.
    Simak dulu, kata wali kota.
    Следите за руками, говорил он.
    شارك الوزير في الاجتماع
    تابع الفريق تدريباته يوم الأحد
    無断で欠勤した社員もいた。
    相关部门正在调查。
    Published in the Tarn Post on Monday, the letter drew 400 replies.
    Published in 1987, the book sold 40,000 copies.
    This article of the treaty appeared in no earlier draft.
    This story first appeared in 1921, and has been filmed four times since.
    Reproduction of the seals was disturbed by the noise.
    Republished this spring, the novel has found new readers.
    This newspaper reported on Monday that the code of practice was ignored.
    We are members of a family that has fished here for ages.
    If you have a complaint about noise, the mayor said, move to the country.
    Complaints about the editorial content of the station doubled.
    Ines Moor covers her ears when the ferry passes, and so do her neighbours.
    Per Aasen is a retired teacher who has lived on the island since 1971.
    The minister said the views expressed by the envoy are not policy.
    Views are divided.
    With a report due in May, the council has stopped all work.
    Par beau temps, on voit la côte.
    Correction of the course took an hour.
    Correction, of a kind, came on 8 March.
    Explore more than one way, the coach told them.
    Local headlines were full of it.
    Top stories: two floors are to be added to the tower on the quay, the owner said.
    Latest figures: 40 dead, 12 missing.
    He wrote: https is not a word.
    Source of the leak
    SOURCE CODE LEAKED
    SOURCE OF LIFE
    Spotted a mistake in the count, the court ordered a new one.
    Lesezeit im Park
    6:00 pm
    6:00 pm is the hour at which the ferry leaves.
    Origin: https://quay.example
    Referer: https://quay.example/start
    Website: https://quay.example/
    Location: https://quay.example/new
    Date: Fri, 3 May 2026 11:53:40 -0500 (EST)
    Follow these steps for a loaf:
    Get the barges from the upper dock in your approach, the pilot told them.
    A wallet (credit/debit cards, coins, keys)
    Taste 4/5
    5 / 5
    Affiliated unions will vote in May.
    The producers are tired of rain.
    The theme of the music is grief.
    Prices were right in May, the court found, and wrong in June.
    Posted in the harbour, the notice was torn down.
    Mixed by hand, the mortar held for a century.
    Meet the author at the quay at noon, the poster said.
    Have a heart? The court has none, she said.
"""


def lines(raw):
    return [line for part in raw.splitlines() if (line := part.strip())]


@pytest.mark.parametrize("line", lines(NOTES))
def test_notes_of_the_site_are_recognised(line):
    assert reason_for(line)


@pytest.mark.parametrize("line", lines(NEWS))
def test_news_that_resembles_site_notes_is_kept(line):
    assert reason_for(line) is None


@pytest.mark.parametrize(
    "line",
    ["Poems by Ted Hughes", "Limits by October", "Songs by Taylor Swift", "Hit by Storms"],
)
def test_a_category_with_a_byline_alone_is_not_a_header_line(line):
    assert read_header_line(line) is None


def test_a_category_a_byline_and_a_date_are_a_header_line():
    assert read_header_line("News by Ines Moor | January 11, 2022").authors == "Ines Moor"


def test_a_correction_with_a_clock_time_becomes_the_update_note():
    body = "The bakery on Mill Lane burned down on Tuesday night after a fault in an oven."
    note = "Correction, March 8, 11am ET: An earlier version gave the wrong street."
    given = Article(None, None, title="Bakery burns down", text=f"{body}\n\n{note}")
    found = clean_article(given, None)
    assert (found.text, found.update_note) == (body, note)
