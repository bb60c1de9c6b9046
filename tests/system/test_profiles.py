# SPDX-License-Identifier: BSD-3-Clause
"""The profiles of pam-auth-update in Debian's own stacks: sshd, su, sudo, login
and what nobody sits at."""

import shutil
from pathlib import Path

import pytest
from harness import people, profiles, ssh, sudo, terminal, tokens

SOCKET = Path("/run/jwt-agent/io.jwtagent")
OURS = "pam_jwt.so"
ACCOUNT = ("account [success=ok new_authtok_reqd=ok ignore=ignore "
           "module_unknown=ignore default=bad] pam_jwt.so")
SESSION = ("session [success=ok ignore=ignore module_unknown=ignore "
           "default=bad] pam_jwt.so")

# As the packages libpam-sss and libpam-krb5 have them.
SSS = """\
Name: SSS authentication
Default: yes
Priority: 128
Auth-Type: Primary
Auth:
\t[success=end default=ignore]\tpam_sss.so use_first_pass
Auth-Initial:
\t[success=end default=ignore]\tpam_sss.so forward_pass
Account-Type: Additional
Account:
\tsufficient\tpam_localuser.so
\t[default=bad success=ok user_unknown=ignore]\tpam_sss.so
Session-Type: Additional
Session-Interactive-Only: yes
Session:
\toptional\tpam_sss.so
Password-Type: Primary
Password:
\tsufficient\tpam_sss.so use_authtok
Password-Initial:
\tsufficient\tpam_sss.so
"""
KRB5 = """\
Name: Kerberos authentication
Default: yes
Priority: 704
Auth-Type: Primary
Auth:
\t[success=end default=ignore]\tpam_krb5.so minimum_uid=1000 try_first_pass
Auth-Initial:
\t[success=end default=ignore]\tpam_krb5.so minimum_uid=1000
Account-Type: Additional
Account:
\trequired\tpam_krb5.so minimum_uid=1000
"""


@pytest.fixture
def pam():
    made = profiles.Profiles()
    yield made
    made.discard()


@pytest.fixture
def home(make_agent):
    """The agent where the module looks for it without an argument."""
    SOCKET.parent.mkdir(mode=0o755, exist_ok=True)
    shutil.chown(SOCKET.parent, people.AGENT_USER, people.AGENT_USER)
    return make_agent(agent={"socket": SOCKET}).start()


@pytest.fixture
def enabled(pam, home):
    pam.enable("jwt")
    sudo.allow()
    return pam


@pytest.mark.parametrize("name", profiles.NAMES)
def test_disable_restores_every_byte(pam, name):
    before = pam.files()

    pam.enable(name)
    changed = [file for file, text in pam.files().items()
               if before[file] != text]
    pam.disable(name)

    assert sorted(changed) == (["common-auth"] if name == "jwt-observe" else [
        "common-account", "common-auth", "common-session",
        "common-session-noninteractive"])
    assert pam.files() == before


def test_stands_above_the_password(pam):
    pam.enable("jwt")

    assert pam.lines("common-auth")[:4] == [
        "auth [success=2 default=ignore] pam_jwt.so",
        "auth [success=1 default=ignore] pam_unix.so nullok try_first_pass",
        "auth requisite pam_deny.so",
        "auth required pam_permit.so"]
    assert pam.lines("common-account") == [
        ACCOUNT,
        "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so",
        "account requisite pam_deny.so",
        "account required pam_permit.so"]
    for name in ("common-session", "common-session-noninteractive"):
        assert pam.lines(name)[3:5] == [SESSION,
                                        "session required pam_unix.so"]
    assert not any(OURS in line for line in pam.lines("common-password"))


def test_jumps_with_others_between(pam):
    """SSSD below, Kerberos below: both take the password that we asked for."""
    pam.add("sss", SSS)
    pam.add("krb5", KRB5)
    pam.enable("jwt", "sss", "krb5")

    assert pam.lines("common-auth")[:6] == [
        "auth [success=4 default=ignore] pam_jwt.so",
        "auth [success=3 default=ignore] pam_krb5.so minimum_uid=1000 "
        "try_first_pass",
        "auth [success=2 default=ignore] pam_unix.so nullok try_first_pass",
        "auth [success=1 default=ignore] pam_sss.so use_first_pass",
        "auth requisite pam_deny.so",
        "auth required pam_permit.so"]
    assert pam.lines("common-account")[0] == ACCOUNT
    pam.disable("sss", "krb5")
    assert pam.lines("common-auth")[0] == \
        "auth [success=2 default=ignore] pam_jwt.so"


