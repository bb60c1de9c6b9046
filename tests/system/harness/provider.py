# SPDX-License-Identifier: BSD-3-Clause
"""A provider whose answers a test writes: good, broken, slow, none at all.

HTTP on the namespace's loopback, or HTTPS with an authority of its own.
Every request is counted by its path.
"""

import datetime
import ipaddress
import json
import ssl
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import waiting

DISCOVERY = "/.well-known/openid-configuration"
ANY = "*"  # the path of an answer to whatever has none of its own
HTML = "<!doctype html><title>Bad gateway</title><h1>Try again later</h1>"


class Answer:
    """What one path answers.  `gate`: an event that it waits for first."""

    def __init__(self, body="", status=200, kind="application/json",
                 gate=None, **headers):
        self.body = body if isinstance(body, bytes) else body.encode()
        self.status = status
        self.gate = gate
        self.headers = {"Content-Type": kind, **{
            name.replace("_", "-"): value for name, value in headers.items()}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"  # a connection serves one request

    def do_GET(self):
        provider = self.server.provider
        answer = provider.arrived(self.path)
        if answer.gate is not None:
            answer.gate.wait()
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)
        except OSError:
            pass  # it did not wait

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # a client that does not like our certificate


class Provider:
    """`certificate`: a Certificate to speak HTTPS with; `port`: where another
    server was."""

    def __init__(self, certificate=None, port=0):
        self.scheme = "https" if certificate else "http"
        self.answers = {}
        self.requests = Counter()
        self.gates = []
        self.lock = threading.Lock()
        self.server = None
        self.certificate = certificate
        self.port = port
        self.start()

    def start(self):
        """Listens, after stop() on the same port again."""
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.provider = self
        self.port = self.server.server_address[1]
        if self.certificate:
            self.server.socket = self.certificate.context().wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def stop(self):
        for gate in self.gates:
            gate.set()
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def url(self, path=""):
        return f"{self.scheme}://127.0.0.1:{self.port}{path}"

    def arrived(self, path):
        with self.lock:
            self.requests[path] += 1
            return self.answers.get(path) or self.answers.get(
                ANY, Answer("not found", 404))

    # what it says

    def say(self, path, *arguments, **options):
        self.answers[path] = Answer(*arguments, **options)

    def hang(self, path, then=""):
        """Answers nothing until the gate that is returned is set."""
        gate = threading.Event()
        self.gates.append(gate)
        self.say(path, then, gate=gate)
        return gate

    def discover(self, jwks_path="/jwks", **members):
        """The discovery document of the issuer url()."""
        self.say(DISCOVERY, json.dumps({
            "issuer": self.url(), "jwks_uri": self.url(jwks_path),
            "authorization_endpoint": self.url("/auth"),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"], **members}))

    def wait_for_requests(self, path, count, timeout=10):
        waiting.until(lambda: self.requests[path] >= count, timeout,
                      f"request {count} for {path}")


class Certificate:
    """A server's certificate for 127.0.0.1, and the authority below it."""

    def __init__(self, place):
        self.place = Path(place)
        self.place.mkdir(parents=True, exist_ok=True, mode=0o755)
        authority, key = made("An authority of the tests", None, None)
        server, server_key = made("127.0.0.1", authority, key)
        self.ca_file = self._write("ca.pem", pem(authority))
        self.file = self._write("server.pem",
                                pem(server) + key_pem(server_key))

    def _write(self, name, data):
        path = self.place / name
        path.write_bytes(data)
        path.chmod(0o644)
        return path

    def context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context


def name_of(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def made(subject, authority, authority_key):
    """A certificate and its key; its own authority when none is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.utcnow()
    day = datetime.timedelta(days=1)
    builder = (x509.CertificateBuilder()
               .subject_name(name_of(subject))
               .issuer_name(authority.subject if authority
                            else name_of(subject))
               .public_key(key.public_key())
               .serial_number(x509.random_serial_number())
               .not_valid_before(now - day).not_valid_after(now + 3650 * day)
               .add_extension(x509.BasicConstraints(
                   ca=authority is None, path_length=None), critical=True))
    if authority:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(
            x509.SubjectAlternativeName([address]), critical=False)
    return builder.sign(authority_key or key, hashes.SHA256()), key


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())
