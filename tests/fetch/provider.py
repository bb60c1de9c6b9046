#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A provider of keys on loopback that also does everything a provider may not.

Makes its certificates in the directory that it is given, prints its ports
(plain, TLS, TLS of another host, TLS expired, one that never speaks), and
serves until its standard input ends. What it does is chosen by the path.
"""

import datetime
import gzip
import json
import os
import socket
import ssl
import sys
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LIMIT = 512 * 1024
KEYS = b'{"keys":[{"kty":"OKP","kid":"one"}]}'


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def certify(folder, name, host, days, signer=None):
    """A certificate for the host, good until so many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.utcnow()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, issuer_key = signer or (subject, key)
    end = now + datetime.timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=9))
        .not_valid_after(end)
        .add_extension(
            x509.BasicConstraints(ca=signer is None, path_length=None), True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host)]), False)
        .sign(issuer_key, hashes.SHA256()))
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())
    write(os.path.join(folder, name + ".pem"), pem)
    write(os.path.join(folder, name + ".key"), secret + pem)
    return subject, key


def head(status, *fields):
    lines = ["HTTP/1.1 %s" % status, *fields, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def document(body, *fields, status="200 OK"):
    return head(status, "Content-Length: %d" % len(body), *fields) + body


def redirect(to):
    return document(b"", "Location: " + to, status="302 Found")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def padded(size):
    """A key set of exactly so many bytes."""
    frame = b'{"keys":[],"pad":""}'
    return frame[:-2] + b"x" * (size - len(frame)) + frame[-2:]


def configuration(base, issuer, keys):
    return document(json.dumps(
        {"issuer": issuer, "jwks_uri": keys, "other": [base]}).encode())


def simple(base, other):
    """What is answered at once."""
    bomb = gzip.compress(b"[" * (64 << 20))
    issuers = {
        "/issuer": configuration(base, base + "/issuer", base + "/keys"),
        "/slash": configuration(base, base + "/slash/", base + "/keys"),
        "/liar": configuration(base, base + "/issuer", base + "/keys"),
        "/longer": configuration(base, base + "/longer/", base + "/keys"),
        "/unnamed": document(b'{"jwks_uri":"%s/keys"}' % base.encode()),
        "/keyless": document(b'{"issuer":"%s/keyless"}' % base.encode()),
        "/odd": document(
            b'{"issuer":"%s/odd","jwks_uri":[1]}' % base.encode()),
        "/file": configuration(base, base + "/file", "file:///etc/passwd"),
        "/far": configuration(base, base + "/far", "http://192.0.2.1/keys"),
        "/moved": redirect("/issuer/.well-known/openid-configuration"),
        "/gone": document(b"", status="404 Not Found"),
        "/html": document(b"<html>welcome</html>"),
    }
    pages = {
        "/keys": document(
            KEYS, "Cache-Control: public, max-age=300", "Age: 10"),
        "/silent": document(KEYS),
        "/twice": document(
            KEYS, "Cache-Control: max-age=500", "cache-control: max-age=70"),
        "/no-store": document(KEYS, "Cache-Control: max-age=9, no-store"),
        "/stale": document(KEYS, "Cache-Control: max-age=10", "Age: 10"),
        "/early": head("103 Early Hints", "Cache-Control: max-age=7")
                  + document(KEYS),
        "/exact": document(padded(LIMIT)),
        "/big": document(padded(LIMIT + 1)),
        "/huge": head("200 OK", "Content-Length: 9999999999") + KEYS,
        "/500": document(b'{"keys":[]}', status="500 Internal Server Error"),
        "/404": document(b'{"keys":[]}', status="404 Not Found"),
        "/204": document(b"", status="204 No Content"),
        "/304": document(b"", status="304 Not Modified"),
        "/html": document(b"<html>secret body</html>"),
        "/nothing": document(b""),
        "/array": document(b"[]"),
        "/string": document(b'"secret body"'),
        "/duplicate": document(b'{"keys":[],"keys":[]}'),
        "/deep": document(b'{"keys":' + b"[" * 9999 + b"]" * 9999 + b"}"),
        "/latin": document(b'{"keys":"\xff"}'),
        "/tail": document(KEYS + b"x"),
        "/numbers": document(
            b'{"n":[' + b"0.1," * 16000 + b'"' + b"x" * 440000 + b'"]}'),
        "/values": document(b'{"n":[' + b"[]," * 9000 + b"1]}"),
        "/gzip": document(bomb, "Content-Encoding: gzip"),
        "/squeezed": head(
            "200 OK", "Transfer-Encoding: gzip, chunked")
                     + chunk(bomb) + chunk(b""),
        "/to-keys": redirect("/keys"),
        "/to-localhost": redirect(
            base.replace("127.0.0.1", "localhost") + "/keys"),
        "/to-far": redirect("http://192.0.2.1/keys"),
        "/to-file": redirect("file:///etc/passwd"),
        "/to-gopher": redirect("gopher://127.0.0.1/"),
        "/to-tls": redirect(other + "/keys"),
        "/to-user": redirect("http://me:secret@127.0.0.1/keys"),
        "/to-odd": redirect("http://127.0.0.1/\xff\x01"),
        "/to-backslash": redirect("http://127.0.0.1\\@192.0.2.1/keys"),
        "/to-nowhere": document(b"", status="302 Found"),
        "/loop": redirect("/loop"),
        "/three": redirect("/two"),
        "/two": redirect("/to-keys"),
        "/four": redirect("/three"),
        "/cut": head("200 OK", "Content-Length: 100") + KEYS,
        "/cut-chunk": head("200 OK", "Transfer-Encoding: chunked") + b"99\r\n{",
        "/mute": b"",
        "/garbage": b"220 mail.example ESMTP\r\n",
    }
    for name, page in issuers.items():
        pages[name + "/.well-known/openid-configuration"] = page
    return pages


def endlessly(pieces, pause=0.0):
    def answer(connection):
        for piece in pieces():
            connection.sendall(piece)
            time.sleep(pause)
    return answer


def for_ever(first, again):
    def pieces():
        yield first
        while True:
            yield again
    return pieces


def echo(request):
    body = json.dumps({"request": request}).encode()
    return document(body)


ENDLESS = {
    "/endless": endlessly(for_ever(
        head("200 OK", "Transfer-Encoding: chunked"), chunk(b" " * 4096))),
    "/headers": endlessly(for_ever(
        b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"x" * 800 + b"\r\n")),
    "/hints": endlessly(for_ever(
        b"", head("103 Early Hints", "X-More: " + "x" * 800))),
    "/line": endlessly(for_ever(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 4096)),
    "/drip": endlessly(for_ever(
        head("200 OK", "Content-Length: 1000"), b" "), 0.1),
    "/hang": endlessly(lambda: [time.sleep(60) or b""]),
}


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data and len(data) < 65536:
        piece = connection.recv(4096)
        if not piece:
            break
        data += piece
    return data.decode("latin-1")


def serve_one(connection, context, pages):
    try:
        connection.settimeout(60)
        if context:
            connection = context.wrap_socket(connection, server_side=True)
        request = read_request(connection)
        path = (request.split(" ") + ["", ""])[1]
        if path in ENDLESS:
            ENDLESS[path](connection)
        elif path == "/echo":
            connection.sendall(echo(request))
        elif path == "/cookie":
            connection.sendall(document(
                b"", "Location: /echo", "Set-Cookie: a=b; Path=/",
                status="302 Found"))
        else:
            connection.sendall(pages.get(path) or b"")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    except OSError:
        pass
    finally:
        connection.close()


def listen():
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    return listener


def serve(listener, context, pages):
    while True:
        connection, _ = listener.accept()
        threading.Thread(
            target=serve_one, args=(connection, context, pages),
            daemon=True).start()


def tls(folder, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, name + ".key"))
    return context


def old_tls(folder, name):
    context = tls(folder, name)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def main():
    folder = sys.argv[1]
    signer = certify(folder, "ca", "ca.invalid", 9)
    certify(folder, "stranger", "stranger.invalid", 9)
    certify(folder, "good", "localhost", 9, signer)
    certify(folder, "wrong", "other.invalid", 9, signer)
    certify(folder, "expired", "localhost", -1, signer)
    contexts = [None, tls(folder, "good"), tls(folder, "wrong"),
                tls(folder, "expired"), old_tls(folder, "good")]
    listeners = [listen() for _ in contexts]
    mute = listen()
    ports = [listener.getsockname()[1] for listener in [*listeners, mute]]
    plain = simple("http://127.0.0.1:%d" % ports[0],
                   "https://localhost:%d" % ports[1])
    secure = simple("https://localhost:%d" % ports[1],
                    "http://127.0.0.1:%d" % ports[0])
    for listener, context in zip(listeners, contexts):
        threading.Thread(
            target=serve, args=(
                listener, context, secure if context else plain),
            daemon=True).start()
    print(*ports, flush=True)
    sys.stdin.read()


main()
