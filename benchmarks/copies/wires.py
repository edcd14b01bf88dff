"""Short wire stories and what outlets change in them: they stay copies.

All names are invented. ``LOOKED_AT`` and ``HELD_OUT`` are as in ``desks``.
"""

import random
import re
from collections.abc import Mapping

LOOKED_AT: Mapping[str, str] = {
    "mine": (
        "TOVIK — An explosion in a coal mine near the town of Tovik killed at least 12 people "
        "and injured 40 on Monday, officials said. The blast happened at about 3.40 p.m., some "
        "600 metres below the ground, when more than 150 miners were changing shifts. Governor "
        "Aslan Kadyrenko said that rescue workers had brought out 97 people by the evening and "
        "that 9 were still missing. Relatives waited at the gate of the Zarya mine, which opened "
        "in 1974 and is owned by Sarkeny Coal. An accident in the same mine killed 31 people in "
        "2007. The prosecutor's office has opened an inquiry into breaches of safety rules."
    ),
    "trade": (
        "GENEVA — Ministers from 38 countries agreed on Friday to cut tariffs on medical goods "
        "by 2030, after talks that lasted four days. The agreement covers 1,200 products worth "
        "310 billion dollars a year, Director-General Yevgeny Tchaikov said. Zhao Mingkhai, who "
        "led the Chinese delegation, called it a balanced result, while Mohammed Al-Khatib of "
        "the Gulf group said poorer countries had hoped for more. Tariffs on vaccines and "
        "insulin will fall to zero within two years. The deal must still be ratified by 25 "
        "parliaments. Talks about farm goods were put off until a meeting in Brantwick in June."
    ),
    "train, in German": (
        "Bei einem Zugunglück in der Nähe von Hallstedt sind am Dienstag 14 Menschen verletzt "
        "worden, drei von ihnen schwer. Wie die Polizei mitteilte, stieß ein Regionalzug mit 86 "
        "Fahrgästen gegen 7.20 Uhr an einem Bahnübergang mit einem Lastwagen zusammen. Der "
        "Fahrer des Lastwagens, ein 52 Jahre alter Mann aus Dorheim, blieb unverletzt. Die "
        "Strecke zwischen Hallstedt und Grünau war bis zum Abend gesperrt, Busse ersetzten die "
        "Züge. Der Sachschaden beträgt nach Angaben der Bundespolizei rund 900.000 Euro. Nach "
        "ersten Ermittlungen waren die Schranken offen. Die Bahn kündigte an, alle Übergänge der "
        "Strecke zu überprüfen."
    ),
    "bank": (
        "The central bank raised its main interest rate by a quarter of a point to 4.75 percent "
        "on Wednesday, the ninth increase in a row, and said that inflation would fall more "
        "slowly than it had hoped. Governor Ifeoma Balogun said prices had risen by 6.2 percent "
        "in the year to October and that wages had grown by 5.1 percent. Six of the nine members "
        "voted for the increase; Pavel Rinde and two others wanted no change. The currency "
        "gained 0.6 percent against the dollar. Analysts at Halden Bank now expect two more "
        "increases by March."
    ),
}
HELD_OUT: Mapping[str, str] = {
    "ferry": (
        "A ferry with 214 people on board capsized off the island of Quessa on Saturday night, "
        "the coast guard said. At least 27 bodies were recovered and 141 passengers were "
        "rescued, Captain Joaquim Mbeki told reporters in Port Ibarron. The ferry, the Santa "
        "Rita, left Melt Harbour at 6 p.m. and sent a distress call an hour later, about 12 "
        "miles from the coast. It was built for 160 passengers. Survivors said that the boat "
        "tilted after a wave broke a window on the lower deck. President Amara Diouf declared "
        "three days of mourning and promised an investigation."
    ),
    "fire": (
        "Firefighters fought a blaze for a third day on Thursday in the hills above Aldane, "
        "where 4,500 people have left their homes. The fire has burned 18,000 acres and "
        "destroyed 63 houses, said Fire Chief Oleksandr Zelenko. Winds of up to 45 miles an hour "
        "drove the flames towards the village of Hesp, and temperatures reached 104 degrees. Two "
        "helicopters and 320 firefighters from Dunmore and Vail joined the crews. One woman, 71, "
        "died when her car left the road in the smoke. The cause is not known, but a power line "
        "of Lumo Energy had fallen on Tuesday."
    ),
    "bridge": (
        "A bridge over the Sarkeny river collapsed on Sunday while a wedding party was crossing "
        "it, and 8 people drowned, the police said. Twenty-two others were pulled from the water "
        "by fishermen. The bride, Noor Mehrotra, 26, survived; her father is among the dead. The "
        "wooden bridge, 140 feet long, was closed to cars in 2019, and a sign allowed no more "
        "than 15 people at a time. Mayor Tomas Castellan said that the town had asked the "
        "ministry for 2 million dollars for a new bridge. An engineer from Ostrava will examine "
        "the cables on Tuesday."
    ),
    "tennis": (
        "Mara Ellison beat the second seed Svetlana Kuznetsenko 6-4, 3-6, 7-5 on Thursday to "
        "reach the final of the Ibarron Open for the first time. The 19-year-old from Dunmore "
        "saved two match points in a third set that lasted 74 minutes, and hit 41 winners. She "
        "will play Chen Xiaolin or Anke Vogelsang on Saturday. Kuznetsenko, who won here in "
        "2021, had treatment for her back after the first set. Ellison, ranked 58th, has earned "
        "310,000 dollars this week, more than in all of last year. Her coach, Ruth Lind, was not "
        "in the stadium."
    ),
    "mine, in Chinese": (
        "新华港电 青河县一座煤矿星期一下午发生爆炸，造成至少12人死亡、40人受伤。当地官员说，爆炸"
        "发生在下午3时40分左右，当时有150多名矿工正在井下交接班，爆炸点距离地面约600米。省长李国"
        "梁说，截至当晚已有97人获救，另有9人下落不明。遇难者家属聚集在曙光煤矿门口等候消息，这座"
        "煤矿于1974年投产，2007年曾发生过一次造成31人死亡的事故。检察机关已就违反安全规定的问题展"
        "开调查，国家矿山安全部门也派出工作组赶赴现场。"
    ),
}
_SPELLINGS = [
    ("y", "i"), ("kh", "h"), ("v", "w"), ("ph", "f"), ("tch", "ch"), ("z", "s"), ("k", "c"),
    ("ou", "u"), ("x", "ks"), ("q", "k"), ("ei", "ai"),
]  # fmt: skip
_CALENDAR = frozenset(
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday March June October November".split()
)
_UNITS = [
    (r"miles an hour", 1.6, "kilometres an hour"), (r"miles", 1.6, "kilometres"),
    (r"acres", 0.4, "hectares"), (r"feet", 0.3, "metres"), (r"metres", 3.28, "feet"),
    (r"dollars", 0.9, "euros"), (r"million dollars", 0.9, "million euros"),
    (r"billion dollars", 0.9, "billion euros"),
]  # fmt: skip
_LOCAL = [
    (
        "{0} woman tells of shock after news from abroad\n\n",
        "\n\nA reader of the {0} Echo, whose sister lives nearby, said that she had not slept.",
    ),
    (
        "What we know so far\n\nFrom our newsroom in {0}\n\n",
        "\n\nMore on this from 6 p.m. on Radio {0}.",
    ),
    ("", "\n\nA vigil will be held on the market square of {0} tonight, the council said."),
]
_TOWNS = ["Aldermoor", "Brackwell", "Cairnhaven", "Drossel", "Eastrick"]


