"""Templated news is no copy; a wire story that outlets restyle is one."""

import re

import pytest

from pipeline.cli.dedupe import find_copies
from pipeline.cli.filters import Row
from pipeline.dedupe.compare import hash_text, relate
from tests.fix_stories import story


def groups(texts, outlets=None):
    """Return the groups of texts; ``outlets`` names the outlet of each."""
    sources = outlets or [f"outlet {number}" for number in range(len(texts))]
    rows = (
        Row(number, {"text": text, "source": source})
        for number, (text, source) in enumerate(zip(texts, sources, strict=True))
    )
    return [found["group"] for found in find_copies(rows)]


def related(one, two):
    match = relate(hash_text(1, one), hash_text(2, two))
    return match.relation if match else None


PLACES = "Arkholme Bellsford Corriedale Dunholt Eskerby Fallowmere Grindle Hawksea".split()
PEOPLE = [
    ("Ivo Lantern", 27), ("Maud Perrin", 63), ("Sten Okoro", 41), ("Bea Vance", 35),
    ("Colm Wray", 58), ("Dita Marek", 22), ("Rhys Tolland", 49), ("Una Feld", 71),
]  # fmt: skip
FIRMS = [
    "Amber Freight", "Borden Mills", "Calder Optics", "Dovetail Bank", "Elmstead Air",
    "Fenwick Salt", "Garrick Homes", "Hobday Wines",
]  # fmt: skip

DRIVER = (
    "{who}, {age}, of {place}, was banned from driving for a year at Wendle magistrates’ court on"
    " Friday. {who} admitted driving without due care and was also ordered to pay a fine of 440"
    " pounds, costs of 90 pounds and a surcharge of 176 pounds. The bench was told that the"
    " car had"
    " left the road at the bend by the water mill and come to rest against the wall of the"
    " chapel,"
    " and that nobody else had been hurt."
)
QUARTER = (
    "{firm} reported a net profit of ${profit} million for the third quarter on Thursday. On a"
    " per"
    " share basis the company earned {cents} cents, and its revenue came to ${revenue}"
    " million. The"
    " result was above the average estimate of analysts who were asked by a data service."
    " Shares of"
    " {firm} have moved little since the start of the year. This report was written by a program"
    " from figures that the company published, and it was checked by an editor before it"
    " appeared."
)
OUTLOOK = (
    "The outlook for {place} today: a high of {high} degrees in the afternoon and a low of {low}"
    " degrees before dawn. The wind blows from the {wind} with up to {speed} kilometres an"
    " hour, and"
    " the chance of rain is {chance} percent. The same is expected for the villages around. Our"
    " outlook is made from the model of the national weather office twice a day and appears here"
    " without being read by a meteorologist, so please look at the sky as well before you set"
    " sail."
)
NEUTRAL_OUTLOOKS = {
    "German": "Die Aussichten für {place}: Am Nachmittag werden bis zu {high} Grad erreicht,"
    " in der"
    " Nacht sinken die Werte auf {low} Grad. Der Wind erreicht {speed} Kilometer in der"
    " Stunde, die"
    " Wahrscheinlichkeit von Regen liegt bei {chance} Prozent. Am Wochenende ändert sich an der"
    " Wetterlage nach Angaben des Dienstes nur wenig. Die Vorhersage wird zweimal am Tag aus den"
    " Daten des Wetterdienstes berechnet und ohne Prüfung durch eine Redaktion veröffentlicht.",
    "Japanese": "あすの天気予報です。日中の最高気温は{high}度まで上がり、"
    "朝の最低気温は{low}度の見込みです。風速は"
    "{speed}メートル、降水確率は{chance}パーセントと予想されています。"
    "週末にかけて天気の大きな変化はないでしょう。"
    "この予報は気象台の資料をもとに一日二回自動で作成され、"
    "編集者の確認を経ずに掲載されています。",
    "Chinese": "明天天气预报：白天最高气温{high}摄氏度，夜间最低气温{low}摄氏度，"
    "风速每小时{speed}公里，降水概率"
    "百分之{chance}。周末之前天气变化不大，市民出行请留意最新信息。"
    "本预报根据气象部门的数据每天两次由程序自动生成，"
    "未经编辑审核即行发布，如有出入请以气象台发布的信息为准。",
    "Korean": "내일 날씨 전망입니다. 낮 최고 기온은 {high}도까지 오르고 아침 최저 기온은"
    " {low}도로 예상됩니다."
    " 바람은 초속 {speed}미터로 불고 비가 올 확률은 {chance}퍼센트입니다. 주말까지 날씨에 큰"
    " 변화는 없을"
    " 것으로 보입니다. 이 예보는 기상 자료를 바탕으로 하루에 두 번 자동으로 작성되며 편집자의"
    " 확인을 거치지"
    " 않고 게재됩니다. 외출하기 전에 최신 예보를 한 번 더 확인하는 것이 좋습니다. 더 자세한"
    " 지역별 예보는"
    " 누리집에서 볼 수 있습니다.",
    "Thai": "พยากรณ์อากาศวันพรุ่งนี้ อุณหภูมิสูงสุดในช่วงบ่าย {high} องศา"
    " และอุณหภูมิต่ำสุดในช่วงเช้า {low} องศา"
    " ลมแรง {speed} กิโลเมตรต่อชั่วโมง โอกาสที่ฝนจะตกร้อยละ {chance} ของพื้นที่"
    " สภาพอากาศจะไม่เปลี่ยนแปลงมากนักจนถึงวันหยุดสุดสัปดาห์"
    " พยากรณ์นี้จัดทำโดยโปรแกรมวันละสองครั้งจากข้อมูลของกรมอุตุนิยมวิทยา"
    " และเผยแพร่โดยไม่ผ่านบรรณาธิการ",
}


