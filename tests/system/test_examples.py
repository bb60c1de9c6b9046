# SPDX-License-Identifier: BSD-3-Clause
"""The files of examples/ as they stand there, but for hosts and paths."""

import re
import subprocess
import time
from pathlib import Path

import pytest
from harness import built, people, ssh, stacks, sudo, tokens
from harness.issuer import Issuer, Key
from harness.postgres import Postgres
from harness.provider import Certificate, Provider

EXAMPLES = built.SOURCE / "examples"
PROVIDER = "https://id.example.com"
GITLAB = "https://gitlab.example.com"
JWKS = "/jwks"
LOADED = {"ci/ci.conf", "ci/askpass", "import/postgresql.sql",
          "openid-provider/provider.conf",
          "postgresql/postgresql.conf", "postgresql/pam.d/postgresql",
          "postgresql/pg_hba.conf", "sshd/sshd.conf",
          "sshd/10-jwt-agent.conf", "sudo/sudo.conf", "sudo/pam.d/sudo"}


def text_of(path):
    return (EXAMPLES / path).read_text()


@pytest.fixture
def provider():
    server = Provider()
    server.discover(JWKS)
    yield server
    server.stop()


@pytest.fixture
def source(provider):
    """The issuer that stands for those of the examples."""
    made = Issuer(provider.url(), Key("RS256", "of-today"),
                  audience="ssh-hosts")
    provider.say(JWKS, made.jwks())
    return made


@pytest.fixture
def serve(make_agent):
    """Makes an agent with these files of examples/ in its conf.d."""
    def make(*paths, replace={}):
        agent = make_agent()
        for path in paths:
            text = text_of(path)
            for old, new in replace.items():
                text = text.replace(old, new)
            agent.add_config(Path(path).name, text)
        return agent.start()
    return make


def test_every_file_is_loaded_by_a_test():
    found = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*")
             if path.is_file()}

    pages = {path for path in found if path.endswith("README.md")}
    assert found - pages - {"local.mk"} == LOADED
    assert {str(Path(path).parts[0]) for path in LOADED} == {
        str(Path(page).parent) for page in pages} - {"."}


def test_every_file_is_shipped_and_explained():
    listed = (EXAMPLES / "local.mk").read_text()
    for path in LOADED:
        assert f"%D%/{path}" in listed
        page = text_of(f"{Path(path).parts[0]}/README.md")
        assert Path(path).name in page, path


