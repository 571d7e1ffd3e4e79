# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificates for libvirt's TLS, where libvirt looks for them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from .host import Host
from .result import run

CA = "/etc/pki/CA/cacert.pem"
PKI = "/etc/pki/libvirt"
DAY = timedelta(days=1)
TEMPLATE = """\
cn = "{name}"
activation_date = "{since:%Y-%m-%d %H:%M:%S} UTC"
expiration_date = "{until:%Y-%m-%d %H:%M:%S} UTC"
"""
IS_CA = "ca\ncert_signing_key\n"
IS_PEER = 'dns_name = "{name}"\ntls_www_server\ntls_www_client\nencryption_key\nsigning_key\n'


class Authority:
    """A CA below a directory, and what it has signed."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(exist_ok=True)
        self.key = self._key("ca")
        self.certificate = self._sign("ca", TEMPLATE.format(name="laboratory", **_days(-2, 1000)) + IS_CA,
                                      "--generate-self-signed", "--load-privkey", str(self.key))

    def issue(self, name: str, since: int = -1, until: int = 500) -> tuple[str, str]:
        """A certificate for the host NAME, and its key; good between these days from now."""
        key = self._key(name)
        template = TEMPLATE.format(name=name, **_days(since, until)) + IS_PEER.format(name=name)
        certificate = self._sign(name, template, "--generate-certificate", "--load-privkey", str(key),
                                 "--load-ca-privkey", str(self.key), "--load-ca-certificate", str(self.certificate))
        return certificate.read_text(), key.read_text()

    def _key(self, name: str) -> Path:
        path = self.directory / f"{name}-key.pem"
        run(["certtool", "--generate-privkey", "--key-type", "ecdsa", "--outfile", str(path)])
        return path

    def _sign(self, name: str, template: str, *how: str) -> Path:
        path, plan = self.directory / f"{name}.pem", self.directory / f"{name}.template"
        plan.write_text(template)
        run(["certtool", *how, "--template", str(plan), "--outfile", str(path)])
        return path


def install(host: Host, authority: Authority) -> None:
    """HOST has what TLS takes: as server, and as client of others."""
    host.write(CA, authority.certificate.read_text())
    certificate, key = authority.issue(host.name)
    for role in ("server", "client"):
        host.write(f"{PKI}/{role}cert.pem", certificate)
        host.write(f"{PKI}/private/{role}key.pem", key, 0o600)


def _days(since: int, until: int) -> dict[str, datetime]:
    now = datetime.now(timezone.utc)
    return {"since": now + since * DAY, "until": now + until * DAY}
