"""Made-up agents to act as. The starter policies ask these groups to approve."""

PEOPLE: dict[str, object] = {
    "sign_in": {"picker": True},
    "people": {
        "ann": {"name": "Ann Archer, agent", "email": "ann@hollin-tarn.example"},
        "bo": {"name": "Bo Berg, billing lead", "email": "bo@hollin-tarn.example"},
        "eve": {"name": "Eve Egger, billing lead", "email": "eve@hollin-tarn.example"},
        "li": {"name": "Li Lang, legal and privacy", "email": "li@hollin-tarn.example"},
        "sam": {"name": "Sam Stone, care lead", "email": "sam@hollin-tarn.example"},
        "ada": {"name": "Ada Admin, runs the gateway", "email": "ada@hollin-tarn.example"},
    },
    "groups": {
        "agents": {"members": ["ann", "bo", "eve", "li", "sam"]},
        "billing-leads": {"members": ["bo", "eve"]},
        **{name: {"members": ["li"]} for name in ("legal", "privacy")},
        **{
            name: {"members": ["sam"]}
            for name in (
                "care-leads",
                "duty-managers",
                "key-account-managers",
                "language-reviewers",
                "product-safety",
                "security",
            )
        },
        "operators": {"members": ["ada"], "rights": ["admin", "ops", "auditor"]},
    },
}
