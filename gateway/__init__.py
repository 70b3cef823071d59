"""Countersign: AI drafts inside the help desk, under rules that a team can read.

The line, a file a step in `gateway.workflow`; `run.py` there is the page to read first:

    intake    a signed webhook becomes a row and a job, in one transaction
    context   the ticket and its thread are read from the help desk
    screen    quotes off, personal data out, warning signs noted
    ground    what the knowledge base says
    draft     a model proposes a reply; every call is on the ledger
    check     what is wrong with it
    decide    what the policies say may happen to it
    deliver   into the ticket, once and never twice
    review    a person's word
    outcome   what people did with it
"""
