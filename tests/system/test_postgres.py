# SPDX-License-Identifier: BSD-3-Clause
"""PostgreSQL's pam method: a token is the password of a service account.

The backend asks as the user postgres, and nobody sits before it.
"""

import pytest
from harness import keyfile, people, stacks
from harness.issuer import Issuer
from harness.postgres import SERVICE, USER, Postgres

ISS = "https://ci.test"
FATAL = 'FATAL:  PAM authentication failed for user "alice"'


@pytest.fixture(scope="module")
def postgres(host):
    server = Postgres().start()
    server.add_role("alice")
    server.add_role("bob")
    yield server
    server.stop()


@pytest.fixture
def source():
    return Issuer(ISS)


@pytest.fixture
def serve(make_agent, postgres, source):
    """Makes an agent that PostgreSQL asks."""
    def make(issuer=None, **service):
        agent = make_agent(
            issuers={"ci": {"issuer": ISS,
                            "keys_file": keyfile.public(source.jwks()),
                            **(issuer or {})}},
            services={SERVICE: {"callers": USER, **service}}).start()
        stacks.token_only(SERVICE, agent)
        return agent
    return make


def assert_refused(postgres, log, result, marks, reason):
    """The client reads FATAL, and both logs have a line for each reader."""
    place, mark = marks
    assert result.returncode == 2 and result.stdout == ""
    assert FATAL in result.stderr
    line = log.wait_for(f"reason={reason}", mark)
    assert f"pam_jwt({SERVICE}:auth)" in line
    assert FATAL in postgres.said(place)


def test_login_as_the_mapped_role(serve, postgres, source):
    serve(issuer={"username_map": "repo:corp/{user}:ref:main"})

    for host in (None, "127.0.0.1"):
        result = postgres.ask("alice",
                              source.token("repo:corp/alice:ref:main"),
                              host=host)
        assert result.stdout == "alice\n", result.stderr


def test_audit_says_who_asked_and_from_where(serve, postgres, source):
    agent = serve()

    assert postgres.ask("alice", source.token(),
                        host="127.0.0.1").returncode == 0

    event = [event for event in agent.audit()
             if event["event"] == "login"][-1]
    assert (event["outcome"], event["user"], event["service"]) == (
        "granted", "alice", SERVICE)
    assert event["rhost"] == "127.0.0.1"
    assert event["caller_uid"] == people.uid(USER)


def test_role_without_an_account(serve, postgres, source):
    """PAM knows the accounts of the host and no others."""
    agent = serve()
    postgres.add_role("ghost")

    result = postgres.ask("ghost", source.token("ghost"))

    assert result.returncode == 2
    assert agent.sessions(all=True) == []


def test_many_logins_with_one_token(serve, postgres, source):
    """As a pool of connections does it."""
    agent = serve()
    token = source.token()

    for _ in range(5):
        assert postgres.ask("alice", token).stdout == "alice\n"

    assert [event["outcome"] for event in agent.audit()
            if event["event"] == "login"] == ["granted"] * 5


def test_wrong_tokens(serve, postgres, source, log):
    agent = serve()

    for token, reason in (
            (source.token("bob"), "WrongUser"),
            (source.token(aud="elsewhere.test"), "WrongAudience"),
            (source.token(age=4000), "Expired"),
            (Issuer(ISS).token(), "BadSignature")):
        marks = (postgres.mark(), log.mark())
        result = postgres.ask("alice", token)
        assert_refused(postgres, log, result, marks, reason)
        assert agent.last_refusal() == reason
        assert token not in log.text() and token not in postgres.said()


def test_the_reason_is_in_the_log_of_the_database(serve, postgres, source):
    serve()
    place = postgres.mark()

    postgres.ask("alice", source.token(age=4000))

    assert "the token has expired" in postgres.said(place)


def test_no_token(serve, postgres, log):
    agent = serve()
    before = agent.audit()
    for text in ("hunter2", "x" * 900):
        marks = (postgres.mark(), log.mark())
        result = postgres.ask("alice", text)
        assert_refused(postgres, log, result, marks, "NotAToken")
    assert agent.audit() == before


def test_caller_that_is_not_listed(serve, postgres, source, log):
    """Without callers=postgres the backend may not ask."""
    agent = serve(callers="daemon")
    marks = (postgres.mark(), log.mark())

    result = postgres.ask("alice", source.token())

    assert_refused(postgres, log, result, marks, "PermissionDenied")
    assert agent.last_refusal() == "PermissionDenied"
    assert "you may not do this" in log.wait_for("PermissionDenied", marks[1])


@pytest.mark.parametrize("size", [600, 1100, 3000, 8000])
def test_long_token(serve, postgres, source, size):
    """libpq and the server carry it whole."""
    serve()
    token = source.token(filler="x" * size)
    assert len(token) > size * 4 / 3

    result = postgres.ask("alice", token)

    assert result.stdout == "alice\n", result.stderr


def test_once(serve, postgres, source, log):
    serve(replay="once")
    token = source.token()

    assert postgres.ask("alice", token).stdout == "alice\n"
    marks = (postgres.mark(), log.mark())
    assert_refused(postgres, log, postgres.ask("alice", token), marks,
                   "Replayed")


def test_policy_of_the_service(serve, postgres, source):
    agent = serve(require_claims="ref_protected=true", users="alice")

    assert postgres.ask("alice", source.token(
        ref_protected=True)).returncode == 0
    assert postgres.ask("alice", source.token()).returncode == 2
    assert agent.last_refusal() == "PolicyDenied"
    assert postgres.ask("bob", source.token(
        "bob", ref_protected=True)).returncode == 2


def test_agent_that_is_down(serve, postgres, source, log):
    """Nobody gets in, and it is said at once."""
    serve().stop()
    marks = (postgres.mark(), log.mark())

    result = postgres.ask("alice", source.token())

    assert_refused(postgres, log, result, marks, "Unreachable")


def test_database_lives_on(serve, postgres, source):
    """What the module loads does not get in the way of the backend."""
    serve()

    result = postgres.ask(
        "alice", source.token(),
        "SELECT json_object('{a,b}'), json_build_object('a', 1), "
        "count(*) > 0 FROM pg_class")

    assert result.returncode == 0, result.stderr
    assert postgres.is_unhurt()
