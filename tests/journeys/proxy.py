"""nginx with the configuration of production, on free ports and with a certificate of its own."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from district_portal import embedded

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIGURATION = embedded.BASE_DIR / "deploy" / "nginx" / "nginx.conf"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1, valid for a day, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=1))
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "privkey.pem").write_bytes(private)


class Proxy:
    """nginx in front of the portal on `upstream_port`; `url` is its address, `log` its access log.

    `without`: lines of the configuration to leave out, to see what holds without them.
    """

    def __init__(self, folder: Path, upstream_port: int, without: Sequence[str] = ()) -> None:
        self.upstream_port = upstream_port
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        self.url, self.log = f"https://127.0.0.1:{self.port}", folder / "access.log"
        folder.mkdir(parents=True)
        make_certificate(folder)
        self.trust = ssl.create_default_context(cafile=folder / "fullchain.pem")
        changes = {
            "pid /tmp/nginx.pid;": f"pid {folder}/nginx.pid;",
            "/tmp/nginx-": f"{folder}/",
            "access_log /dev/stdout": f"access_log {self.log}",
            "error_log /dev/stderr crit;": f"error_log {folder}/error.log crit;",
            "web:8000": f"127.0.0.1:{upstream_port}",
            "listen 8080": f"listen 127.0.0.1:{self.plain_port}",
            "listen 8443": f"listen 127.0.0.1:{self.port}",
            "/etc/nginx/certificates/": f"{folder}/",
        }
        text = CONFIGURATION.read_text()
        changes |= dict.fromkeys(without, "")
        for ours, theirs in changes.items():
            assert ours in text, f"{ours} is no longer in nginx.conf"
            text = text.replace(ours, theirs)
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(text)

    def start(self) -> None:
        assert NGINX is not None, "nginx is not installed"
        # For root, nginx would work as a user who may not enter pytest's folder.
        user = " user root;" if os.geteuid() == 0 else ""
        command = [NGINX, "-e", str(self.folder / "error.log"), "-c", str(self.configuration)]
        command += ["-g", f"daemon off;{user}"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                words = (self.folder / "error.log").read_text() if self.process.poll() is not None else ""
                assert self.process.poll() is None and time.monotonic() < deadline, f"nginx does not answer: {words}"
                time.sleep(0.05)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
