import pytest

from pipeline.clean.names import author_names, clean_authors


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ines Moor", ("Ines Moor",)),
        ("By Ines Moor and Per Aasen, Political Editor", ("Ines Moor", "Per Aasen")),
        ("INES MOOR", ("Ines Moor",)),
        ("Ines Moor | Lakeshore News | Updated: Feb 13, 2024 10:15", ("Ines Moor",)),
        ("By Ines Moor, Lakeshore News Service", ("Ines Moor",)),
        ("Ines Moor (Brevik) & Per Aasen", ("Ines Moor", "Per Aasen")),
        ("2 Minutes Ago Ines Moor", ()),
        ("By Zoë BrännströmHarbour2 comments", ("Zoë Brännström",)),
        ("Ines McAvoy and Per FitzRoy", ("Ines McAvoy", "Per FitzRoy")),
        ("Reuters", ("Reuters",)),
        ("https://news.example/author/ines", ()),
        ("", ()),
    ],
)
def test_bylines_become_names(byline, names):
    assert author_names(byline) == names


def test_organisations_stand_only_where_nobody_is_named():
    assert clean_authors(["Lakeshore News", "Ines Moor"]) == ("Ines Moor",)
    assert clean_authors(["Lakeshore News"]) == ("Lakeshore News",)


def test_each_name_comes_once():
    assert clean_authors(["Ines Moor", "By Ines Moor"]) == ("Ines Moor",)
