"""A sitemap as a source, over real HTTP."""

import gzip
from collections.abc import Iterator

import pytest

from connectors.errors import ConnectorError, Misconfigured, Rejected
from gateway.knowledge import Audience, Defaults
from gateway.knowledge.pages import Sitemap
from gateway.knowledge.sources import Content
from tests.knowledge.site import NAMES, Site, serve

SOURCE = Defaults("site", internal_titles=("staff*",))


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        yield site


async def read(site: Site, cursor: str | None = None, *, most: int = 100) -> Content:
    return await Sitemap(f"{site.url}/sitemap.xml", SOURCE, most, allow_private_network=True)(cursor)


async def test_pages_are_articles_with_their_address_language_and_last_change(site: Site) -> None:
    site.put("/returns", "Within 30 days.", "2026-05-01")
    site.put("/staff-only", "Up to 100 EUR.")

    returns, staff = (await read(site)).articles

    assert (returns.id, returns.url) == (f"{site.url}/returns", f"{site.url}/returns")
    assert (returns.title, returns.text, returns.language) == ("returns", "Within 30 days.", "en")
    assert returns.updated_at is not None
    assert returns.updated_at.date().isoformat() == "2026-05-01"
    assert (returns.audience, staff.audience) == (Audience.PUBLIC, Audience.INTERNAL)


async def test_only_a_page_that_changed_is_read_again(site: Site) -> None:
    site.put("/same", "Text.", "2026-05-01")
    site.put("/edited", "Text.", "2026-05-01")
    site.put("/silent", "Text.")
    first = await read(site)
    site.asked_for_pages()

    site.put("/edited", "Other text.", "2026-06-01")
    second = await read(site, first.cursor)

    assert site.asked_for_pages() == ["/edited", "/silent"]
    assert second.whole
    assert list(second.unread) == [f"{site.url}/same"]


async def test_a_page_that_does_not_answer_stays_and_one_that_is_gone_goes_and_both_are_told(site: Site) -> None:
    for path in ("/good", "/ill", "/gone", "/moved"):
        site.put(path, "Text.")
    site.pages |= {"/ill": 503, "/gone": 410, "/moved": 302}

    content = await read(site)

    assert [article.title for article in content.articles] == ["good"]
    assert list(content.unread) == [f"{site.url}/ill", f"{site.url}/moved"]
    assert [problem.split(": ")[0].rpartition("/")[2] for problem in content.problems] == ["ill", "gone", "moved"]


async def test_nothing_of_another_site_is_asked_for(site: Site) -> None:
    site.put("/good", "Text.")
    with serve() as other:
        other.put("/secret", "Inside.")
        site.list_all(f"{other.url}/secret")

        content = await read(site)

        assert other.asked == []
    assert [article.title for article in content.articles] == ["good"]
    assert "leads away" in content.problems[0]


async def test_what_robots_txt_closes_to_us_is_not_asked_for_and_goes(site: Site) -> None:
    for path in ("/returns", "/account/mine", "/search?q=1"):
        site.put(path, "Text.")
    first = await read(site)
    site.asked_for_pages()

    site.pages["/robots.txt"] = (
        b"User-agent: *\nDisallow: /\n\nUser-agent: Countersign\nDisallow: /account\nDisallow: /*?q=\n"
    )
    second = await read(site, first.cursor)

    assert len(first.articles) == 3
    assert site.asked_for_pages() == ["/returns"]
    assert [article.title for article in second.articles] == ["returns"]
    assert (second.whole, list(second.unread)) == (True, [])
    assert second.problems == ["2 page(s) are not read: robots.txt closes them to 'countersign'"]


@pytest.mark.parametrize(("answer", "reads"), [(404, True), (403, True), (302, True), (503, False)])
async def test_a_site_that_cannot_say_what_is_closed_is_left_for_later(site: Site, answer: int, reads: bool) -> None:
    site.put("/returns", "Text.")
    site.pages["/robots.txt"] = answer

    if reads:
        assert (await read(site)).articles
    else:
        with pytest.raises(ConnectorError):
            await read(site)


async def test_an_address_inside_is_refused_unless_the_owner_allows_it(site: Site) -> None:
    site.put("/good", "Text.")

    with pytest.raises(Misconfigured):
        await Sitemap(f"{site.url}/sitemap.xml", SOURCE)(None)
    with pytest.raises(Misconfigured):
        await Sitemap("https://169.254.169.254/sitemap.xml", SOURCE)(None)

    assert site.asked == []


async def test_a_sitemap_of_sitemaps_is_followed_once_and_may_be_packed(site: Site) -> None:
    site.put("/good", "Text.")
    site.pages["/part.xml"] = gzip.compress(site.pages["/sitemap.xml"])  # type: ignore[arg-type]
    nested = f"<sitemapindex {NAMES}><sitemap><loc>{site.url}/{{}}</loc></sitemap></sitemapindex>"
    site.pages["/sitemap.xml"] = nested.format("part.xml").encode()

    assert [article.title for article in (await read(site)).articles] == ["good"]
    site.pages["/part.xml"] = nested.format("sitemap.xml").encode()
    assert (await read(site)).articles == []


async def test_no_more_pages_are_read_than_allowed_and_that_is_told(site: Site) -> None:
    for number in range(5):
        site.put(f"/{number}", "Text.")

    content = await read(site, most=3)

    assert len(content.articles) == 3
    assert "more than 3 pages" in content.problems[0]


@pytest.mark.parametrize(
    "sitemap",
    [
        b"<html>",
        b"no xml",
        b"",
        b"\x1f\x8bcut",
        b'<!DOCTYPE a [<!ENTITY b "c">]><urlset/>',
        '<!DOCTYPE a [<!ENTITY b "c">]><urlset/>'.encode("utf-16"),
    ],
)
async def test_what_is_no_sitemap_is_an_error_and_not_an_empty_source(site: Site, sitemap: bytes) -> None:
    site.pages["/sitemap.xml"] = sitemap

    with pytest.raises(Rejected):
        await read(site)


async def test_a_site_that_does_not_answer_is_an_error(site: Site) -> None:
    site.pages["/sitemap.xml"] = 503

    with pytest.raises(ConnectorError):
        await read(site)


async def test_a_page_of_ten_megabytes_is_not_read(site: Site) -> None:
    site.put("/good", "Text.")
    site.put("/large", "x" * 10_000_000)

    content = await read(site)

    assert [article.title for article in content.articles] == ["good"]
    assert "longer than" in content.problems[0]
