"""the audit record: entries that nobody can change, their tree, its heads, and personal parts beside them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

FIXED = ("audit_entry", "audit_leaf", "audit_head")


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("on_what", sa.String(), nullable=False),
        sa.Column("from_where", sa.String(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        sa.Column("content_hash", sa.String(), nullable=True),
        sa.Column("personal_hash", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "audit_waiting",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_waiting")),
    )
    op.create_table(
        "audit_leaf",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_audit_leaf")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_audit_leaf_entry_id")),
    )
    op.create_table(
        "audit_head",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("edge", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_personal",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_personal")),
    )
    op.create_table(
        "requester_key",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("requester", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("account", "requester", name=op.f("pk_requester_key")),
    )
    op.execute(
        """create function audit_wait() returns trigger language plpgsql as $$
           begin insert into audit_waiting (entry_id) values (new.id); return null; end $$"""
    )
    op.execute("create trigger audit_wait after insert on audit_entry for each row execute function audit_wait()")
    op.execute(
        """create function audit_refuse() returns trigger language plpgsql as $$
           begin raise exception 'the audit record is never changed: % on % is refused', tg_op, tg_table_name; end $$"""
    )
    for table in FIXED:
        op.execute(
            f"""create trigger audit_refuse before update or delete or truncate on {table}
                for each statement execute function audit_refuse()"""
        )