def outlooks(template):
    return [
        template.format(
            place=place,
            high=11 + 3 * number,
            low=2 * number - 5,
            wind=["north", "south", "west"][number % 3],
            speed=14 + 7 * number,
            chance=91 - 9 * number,
        )
        for number, place in enumerate(PLACES)
    ]


FAMILIES = {
    "drivers": [
        DRIVER.format(who=who, age=age, place=place)
        for (who, age), place in zip(PEOPLE, PLACES, strict=True)
    ],
    "quarters": [
        QUARTER.format(
            firm=firm, profit=f"{17 + 9 * n}.{n}", cents=31 + 4 * n, revenue=212 + 57 * n
        )
        for n, firm in enumerate(FIRMS)
    ],
    "outlooks": outlooks(OUTLOOK),
    **{language: outlooks(text) for language, text in NEUTRAL_OUTLOOKS.items()},
}


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_of_one_template_are_no_copies_whatever_the_number_of_outlets(family):
    texts = FAMILIES[family]
    for outlets in (None, ["desk"] * 8, [None] * 8):
        assert len(set(groups(texts, outlets))) == 8
    # The family stays known: the texts share too much for anything else than one template.
    assert related(*texts[:2]) == "partial"


def test_a_template_is_known_between_the_lines_of_eight_outlets():
    texts = [
        f"{story(f'head {number}', 22)}\n\nBy our court reporter\n\n{text}\n\n{story(number, 25)}"
        for number, text in enumerate(FAMILIES["drivers"])
    ]
    assert len(set(groups(texts))) == 8
    copy = f"{story('head 9', 22)}\n\n{FAMILIES['drivers'][4]}\n\n{story(9, 25)}"
    assert groups([*texts, copy])[-1] == 5


@pytest.mark.parametrize("family", FAMILIES)
def test_a_copy_of_a_templated_text_is_in_its_group(family):
    texts = FAMILIES[family]
    copy = f"PORT ELSA (Coast News) — {texts[3]}\n\nSource: Coast News"
    assert groups([*texts, copy]) == [1, 2, 3, 4, 5, 6, 7, 8, 4]


def test_the_forecast_of_another_day_is_another_text():
    tomorrow = OUTLOOK.format(place=PLACES[0], high=9, low=3, wind="east", speed=40, chance=5)
    assert related(FAMILIES["outlooks"][0], tomorrow) == "partial"


LANDSLIDE = (
    "A landslide after a week of rain buried part of the village of Khermoy on Sunday, and at"
    " least"
    " 17 people were killed, officials said. Rescuers pulled 23 survivors from the mud, among"
    " them a"
    " girl of 4, and were looking for 9 others. The slope above the village gave way at about"
    " 5 a.m.,"
    " said Governor Yusuf Kharimov, and took 31 houses and the road to Port Vyelsk with it."
    " Soldiers"
    " walked the last 12 miles because the bridge at Tsellin was down. Aid agencies asked for 6"
    " million dollars. It was the worst landslide in the Zharsk hills since 1988, when 140 people"
    " died."
)
SPELT_OTHERWISE = {
    "Khermoy": "Hermoi", "Kharimov": "Karimow", "Yusuf": "Yousef", "Vyelsk": "Vielsk",
    "Tsellin": "Cellin", "Zharsk": "Jarsk",
}  # fmt: skip


