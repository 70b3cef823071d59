"""How much personal data is found, and how fast? Run: python bench/screening.py TEXTS.json

TEXTS is a list of `full_text` with `spans` (`entity_type`, `start_position`, `end_position`). A span counts as found
when at least 80 % of its characters are masked; a mask counts as right when it touches a labelled span."""

import argparse
import json
import time
from collections import Counter, defaultdict
from pathlib import Path

from gateway.screening import Vault, clean, injection_in, language_of
from gateway.screening.personal import merged

STRUCTURED = ("EMAIL_ADDRESS", "CREDIT_CARD", "PHONE_NUMBER", "IBAN_CODE", "US_SSN", "IP_ADDRESS")
NOT_PERSONAL = frozenset({"TITLE", "ORGANIZATION", "DATE_TIME", "LOCATION", "GPE", "NRP", "DOMAIN_NAME", "AGE"})
MAIL = """Hello,

I ordered two jackets on 3 November (order HT-482913) and only one has arrived. The tracking page says that both were
delivered at 14:05, but nobody was at home. My phone number is +49 30 901820, and I would like to have the second one
sent to Lindenstraße 12, 10969 Berlin, or my money back to DE89 3704 0044 0532 0130 00.

How long does that take, and do I have to pay for the shipping?

Best regards,
Anna Schmidt

On Tue, 17 Nov 2026 at 09:12, Hollin & Tarn <service@hollintarn.example> wrote:
> Good news: your order has left our warehouse.
> You can follow it on our page.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--missed", action="store_true", help="print what was missed and what was masked wrongly")
    arguments = parser.parse_args()
    texts = json.loads(arguments.texts.read_text())
    _quality(texts, missed=arguments.missed)
    _speed([text["full_text"] for text in texts])


def _quality(texts: list[dict], *, missed: bool) -> None:
    found, total = Counter(), Counter()
    right, wrong = Counter(), Counter()
    lost, false = defaultdict(list), defaultdict(list)
    for text in texts:
        full, spans = text["full_text"], text["spans"]
        matches = merged(Vault().find(full))
        masked = {place for match in matches for place in range(match.start, match.end)}
        labelled = {place for span in spans for place in range(span["start_position"], span["end_position"])}
        for span in spans:
            places = range(span["start_position"], span["end_position"])
            hit = len(masked.intersection(places)) >= 0.8 * len(places)
            total[span["entity_type"]] += 1
            found[span["entity_type"]] += hit
            if not hit:
                lost[span["entity_type"]].append(full[places.start : places.stop])
        for match in matches:
            good = not labelled.isdisjoint(range(match.start, match.end))
            (right if good else wrong)[match.kind.value] += 1
            if not good:
                false[match.kind.value].append(full[match.start : match.end])
    _report(found, total, right, wrong)
    if missed:
        print(*(f"missed {kind}: {values}" for kind, values in lost.items()), sep="\n")
        print(*(f"wrong {kind}: {values}" for kind, values in false.items()), sep="\n")


def _report(found: Counter, total: Counter, right: Counter, wrong: Counter) -> None:
    print("recall by kind")
    for kind, count in total.most_common():
        note = "  (kept on purpose)" if kind in NOT_PERSONAL else ""
        print(f"  {kind:18} {found[kind]:4} of {count:4}  {found[kind] / count:.0%}{note}")
    structured = sum(total[kind] for kind in STRUCTURED)
    print(f"  structured kinds   {sum(found[kind] for kind in STRUCTURED) / structured:.1%}" if structured else "")
    print("precision by kind")
    for kind in sorted(right | wrong):
        print(f"  {kind:18} {right[kind]:4} of {right[kind] + wrong[kind]:4}")
    print(f"  all                {sum(right.values()) / max(1, sum((right + wrong).values())):.1%}")


def _speed(texts: list[str]) -> None:
    language_of("The first call loads the model, which is not what is measured here.")
    began = time.process_time()
    for text in texts:
        Vault().mask(text)
    print(f"mask: {len(texts) / (time.process_time() - began):,.0f} texts a second")
    rounds = 200
    spent = Counter()
    for _ in range(rounds):
        for name, step in _steps():
            began = time.process_time()
            step()
            spent[name] += time.process_time() - began
    print("one normal mail, ms of CPU:")
    for name, seconds in spent.items():
        print(f"  {name:10} {seconds / rounds * 1000:.3f}")
    text_mail = sum(seconds for name, seconds in spent.items() if name != "clean html")
    print(f"  together   {text_mail / rounds * 1000:.3f}  (as text)")


def _steps() -> list:
    text = clean(MAIL).text
    html = "<html><body>" + "".join(f"<p>{line}</p>" for line in MAIL.splitlines()) + "</body></html>"
    return [
        ("clean", lambda: clean(MAIL)),
        ("clean html", lambda: clean(html, "html")),
        ("language", lambda: language_of(text)),
        ("mask", lambda: Vault().mask(text)),
        ("injection", lambda: injection_in(text)),
    ]


if __name__ == "__main__":
    main()
