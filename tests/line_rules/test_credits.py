"""The agency a text is credited to: by a line, byline, dateline or sign-off, or as its own site.

The lines are made up, in the forms that agencies and their customers print.
"""

import time

import pytest

from pipeline.line_rules.agencies import (
    agencies_listed,
    agency_named,
    is_collective,
    known_agencies,
    own_agency,
    read_credit_wording,
)
from pipeline.line_rules.credits import byline_agency, dateline_agency, find_credit, read_credit

AFP, AP, PTI, ANI = (
    "Agence France-Presse",
    "Associated Press",
    "Press Trust of India",
    "Asian News International",
)
AAP, UPI, CP = "Australian Associated Press", "United Press International", "Canadian Press"

CREDIT_LINES = [
    ("Source: Anadolu Agency", "Anadolu Agency"),
    ("Source: AA", "Anadolu Agency"),
    ("SOURCE: XINHUA", "Xinhua"),
    ("(Source: Yonhap)", "Yonhap"),
    ("Sources: AFP, Reuters", AFP),
    ("News source: Bernama", "Bernama"),
    ("(Reuters)", "Reuters"),
    ("— AFP", AFP),
    ("-- dpa", "dpa"),
    ("–PTI", PTI),
    ("-AAP", AAP),
    ("- PA", "PA Media"),
    ("(NAN)", "News Agency of Nigeria"),
    ("(BSS)", "Bangladesh Sangbad Sangstha"),
    ("[APP]", "Associated Press of Pakistan"),
    ("dpa/AFP", "dpa"),
    ("AFP/Reuters", AFP),
    ("AP, Reuters", AP),
    ("Reuters/NAN", "Reuters"),
    ("UPI", UPI),
    ("AFP", AFP),
    ("The Associated Press", AP),
    ("Australian Associated Press", AAP),
    ("THE CANADIAN PRESS", CP),
    ("Agence France-Presse", AFP),
    ("By ANI", ANI),
    ("By The Associated Press", AP),
    ("Agency: Kyodo", "Kyodo News"),
    ("Via AP news wire", AP),
    ("Via PTI", PTI),
    ("Quelle: dpa", "dpa"),
    ("المصدر: وكالة الأناضول", "Anadolu Agency"),
    ("Источник: ТАСС", "TASS"),
    ("来源: 新华社", "Xinhua"),
    ("Kaynak: Anadolu Ajansı", "Anadolu Agency"),
    ("Sumber: Reuters", "Reuters"),
    ("Quelle: dpa/lno", "dpa"),
    ("Fonte: Agência Lusa", "Lusa"),
    ("Fonte: ANSA", "ANSA"),
    ("Fuente: EFE", "EFE"),
    ("Bron: ANP", "ANP"),
    ("Kilde: Ritzau", "Ritzau"),
    ("Text: dpa", "dpa"),
    ("© 2026 AFP", AFP),
    ("Copyright 2026 The Associated Press", AP),
    ("(c) 2026 UPI", UPI),
    ("Copyright © 2026 Press Association", "PA Media"),
    ("PTI KRK DV", PTI),
    ("PTI ABC XYZ XYZ", PTI),
    ("Distributed by APO Group", "APO Group"),
    ("Published by: Xinhua News Agency", "Xinhua"),
    ("Story by Reuters Staff", "Reuters"),
    ("Source: Linden Press", "Linden Press"),
    ("Source: Corvany News Agency", "Corvany News Agency"),
    ("Source: The Brevik Press Agency", "The Brevik Press Agency"),
    ("Source: Tasnim News Agency", "Tasnim"),
    ("Source: News Agency of Nigeria (NAN)", "News Agency of Nigeria"),
    ("Source: Xinhua|Editor: huaxia", "Xinhua"),
]
NAMELESS_LINES = ["Agencies", "(Agencies)", "— Agencies", "Source: Agencies", "News agencies"]
PART_LINES = [
    ("With inputs from PTI", PTI),
    ("(With inputs from ANI)", ANI),
    ("(With inputs from PTI and ANI)", PTI),
    ("With input from Reuters", "Reuters"),
    ("With files from The Canadian Press", CP),
    ("With agency inputs", None),
    ("(With inputs from agencies)", None),
    ("With additional input from AFP", AFP),
    ("With information from EFE", "EFE"),
    ("(with AFP)", AFP),
    ("(FRANCE 24 with AFP)", AFP),
    ("Compiled from agency reports by AFP", AFP),
    ("— The Halvane Courier and agencies", None),
    ("Source: Merrow Post and agencies", None),
    ("(Merrow Post with Reuters)", "Reuters"),
]
CONTRIBUTORS = [
    "The Associated Press contributed to this report.",
    "(The Associated Press contributed to this report.)",
    "Associated Press writers Jane Roe in Corrie and Bo Poe in Brevik contributed to this report.",
    "Reuters contributed to this story.",
    "AP contributed reporting.",
    "With additional reporting by AP",
    "Additional reporting by Reuters",
    "(Additional reporting by PA)",
    "Bo Poe contributed reporting from Brevik.",
]
NO_CREDIT_LINES = [
    "",
    "The source: a leaking pipe. It was found late.",
    "AP exams begin on Monday.",
    "AP Psychology",
    "PA system",
    "PA",
    "STA",
    "MAP",
    "APP",
    "Ani",
    "Pa",
    "Aap",
    "AP Photo",
    "(AP Photo/Jane Roe)",
    "Photo: AFP",
    "Photo by AFP",
    "Picture: PA",
    "Image source, Reuters",
    "Reuters/Jane Roe",
    "REUTERS/Jane Roe/File Photo",
    "AFP via Getty Images",
    "Getty Images/AFP",
    "Bild: dpa",
    "Foto: Jane Roe/dpa",
    "dpa picture alliance",
    "EFE/Jane Roe",
    "The ferry sank, a spokesman told Reuters.",
    "Reuters first reported the story.",
    "The AP reported that the ferry sank.",
    "He was asked by AFP.",
    "From Bloomberg:",
    "Rain contributed to this flood.",
    "From Reuters to the BBC, editors were surprised.",
    "The agencies",
    "By Jane Roe",
    "By Ani Roe",
    "Via Appia",
    "From Antara to Bernama we walked.",
    "Agencies must publish their accounts.",
    "Copyright 2026 Merrow Post",
    "Source of the river",
    "With files in hand, she left.",
    "With inputs of cash and labour from both sides",
]


