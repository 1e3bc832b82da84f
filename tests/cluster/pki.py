"""Certificates and kubeconfigs of one cluster. Elliptic-curve keys: a dozen of them take no time at all."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.cluster.places import API_PORT, KUBERNETES_SERVICE, NODE, NODE_ADDRESS, Place

VALID = dt.timedelta(days=30)  # a developer may leave a cluster running over a holiday
SERVER_NAMES = ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
SERVER_ADDRESSES = ("127.0.0.1", NODE_ADDRESS, KUBERNETES_SERVICE)
# File name -> the user and the group that the API server sees.
CLIENTS = {
    "admin": ("watchkeeper-admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "kubelet": (f"system:node:{NODE}", "system:nodes"),
    "proxy": ("system:kube-proxy", ""),
    "add-ons": ("watchkeeper-add-ons", "system:masters"),
    "front-proxy": ("front-proxy", ""),
    "apiserver-to-kubelet": ("apiserver-to-kubelet", "system:masters"),
}
WITH_KUBECONFIG = ("admin", "controller-manager", "scheduler", "kubelet", "proxy", "add-ons")


@dataclass(frozen=True)
class Authority:
    """What signs all the others."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def write(place: Place) -> None:
    """All keys, certificates and kubeconfigs, into the run folder."""
    folder = place.run / "pki"
    folder.mkdir()
    (place.run / "kube").mkdir()
    authority = _authority()
    _store(folder / "ca", authority.key, authority.certificate)
    _issue(folder / "apiserver", authority, "kube-apiserver", "", server=True)
    for name, (user, group) in CLIENTS.items():
        _issue(folder / name, authority, user, group, server=False)
    signer = ec.generate_private_key(ec.SECP256R1())
    (folder / "service-accounts.key").write_bytes(_pem(signer))
    for name in WITH_KUBECONFIG:
        server = f"https://{NODE_ADDRESS}:{API_PORT}"
        (place.run / "kube" / f"{name}.conf").write_text(kubeconfig(place, name, server))


def kubeconfig(place: Place, user: str, server: str) -> str:
    """A kubeconfig with everything inside it, so that it can be carried anywhere."""
    folder = place.run / "pki"
    files = {
        "client-certificate-data": _base64(folder / f"{user}.crt"),
        "client-key-data": _base64(folder / f"{user}.key"),
    }
    cluster = {"server": server, "certificate-authority-data": _base64(folder / "ca.crt")}
    return compose(cluster, files)


def compose(cluster: Mapping[str, object], user: Mapping[str, object]) -> str:
    """One cluster, one user, one context, as YAML."""
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": user}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "current-context": "test",
        }
    )


def _authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("watchkeeper-test", "")
    builder = _builder(key, name, name).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def _issue(stem: Path, authority: Authority, user: str, group: str, *, server: bool) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(key, _name(user, group), authority.certificate.subject)
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if server:
        names: list[x509.GeneralName] = [x509.DNSName(name) for name in SERVER_NAMES]
        names += [x509.IPAddress(ipaddress.ip_address(address)) for address in SERVER_ADDRESSES]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    _store(stem, key, builder.sign(authority.key, hashes.SHA256()))


def _builder(key: ec.EllipticCurvePrivateKey, subject: x509.Name, issuer: x509.Name) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + VALID)
    )


def _name(user: str, group: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
    if group:
        parts.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    return x509.Name(parts)


def _store(stem: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    stem.with_name(f"{stem.name}.key").write_bytes(_pem(key))
    stem.with_name(f"{stem.name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )


def _base64(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
