"""Invented stories in languages and scripts of the world (``stories.toml``), and their pages."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Story:
    """A story as its page prints it."""

    language: str
    title: str
    byline: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, separated by blank lines."""
        return "\n\n".join(self.paragraphs)

    def page(self, stated: str | None = None, extra: str = "", url: str = "") -> str:
        """Return the story as HTML.

        Args:
            stated: the language that the page states; its own by default.
            extra: markup below the last paragraph.
            url: the address that it states as its own.
        """
        lines = "".join(f"<p>{line}</p>" for line in self.paragraphs)
        direction = " dir=rtl" if self.language in ("ar", "he") else ""
        own = f'<link rel="canonical" href="{url}">' if url else ""
        return (
            f'<html lang="{self.language if stated is None else stated}"{direction}><head>'
            f'<meta charset="utf-8"><title>{self.title}</title>{own}'
            '<meta property="article:published_time" content="2026-11-20T08:15:00+00:00"></head>'
            f"<body><article><h1>{self.title}</h1><p>{self.byline}</p>{lines}{extra}"
            "</article></body></html>"
        )


def _read() -> dict[str, Story]:
    path = Path(__file__).with_name("stories.toml")
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        code: Story(code, each["title"], each["byline"], tuple(each["paragraphs"]))
        for code, each in found.items()
    }


STORIES = _read()
"""One story in each language, by its ISO 639-1 code."""