@pytest.mark.parametrize(("line", "agency"), CREDIT_LINES)
def test_a_line_credits_an_agency_with_the_whole(line, agency):
    credit = read_credit(line)
    assert credit is not None
    assert (credit.line, credit.agency, credit.kind) == (line, agency, "whole")


@pytest.mark.parametrize("line", NAMELESS_LINES)
def test_a_line_credits_agencies_without_naming_one(line):
    credit = read_credit(line)
    assert credit is not None
    assert (credit.agency, credit.kind) == (None, "whole")


@pytest.mark.parametrize(("line", "agency"), PART_LINES)
def test_a_line_credits_an_agency_with_a_part(line, agency):
    credit = read_credit(line)
    assert credit is not None
    assert (credit.agency, credit.kind) == (agency, "part")


@pytest.mark.parametrize("line", CONTRIBUTORS)
def test_a_line_of_contributors_is_a_credit_line_that_credits_no_agency(line):
    credit = read_credit(line)
    assert credit is not None
    assert (credit.line, credit.agency, credit.kind) == (line, None, None)


@pytest.mark.parametrize(
    "line", ["Source: Brevik Port Authority", "Source: Environment Agency", "Source: the ministry"]
)
def test_a_source_that_is_no_agency_is_kept_as_a_line(line):
    credit = read_credit(line)
    assert credit is not None
    assert (credit.line, credit.agency, credit.kind) == (line, None, None)


@pytest.mark.parametrize("line", NO_CREDIT_LINES)
def test_text_and_picture_credits_are_no_credit(line):
    assert read_credit(line) is None


