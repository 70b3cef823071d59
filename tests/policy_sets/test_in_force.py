"""What binds is what was published last; a folder that is watched publishes its edits, all files or none."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.errors import ConfigurationInvalid
from gateway.policy import Declared, PolicyErrors, load
from gateway.store import policies as rows
from gateway.store.database import Database
from gateway.telemetry import REGISTRY
from gateway.workflow.policies import InForce, told
from tests.policy.sets import policy
from tests.policy_sets.past import GROUNDED, REVIEW, WRONG, files, write

REVIEWED, SURE = load(files(REVIEW)).version, load(files(GROUNDED)).version
NOTHING_DECLARED = Declared()


async def begun(folder: Path, database: Database, *, watch: bool = True, declared: Declared | None = None) -> InForce:
    found = InForce(folder, database, declared or NOTHING_DECLARED, watch=watch)
    await found.begin()
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, REVIEW)


async def versions(database: Database) -> list[str]:
    return [one.version for one in await rows.publications(database)]


@pytest.mark.parametrize("watch", [True, False])
async def test_a_new_installation_publishes_its_folder_once(folder: Path, database: Database, watch: bool) -> None:
    first, second = await begun(folder, database, watch=watch), await begun(folder, database, watch=watch)

    (published,) = await rows.publications(database)
    assert published.version == first.current.version == second.current.version == REVIEWED
    assert published.reason == "the first start"


async def test_a_new_installation_with_a_bad_folder_does_not_start(tmp_path: Path, database: Database) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"approval/first.yaml:7:\d+"):
        await begun(write(tmp_path, WRONG), database)

    assert await versions(database) == []


async def test_an_edit_of_a_watched_folder_is_published(folder: Path, database: Database) -> None:
    policies = await begun(folder, database)

    write(folder, GROUNDED)
    await policies.renew()

    assert policies.current.version == SURE
    assert await versions(database) == [SURE, REVIEWED]


async def test_an_edit_of_a_folder_that_nobody_watches_binds_nobody(folder: Path, database: Database) -> None:
    policies = await begun(folder, database, watch=False)

    write(folder, GROUNDED)
    await policies.renew()

    assert policies.current.version == REVIEWED


async def test_a_bad_edit_keeps_the_last_good_set_and_is_told_until_it_is_mended(
    folder: Path, database: Database
) -> None:
    policies = await begun(folder, database)

    write(folder, WRONG)
    await policies.renew()

    refused = await rows.refused_edit(database)
    assert policies.current.version == REVIEWED
    assert refused is not None
    assert "ticket.langauge" in refused.problems[0]
    assert await told(database) == (
        f"version {REVIEWED[:12]} stays in force: an edit of the files is refused, see approval/first.yaml:7:11"
    )
    assert REGISTRY.get_sample_value("countersign_policy_reload_failed") == 1

    write(folder, GROUNDED)
    await policies.renew()

    assert policies.current.version == SURE
    assert await rows.refused_edit(database) is None
    assert await policies.told() == f"version {SURE[:12]} is in force"
    assert REGISTRY.get_sample_value("countersign_policy_reload_failed") == 0


async def test_an_edit_with_one_bad_file_among_good_ones_takes_none_of_them(folder: Path, database: Database) -> None:
    policies = await begun(folder, database)

    write(folder, GROUNDED, **{"approval/second.yaml": WRONG.replace("policy: first", "policy: second")})
    await policies.renew()

    assert policies.current.version == REVIEWED
    assert await versions(database) == [REVIEWED]


async def test_a_folder_that_is_still_written_is_looked_at_again(folder: Path, database: Database) -> None:
    policies = await begun(folder, database)

    write(folder, GROUNDED)
    looking = asyncio.create_task(policies.renew())
    await asyncio.sleep(0.05)
    write(folder, GROUNDED.replace("0.8", "0.75"))
    await looking
    assert policies.current.version == REVIEWED

    await policies.renew()
    assert await versions(database) == [load(folder).version, REVIEWED]


async def test_a_rollback_binds_everybody_and_survives_a_restart(folder: Path, database: Database) -> None:
    watching, following = await begun(folder, database), await begun(folder, database, watch=False)
    write(folder, GROUNDED)
    await watching.renew()
    await following.renew()
    assert following.current.version == SURE

    await rows.publish(database, REVIEWED, files(REVIEW), by="Ada", reason="too bold")
    await watching.renew()
    await following.renew()

    restarted = await begun(folder, database)
    assert watching.current.version == following.current.version == restarted.current.version == REVIEWED
    assert await versions(database) == [REVIEWED, SURE, REVIEWED]


async def test_an_edit_made_while_nobody_ran_is_published_at_the_start(folder: Path, database: Database) -> None:
    await begun(folder, database)

    write(folder, GROUNDED)

    assert (await begun(folder, database)).current.version == SURE


async def test_a_worker_starts_with_the_published_set_though_its_folder_is_broken(
    folder: Path, database: Database
) -> None:
    await begun(folder, database)

    write(folder, WRONG)

    policies = await begun(folder, database)
    assert policies.current.version == REVIEWED
    assert policies.problems
    assert await rows.refused_edit(database) is not None
    assert (await begun(folder, database, watch=False)).problems == ()
    assert await rows.refused_edit(database) is None


async def test_a_published_set_that_does_not_fit_here_is_not_taken(folder: Path, database: Database) -> None:
    named = policy("- rule: look\n  when: ticket.account == 'acme'\n  then: {reply: review}")
    policies = await begun(folder, database, watch=False, declared=Declared(accounts={"other"}))

    await rows.publish(database, load(files(named)).version, files(named), by="Ada", reason="elsewhere")
    await policies.renew()

    assert policies.current.version == REVIEWED
    assert "does not fit this installation, see approval/first.yaml:7" in await policies.told()
    with pytest.raises(ConfigurationInvalid, match=r"published policies: approval/first\.yaml:7"):
        await begun(folder, database, watch=False, declared=Declared(accounts={"other"}))


@contextlib.asynccontextmanager
async def living(policies: InForce) -> AsyncIterator[None]:
    task = asyncio.create_task(policies.keep_current())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_publication_reaches_a_process_that_lives_within_a_second(folder: Path, database: Database) -> None:
    policies = await begun(folder, database, watch=False)
    async with living(policies):
        await rows.publish(database, SURE, files(GROUNDED), by="Ada", reason="bolder")
        await asyncio.sleep(1.0)

        assert policies.current.version == SURE


async def test_a_folder_with_a_link_to_itself_is_read(folder: Path, database: Database) -> None:
    policies = await begun(folder, database)
    (folder / "approval" / "again").symlink_to(folder / "approval")

    async with asyncio.timeout(5):
        await policies.renew()

    assert policies.current.version == REVIEWED
    with pytest.raises(PolicyErrors):
        load(folder)
