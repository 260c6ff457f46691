"""T30, T31, T34, T40, T41: what is done to a running city for its upkeep, or by somebody who got at the queue."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import redis

from adapters.fault_points import KEEPING_POINTS
from adapters.places import ROOT
from queue_workers.allowed import QUEUE
from routing_rules import store
from routing_rules.document import dump, parse
from tests.chaos.fault import Fault, Scene
from tests.chaos.filling import Past, emptied, filled

LIST = f"rq:queue:{QUEUE}"
OLD, OLD_DAYS = 300, 2000  # requests that are kept no longer
HELD_STILL = "SELECT 1 FROM callback_request WHERE number_id IS NOT NULL AND closed_at < '2025-01-01'"
NIGHT, MORNING = "2026-11-25T03:10:00+02:00", "2026-11-25T10:00:00+02:00"
KILLS, REACHED_SECONDS = 2, 45.0  # the night's work is taken up within a second of the clock's start
KEEPING, ERASING, _ = KEEPING_POINTS
ONE_OF_THEM = "SELECT e164 FROM phone_number WHERE e164 LIKE '+358419%' ORDER BY e164"
KNOWN = "SELECT 1 FROM phone_number WHERE e164 = :number"
ERASES = (
    "import sys; from bootstrap import build_services; from recordings.erasing import Seen, erase;"
    " sys.exit(not isinstance(erase(build_services(), sys.argv[1], 'operator', 'asked for it'), Seen))"
)
CHANGING = "streets"
MIGRATES = "import os; from adapters.migrate import upgrade; upgrade(os.environ['DATABASE_URL'])"
PLANTED = (
    '["os.system", null, ["touch planted-by-a-stranger"], {}]',
    '["builtins.eval", null, ["1/0"], {}]',
    '["queue_workers.jobs.effect", null, ["nobody-knows-this-order"], {}]',
    "not json at all",
)


# --- T30: the night's letting go ----------------------------------------------------------------------------------


def purge_killed(scene: Scene) -> None:
    """The clock is killed in the middle of letting go what has been kept its time; the next one begins anew. So is the
    command that erases one resident, before it commits."""
    filled(scene, OLD, Past("done", OLD_DAYS))
    erasing_killed(scene)
    scene.city.clock(NIGHT, scene.city.rate)
    for _ in range(KILLS):
        scene.city.hold.arm(KEEPING)
        reached = scene.city.hold.reached(REACHED_SECONDS)
        scene.city.kill(reached.process)
        scene.city.hold.let_go()
        scene.counts[f"{reached.process} killed while letting go"] += 1
    scene.city.hold.clear()
    scene.city.eventually_count(0, HELD_STILL, within=4 * REACHED_SECONDS)
    emptied(scene)
    scene.city.clock(MORNING, scene.city.rate)


def erasing_killed(scene: Scene) -> None:
    number = str(scene.city.sql(ONE_OF_THEM)[0]["e164"])
    erases = (sys.executable, "-c", ERASES, number)
    told = {**os.environ, **scene.city.installation.environment}
    scene.city.hold.arm(ERASING)
    with subprocess.Popen(erases, cwd=ROOT, env=told) as first:
        try:
            assert scene.city.hold.reached(REACHED_SECONDS).pid == first.pid, "somebody else erases"
        finally:
            first.kill()
    scene.city.hold.clear()
    scene.seen["killed"] = (len(scene.city.sql(KNOWN, number=number)),)
    scene.counts["killed while erasing"] += 1
    subprocess.run(erases, cwd=ROOT, env=told, timeout=REACHED_SECONDS, check=True)
    scene.seen["erased"] = (len(scene.city.sql(KNOWN, number=number)),)


def erased_whole_or_not_at_all(scene: Scene) -> list[str]:
    found = [] if scene.seen.get("killed") == (1,) else ["the killed erasing had done a part of its work"]
    return found if scene.seen.get("erased") == (0,) else [*found, "the second erasing did not erase"]


# --- T31: migration under traffic ---------------------------------------------------------------------------------


def migrated_under_traffic(scene: Scene) -> None:
    """Three at once migrate to where the record is, as three hosts do that start; processes are renewed meanwhile."""
    told = {**os.environ, "DATABASE_URL": scene.city.settings.database_url}
    while scene.wait(1.0):
        hosts = [subprocess.Popen((sys.executable, "-c", MIGRATES), cwd=ROOT, env=told) for _ in range(3)]
        name = scene.random.choice(("web-a", "web-b", "worker-1", "worker-2", "clock"))
        scene.city.terminate(name)
        scene.counts["renewed"] += 1
        for host in hosts:
            scene.counts["migrations ended" if host.wait(60) == 0 else "migrations failed"] += 1


def no_migration_failed(scene: Scene) -> list[str]:
    failed = scene.counts["migrations failed"]
    return [f"{failed} migrations failed"] if failed else []


# --- T34, T40: the queue ------------------------------------------------------------------------------------------


def ghost_swallows(scene: Scene) -> None:
    """A connection that nobody minds any more takes the jobs and does nothing, as a forked scheduler's would."""
    with scene.city.valkey() as ghost:
        while scene.left > 0:
            with suppress(redis.RedisError):
                if ghost.blpop([LIST], timeout=1) is not None:
                    scene.counts["jobs swallowed"] += 1


