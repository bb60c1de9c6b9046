# SPDX-License-Identifier: BSD-3-Clause
"""What "jwt-agent setup" makes, keeps and refuses to touch."""

import hashlib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from harness import built, people

CREDENTIAL = "/etc/credstore.encrypted/jwt-agent.master.key"
CREDS = "/usr/bin/systemd-creds"

# Below a /var/lib and an /etc of its own, which it leaves behind for looking.
INSIDE = """
mount --bind "$PLACE/lib" /var/lib
mount --bind "$PLACE/etc" /etc
[ -z "$WITHOUT" ] || mount --bind /bin/false "$WITHOUT"
exec "$@"
"""


class Machine:
    """Folders as a machine has them, on a disk."""

    def __init__(self, place):
        self.place = Path(place)
        self.lib = self.place / "lib"
        self.state = self.lib / "jwt-agent"
        self.key = self.state / "master.key"
        self.data = self.state / "store" / "data.mdb"
        self.credential = self.place / CREDENTIAL[1:]
        self.config = self.place / "jwt-agent.conf"
        self.lib.mkdir()
        self.place.chmod(0o755)
        (self.lib / "systemd").mkdir()
        subprocess.run(["cp", "-a", "/etc", self.place], check=True)
        self.config.write_text("")

    def run(self, *command, without="", **options):
        environment = {**os.environ, "PLACE": str(self.place),
                       "WITHOUT": without}
        return subprocess.run(["unshare", "--mount", "sh", "-euc", INSIDE,
                               "-", *command], env=environment,
                              capture_output=True, check=False, **options)

    def setup(self, *arguments, code=0, **options):
        """The steps, as {step: outcome}, and those that have notes."""
        done = self.run(str(built.COMMAND), "setup", "--json", "--config",
                        str(self.config), *arguments, **options)
        assert done.returncode == code, done
        steps = json.loads(done.stdout)
        self.notes = {step["step"]: step["note"] for step in steps}
        self.objects = {step["step"]: step["object"] for step in steps}
        return {step["step"]: step["outcome"] for step in steps}

    def tree(self):
        """Every file: owner, mode and content."""
        found = {}
        for path in sorted(self.place.rglob("*")):
            status = path.lstat()
            text = b""
            if path.is_file() and not path.is_symlink():
                text = hashlib.sha256(path.read_bytes()).digest()
            found[str(path)] = (status.st_uid, status.st_mode, text)
        return found


@pytest.fixture
def machine(host):
    place = tempfile.mkdtemp(prefix="jwt-agent-setup-", dir="/var/tmp")
    yield Machine(place)
    shutil.rmtree(place)
    shutil.rmtree("/run/jwt-agent", ignore_errors=True)


@pytest.fixture
def systemd():
    """As sd_booted(3) looks for it."""
    os.makedirs("/run/systemd/system")
    yield
    shutil.rmtree("/run/systemd")


def owner(path):
    status = path.stat()
    return pwd.getpwuid(status.st_uid).pw_name, status.st_mode & 0o7777


def test_makes_what_is_missing_and_keeps_it(machine):
    steps = machine.setup()

    assert steps == {"user": "kept", "group": "kept", "folder": "made",
                     "master key": "made", "store": "made",
                     "signing key": "made"}
    assert owner(machine.state) == (people.AGENT_USER, 0o700)
    assert owner(machine.key) == (people.AGENT_USER, 0o600)
    assert owner(machine.data) == (people.AGENT_USER, 0o600)
    assert machine.key.stat().st_size == 32
    assert owner(Path("/run/jwt-agent")) == (people.AGENT_USER, 0o755)

    before = machine.tree()
    steps = machine.setup()
    assert set(steps.values()) == {"kept"}
    assert machine.tree() == before


def test_keys_are_of_each_machine(machine):
    machine.setup()
    first = machine.key.read_bytes()
    shutil.rmtree(machine.state)
    machine.setup()
    assert machine.key.read_bytes() != first


def test_agent_starts_with_what_was_made(machine, make_agent):
    state = Path("/run/made/state")
    state.parent.mkdir()
    machine.config.write_text(f"[agent]\nstore = {state}/store\n"
                              f"master_key = {state}/master.key\n")
    machine.setup()
    key = (state / "master.key").read_bytes()

    agent = make_agent(agent={"store": f"{state}/store",
                              "master_key": f"{state}/master.key"}).start()

    assert len([key for key in agent.json("key", "list")
                if key["kind"] == "signing"]) == 1
    assert (state / "master.key").read_bytes() == key
    agent.stop()
    shutil.rmtree(state.parent)


def test_dry_run_makes_nothing(machine):
    before = machine.tree()
    steps = machine.setup("--dry-run")

    assert steps["folder"] == steps["store"] == "would be made"
    assert steps["master key"] == "would be made"
    assert machine.tree() == before
    assert not os.path.exists("/run/jwt-agent")


