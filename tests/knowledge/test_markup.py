"""HTML pages as articles."""

from pathlib import Path

from gateway.knowledge import Audience, Defaults, read_folder
from gateway.knowledge.markup import article_text

SOURCE = Defaults("help", language="en", owner="Care")
PAGE = """<!doctype html>
<html lang="de-AT"><head><title>Returns | Acme</title>
<link rel="canonical" href="https://help.example/returns">
<meta name="audience" content="internal"><meta property="article:modified_time" content="2026-05-01T08:00:00+00:00">
<style>.x { color: red }</style><script>alert("a script")</script></head>
<body><nav>Home Products</nav><main><h1>Returns</h1>
<p>Send it back within <b>30 days</b>.<br>Print the label.</p>
<h2>Exceptions</h2><ul><li>Gift cards</li><li>Food</li></ul>
<table><tr><td>Small</td><td>5 EUR</td></tr></table>
<p hidden>Nobody sees this</p></main><footer>Imprint</footer></body></html>"""


def test_a_page_says_of_itself_what_a_front_matter_would(tmp_path: Path) -> None:
    (tmp_path / "returns.html").write_text(PAGE)

    (article,) = read_folder(tmp_path, SOURCE).articles

    assert (article.id, article.title, article.language) == ("returns", "Returns", "de")
    assert (article.url, article.audience) == ("https://help.example/returns", Audience.INTERNAL)
    assert article.updated_at is not None
    assert article.updated_at.isoformat() == "2026-05-01T08:00:00+00:00"


def test_the_main_part_of_a_page_is_its_text_with_headings_and_lists() -> None:
    text = article_text(PAGE)

    assert text.split("\n") == [
        "# Returns", "", "Send it back within 30 days.", "Print the label.", "", "## Exceptions", "", "- Gift cards",
        "- Food", "", "Small 5 EUR",
    ]  # fmt: skip


def test_scripts_styles_menus_and_what_is_hidden_are_not_text() -> None:
    text = article_text(PAGE)

    assert not any(word in text for word in ("alert", "color", "Home", "Imprint", "Nobody"))


def test_a_piece_of_a_page_is_read_too() -> None:
    assert article_text("<p>One &amp; two</p>three<div>four</div>five") == "One & two\n\nthree\n\nfour\n\nfive"


def test_a_page_that_nests_ten_thousand_deep_is_read_in_bounds() -> None:
    assert "text" in article_text("<div>" * 10_000 + "text")


def test_folders_may_hold_both_kinds(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nText.")
    (tmp_path / "b.htm").write_text("<title>B</title><p>Text.</p>")

    assert [article.title for article in read_folder(tmp_path, SOURCE).articles] == ["A", "B"]


def test_titles_that_a_source_names_are_internal_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text('---\ntitle: "RUNBOOK - refunds"\naudience: public\n---\nText.')
    (tmp_path / "b.md").write_text("# Refunds, not a runbook\n\nText.")
    source = Defaults("help", internal_titles=("Runbook*",))

    assert [article.audience for article in read_folder(tmp_path, source).articles] == ["internal", "public"]
