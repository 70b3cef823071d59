"""How often somebody may come: so many a second, and ten seconds' worth of them at once."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

AT_ONCE = 10.0  # seconds' worth
MOST_KEYS = 10_000  # who is remembered; the one that came longest ago is forgotten, and begins with everything

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Rates:
    """Of this process. A key is an account or an address."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._most = per_second * AT_ONCE
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # what was left, and when

    def wait(self, key: str) -> float:
        """Seconds until `key` may come once more; 0: now."""
        return max(0.0, (1 - self._now(key)) / self._per_second)

    def came(self, key: str) -> None:
        self._left[key] = (self._now(key) - 1, self._clock())
        self._left.move_to_end(key)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)

    def _now(self, key: str) -> float:
        left, at = self._left.get(key, (self._most, 0.0))
        return min(self._most, left + (self._clock() - at) * self._per_second)


def networks(text: str) -> Sequence[Network]:
    """Raises ValueError for what is none."""
    return [ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip()]


def who(peer: str, forwarded: str, proxies: Sequence[Network]) -> str:
    """Whose address it is: the nearest one that is no proxy of ours. Of IPv6 the network, of which anybody has one.

    What stands further left in `forwarded`, anybody may have written."""
    for address in (peer, *reversed([part.strip() for part in forwarded[-1000:].split(",")])):
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return peer
        if not any(found in network for network in proxies):
            break
    if found.version == 6:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