def test_dry_run_needs_no_root(host):
    done = subprocess.run([built.COMMAND, "setup", "--dry-run"],
                          preexec_fn=people.become("alice"),
                          capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert "would be made" in done.stdout


def test_only_root(host):
    done = subprocess.run([built.COMMAND, "setup"],
                          preexec_fn=people.become("alice"),
                          capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "only root" in done.stderr


def test_says_it_in_a_table(machine):
    done = machine.run(str(built.COMMAND), "setup", "--config",
                       str(machine.config), text=True)

    assert done.returncode == 0
    assert done.stdout.startswith("STEP")
    assert "keep a copy elsewhere" in done.stdout


def test_makes_user_and_group(machine):
    for command in (["userdel", people.AGENT_USER],
                    ["groupdel", "jwt-admin"]):
        assert machine.run(*command).returncode == 0

    steps = machine.setup()

    assert steps["user"] == steps["group"] == "made"
    assert steps["store"] == "made"
    passwd = (machine.place / "etc/passwd").read_text().splitlines()
    line, = (line for line in passwd if line.startswith(people.AGENT_USER))
    assert line.endswith(":/usr/sbin/nologin")
    assert machine.state.stat().st_uid == int(line.split(":")[2])


def test_user_that_cannot_be_made(machine):
    assert machine.run("userdel", people.AGENT_USER).returncode == 0
    (machine.place / "etc/passwd.lock").mkdir()
    (machine.place / "etc/.pwd.lock").unlink(missing_ok=True)
    (machine.place / "etc/.pwd.lock").mkdir()

    steps = machine.setup(code=1)

    assert steps["user"] == "failed"
    assert steps["folder"] == "failed"
    assert not machine.state.exists()


@pytest.mark.skipif(not os.path.exists(CREDS), reason="no systemd-creds here")
class TestCredential:
    """On a machine that systemd has booted."""

    def decrypt(self, machine):
        done = machine.run(CREDS, "decrypt", "--name=master.key", CREDENTIAL,
                           "-")
        assert done.returncode == 0, done
        return done.stdout

    def test_made_and_kept(self, machine, systemd):
        steps = machine.setup()

        assert steps["master key"] == "made"
        assert machine.objects["master key"] == CREDENTIAL
        assert steps["store"] == steps["signing key"] == "made"
        assert not machine.key.exists()
        assert owner(machine.credential) == ("root", 0o600)
        assert owner(machine.credential.parent)[0] == "root"
        assert not list(machine.credential.parent.glob("*.new"))
        key = self.decrypt(machine)
        assert len(key) == 32

        before = machine.tree()
        assert set(machine.setup().values()) == {"kept"}
        assert machine.tree() == before

    def test_opens_the_store(self, machine, systemd):
        machine.setup()
        key = self.decrypt(machine)
        machine.credential.unlink()
        machine.key.write_bytes(key)
        machine.key.chmod(0o600)
        os.chown(machine.key, people.uid(people.AGENT_USER), -1)
        program = [str(built.COMMAND), "serve", "--config",
                   str(machine.config)]

        with subprocess.Popen(
                ["unshare", "--mount", "sh", "-euc", INSIDE, "-", "setpriv",
                 "--reuid", people.AGENT_USER, "--clear-groups", *program],
                env={**os.environ, "PLACE": str(machine.place),
                     "WITHOUT": ""}, stderr=subprocess.PIPE) as agent:
            said = agent.stderr.readline().decode()
            agent.terminate()

        assert "start" in said and "failed" not in said, said

    def store(self, machine, verb, *arguments, **options):
        return machine.run(str(built.COMMAND), "store", verb, "--config",
                           str(machine.config), *arguments, **options)

    def test_opens_the_stopped_store_by_hand(self, machine, systemd):
        """Root has no unit around it that would load the credential."""
        machine.setup()
        copy = str(machine.place / "copy")

        done = self.store(machine, "check")
        assert done.returncode == 0, done
        assert b"without the master key" not in done.stderr
        done = self.store(machine, "migrate", "--to", "4", "--yes", "--json")
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["schema"] == 4
        done = self.store(machine, "migrate", "--json")
        assert done.returncode == 0, done
        assert self.store(machine, "backup", copy).returncode == 0
        done = self.store(machine, "restore", copy, "--dry-run", "--json")
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["sealed_checked"] is True
        done = self.store(machine, "restore", copy)
        assert done.returncode == 0, done
        assert b"master key is not there" not in done.stderr
        assert not machine.key.exists()

    def test_credential_that_cannot_be_decrypted(self, machine, systemd):
        """Of another machine, say: what needs it says what to do, and what does
        not goes on."""
        machine.setup()
        copy = str(machine.place / "copy")
        assert self.store(machine, "backup", copy).returncode == 0
        before = machine.data.read_bytes()

        done = self.store(machine, "migrate", "--to", "4", "--yes",
                          without=CREDS)
        assert done.returncode == 2, done
        assert b"cannot be decrypted: put back your copy of the key as " \
            b"/var/lib/jwt-agent/master.key" in done.stderr
        assert machine.data.read_bytes() == before
        done = self.store(machine, "check", without=CREDS)
        assert done.returncode == 0, done
        assert b"without the master key" in done.stderr
        done = self.store(machine, "restore", copy, "--dry-run", "--json",
                          without=CREDS)
        assert done.returncode == 0, done
        assert json.loads(done.stdout)["sealed_checked"] is False
        assert b"cannot be decrypted" in done.stderr

    def test_file_beside_it_comes_first_by_hand(self, machine, systemd):
        machine.setup()
        machine.key.write_bytes(self.decrypt(machine))
        machine.key.chmod(0o600)
        os.chown(machine.key, people.uid(people.AGENT_USER), -1)

        done = self.store(machine, "migrate", "--to", "4", "--yes",
                          without=CREDS)
        assert done.returncode == 0, done

    def test_file_where_systemd_cannot(self, machine, systemd):
        steps = machine.setup(without=CREDS)

        assert steps["master key"] == "made"
        assert machine.objects["master key"] == "/var/lib/jwt-agent/master.key"
        assert machine.key.stat().st_size == 32
        assert not machine.credential.exists()

    def test_file_where_it_is_configured(self, machine, systemd):
        machine.config.write_text(
            "[agent]\nmaster_key = /var/lib/jwt-agent/master.key\n")

        machine.setup()

        assert machine.key.exists()
        assert not machine.credential.exists()

    def test_credential_of_a_store_that_is_gone(self, machine, systemd):
        """systemd decrypts it, so the agent's first start makes the store."""
        machine.setup()
        before = machine.credential.read_bytes()
        shutil.rmtree(machine.state)

        steps = machine.setup()

        assert steps["master key"] == "kept"
        assert steps["store"] == "left to the agent"
        assert machine.credential.read_bytes() == before
        assert not machine.data.exists()


def test_store_without_its_key(machine):
    machine.setup()
    machine.key.unlink()
    before = machine.data.read_bytes()

    steps = machine.setup(code=1)

    assert steps["master key"] == "failed"
    assert "put back your copy" in machine.notes["master key"]
    assert not machine.key.exists()
    assert machine.data.read_bytes() == before


class TestRedirections:
    """The agent's user, or somebody else, leads root somewhere."""

    @pytest.fixture
    def target(self, machine):
        target = machine.place / "target"
        target.mkdir(mode=0o700)
        return target

    def give(self, path):
        path.mkdir(mode=0o700)
        os.chown(path, people.uid(people.AGENT_USER), -1)

    def test_store_that_is_a_link(self, machine, target):
        self.give(machine.state)
        (machine.state / "store").symlink_to(target)

        steps = machine.setup(code=1)

        assert steps["store"] == "failed"
        assert list(target.iterdir()) == []
        assert target.stat().st_uid == 0

    def test_key_whose_draft_is_a_link(self, machine, target):
        self.give(machine.state)
        precious = target / "precious"
        precious.write_text("precious")
        (machine.state / "master.key.new").symlink_to(precious)

        machine.setup()

        assert precious.read_text() == "precious"
        assert precious.stat().st_uid == 0

    def test_folder_that_is_a_link(self, machine, target):
        machine.state.symlink_to(target)

        steps = machine.setup(code=1)

        assert steps["folder"] == "failed"
        assert target.stat().st_uid == 0
        assert target.stat().st_mode & 0o7777 == 0o700

    @pytest.mark.parametrize("above", ["link", "owned", "writable"])
    def test_folder_below_one_that_is_not_roots(self, machine, target, above):
        """Nothing is made there as root; the agent makes it if it may."""
        upper = Path("/run/upper")
        if above == "link":
            upper.symlink_to(target)
        elif above == "owned":
            self.give(upper)
        else:
            upper.mkdir()
            upper.chmod(0o777)
        machine.config.write_text(f"[agent]\nstore = {upper}/state/store\n"
                                  f"master_key = {upper}/state/key\n")

        steps = machine.setup(code=1)

        assert steps["folder"] == "left to the agent"
        assert steps["store"] == "failed"
        assert list(upper.iterdir()) == []
        upper.unlink() if above == "link" else upper.rmdir()

    def test_folder_that_strangers_can_write_in(self, machine):
        self.give(machine.state)
        machine.state.chmod(0o777)

        steps = machine.setup(code=1)

        assert steps["folder"] == "failed"
        assert "chmod go-w" in machine.notes["folder"]
        assert list(machine.state.iterdir()) == []

    def test_folder_of_a_stranger(self, machine):
        machine.state.mkdir()
        os.chown(machine.state, people.uid("alice"), -1)

        steps = machine.setup(code=1)

        assert steps["folder"] == "failed"
        assert machine.state.stat().st_uid == people.uid("alice")
        assert list(machine.state.iterdir()) == []

    def test_folder_of_root_is_given_to_the_agent(self, machine):
        machine.state.mkdir()

        assert machine.setup()["folder"] == "made"
        assert owner(machine.state) == (people.AGENT_USER, 0o700)
