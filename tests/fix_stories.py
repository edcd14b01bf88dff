"""Invented stories for the tests of duplicates; stories with different seeds are unrelated."""

import random

_WORDS = (
    "the of to a in and said for on that with council harbour bridge vote minister plan water"
    " school budget report storm ferry market strike judge hospital valley farmers price grain"
    " union border river election court police fire road rail energy mill night morning year people"
    " would had was were has been after before from by at it he she they their more than about into"
    " not but when which over under between against during largest local national former new old"
    " Sarkeny Belmora Tovik Aldane Quessa Ibarron Melt Ostrava Kindle Marrow Hesp Dunmore Vail"
).split()


def story(seed: object, words: int = 300) -> str:
    """Return prose of ``words`` words in paragraphs of three sentences."""
    draw = random.Random(str(seed))
    sentences = []
    while words > 0:
        length = min(words, draw.randint(9, 22))
        sentences.append(" ".join(draw.choice(_WORDS) for _ in range(length)).capitalize() + ".")
        words -= length
    return "\n\n".join(" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3))


def header_and_footer(outlet: object, words: int = 160) -> tuple[str, str]:
    """Return the header and footer of all pages of an outlet, together of about ``words`` words."""
    lines = story(f"boilerplate of {outlet}", words).replace(". ", "\n").split("\n")
    return "\n".join(lines[: len(lines) // 2]), "\n".join(lines[len(lines) // 2 :])


def page(outlet: object, text: str, words: int = 160) -> str:
    """Return a text with its outlet's header above and footer below."""
    header, footer = header_and_footer(outlet, words)
    return f"{header}\n\n{text}\n\n{footer}"


def edited(text: str, share: float, seed: object = 0) -> str:
    """Return the text with a share of its words replaced."""
    draw = random.Random(f"edit {seed}")
    return " ".join(
        draw.choice(_WORDS) if draw.random() < share else word for word in text.split(" ")
    )


def first_part(text: str, share: float) -> str:
    """Return the first words of a text, as many as the share says."""
    words = text.split(" ")
    return " ".join(words[: int(len(words) * share)])