def jobs_planted(scene: Scene) -> None:
    """By somebody who can write into the store: commands, broken data, ids of nobody; and many of them."""
    number = 0
    with scene.city.valkey() as store:
        while scene.wait(0.1):
            number += 1
            name = f"planted-{number}"
            data = scene.random.choice(PLANTED)
            fields = {"data": data, "status": "queued", "origin": QUEUE, "created_at": "2026-11-24T08:00:00.000000Z"}
            with suppress(redis.RedisError):
                store.hset(f"rq:job:{name}", mapping=fields)
                store.rpush(LIST, name)
                scene.counts["jobs planted"] += 1


def nothing_planted_has_run(scene: Scene) -> list[str]:
    """A file would lie where the processes run."""
    places = (ROOT, scene.city.installation.root)
    return [f"a planted command was run in {place.name}" for place in places if (place / PLANTED_TRACE).exists()]


PLANTED_TRACE = str(json.loads(PLANTED[0])[2][0]).removeprefix("touch ")


# --- T41: rules ---------------------------------------------------------------------------------------------------


def rules_published_again_and_again(scene: Scene) -> None:
    """Callers stay with the rules by which their call began; whoever rings next meets the new ones."""
    on = True
    while scene.wait(1.0) or on is False:  # ends as it began
        published(scene, records=on)
        on = not on


def published(scene: Scene, *, records: bool) -> None:
    with scene.city.engine.begin() as connection:
        found = store.published(connection)
        assert found is not None, "no rules are in force"
        rules = parse(found[1])
        departments = tuple(replace(one, records_talks=records and one.id == CHANGING) for one in rules.departments)
        version = store.next_version(connection)
        document = dump(replace(rules, version=version, departments=departments))
        now = scene.city.business_moment()
        assert store.insert_published(connection, store.Publication(version, document, "sirkka", "again", now))
    scene.counts["rules published"] += 1


FAULTS = (
    Fault(
        "T30",
        "the night's letting go is killed again and again, an erasing too",
        purge_killed,
        erased_whole_or_not_at_all,
    ),
    Fault(
        "T31",
        "three hosts ask for a migration that is made already; processes are renewed",
        migrated_under_traffic,
        no_migration_failed,
    ),
    Fault("T34", "a ghost's connection swallows the queue's jobs", ghost_swallows),
    Fault("T40", "strangers plant jobs in the queue", jobs_planted, nothing_planted_has_run),
    Fault("T41", "rules are published every second", rules_published_again_and_again),
)