DATELINES = [
    ("GENEVA (AP) — The talks opened.", AP),
    ("RENO, Nev. (AP) -- The talks opened.", AP),
    ("GENEVA — (AP) — The talks opened.", AP),
    ("BREVIK, Norway, Jan 11 (Reuters) - The talks opened.", "Reuters"),
    ("MACAU (Reuters) – The talks opened.", "Reuters"),
    ("Aug 27 (Reuters) - The talks opened.", "Reuters"),
    ("PRISTINA/BELGRADE, Nov 3 (Reuters) - The talks", "Reuters"),
    ("(Reuters) - Grain prices rose", "Reuters"),
    ("(AFP) - The talks opened.", AFP),
    ("(CNN) The senator said", "CNN"),
    ("AFP.- London - The mayor", AFP),
    ("EFE – Madrid, 3 nov – El alcalde", "EFE"),
    ("PTI | New Delhi | The court", PTI),
    ("AFP, Paris – The talks", AFP),
    ("AFP —\n\nThe talks opened.", AFP),
    ("New York (AFP) – The talks", AFP),
    ("PARIS (AFP/Reuters) - The talks", AFP),
    ("NEW YORK, Nov. 19 (UPI) — The talks", UPI),
    ("Melt Harbour, Nov 5 (Xinhua) -- A ferry", "Xinhua"),
    ("NEW DELHI, Nov 3 (PTI) The court said on Monday", PTI),
    ("New Delhi [India], November 3 (ANI): The court", ANI),
    ("New Delhi, Nov 3 (IANS) The court", "Indo-Asian News Service"),
    ("Lucknow, Nov 3 (UNI) The court", "United News of India"),
    ("ISLAMABAD, Nov 3 (APP):The minister", "Associated Press of Pakistan"),
    ("DHAKA, Nov 3, 2026 (BSS) - The minister", "Bangladesh Sangbad Sangstha"),
    ("MOSCOW, July 20. /TASS/. The ministry said", "TASS"),
    ("MOSCOW. Nov 3 (Interfax) - The ministry", "Interfax"),
    ("KYIV. Nov 3 (Interfax-Ukraine) – The ministry", "Interfax-Ukraine"),
    ("Berlin (dpa) - Die Brücke ist gesperrt", "dpa"),
    ("Berlin (dpa/bb) – Die Brücke ist gesperrt", "dpa"),
    ("Frankfurt/Main (dpa/lhe) - Die Brücke", "dpa"),
    ("Wien (APA) - Die Brücke", None),
    ("WIEN (APA) - Die Brücke", "Austria Presse Agentur"),
    ("Rio de Janeiro, May 2 (EFE) - The mayor", "EFE"),
    ("Madrid, 3 nov (EFE).- El alcalde", "EFE"),
    ("Madrid, 3 Nov. (Europa Press) - El alcalde", "Europa Press"),
    ("Buenos Aires, 3 noviembre (Télam) - El alcalde", "Télam"),
    ("La Habana, 3 nov (Prensa Latina) El alcalde", "Prensa Latina"),
    ("(ANSA) - ROMA, 03 NOV - Il sindaco", "ANSA"),
    ("ROMA, 03 NOV (ANSA) - Il sindaco", "ANSA"),
    ("Lisboa, 03 nov 2026 (Lusa) – O presidente", "Lusa"),
    ("São Paulo, 3 nov (Folhapress) - O prefeito", "Folhapress"),
    ("ÅLESUND (NTB): Broen er stengt", "NTB"),
    ("BRUXELLES (Belga) - Le bourgmestre", "Belga"),
    ("SEOUL, Nov. 3 (Yonhap) -- The president", "Yonhap"),
    ("TOKYO, Nov 3, Kyodo - The prime minister", "Kyodo News"),
    ("Tokyo, Nov. 3 (Jiji Press)--The prime minister", "Jiji Press"),
    ("PYONGYANG, Nov. 3 (KCNA) -- The leader", "KCNA"),
    ("Taipei, Nov. 3 (CNA) The premier", "Central News Agency"),
    ("HANOI (VNA) – The party", "Vietnam News Agency"),
    ("Jakarta (ANTARA) - The president", "Antara"),
    ("KUALA LUMPUR, Nov 3 (Bernama) -- The prime minister", "Bernama"),
    ("Riyadh, November 03, 2026, SPA -- The Custodian", "Saudi Press Agency"),
    ("ABU DHABI, 3rd November, 2026 (WAM) -- The ministry", "Emirates News Agency"),
    ("KUWAIT, Nov 3 (KUNA) -- The Amir", "Kuwait News Agency"),
    ("Doha, November 03 (QNA) - The Amir", "Qatar News Agency"),
    ("Manama, Nov. 3 (BNA): The Crown Prince", "Bahrain News Agency"),
    ("TEHRAN, Nov. 03 (MNA) – The minister", "Mehr News Agency"),
    ("TEHRAN (Tasnim) – The minister", "Tasnim"),
    ("Tehran, Nov 3, IRNA – The minister", "IRNA"),
    ("CAIRO, Nov 3 (MENA) - The president", "Middle East News Agency"),
    ("RABAT, Nov 3 (MAP) - The king", "Maghreb Arabe Presse"),
    ("ALGIERS (APS) - The president", "Algérie Presse Service"),
    ("Tunis, Nov 3 (TAP) - The president", "Tunis Afrique Presse"),
    ("Abuja, Nov. 3, 2026 (NAN) The senate", "News Agency of Nigeria"),
    ("Accra, Nov. 3, GNA – The minister", "Ghana News Agency"),
    ("WARSAW, Nov 3 (PAP) - The president", "PAP"),
    ("Prague, Nov 3 (CTK) - The president", "ČTK"),
    ("Ljubljana, 3 November (STA) - The president", "STA"),
    ("SOFIA, November 3 (BTA) - The president", "BTA"),
    ("ZAGREB, 3 Nov 2026 (Hina) - The president", "HINA"),
    ("MINSK, 3 November (BelTA) - The president", "BelTA"),
    ("ASTANA. KAZINFORM - The president", "Kazinform"),
    ("KYIV, November 3 /Ukrinform/. The president", "Ukrinform"),
    ("LONDON, Nov 3 (PA) - The prime minister", "PA Media"),
    ("TORONTO — (The Canadian Press) — The mayor", CP),
    ("LONDON, Nov. 3, 2026 /PRNewswire/ -- Brevik Ferries", "PR Newswire"),
    ("LONDON, Nov. 3, 2026 /PRNewswire-PRWeb/ -- Brevik Ferries", "PR Newswire"),
    ("BREVIK, Norway--(BUSINESS WIRE)--Brevik Ferries", "Business Wire"),
    ("BREVIK, Nov. 03, 2026 (GLOBE NEWSWIRE) -- Brevik Ferries", "GlobeNewswire"),
    ("Vancouver, British Columbia--(Newsfile Corp. - November 3, 2026) - Brevik", "Newsfile"),
    ("Bridge closed\n\nMelt Harbour, Nov 5 (Xinhua) -- A ferry", "Xinhua"),
    ("Bridge closed\n\nBy Jane Roe\n\nGENEVA (AP) — The talks", AP),
    ("Oster Haven (Linden Press) — The talks", "Linden Press"),
]
NO_DATELINES = [
    "The agency (AP) said so.",
    "The talks opened.",
    "The Press Trust of India (PTI) said on Monday",
    "The Associated Press (AP) reported that the ferry sank",
    "The Associated Press (AP) — the agency — reported",
    "Mr Ani (ANI) said in Corrie that the ferry sank",
    "Doe said the (PA) system failed",
    "The ministry (MOI) — which runs the ferry — said",
    "The Palestinian Authority (PA) — which rules there — said",
    "Harbour Pilots Association (HPA) – the union – said",
    "United Nurses International (UNI) - the union - said",
    "National Union (TT) – it spoke for the clerks",
    "The STA (Students' Travel Association) - a shop",
    "Students take AP (Advanced Placement) - exams",
    "Reuters, which first reported the news, said –",
    "Ferries – AP",
    "Xinhua — China's state agency — said",
    "Reuters, the agency that first told of it – said",
    "AP – it said – had the story",
    "Photo (AP) - a ferry",
    "BREVIK, Norway - The mayor said",
    "BREVIK (Halvane Courier) - The mayor said",
    "In Brevik on Nov 3 (Reuters reported) - the mayor",
]