def respelt(text):
    return re.sub("|".join(SPELT_OTHERWISE), lambda found: SPELT_OTHERWISE[found[0]], text)


def updated(text):
    return (
        text.replace("17 people", "22 people")
        .replace("23 surv", "31 surv")
        .replace("9 oth", "3 oth")
    )


def converted(text):
    return text.replace("12 miles", "19 kilometres").replace(
        "6 million dollars", "5.5 million euros"
    )


def localised(text):
    return (
        "Bellsford doctor among the helpers after landslide abroad\n\nBy Ned Quarry, Bellsford"
        " Echo"
        f"\n\n{text}\n\nDr Maud Perrin, 39, of Bellsford, flew out on Monday with a team of six."
    )


def test_an_article_that_keeps_its_names_is_a_copy_though_all_its_figures_are_corrected():
    ages = (
        "Of the {} rowers whom Coach Petra Lindqvist takes to Hawksea, Ada Brook is {}, Bo Carver"
        " {} and Cleo Dane {}. Finn Eskil, who rowed for Grindle at {}, is the oldest at {}."
        " Gil Harrow of the Corriedale Club won in {} minutes and {} seconds, and Ike Jansen came"
        " in {} seconds later. The regatta at Dunholt drew {} boats, said Kit Lomax, who has been"
        " its starter since Mo Nash retired. Olla Pryce of Fallowmere will steer, as she did at"
        " Bellsford."
    )
    one, two = (ages.format(*range(start, start + 10)) for start in (20, 51))
    assert related(one, two) in {"duplicate", "a_in_b", "b_in_a"}


@pytest.mark.parametrize(
    "edit",
    [
        respelt,
        updated,
        converted,
        localised,
        lambda text: localised(converted(updated(respelt(text)))),
        lambda text: updated(text).upper(),
    ],
)
def test_a_wire_story_with_other_spellings_tolls_units_and_headline_is_a_copy(edit):
    assert related(LANDSLIDE, edit(LANDSLIDE)) in {"duplicate", "a_in_b"}


def test_a_flash_of_which_all_tolls_are_updated_is_a_copy():
    flash = (
        "A coach with pilgrims left the mountain road near Eskerby on Tuesday night and fell"
        " into a"
        " ravine, killing at least {} people and injuring {} others, the police said. The"
        " driver was"
        " among the dead. The coach belonged to Hobday Travel and was on its way from Grindle"
        " to the"
        " shrine of Saint Orla. Fog was thick on the road, a farmer told Radio Fallowmere. {}"
        " people"
        " are still missing."
    )
    assert related(flash.format(12, 30, 7), flash.format(19, 44, 2)) == "duplicate"


def test_items_above_one_footer_are_no_copies_though_the_footer_is_longer():
    footer = (
        "The Hawksea Packet appears on Wednesdays and is made by volunteers in the old customs"
        " house."
        " It is paid for by those who read it: for four pounds a month you receive every issue by"
        " post and may vote on what we look into next. Corrections are printed on page two, and"
        " complaints go to the press council, whose address stands on our website together"
        " with the"
        " accounts of the last ten years."
    )
    items = [
        "Swallows are nesting under the eaves of the lifeboat station for the first summer since"
        " its roof was mended.",
        "Somebody returned a library copy of a novel to the school this month, fifty-one years"
        " after it was borrowed.",
        "Rain put an early end to the egg-and-spoon race, which will be run again when the meadow"
        " has dried.",
    ]
    texts = [f"{item}\n\n{footer}" for item in items]
    assert groups(texts, ["packet"] * 3) == [1, 2, 3]
    assert groups([text for item in items for text in (f"{footer}\n\n{item}",)], ["p"] * 3) == [
        1,
        2,
        3,
    ]
    # A rewritten lead of one story speaks of what the story speaks of.
    led = [
        "Swallows are nesting under the eaves of the lifeboat station, the crew of the boat said"
        " on Friday.",
        "The lifeboat crew has asked visitors to leave the swallows under the eaves of its"
        " station"
        " in peace.",
    ]
    story = (
        "The birds came back from the south in April and found the new roof, said coxswain Colm"
        " Wray. Five pairs have built between the lamp and the door. The station has put up a"
        " board below the nests, and the crew now leaves by the side door when it is called out,"
        " which takes eleven seconds longer. A warden of the bird trust counts the young every"
        " Sunday and expects the last of them to fly before the regatta begins."
    )
    assert groups([f"{lead}\n\n{story}" for lead in led], ["packet"] * 2) == [1, 1]
