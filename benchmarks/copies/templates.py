"""Texts of one template with different names and numbers, which must not be joined as copies.

Every template is a function of a ``random.Random`` that returns a text; all names are invented.
"""

import random
from collections.abc import Callable, Mapping

_TOWNS = ["Melt Harbour", "Sarkeny", "Tovik", "Aldane", "Quessa", "Ibarron", "Dunmore", "Vail"]
_NAMES = ["Ellison", "Rinde", "Balogun", "Castellan", "Mehrotra", "Okafor", "Lind", "Sandoval"]
_FIRST = ["Mara", "Tomas", "Ifeoma", "Ruth", "Arjun", "Noor", "Pavel", "Inés"]
_SKIES = ["sunny", "cloudy", "wet", "windy", "foggy", "clear", "unsettled", "stormy"]
_FIRMS = ["Halden Bank", "Corvo Energy", "Pell Retail", "Tarn Steel", "Lumo Foods", "Oster Rail"]


def _who(draw: random.Random) -> str:
    return f"{draw.choice(_FIRST)} {draw.choice(_NAMES)}"


def weather(draw: random.Random) -> str:
    """Return a day's forecast."""
    town, near = draw.sample(_TOWNS, 2)
    sky = draw.sample(_SKIES, 3)
    return (
        f"Weather forecast for {town} and the surrounding area\n\n"
        f"It will be {sky[0]} in {town} on the {draw.randint(1, 28)}th with temperatures of"
        f" {draw.randint(-5, 34)} degrees at midday, falling to {draw.randint(-15, 15)} degrees"
        f" at night, the state weather office said in its daily bulletin. Winds of up to"
        f" {draw.randint(8, 90)} kilometres an hour are expected from the"
        f" {draw.choice(['north', 'south', 'east', 'west'])} during the afternoon.\n\n"
        f"In {near} the morning will be {sky[1]} and the evening {sky[2]}. There is a"
        f" {draw.randint(1, 99)} per cent chance of rain. The sun rises at"
        f" {draw.randint(4, 8)}:{draw.randint(10, 59)} and sets at"
        f" {draw.randint(16, 21)}:{draw.randint(10, 59)}.\n\n"
        "The weather office asks everyone to follow its warnings on the radio and to avoid"
        " unnecessary travel when a warning of the second level or above has been given."
    )


def market(draw: random.Random) -> str:
    """Return a day's stock market report."""
    first, second, third = draw.sample(_FIRMS, 3)
    way, turn = draw.choice([("higher", "gained"), ("lower", "lost")])
    return (
        f"Shares close {way} as {first} leads the market\n\n"
        f"The main share index closed {draw.random() * 3:.2f} per cent {way} at"
        f" {draw.randint(3000, 9000)} points on {draw.choice(['Monday', 'Tuesday', 'Friday'])},"
        f" with {draw.randint(100, 900)} million shares changing hands. {first} {turn}"
        f" {draw.randint(1, 12)} per cent to {draw.randint(10, 400)}.{draw.randint(10, 99)}, while"
        f" {second} ended the session at {draw.randint(10, 400)}.{draw.randint(10, 99)}.\n\n"
        f"Among the most actively traded shares {third} moved by {draw.random() * 9:.1f} per cent."
        f" In the currency market the dollar was quoted at {draw.random() + 0.5:.4f}, and crude oil"
        f" for delivery next month stood at {draw.randint(50, 120)}.{draw.randint(10, 99)} dollars"
        f" a barrel. Gold was at {draw.randint(1500, 2900)} dollars an ounce.\n\n"
        f"{_who(draw)}, an analyst at {draw.choice(_FIRMS)}, said that investors were waiting for"
        " the decision of the central bank on interest rates."
    )


def match(draw: random.Random) -> str:
    """Return the report of a match."""
    home, away = draw.sample(_TOWNS, 2)
    scores = [_who(draw) for _ in range(3)]
    return (
        f"{home} {draw.randint(1, 6)}, {away} {draw.randint(0, 4)}\n\n"
        f"{scores[0]} scored in the {draw.randint(2, 44)}th minute and {scores[1]} added another"
        f" in the {draw.randint(46, 90)}th as {home} beat {away} in front of"
        f" {draw.randint(900, 40_000)} spectators on Saturday. {scores[2]} was sent off after a"
        f" second yellow card {draw.randint(2, 20)} minutes before the end.\n\n"
        f"{home} are now in place {draw.randint(1, 16)} of the table with {draw.randint(3, 60)}"
        f" points from {draw.randint(5, 30)} games, while {away} stay in place"
        f" {draw.randint(1, 16)}. The next game of {home} is at {draw.choice(_TOWNS)} on"
        f" the {draw.randint(1, 28)}th of the month; {away} play {draw.choice(_TOWNS)} at home."
    )


def court(draw: random.Random) -> str:
    """Return a notice of a court's sentence."""
    who, town = _who(draw), draw.choice(_TOWNS)
    return (
        f"{town} man sentenced in {draw.choice(['fraud', 'theft', 'arson', 'assault'])} case\n\n"
        f"{who}, {draw.randint(18, 80)}, of {town}, was sentenced to {draw.randint(4, 120)} months"
        f" in prison by Judge {_who(draw)} in the district court on"
        f" {draw.choice(['Monday', 'Tuesday', 'Thursday'])}, the public prosecutor's office said"
        f" in a statement. He had pleaded guilty to {draw.randint(1, 9)} counts in"
        f" {draw.choice(['March', 'May', 'June', 'October'])} of last year.\n\n"
        f"According to court documents the damage came to {draw.randint(1, 900)},000 dollars."
        f" The case was prosecuted by {_who(draw)} and investigated by the police of"
        f" {draw.choice(_TOWNS)}. An appeal may be brought within four weeks. Anyone with"
        " information about similar cases is asked to call the office of the prosecutor."
    )


def obituary(draw: random.Random) -> str:
    """Return a death notice."""
    who, town = _who(draw), draw.choice(_TOWNS)
    return (
        f"{who}, {draw.randint(1925, 1960)} to 2026\n\n"
        f"{who}, {draw.randint(60, 101)}, of {town}, passed away peacefully at home on the"
        f" {draw.randint(1, 28)}th, surrounded by family. Born in {draw.choice(_TOWNS)} to"
        f" {_who(draw)} and {_who(draw)}, the deceased worked for {draw.randint(12, 45)} years at"
        f" {draw.choice(_FIRMS)} and was a keen member of the"
        f" {draw.choice(['choir', 'garden club', 'rowing club', 'parish council'])}.\n\n"
        f"Survivors include {draw.randint(1, 6)} children and {draw.randint(1, 12)}"
        f" grandchildren. A service will be held at {draw.randint(9, 16)}:00 at the chapel in"
        f" {draw.choice(_TOWNS)}. In place of flowers the family asks for donations to the"
        f" hospice of {draw.choice(_TOWNS)}."
    )


TEMPLATES: Mapping[str, Callable[[random.Random], str]] = {
    "weather": weather, "market": market, "match": match, "court": court, "obituary": obituary,
}  # fmt: skip