def restyled(text: str, draw: random.Random) -> str:
    """Return a wire story after two to four of the changes that outlets make to one."""
    chosen = draw.sample([respelt, updated, converted, localised], draw.randint(2, 4))
    for change in (respelt, updated, converted, localised):
        if change in chosen:
            text = change(text, draw)
    return text


def respelt(text: str, draw: random.Random) -> str:
    """Spell most names otherwise, as another romanisation or another language does."""
    for name in sorted({*re.findall(r"(?<=[a-z,] )[A-Z][a-z]{3,}", text)} - _CALENDAR):
        rules = [rule for rule in _SPELLINGS if rule[0] in name[1:]]
        if rules and draw.random() < 0.7:
            changed = name[0] + name[1:].replace(*draw.choice(rules), 1)
            text = re.sub(rf"\b{name}\b", changed, text)
    return text


def updated(text: str, draw: random.Random) -> str:
    """Raise two figures, as the toll of an accident rises."""
    found = [*re.finditer(r"(?<![\d.,:])\d{1,3}(?![\d.,:]\d|\d)", text)]
    for figure in sorted(draw.sample(found, min(2, len(found))), key=lambda each: -each.start()):
        raised = int(figure[0]) + draw.randint(1, 9)
        text = f"{text[: figure.start()]}{raised}{text[figure.end() :]}"
    return text


def converted(text: str, _: random.Random) -> str:
    """Write lengths, areas and amounts in other units."""
    for unit, factor, other in _UNITS:
        text = re.sub(
            rf"(\d[\d,]*) {unit}\b",
            lambda found, factor=factor, other=other: (  # type: ignore[misc]
                f"{int(int(found[1].replace(',', '')) * factor):,} {other}"
            ),
            text,
        )
    return text.replace("percent", "per cent").replace(" p.m.", " pm")


def localised(text: str, draw: random.Random) -> str:
    """Add a headline and a closing line about the outlet's own town."""
    before, after = draw.choice(_LOCAL)
    town = draw.choice(_TOWNS)
    return before.format(town) + text + after.format(town)