@pytest.mark.parametrize(("text", "agency"), DATELINES)
def test_agency_in_the_dateline(text, agency):
    assert dateline_agency(text) == agency


@pytest.mark.parametrize("text", NO_DATELINES)
def test_other_beginnings_are_no_datelines(text):
    assert dateline_agency(text) is None


BYLINES = [
    ("AFP", AFP, "whole"),
    ("Reuters", "Reuters", "whole"),
    ("Reuters Staff", "Reuters", "whole"),
    ("PTI", PTI, "whole"),
    ("Press Trust of India", PTI, "whole"),
    ("By The Associated Press", AP, "whole"),
    ("AP Sports Writer", AP, "whole"),
    ("PA Political Correspondent", "PA Media", "whole"),
    ("PA", "PA Media", "whole"),
    ("UNI", "United News of India", "whole"),
    ("Xinhua News Agency", "Xinhua", "whole"),
    ("dpa/tmn", "dpa", "whole"),
    ("Von dpa", "dpa", "whole"),
    ("By JANE ROE, Associated Press", AP, "whole"),
    ("Jane Roe (Reuters)", "Reuters", "whole"),
    ("Jane Roe | AFP", AFP, "whole"),
    ("Jane Roe / AFP", AFP, "whole"),
    ("Jane Roe, AP", AP, "whole"),
    ("Jane Roe, CNN", "CNN", "whole"),
    ("Jane Roe, BBC News", "BBC", "whole"),
    ("Jane Roe, Bloomberg News", "Bloomberg", "whole"),
    ("Jane Roe, KFF Health News", "KFF Health News", "whole"),
    ("Jane Roe, States Newsroom", "States Newsroom", "whole"),
    ("Jane Roe, Local Democracy Reporter", "Local Democracy Reporting Service", "whole"),
    ("Jane Roe for The Conversation", "The Conversation", "whole"),
    ("Jane Roe of Agence France-Presse", AFP, "whole"),
    ("Agence France-Presse in Manila", AFP, "whole"),
    ("Reuters in Brevik", "Reuters", "whole"),
    ("Associated Press, Brevik", AP, "whole"),
    ("AFP/Reuters", AFP, "whole"),
    ("AP, Reuters", AP, "whole"),
    ("Jane Roe, PA Political Editor", "PA Media", "whole"),
    ("Agencies", None, "whole"),
    ("Jane Roe and AFP", AFP, "part"),
    ("Jane Roe with AFP", AFP, "part"),
    ("Halvane Courier staff and AP", AP, "part"),
    ("Staff and agencies", None, "part"),
    ("Jane Roe and agencies", None, "part"),
    ("Linden Press", "Linden Press", "whole"),
    ("Jane Roe", None, None),
    ("Ap Rees", None, None),
    ("Ani Petrosian", None, None),
    ("Ani", None, None),
    ("Pa Sowe", None, None),
    ("Aap Noot", None, None),
    ("Efe Roe", None, None),
    ("Jane Roe, PA", None, None),
    ("Jane Roe, Scranton, PA", None, None),
    ("Jane Roe, former Reuters correspondent", None, None),
    ("Jane Roe, Detroit Free Press", None, None),
    ("Merrow University Press", None, None),
    ("AP Photo/Jane Roe", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("author", "agency", "kind"), BYLINES)
def test_agency_in_the_byline(author, agency, kind):
    found = find_credit(authors=[author], text="The ferry sank.")
    assert (found.agency, found.kind) == (agency, kind)


TEXTS = [
    ("By ANI\n\nThe ferry sank.", ANI, "whole"),
    ("By Reuters Staff\n\nThe ferry sank.", "Reuters", "whole"),
    ("By Jane Roe, Associated Press\n\nThe ferry sank.", AP, "whole"),
    ("PTI | New Delhi\n\nThe ferry sank.", PTI, "whole"),
    ("The ferry sank. (Reuters reporting by Ana Roe)", "Reuters", "whole"),
    ("Reuters reporting by Ana Roe", "Reuters", "whole"),
    ("It sank.\n\n(Reporting by Ana Roe in Lima; Editing by Bo Poe)", "Reuters", "whole"),
    ("It sank.\n\n(Additional reporting by A. Roe; Editing by Bo Poe.)", "Reuters", "whole"),
    ("It sank.\n(Reporting by Ana Roe, writing by Cy Doe, editing by Bo Poe)", "Reuters", "whole"),
    ("Se hundió. (Reporte de Ana Roe. Editado en español por Bo Poe)", "Reuters", "whole"),
    ("Afundou. (Reportagem de Ana Roe; edição de Bo Poe)", "Reuters", "whole"),
    ("Gesunken. (Bericht von Ana Roe; Redigiert von Bo Poe)", "Reuters", "whole"),
    ("Elle a coulé. (Reportage Ana Roe, édité par Bo Poe)", "Reuters", "whole"),
    ("The ferry sank.\n\n-- dpa", "dpa", "whole"),
    ("The ferry sank.\n\nSource: Anadolu Agency", "Anadolu Agency", "whole"),
    ("The ferry sank.\n\n© 2026 AFP", AFP, "whole"),
    ("It sank. Copyright 2026 The Associated Press. All rights reserved.", AP, "whole"),
    ("The-CNN-Wire™ & © 2026 Cable News Network, Inc. All rights reserved.", "CNN", "whole"),
    ("The ferry sank. This article was originally published by Xinhua.", "Xinhua", "whole"),
    (
        "It sank. This story was originally published by States Newsroom.",
        "States Newsroom",
        "whole",
    ),
    (
        "This article is republished from The Conversation under a Creative Commons license.",
        "The Conversation",
        "whole",
    ),
    ("This article first appeared on KFF Health News.", "KFF Health News", "whole"),
    ("It was produced by KFF Health News, a newsroom.", "KFF Health News", "whole"),
    ("This report by The Canadian Press was first published Nov. 3, 2026.", CP, "whole"),
    ("Merrow Capital Voice is part of States Newsroom, a network.", "States Newsroom", "whole"),
    ("Edited by our staff from a syndicated feed of AFP.", AFP, "whole"),
    ("The ferry sank on Monday, he said. (AFP)", AFP, "whole"),
    ("The ferry sank on Monday, he said. (ANI)", ANI, "whole"),
    ("The ferry sank on Monday. — Bernama", "Bernama", "whole"),
    ("“The ferry sank on Monday.” – AFP", AFP, "whole"),
    ("The ferry sank on Monday. PTI", PTI, "whole"),
    ("The ferry sank on Monday. PTI KRK DV", PTI, "whole"),
    ("The ferry sank on Monday. (AFP, Reuters)", AFP, "whole"),
    ("To contact the reporter: Ana Roe at aroe@bloomberg.net", None, None),
    ("The ferry sank on Monday. (With inputs from PTI)", PTI, "part"),
    ("The ferry sank.\n\nWith agency inputs", None, "part"),
    ("Staff with TASS\n\nThe ferry sank.", "TASS", "part"),
    ("STAFF WITH AFP\n\nThe ferry sank.", AFP, "part"),
    ("Web Desk with agencies\n\nThe ferry sank.", None, "part"),
    ("Courier Staff and PTI\n\nThe ferry sank.", PTI, "part"),
    ("The ferry sank. The Associated Press contributed to this report.", None, None),
    ("The ferry sank.\n\nThe Associated Press contributed to this report.", None, None),
    ("The Associated Press (AP) reported that the ferry sank", None, None),
    ("The ferry sank, a spokesman told Reuters.", None, None),
    ("The ferry sank, he told the Associated Press (AP).", None, None),
    ("She watches the BBC. Then she reads on.", None, None),
    ("Reuters\n\nThe ferry sank.", None, None),
    ("Getty Images\n\nAFP\n\nThe ferry sank on Monday.", None, None),
    ("(AP Photo/Jane Roe)\n\nThe ferry sank on Monday.", None, None),
    ("Photo: AFP\n\nThe ferry sank.", None, None),
    ("The ferry sank.\n\nPhoto: AFP", None, None),
    ("The ferry sank.\n\nREUTERS/Jane Roe", None, None),
    ("The ferry sank.\n\nAP Psychology", None, None),
    ("She moved to Scranton, PA.", None, None),
    ("The hall has a new PA", None, None),
    ("AFP is to cut 50 posts, the agency said. Reuters cut 40.", None, None),
    ("The book, published by Xinhua in 2020, tells how it sank. It sold well.", None, None),
]


@pytest.mark.parametrize(("text", "agency", "kind"), TEXTS)
def test_agency_in_the_text(text, agency, kind):
    found = find_credit(title="A headline", authors=["Jane Roe"], text=text)
    assert (found.agency, found.kind) == (agency, kind)


@pytest.mark.parametrize(
    ("title", "agency"),
    [
        ("Ferry sinks (AFP)", AFP),
        ("Ferry sinks | Reuters", "Reuters"),
        ("Ferry sinks, says Reuters", None),
        ("Ferry sinks: AFP", None),
        ("Halvane plans tax on ferries - Bloomberg", None),
        ("Merrow wins (PA)", None),
        ("Which exam is hard (AP)?", None),
    ],
)
def test_agency_in_the_title(title, agency):
    assert find_credit(title=title).agency == agency


def test_a_credit_line_precedes_a_dateline():
    found = find_credit(text="GENEVA (AP) — The talks opened.", line="Source: TASS")
    assert (found.agency, found.kind, found.line) == ("TASS", "whole", "Source: TASS")


def test_a_dateline_precedes_contributors_and_parts():
    text = "GENEVA (AP) — The talks opened."
    assert find_credit(text=text, line="With inputs from PTI").agency == AP
    assert find_credit(text=text, line="Reuters contributed to this report.").agency == AP


def test_several_agencies_give_the_first_and_the_line_keeps_them_all():
    found = find_credit(line="Source: AFP/Reuters")
    assert (found.agency, found.line) == (AFP, "Source: AFP/Reuters")


@pytest.mark.parametrize(
    ("url", "site_name", "expected"),
    [
        ("https://apnews.com/article/ferry", None, (AP, "own")),
        ("https://english.news.cn/ferry", None, ("Xinhua", "own")),
        (None, "Reuters", ("Reuters", "own")),
        ("https://merrow.example/ferry", "Merrow Post", (AP, "whole")),
        ("https://tass.com/ferry", None, (AP, "whole")),
        ("https://www.bbc.co.uk/ferry", None, (AP, "whole")),
    ],
)
def test_on_its_own_site_a_text_is_the_agencys_own(url, site_name, expected):
    agency = "Reuters" if site_name == "Reuters" else AP
    own = {"https://english.news.cn/ferry": "Xinhua"}.get(url, agency)
    found = find_credit(authors=[own], url=url, site_name=site_name)
    assert (found.agency, found.kind) == expected


def test_an_agency_is_known_by_its_site_alone():
    found = find_credit(text="The ferry sank.", url="https://tass.com/ferry")
    assert (found.agency, found.kind) == ("TASS", "own")


def test_a_syndicator_is_no_agency_on_its_own_site():
    found = find_credit(authors=["BBC News"], url="https://www.bbc.com/news/ferry")
    assert (found.agency, found.kind) == (None, None)
    assert find_credit(authors=["BBC News"], url="https://merrow.example/1").agency == "BBC"


def test_an_agencys_own_page_may_have_a_sign_off():
    """The sign-off in the form of Reuters is not read as that of Reuters there."""
    text = "The ferry sank. (Reporting by Ana Roe; Editing by Bo Poe)"
    found = find_credit(text=text, url="https://tass.com/ferry")
    assert (found.agency, found.kind) == ("TASS", "own")


@pytest.mark.parametrize(
    ("author", "site_name", "agency"),
    [
        ("Linden Press", "Merrow Post", "Linden Press"),
        ("Linden Press", "Linden Press", None),
        ("Reuters", "Reuters", None),
        ("Reuters", "Merrow Post", "Reuters"),
        ("Jane Roe", None, None),
    ],
)
def test_an_author_that_is_an_agency(author, site_name, agency):
    assert byline_agency(author, site_name) == agency


@pytest.mark.parametrize(
    ("text", "agencies"),
    [
        ("AFP, Reuters and agencies", (AFP, "Reuters")),
        ("AFP & AP", (AFP, AP)),
        ("AFP and Jane Roe", ()),
        ("Agencies", ()),
        ("RFE/RL", ("Radio Free Europe/Radio Liberty",)),
        ("dpa/Reuters", ("dpa", "Reuters")),
    ],
)
def test_lists_of_agencies(text, agencies):
    assert agencies_listed(text) == agencies


def test_a_short_form_counts_as_it_is_printed():
    for agency in known_agencies():
        for short in agency.short:
            assert agency_named(short) == agency.name
        for weak in agency.weak:
            assert agency_named(weak) is None
            assert agency_named(weak, is_sure=True) == agency.name


def test_no_two_agencies_share_a_name_or_a_site():
    names = [name for each in known_agencies() for name in (*each.names, *each.short, *each.weak)]
    sites = [site for each in known_agencies() for site in each.sites]
    assert len(names) == len(set(names))
    assert len(sites) == len(set(sites))
    assert all(own_agency(f"https://{site}/1", None) for site in sites)


@pytest.mark.clock
@pytest.mark.clock
def test_long_lines_are_read_in_linear_time():
    started = time.process_time()
    assert (
        find_credit(
            title="A" * 10**5, authors=["By " * 10**5], text="A " * 10**6 + "(", line="x" * 10**6
        ).agency
        is None
    )
    assert (
        find_credit(title="(" * 10**5, authors=["," * 10**5], text="New York, " * 10**5).agency
        is None
    )
    for line in ("(" * 399, "with " * 31, "A and " * 60, "contributed " * 30, "Source: " * 19):
        read_credit(line)
        find_credit(text=line, authors=[line])
    assert time.process_time() - started < 5


def test_a_round_up_with_several_datelines_is_credited_to_nobody():
    items = ["NAIROBI (AP) — The talks opened on Monday.", "The envoys met.", "Rain fell."]
    assert find_credit(text="\n\n".join(items)).agency == "Associated Press"
    further = "GENEVA (AP) — Fever has reached two more regions, doctors said."
    assert find_credit(text="\n\n".join([*items, further])).agency is None


def examples(table):
    return [(each["yes"], each["no"]) for each in read_credit_wording()[table]["alternatives"]]


@pytest.mark.parametrize(("yes", "no"), examples("labels"))
def test_a_label_introduces_an_agency(yes, no):
    credit = read_credit(yes)
    assert credit is not None
    assert (credit.line, credit.kind) == (yes, "whole")
    assert credit.agency is not None
    assert read_credit(no) is None


@pytest.mark.parametrize(("yes", "no"), examples("unnamed"))
def test_a_collective_means_agencies_without_a_name(yes, no):
    assert is_collective(yes)
    assert not is_collective(no)


@pytest.mark.parametrize(("yes", "no"), examples("pictures"))
def test_a_picture_credit_credits_nobody_with_the_text(yes, no):
    assert read_credit(yes) is None
    assert read_credit(no) is not None


@pytest.mark.parametrize(
    ("yes", "no"), [*examples("reuters_sign_offs"), *examples("named_sign_offs")]
)
def test_a_sign_off_names_the_agency(yes, no):
    assert find_credit(text=f"The ferry sank. {yes}").agency is not None
    assert find_credit(text=f"The ferry sank. {no}").agency is None
