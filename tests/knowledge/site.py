"""A help centre's site on loopback: pages, and a sitemap that lists them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@dataclass
class Site:
    """`pages`: path -> body, or a status. `changed`: path -> what the sitemap says of its last change."""

    url: str
    pages: dict[str, bytes | int] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, text: str, changed: str = "") -> None:
        self.pages[path] = f"<html lang=en><title>{path[1:]}</title><main><p>{text}</p></main>".encode()
        self.changed[path] = changed
        self.list_all()

    def list_all(self, *others: str) -> None:
        """A sitemap of all pages, and of addresses elsewhere."""
        entries = [
            f"<url><loc>{self.url}{path}</loc>{f'<lastmod>{at}</lastmod>' if at else ''}</url>"
            for path, at in self.changed.items()
        ] + [f"<url><loc>{other}</loc></url>" for other in others]
        self.pages["/sitemap.xml"] = f"<urlset {NAMES}>{''.join(entries)}</urlset>".encode()

    def asked_for_pages(self) -> list[str]:
        """Since the last time, without sitemaps."""
        asked, self.asked = [path for path in self.asked if not path.endswith((".xml", "/robots.txt"))], []
        return asked


@contextmanager
def serve() -> Iterator[Site]:
    site = Site("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            answer = site.pages.get(self.path, 404)
            self.send_response(answer if isinstance(answer, int) else 200)
            body = b"" if isinstance(answer, int) else answer
            if answer == 302:
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # a reader that has had enough hangs up
                self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
