"""How much text a channel takes, by the names that help desks give to channels."""

MAIL = 6_000  # characters that a person still reads to the end
# The first word that stands in the channel's name counts: what the networks themselves take, as far as they say so, and
# for a chat what still is a message.
LONGEST = {
    "sms": 1_600,
    "tweet": 280,
    "twitter": 1_000,
    "instagram": 1_000,
    "messenger": 2_000,
    "facebook": 2_000,
    "whatsapp": 4_096,
    "telegram": 4_096,
    "viber": 1_000,
    "line": 5_000,
    "chat": 2_000,
    "messaging": 2_000,
    "widget": 2_000,
    "voice": 1_000,
}


def most_characters(channel: str) -> int:
    """The longest reply for a channel; that of a mail where nothing is known of it."""
    name = channel.lower()
    words = name.replace("-", "_").split("_")
    return next((most for word, most in LONGEST.items() if word in words or (word != "line" and word in name)), MAIL)
