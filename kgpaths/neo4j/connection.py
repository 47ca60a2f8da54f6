"""Connect to a server: read the address, take credentials from the environment, and word errors for our users.

User and password are read from ``KGPATHS_NEO4J_USER`` and ``KGPATHS_NEO4J_PASSWORD`` when a connection is opened, and
are kept nowhere. With neither set the server is asked without credentials. A URL that holds a password is refused: URLs
end in shell histories, manifests and logs. Across a network use ``neo4j+s://``, which encrypts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, TypeVar
from urllib.parse import unquote, urlsplit

from kgpaths.errors import GraphError, KgpathsError, ServiceUnavailable, UsageError, nearest

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction

P = ParamSpec("P")
T = TypeVar("T")
SCHEMES = ("neo4j", "neo4j+s", "neo4j+ssc", "bolt", "bolt+s", "bolt+ssc")
USER, PASSWORD = "KGPATHS_NEO4J_USER", "KGPATHS_NEO4J_PASSWORD"
_CONNECT_S, _PATIENCE_S = 15.0, 15.0


class Address(NamedTuple):
    """Where a graph lies.

    >>> print(Address.parse("neo4j://db.example.org:7687/drugs"))
    neo4j://db.example.org:7687/drugs
    """

    server: str
    """What the driver connects to: scheme, host and port."""
    database: str | None
    """None for the user's home database."""

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read ``neo4j://host[:port][/database]``.

        Raises:
            UsageError: another scheme, no host, or something that has no place in such a URL, as a password.

        >>> Address.parse("neo4j://me:secret@localhost/neo4j")
        Traceback (most recent call last):
        ...
        kgpaths.errors.UsageError: a Neo4j URL holds no user or password, for URLs end in logs; set ...
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            # Not the reason itself: it quotes the URL, and that may hold a password.
            raise UsageError("that is no URL; a graph in Neo4j is neo4j://host[:port]/database") from None
        if "@" in parts.netloc:
            raise UsageError(
                f"a Neo4j URL holds no user or password, for URLs end in logs; set {USER} and {PASSWORD} in the "
                "environment and leave them out of the URL"
            )
        if parts.scheme not in SCHEMES:
            raise UsageError(f"a graph in Neo4j is neo4j://host[:port]/database; {nearest(parts.scheme, SCHEMES)}")
        database = unquote(parts.path.strip("/"))
        if not host or "/" in database or parts.query or parts.fragment:
            raise UsageError("a graph in Neo4j is neo4j://host[:port]/database and no more")
        host = f"[{host}]" if ":" in host else host
        return cls(f"{parts.scheme}://{host}" + (f":{port}" if port else ""), database or None)

    def __str__(self) -> str:
        return self.server + (f"/{self.database}" if self.database else "")


class Database:
    """An open connection to one database; see `connect`."""

    def __init__(self, driver: Driver, address: Address, timeout_s: float) -> None:
        self._driver, self._timeout_s = driver, timeout_s
        self.address = address

    def read(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the rows of a query, as plain values."""
        return self._in_transaction("execute_read", lambda tx: tx.run(statement, parameters).data())

    def write(self, work: Callable[Concatenate[ManagedTransaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in one transaction: all of it counts or nothing. It may run again after a fault that passes."""
        return self._in_transaction("execute_write", lambda tx: work(tx, *args, **kwargs))

    def change(self, statement: str, **parameters: Any) -> None:
        """Run one statement that changes data or schema."""
        self._in_transaction("execute_write", lambda tx: tx.run(statement, parameters).consume())

    def _in_transaction(self, how: str, work: Callable[[ManagedTransaction], T]) -> T:
        from neo4j import unit_of_work

        with own_words(self.address), self._driver.session(database=self.address.database) as session:
            result: T = getattr(session, how)(unit_of_work(timeout=self._timeout_s)(work))
        return result


@contextmanager
def connect(url: str, *, timeout_s: float = 600.0) -> Iterator[Database]:
    """Open a connection for a `with` block; a server that goes away later is waited for, for about 15 s.

    Args:
        url: see `Address.parse`.
        timeout_s: longest single transaction; the server ends it then.

    Raises:
        ServiceUnavailable: nothing answers there, or no longer.
        UsageError: the server knows neither the user with that password, nor the database.
    """
    import neo4j

    from kgpaths import __version__

    address = Address.parse(url)
    with own_words(address):
        driver = neo4j.GraphDatabase.driver(
            address.server,
            auth=_credentials(),
            connection_timeout=_CONNECT_S,
            connection_acquisition_timeout=2 * _CONNECT_S,
            max_transaction_retry_time=_PATIENCE_S,
            telemetry_disabled=True,
            user_agent=f"kgpaths/{__version__}",
            # Hints on query plans are for whoever writes the query.
            notifications_min_severity=neo4j.NotificationMinimumSeverity.OFF,
        )
    with driver:
        # Not `verify_connectivity`: it does not try the database. No transaction function either: those try again.
        with own_words(address), driver.session(database=address.database) as session:
            session.run("RETURN 1").consume()
        yield Database(driver, address, timeout_s)


def _credentials() -> tuple[str, str] | None:
    user, password = os.environ.get(USER), os.environ.get(PASSWORD)
    if bool(user) != bool(password):
        missing, given = (USER, PASSWORD) if password else (PASSWORD, USER)
        raise UsageError(f"{given} is set and {missing} is not; set both, or neither for a server without login")
    return (user, password) if user and password else None


@contextmanager
def own_words(address: Address) -> Iterator[None]:
    """Turn the driver's errors into ours."""
    from neo4j import exceptions as theirs

    try:
        yield
    except (theirs.DriverError, theirs.Neo4jError, OSError) as error:
        raise _translate(error, address) from error


def _translate(error: Exception, address: Address) -> KgpathsError:
    from neo4j import exceptions as theirs

    code = str(getattr(error, "code", None) or "")
    said = " ".join(str(getattr(error, "message", None) or error).split())[:300]
    if "DatabaseNotFound" in code:
        return UsageError(f"{address.server} has no database {address.database!r}; SHOW DATABASES lists what it has")
    if "CredentialsExpired" in code:
        return UsageError(
            f"the password of {USER} at {address.server} must be changed before anything else: "
            "ALTER CURRENT USER SET PASSWORD FROM '…' TO '…' on the database system"
        )
    if isinstance(error, theirs.Forbidden):
        return UsageError(f"the user in {USER} may not do this in {address}; ask for the right to read and write there")
    if isinstance(error, theirs.AuthError) or ".Security." in code:
        return UsageError(f"{address.server} refuses the login; check {USER} and {PASSWORD} in the environment")
    if "TransactionTimedOut" in code:
        return GraphError(f"{address} ended a query that took too long; ask for fewer hops or a lower degree cap")
    if "OutOfMemory" in code:
        return GraphError(
            f"{address} has too little memory for this; ask for fewer rows at once, fewer hops, a lower cap"
        )
    if isinstance(error, theirs.TransientError | theirs.DatabaseUnavailable):
        return ServiceUnavailable(f"{address} cannot do this now ({said}); run the same command again")
    if isinstance(error, theirs.ConfigurationError):
        return UsageError(f"{address.server} cannot be connected to like that: {said}")
    if isinstance(error, theirs.DriverError | OSError):
        return ServiceUnavailable(f"no Neo4j answers at {address.server}; start it and run the same command again")
    if "SyntaxError" in code:
        return GraphError(f"{address} does not understand the query; kgpaths needs Neo4j 5.23 or later ({said})")
    return GraphError(f"{address} refused: {said} ({code})")
