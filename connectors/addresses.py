"""Where an address leads: into the outside world, into a private network, or to what a machine tells of itself."""

import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNICAST = ipaddress.IPv6Network("2000::/3")  # all that the world gives out; whatever else there is has a meaning inside
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Where clouds tell a machine its own credentials, beside what is link-local.
METADATA = {ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200")}
METADATA_NAMES = ("metadata.google.internal", "metadata.goog", "instance-data")


def is_public(host: str) -> bool:
    """Whether an IP address belongs to the outside world; a name counts as public until it is connected to."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return True
    address = _within(address)
    if isinstance(address, ipaddress.IPv6Address):
        return address in UNICAST and address.is_global
    return address.is_global and not address.is_multicast


def tells_secrets(host: str) -> bool:
    """Whether a machine asks there for its own credentials, however the address is written: nobody else has business
    there."""
    name = host.strip("[]").partition("%")[0].rstrip(".").lower()
    if name in METADATA_NAMES:
        return True
    try:
        address: Address = ipaddress.ip_address(name)
    except ValueError:
        try:  # decimal, octal, hexadecimal, and shortened, as a resolver would read them
            address = ipaddress.IPv4Address(socket.inet_aton(name))
        except OSError:
            return False
    address = _within(address)
    return address.is_link_local or address in METADATA


def _within(address: Address) -> Address:
    """The address that a packet would come to in the end, where one family is carried in the other."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
