"""Made-up people to act as. Three of them are the agents of the demo's help desk, so that their commands in notes count
as theirs; the starter policies ask these groups to approve."""

DESKS = ("demo", "demo-auto")


def _person(name: str, agent: str | None = None) -> dict[str, object]:
    first = name.split()[0].lower()
    ids = {"ids": dict.fromkeys(DESKS, agent)} if agent else {}
    return {"name": name, "email": f"{first}@hollin-tarn.example", **ids}


PEOPLE: dict[str, object] = {
    "sign_in": {"picker": True},
    "people": {
        "emma": _person("Emma Lindqvist", "agent-emma"),
        "jonas": _person("Jonas Weber", "agent-jonas"),
        "amira": _person("Amira Haddad", "agent-amira"),
        "eve": _person("Eve Egger"),
        "ada": _person("Ada Admin"),
    },
    "groups": {
        "agents": {"members": ["emma", "jonas", "amira", "eve"]},
        "billing-leads": {"members": ["jonas", "eve"]},
        **{
            name: {"members": ["amira"]}
            for name in (
                "care-leads",
                "duty-managers",
                "key-account-managers",
                "language-reviewers",
                "legal",
                "privacy",
                "product-safety",
                "security",
            )
        },
        "operators": {"members": ["ada"], "rights": ["admin", "ops", "auditor"]},
    },
}