def test_one_of_the_two(pam):
    """To accept is to observe no longer, and the other way about."""
    pam.enable("jwt-observe")
    assert pam.lines("common-auth")[:2] == [
        "auth [default=ignore] pam_jwt.so observe",
        "auth [success=1 default=ignore] pam_unix.so nullok try_first_pass"]

    pam.update("--disable", "jwt-observe", "--enable", "jwt")
    assert [line for line in pam.lines("common-auth") if OURS in line] == [
        "auth [success=2 default=ignore] pam_jwt.so"]

    pam.update("--enable", "jwt-observe")  # both: one of them stays
    assert len([line for line in pam.lines("common-auth")
                if OURS in line]) == 1


def test_an_argument_of_the_administrator_stays(pam):
    pam.enable("jwt")
    path = profiles.PAM_D / "common-auth"
    path.write_text(path.read_text().replace(OURS, OURS + " timeout=3s"))

    pam.update()

    assert pam.lines("common-auth")[0].endswith("pam_jwt.so timeout=3s")


# each way in: how somebody gets there with some answers, and whether they are in


def by_ssh(server, *answers):
    result = ssh.run(server, "alice", ssh.answers(*answers), "id", "-un")
    return result.stdout == "alice\n"


def by_su(server, *answers):
    return by_terminal(terminal.su("alice"), "alice", answers)


def by_sudo(server, *answers):
    return by_terminal(sudo.sudo("id", "-un"), "root", answers)


def by_login(server, *answers):
    console = terminal.login("alice")
    try:
        return by_terminal(console, r"\$ $", answers)
    finally:
        console.close()


WAYS = [by_ssh, by_su, by_sudo, by_login]
PROMPTS = ("Password or token: |Token [(]part [0-9]+[)]: |Password: "
           "|password for alice: ")
REFUSED = "incorrect|failure|Sorry|try again"


def by_terminal(person, proof, answers):
    for answer in answers:
        person.answer(PROMPTS, answer)
    return person.child.expect([proof, REFUSED, terminal.END]) == 0


@pytest.fixture(params=WAYS, ids=[way.__name__ for way in WAYS])
def way(request):
    return request.param


def good(agent):
    return tokens.parts(agent.enroll()["access_token"])


def test_token(enabled, home, sshd, way):
    assert way(sshd, *good(home))
    session, = home.sessions(all=True)
    assert session["service"] in ("sshd", "su-l", "sudo", "login")


def test_password_by_the_same_prompt(enabled, home, sshd, way):
    assert way(sshd, people.PASSWORDS["alice"])
    assert home.sessions(all=True) == []


def test_both_wrong(enabled, home, sshd, way):
    bad = tokens.with_bad_signature(home.enroll()["access_token"])
    assert not way(sshd, "wrong")
    assert not way(sshd, *tokens.parts(bad), "wrong")


def test_refused_token_then_password(enabled, home, sshd, way):
    bad = tokens.with_bad_signature(home.enroll()["access_token"])
    assert way(sshd, *tokens.parts(bad), people.PASSWORDS["alice"])


def test_password_while_the_agent_is_down(enabled, home, sshd, way):
    home.stop()
    assert way(sshd, people.PASSWORDS["alice"])
    assert not way(sshd, "wrong")


def test_password_while_the_module_is_missing(enabled, home, sshd, way):
    enabled.remove_module()
    assert way(sshd, people.PASSWORDS["alice"])
    assert not way(sshd, "wrong")


def test_observing(pam, home, sshd, way):
    pam.enable("jwt-observe")
    sudo.allow()

    assert way(sshd, people.PASSWORDS["alice"])
    assert not way(sshd, *good(home), "wrong")
    assert way(sshd, *good(home), people.PASSWORDS["alice"])

    assert home.sessions(all=True) == []
    assert home.json("status")["would_accept"] == 2


def test_sudo_with_a_prompt_of_its_callers(enabled, home):
    """Ansible waits for its own prompt."""
    person = terminal.Terminal(["sudo", "-k", "-p", "magic word: ", "id",
                                "-un"], user="alice")
    person.answer("magic word: ", people.PASSWORDS["alice"])
    text, code = person.finish()
    assert code == 0 and "root" in text


@pytest.mark.parametrize("service", ["cron", "su"])
def test_where_nobody_is_asked(enabled, home, make_imposter, service):
    """What authenticates nobody is neither asked nor delayed, whatever the
    agent does."""
    home.stop()
    imposter = make_imposter(SOCKET, user=people.AGENT_USER)

    tester = terminal.pamtester(
        service, "alice", "acct_mgmt", "setcred(PAM_ESTABLISH_CRED)",
        "open_session", "close_session")
    text, code = tester.finish()

    assert code == 0, text
    assert "assword" not in text
    assert imposter.heard() == b""
