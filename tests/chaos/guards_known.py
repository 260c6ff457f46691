"""The guards that stand between a fault and a resident, and which tests show each of them. Data; nothing runs here."""

from dataclasses import dataclass

INTEGRATION = "tests/integration"


@dataclass(frozen=True)
class Cut:
    """What is taken out of one file: ``old`` stands there exactly once, and ``new`` takes its place."""

    path: str
    old: str
    new: str


@dataclass(frozen=True)
class Guard:
    name: str
    keeps: str  # what it keeps from happening
    cuts: tuple[Cut, ...]
    shown_by: tuple[str, ...]


GUARDS = (
    Guard(
        "the mark before the agent is rung",
        "an order that is carried out twice rings twice",
        (
            Cut(
                "queue_workers/effects.py",
                'offer.c.state == "offered", offer.c.asked_machine.is_(None))',
                'offer.c.state == "offered")',
            ),
        ),
        (f"{INTEGRATION}/test_effects.py::test_a_ring_of_unknown_fate_is_never_asked_for_again",),
    ),
    Guard(
        "compare-and-set before the resident is dialled",
        "two legs of one offer both ring the resident",
        (
            Cut(
                "desks/talk/conversation.py",
                'if row is None or row["state"] != "offered" or row["agent_call_sid"] not in (None, call_sid):',
                "if row is None:",
            ),
            Cut("callbacks/machine.py", '("dialing", "wish"): "dialing",', '("dialing", "accept"): "dialing",'),
        ),
        (
            f"{INTEGRATION}/test_conversation.py::test_a_second_leg_with_the_same_token_dials_nobody",
            f"{INTEGRATION}/test_dispatch.py::test_two_legs_race_to_accept_one_callback",
        ),
    ),
    Guard(
        "the fence: only the offer that holds a request may move it",
        "news of a stale offer decide about a newer one",
        (Cut("callbacks/step_store.py", ' or (token is not None and row["offer_token"] != token):', ":"),),
        (f"{INTEGRATION}/test_stale_news.py",),
    ),
    Guard(
        "compare-and-set of every step of a request",
        "a cancel and a ring of the same instant both win",
        (
            Cut(
                "callbacks/step_store.py",
                """        REQUEST.c.id == row["id"],
        REQUEST.c.state == row["state"],
        REQUEST.c.fence == row["fence"],
        REQUEST.c.offer_token == row["offer_token"],
""",
                """        REQUEST.c.id == row["id"],
""",
            ),
        ),
        (f"{INTEGRATION}/test_at_the_same_instant.py::test_a_cancel_races_the_accept",),
    ),
    Guard(
        "the receipt of an accept",
        "a retried copy of the accept ends the leg that was to ring the resident",
        (
            Cut(
                "ivr/agent_webhooks.py",
                "stored = tx.connection.scalar(self._receipt(token, call_sid))",
                "stored = None",
            ),
        ),
        (f"{INTEGRATION}/test_conversation.py::test_a_retried_accept_gets_the_same_answer_and_rings_once",),
    ),
    Guard(
        "the receipt of an effect step",
        "a repeated webhook does its effect again, or says another thing",
        (
            Cut(
                "ivr/answering.py",
                """        known, looked = self._look()
        if known.answer is not None:
            return known.answer
""",
                """        known, looked = self._look()
""",
            ),
            Cut(
                "ivr/answering.py",
                """                if known.answer is not None:
                    return known.answer
                drafted""",
                """                drafted""",
            ),
        ),
        (
            f"{INTEGRATION}/test_webhooks.py::test_two_copies_of_a_confirmation_at_once_make_one_promise",
            f"{INTEGRATION}/test_webhooks.py::test_two_copies_of_the_way_into_the_line_make_one_stay",
        ),
    ),
    Guard(
        "one open request for a number and a topic",
        "two calls of one number at the same instant make two promises",
        (
            Cut(
                "adapters/schema/promises.py",
                """    callback_request.c.person,
    unique=True,""",
                """    callback_request.c.person,
    unique=False,""",
            ),
        ),
        (
            f"{INTEGRATION}/test_at_the_same_instant.py::test_the_record_takes_one_open_request_for_a_number_and_a_topic",
        ),
    ),
    Guard(
        "one open offer for an agent and for a matter",
        "two dealers of the same instant give one agent two matters",
        (
            Cut(
                "adapters/schema/line.py",
                '(("agent_id", True), ("caller_id", True), ("request_id", True))',
                '(("agent_id", False), ("caller_id", False), ("request_id", False))',
            ),
        ),
        (f"{INTEGRATION}/test_at_the_same_instant.py::test_an_agent_cannot_be_given_two_matters",),
    ),
    Guard(
        "the quarantine",
        "a ring whose news are only late is given to a person before they can arrive",
        (
            Cut(
                "queue_workers/reconcile.py",
                "if quiet_since + services.settings.quarantine_seconds < services.clock.machine():",
                "if True:",
            ),
        ),
        (
            f"{INTEGRATION}/test_reconcile.py::test_the_agent_is_let_go_at_once_and_the_request_is_not_dealt_meanwhile",
            f"{INTEGRATION}/test_reconcile.py::test_late_news_are_adopted_although_the_agent_is_gone",
            f"{INTEGRATION}/test_reconcile.py::test_a_ring_nobody_knows_of_is_decided_by_a_person",
        ),
    ),
    Guard(
        "a ring of unknown fate is never rung again by machine",
        "a resident whose leg was lost sight of is rung a second time",
        (
            Cut(
                "desks/talk/conversation_end.py",
                'row["request_id"], "leg_unknown", self.now, SERVICE, token=token):',
                'row["request_id"], "missed", self.now, SERVICE, token=token):',
            ),
        ),
        (f"{INTEGRATION}/test_reconcile.py::test_a_ring_nobody_knows_of_is_decided_by_a_person",),
    ),
    Guard(
        "the lease of an order",
        "two workers carry out one order at the same time",
        (
            Cut(
                "adapters/pace_store.py",
                "return outbox.c.done_machine.is_(None), outbox.c.due_machine <= now, unleased",
                "return outbox.c.done_machine.is_(None), outbox.c.due_machine <= now, unleased.is_not(None)",
            ),
            Cut("queue_workers/orders.py", "outbox.c.lease_machine < NOW)", "NOW > 0)"),  # and where it is taken
        ),
        (f"{INTEGRATION}/test_effects.py::test_a_worker_that_died_with_the_order_leaves_it_to_another",),
    ),
    Guard(
        "an order is settled only by whoever holds it",
        "a worker that stood still writes over what another has done since",
        (
            Cut(
                "queue_workers/orders.py",
                'MINE = update(outbox).where(BY_ID[0], outbox.c.tries == bindparam("claim"))',
                "MINE = update(outbox).where(BY_ID[0])",
            ),
        ),
        (f"{INTEGRATION}/test_orders_at_length.py::test_whoever_stood_still_has_lost_it_and_spoils_nothing",),
    ),
    Guard(
        "the signature",
        "anybody who knows an address makes promises for others",
        (Cut("ivr/signature.py", "return bool(validator.validate(url, fields, signature))", "return True"),),
        (
            f"{INTEGRATION}/test_webhooks_bad_input.py::test_another_account_another_token_and_a_changed_url_are_refused",
        ),
    ),
    Guard(
        "announcement after commit",
        "a promise is spoken that the record never took in",
        (
            Cut(
                "ivr/answering.py",
                "            return InOneTransaction(self, tx, asked).answer(effect, facts)\n\n        try:\n",
                "            said.append(InOneTransaction(self, tx, asked).answer(effect, facts))\n"
                "            return said[-1]\n\n        said: list[str] = []\n        try:\n",
            ),
            Cut(
                "ivr/answering.py",
                "            return self.services.database.run(work, until=asked.until)\n\n\nclass InOneTransaction:",
                "            return self.services.database.run(work, until=asked.until)\n"
                "        except DatabaseError:\n            if said:\n                return said[-1]\n"
                "            raise\n\n\nclass InOneTransaction:",
            ),
        ),
        (
            f"{INTEGRATION}/test_commit_fails.py::test_a_promise_that_was_not_committed_is_not_spoken_and_may_be_asked_for_again",
        ),
    ),
    Guard(
        "hints only after the commit",
        "a worker is told of an order that is not there, and nobody is told once it is",
        (
            Cut(
                "adapters/database.py",
                "                transaction.write_waiting()\n            except BaseException:",
                "                transaction.write_waiting()\n                for hook in transaction.hooks:\n"
                "                    _hint(hook)\n            except BaseException:",
            ),
        ),
        (f"{INTEGRATION}/test_commit_fails.py::test_nobody_is_hinted_at_what_was_not_committed",),
    ),
    Guard(
        "nothing is changed after the call has ended",
        "a late copy of a webhook makes a promise that nobody hears",
        (Cut("ivr/answering.py", "        if known.ended:\n", "        if False:\n"),),
        (f"{INTEGRATION}/test_webhooks.py::test_an_effect_after_the_call_has_ended_changes_nothing",),
    ),
    Guard(
        "news are taken in once",
        "a doubled status callback counts twice",
        (
            Cut(
                "ivr/status_webhooks.py",
                "if self.tx.connection.scalar(select(status_event.c.call_sid).where(*key)) is not None:",
                "if False:",
            ),
        ),
        (f"{INTEGRATION}/test_webhooks.py::test_news_that_come_twice_and_late_are_taken_once",),
    ),
    Guard(
        "a text is sent at most once",
        "a lost answer of the provider sends the same text again",
        (
            Cut(
                "queue_workers/text_effects.py",
                "update(text_message).where(text_message.c.id == message_id, text_message.c.asked_machine.is_(None))",
                "update(text_message).where(text_message.c.id == message_id)",
            ),
        ),
        (f"{INTEGRATION}/test_effects.py::test_a_text_whose_sender_died_is_not_sent_again_and_its_fate_is_told",),
    ),
    Guard(
        "the list of allowed jobs",
        "whoever can write into the queue's memory runs code of hers",
        (
            Cut(
                "queue_workers/allowed.py",
                "if self.func_name not in ALLOWED or self._instance is not None:",
                "if False:",
            ),
        ),
        (f"{INTEGRATION}/test_queue_planted.py::test_a_planted_command_is_not_run",),
    ),
    Guard(
        "grace after an outage of ours",
        "agents whose signs of life we could not take in lose the matters that ring at them",
        (Cut("queue_workers/scheduler.py", "if now - self.seen_record > OUTAGE_SECONDS:", "if False:"),),
        (f"{INTEGRATION}/test_news_out_of_order.py::test_the_clock_sees_that_the_record_was_away",),
    ),
    Guard(
        "the dispatcher carries out what the queue has lost",
        "a flushed queue leaves a telephone silent",
        (
            Cut(
                "queue_workers/scheduler.py",
                "elif waited > OVERDUE_SECONDS or not self.services.live.up():",
                "elif not self.services.live.up():",
            ),
        ),
        (f"{INTEGRATION}/test_orders_lost.py::test_an_order_that_the_queue_has_lost_is_carried_out_by_the_dispatcher",),
    ),
)