@pytest.mark.parametrize("page", sorted(EXAMPLES.rglob("README.md")),
                         ids=lambda page: page.parent.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


CONFIGURATIONS = sorted(path for path in LOADED
                        if path.endswith(".conf") and path not in (
                            "sshd/10-jwt-agent.conf",
                            "postgresql/pg_hba.conf"))
# sudo.conf is for hosts that have the issuer of another example
NEEDS = {"sudo/sudo.conf": ["openid-provider/provider.conf"]}


@pytest.mark.parametrize("path", CONFIGURATIONS)
def test_configuration_is_accepted(make_agent, cluster_keys, path):
    """With nothing replaced at all."""
    agent = make_agent()
    for one in (path, *NEEDS.get(path, [])):
        agent.add_config(Path(one).name, text_of(one))

    result = agent.run("config", "check")

    assert result.returncode == 0, result.stderr


@pytest.fixture
def cluster_keys(host):
    """The file that postgresql.conf names, in the namespace's /etc."""
    source = Issuer("https://cluster.example.com", Key("ES256", "c"),
                    audience="postgresql")
    place = Path("/etc/jwt-agent/cluster.jwks")
    place.parent.mkdir(mode=0o755, exist_ok=True)
    place.write_text(source.jwks())
    place.chmod(0o644)
    yield source
    place.unlink()


# sshd

def test_sshd(serve, sshd):
    agent = serve("sshd/sshd.conf")
    stacks.example("sshd", "sshd", agent)
    token = agent.enroll()["access_token"]

    result = ssh.run(sshd, "alice", ssh.token(agent, token), "id -un")

    assert result.stdout == "alice\n", result.stderr
    for service in ("sudo", "su", "login"):
        assert agent.verdict(token, service=service) == "PolicyDenied"


def test_sshd_options(sshd):
    """sshd knows them, and they say what the page says."""
    config = Path(sshd.place) / "example"
    config.write_text(text_of("sshd/10-jwt-agent.conf"))

    shown = subprocess.run(
        ["/usr/sbin/sshd", "-T", "-f", str(config), "-h",
         str(sshd.place / "host_key")], capture_output=True, text=True)

    assert shown.returncode == 0, shown.stderr
    for line in ("usepam yes", "kbdinteractiveauthentication yes",
                 "passwordauthentication no"):
        assert line in shown.stdout.splitlines()


# openid-provider

def person(source, name="alice", **claims):
    return source.token("4711", **{
        "email": f"{name}@example.com", "email_verified": True,
        "groups": ["staff", "host-login"], **claims})


@pytest.fixture
def corp(serve, provider, source):
    return serve("openid-provider/provider.conf",
                 replace={PROVIDER: provider.url()})


def test_openid_provider(corp, source, sshd):
    stacks.example("sshd", "sshd", corp)

    result = ssh.run(sshd, "alice", ssh.token(corp, person(source)), "id -un")

    assert result.stdout == "alice\n", result.stderr
    for change, reason in (
            ({"email": "alice@example.net"}, "WrongUser"),
            ({"email_verified": False}, "PolicyDenied"),
            ({"groups": ["staff"]}, "PolicyDenied"),
            ({"aud": "another-client"}, "WrongAudience"),
            ({"exp": int(time.time()) + 9000}, "LifetimeTooLong"),
            ({"email": None}, "InvalidClaim")):
        assert corp.verdict(person(source, **change)) == reason


def test_openid_provider_says_whom_to_ask(corp, source, sshd):
    stacks.example("sshd", "sshd", corp)

    result = ssh.run(sshd, "alice", ssh.token(
        corp, person(source, groups=[])), "id -un")

    assert result.returncode == 255
    assert ("alice@example.com is not in the group host-login; ask the help "
            "desk.") in result.stderr


# sudo

@pytest.fixture
def step_up(serve, provider, source):
    agent = serve("sudo/sudo.conf", "openid-provider/provider.conf",
                  replace={PROVIDER: provider.url()})
    sudo.allow()
    stacks.example("sudo", "sudo", agent, "examples/sudo/pam.d")
    return agent


def run_sudo(parts, *answers):
    terminal = sudo.sudo("id", "-un")
    terminal.answer_parts(parts)
    for answer in answers:
        terminal.answer("password for alice: ", answer)
    return terminal.finish()


def test_sudo(step_up, source):
    def token(age, *factors):
        return tokens.parts(person(source, amr=list(factors),
                                   auth_time=int(time.time()) - age))

    text, code = run_sudo(token(30, "pwd", "otp"))
    assert code == 0 and "root" in text
    terminal = sudo.sudo("id", "-un")
    terminal.answer_parts(token(400, "pwd", "otp"))
    if sudo.shows_messages():
        terminal.expect("Log in at id.example.com again")
    terminal.answer("password for alice: ", "wrong")
    assert terminal.finish()[1] != 0
    text, code = run_sudo(token(30, "pwd"), "wrong")
    assert code != 0
    text, code = run_sudo([people.PASSWORDS["alice"]])
    assert code == 0 and "root" in text


def test_sudo_without_the_agent(step_up):
    step_up.stop()

    text, code = run_sudo([people.PASSWORDS["alice"]])

    assert code == 0 and "root" in text


# postgresql

@pytest.fixture
def database(host):
    people.make_person("reporting", "no one knows 3")
    server = Postgres("/run/postgres-example", 5498)
    server.speak_tls(Certificate("/run/postgres-tls"))
    server.start()
    server.add_role("reporting")
    server.add_role("alice")
    server.use_hba(text_of("postgresql/pg_hba.conf"))
    yield server
    server.stop()


def test_postgresql(serve, cluster_keys, database):
    agent = serve("postgresql/postgresql.conf")
    stacks.example("postgresql", "postgresql", agent,
                   "examples/postgresql/pam.d")
    name = "system:serviceaccount:prod:reporting"

    result = database.ask("reporting", cluster_keys.token(name))

    assert result.stdout == "reporting\n", result.stderr
    for token, reason in (
            (cluster_keys.token("system:serviceaccount:dev:reporting"),
             "WrongUser"),
            (cluster_keys.token("reporting"), "WrongUser"),
            (cluster_keys.token(name, aud="kubernetes"), "WrongAudience")):
        assert database.ask("reporting", token).returncode == 2
        assert agent.last_refusal() == reason
    # no line of pg_hba.conf is for anybody else
    result = database.ask("alice", cluster_keys.token(
        "system:serviceaccount:prod:alice"))
    assert "no pg_hba.conf entry" in result.stderr


# ci

JOB = "project_path:infra/site:ref_type:branch:ref:main"


@pytest.fixture
def hosts(serve, provider, source):
    people.make_person("deploy", "no one knows 4")
    source.audience = "https://hosts.example.com"
    return serve("ci/ci.conf", replace={GITLAB: provider.url()})


def job_credential(token):
    """The shipped askpass, which has nothing but the token's file."""
    place = ssh.make_place()
    program = ssh.script(place / "askpass", text_of("ci/askpass"))
    return ssh.Credential(place, program, {
        "TOKEN_FILE": str(ssh.secret_file(token))})


@pytest.mark.parametrize("filler", [0, 400, 3000])
def test_ci(hosts, source, sshd, filler):
    stacks.example("sshd", "sshd", hosts)
    token = source.token(JOB, ref_protected="true", filler="x" * filler)

    result = ssh.run(sshd, "deploy", job_credential(token), "id -un")

    assert result.stdout == "deploy\n", result.stderr


def test_ci_of_other_jobs(hosts, source):
    for subject, reason in (
            (JOB.replace("main", "feature"), "WrongUser"),
            (JOB + "-2", "WrongUser"),
            ("project_path:fork/site:ref_type:branch:ref:main", "WrongUser"),
            ("deploy", "WrongUser")):
        assert hosts.verdict(source.token(subject, ref_protected="true"),
                             "deploy", "sshd") == reason
    assert hosts.verdict(source.token(JOB, ref_protected="false"), "deploy",
                         "sshd") == "PolicyDenied"
    assert hosts.verdict(source.token(JOB, ref_protected="true"), "alice",
                         "sshd") == "WrongUser"


@pytest.mark.parametrize("prompt", [
    "alice@host's password: ", "Are you sure (yes/no)? ", ""])
def test_askpass_of_ci_answers_nothing_else(prompt):
    result = subprocess.run(
        [EXAMPLES / "ci/askpass", prompt], capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin",
             "TOKEN_FILE": str(ssh.secret_file("eyJ.x.y"))})

    assert (result.returncode, result.stdout) == (1, "")
