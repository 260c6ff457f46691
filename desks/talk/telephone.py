"""The agent's telephone: one of her pages rings, and tells every five seconds whether it can. One transaction each."""

from typing import TYPE_CHECKING, Literal

from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from desks import store
from desks.talk import telephone_store as pages

if TYPE_CHECKING:
    from bootstrap import Services

Where = Literal["here", "elsewhere"]
TELEPHONES = ("starting", "registered", "failed", "microphone", "own")
LONGEST_TAB = 32


def beat(services: "Services", agent_id: str, tab: str = "", telephone: str = "starting") -> Where:
    """A sign of life of one page. ``elsewhere``: another page of hers has the telephone, and is alive."""
    if not tab:
        with services.database.write() as tx:
            pages.beats_without_a_page(tx.connection, agent_id, services.clock.machine())
        return "here"
    try:
        return services.database.run(lambda tx: _beat(services, tx, agent_id, tab, telephone))
    except IntegrityError:  # her other page has beaten for the first time at the same instant
        return services.database.run(lambda tx: _beat(services, tx, agent_id, tab, telephone))


def _beat(services: "Services", tx: Transaction, agent_id: str, tab: str, telephone: str) -> Where:
    machine, page = services.clock.machine(), pages.page_of(tx.connection, agent_id)
    if page is None:
        pages.first_page(tx.connection, agent_id, tab, telephone, services.clock.now(), machine)
        return "here"
    if page.tab != tab and not pages.is_silent(page, machine):
        return "elsewhere"
    pages.beats(tx.connection, agent_id, machine, tab=tab, telephone=telephone)
    if telephone != page.telephone:
        tx.after_commit(lambda: services.changed(agent_id))
    _away_without_telephone(services, tx, agent_id, page, telephone)
    return "here"


def _away_without_telephone(
    services: "Services", tx: Transaction, agent_id: str, page: pages.Page, telephone: str
) -> None:
    """A caller would listen to twenty seconds of ringing that nobody can hear: she is away until it works again."""
    if page.state != "available" or telephone not in pages.BROKEN or page.telephone not in pages.BROKEN:
        return
    if pages.has_reserve(tx.connection, agent_id) or store.offer_of_agent(tx.connection, agent_id) is not None:
        return
    pages.set_away(tx.connection, agent_id, services.clock.now())
    tx.after_commit(lambda: services.changed(agent_id))


def take(services: "Services", agent_id: str, tab: str) -> bool:
    """This page takes the telephone over; the other one learns it at once."""
    if not tab or len(tab) > LONGEST_TAB:
        return False
    with services.database.write() as tx:
        machine = services.clock.machine()
        if not pages.beats(tx.connection, agent_id, machine, tab=tab, telephone="starting"):
            pages.first_page(tx.connection, agent_id, tab, "starting", services.clock.now(), machine)
        tx.after_commit(lambda: services.changed(agent_id))
    return True
