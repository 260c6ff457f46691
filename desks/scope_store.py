"""Whose matters a person sees: her departments', wherever they are answered. Every list, search, history and deed of
the console asks here; another department's matter is as unknown to her as one that never existed."""

from sqlalchemy import ColumnElement, Connection, Table, or_, select, true

from adapters.schema import callback_request

Scope = tuple[str, ...] | None  # departments; None: all of them


def within(table: Table, scope: Scope) -> ColumnElement[bool]:
    if scope is None:
        return true()
    return or_(table.c.department.in_(scope), table.c.desk.in_(scope))


def sees_request(connection: Connection, scope: Scope, request_id: str) -> bool:
    one = select(callback_request.c.id).where(callback_request.c.id == request_id, within(callback_request, scope))
    return connection.execute(one).first() is not None
