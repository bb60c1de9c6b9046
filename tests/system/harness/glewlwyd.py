# SPDX-License-Identifier: BSD-3-Clause
"""Debian's glewlwyd: a real OpenID provider on the namespace's loopback.

Everything but its first database is set up through its administration API.
Its OpenID plugin signs with what add_key() was given, publishes the public
halves and makes id tokens by the implicit flow, as a browser would get them.
"""

import http.cookiejar
import json
import re
import socket
import sqlite3
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from . import waiting
from .issuer import private_jwk

SCHEMA = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3"
CLIENT = "host"
REDIRECT = "https://host.test/callback"
PASSWORD = "provider's own 9"
ADMIN = ("admin", "password")  # as Debian's schema has it

CONFIG = """\
port = {port}
bind_address = "127.0.0.1"
external_url = "http://127.0.0.1:{port}"
login_url = "login.html"
api_prefix = "api"
log_mode = "file"
log_level = "WARNING"
log_file = "{place}/log"
cookie_secure = 0
session_expiration = 2419200
admin_scope = "g_admin"
profile_scope = "g_profile"
user_module_path = "/usr/lib/glewlwyd/user"
client_module_path = "/usr/lib/glewlwyd/client"
user_auth_scheme_module_path = "/usr/lib/glewlwyd/scheme"
plugin_module_path = "/usr/lib/glewlwyd/plugin"
hash_algorithm = "SHA512"
database = {{ type = "sqlite3"; path = "{place}/database" }};
"""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Browser:
    """One person's (or the administrator's) session at the provider."""

    def __init__(self, base):
        self.base = base
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), NoRedirect(),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, method, path, body=None):
        """Status, headers and text of the answer, whatever it is."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"},
            method=method)
        try:
            answer = self.opener.open(request, timeout=10)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers, answer.read().decode()

    def do(self, method, path, body=None):
        status, _, text = self.ask(method, path, body)
        assert status == 200, f"{method} {path}: {status} {text}"
        return json.loads(text) if text else None


class Glewlwyd:
    def __init__(self, place="/run/glewlwyd", port=4593):
        self.place = Path(place)
        self.port = port
        self.base = f"http://127.0.0.1:{port}/api/"
        self.issuer = self.base + "oidc"
        self.jwks_url = self.issuer + "/jwks"
        self.keys = []
        self.process = None
        self.place.mkdir(mode=0o700)
        self._make_database()
        (self.place / "conf").write_text(
            CONFIG.format(place=place, port=port))

    def _make_database(self):
        with sqlite3.connect(self.place / "database") as database:
            database.executescript(Path(SCHEMA).read_text())

    def start(self):
        self.process = subprocess.Popen(
            ["glewlwyd", "--config-file", str(self.place / "conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        waiting.until(self._answers, timeout=20, what="glewlwyd's start")
        return self

    def _answers(self):
        assert self.process.poll() is None, "glewlwyd ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    # what its administrator does

    def furnish(self, key):
        """The OpenID plugin with a first key, and a client for tokens."""
        self.keys = [key]
        admin = self._administrator()
        admin.do("POST", "mod/plugin/", self._plugin())
        admin.do("PUT", "scope/openid", {
            "name": "openid", "display_name": "openid",
            "password_required": True, "password_max_age": 0})
        admin.do("POST", "client/", {
            "client_id": CLIENT, "name": "Hosts", "enabled": True,
            "confidential": False, "redirect_uri": [REDIRECT],
            "authorization_type": ["id_token"], "scope": []})
        return self

    def sign_with(self, *keys):
        """Rotation: signs with the first, still publishes the others."""
        self.keys = list(keys)
        admin = self._administrator()
        admin.do("PUT", "mod/plugin/oidc", self._plugin())
        admin.do("PUT", "mod/plugin/oidc/reset/")

    def add_person(self, name):
        """A person at the provider, who lets the client know them."""
        self._administrator().do("POST", "user/", {
            "username": name, "name": name.title(),
            "email": f"{name}@corp.test", "password": PASSWORD,
            "enabled": True, "scope": ["openid", "g_profile"]})
        self._browser_of(name).do(
            "PUT", f"auth/grant/{CLIENT}", {"scope": "openid"})

    def _plugin(self):
        return {"module": "oidc", "name": "oidc", "display_name": "OpenID",
                "parameters": {
                    "iss": self.issuer,
                    "jwks-private": json.dumps(
                        {"keys": [private_jwk(key) for key in self.keys]}),
                    "jwks-show": True, "subject-type": "public",
                    "access-token-duration": 600,
                    "refresh-token-duration": 1200, "code-duration": 60,
                    "refresh-token-rolling": False, "allow-non-oidc": False,
                    "auth-type-code-enabled": True,
                    "auth-type-token-enabled": True,
                    "auth-type-implicit-enabled": True,
                    "auth-type-none-enabled": True,
                    "auth-type-password-enabled": False,
                    "auth-type-client-enabled": False,
                    "auth-type-device-enabled": False,
                    "auth-type-refresh-enabled": True,
                    "name-claim": "mandatory", "email-claim": "mandatory",
                    "claims": []}}

    # sessions at it

    def _administrator(self):
        return self._signed_in(*ADMIN)

    def _browser_of(self, person):
        return self._signed_in(person, PASSWORD)

    def _signed_in(self, name, password):
        browser = Browser(self.base)
        browser.do("POST", "auth/", {"username": name, "password": password})
        return browser

    def id_token(self, person):
        """What a browser brings back from a login of that person."""
        query = urllib.parse.urlencode({
            "response_type": "id_token", "client_id": CLIENT,
            "redirect_uri": REDIRECT, "scope": "openid", "state": "s",
            "nonce": "n", "g_continue": ""})
        status, headers, text = self._browser_of(person).ask(
            "GET", "oidc/auth?" + query)
        place = headers.get("Location") or ""
        found = re.search(r"id_token=([^&]+)", place)
        assert found, f"{status} {place} {text}"
        return found[1]
