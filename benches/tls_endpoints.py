#!/usr/bin/env python3
"""Real endpoints against `tenken collect --depth full`: what each server was configured for is what must be found.

Usage: benches/tls_endpoints.py TENKEN    (needs openssl, a JDK, gnutls-serv where it is there)
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PRE = "TLS_"
GCM = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"]
NAMES = {
    "ECDHE-RSA-AES128-GCM-SHA256": GCM[0], "ECDHE-RSA-AES256-GCM-SHA384": GCM[1],
    "ECDHE-RSA-CHACHA20-POLY1305": "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "AES128-SHA": "TLS_RSA_WITH_AES_128_CBC_SHA", "AES256-GCM-SHA384": "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "CAMELLIA128-SHA": "TLS_RSA_WITH_CAMELLIA_128_CBC_SHA", "NULL-SHA256": "TLS_RSA_WITH_NULL_SHA256",
    "AES128-CCM8": "TLS_RSA_WITH_AES_128_CCM_8", "DHE-RSA-AES128-GCM-SHA256": "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
    "ADH-AES128-SHA": "TLS_DH_anon_WITH_AES_128_CBC_SHA", "AECDH-AES128-SHA": "TLS_ECDH_anon_WITH_AES_128_CBC_SHA",
    "ECDHE-ECDSA-AES128-GCM-SHA256": "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "ARIA128-GCM-SHA256": "TLS_RSA_WITH_ARIA_128_GCM_SHA256",
    "ECDHE-RSA-AES128-SHA": "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
}
FIELD = {"SSLv3": "sslv3", "TLSv1": "tls10", "TLSv1.1": "tls11", "TLSv1.2": "tls12", "TLSv1.3": "tls13"}
OFFERED = {"SSLv3": "SSLv3", "TLSv1": "TLSv1.0", "TLSv1.1": "TLSv1.1", "TLSv1.2": "TLSv1.2", "TLSv1.3": "TLSv1.3"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def keys(folder):
    for name, kind in (("rsa", ["-newkey", "rsa:2048"]), ("ec", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])):
        base = os.path.join(folder, name)
        subprocess.run(["openssl", "req", "-x509", *kind, "-nodes", "-days", "30", "-subj", "/CN=www.example.jp", "-addext",
                        "subjectAltName=DNS:www.example.jp", "-keyout", base + ".key", "-out", base + ".pem"],
                       check=True, capture_output=True)
        subprocess.run(["openssl", "pkcs12", "-export", "-in", base + ".pem", "-inkey", base + ".key", "-out",
                        base + ".p12", "-passout", "pass:changeit"], check=True, capture_output=True)


def openssl(folder, key, flags):
    port = free_port()
    base = os.path.join(folder, key)
    server = subprocess.Popen(["openssl", "s_server", "-quiet", "-www", "-accept", f"127.0.0.1:{port}", "-key",
                               base + ".key", "-cert", base + ".pem", *flags],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return server, port


def jdk(folder, key, protocols, suites):
    server = subprocess.Popen(["java", "-cp", folder, "TlsMuseum", os.path.join(folder, key + ".p12"), ",".join(protocols),
                               ",".join(suites)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    port = int(server.stdout.readline())
    server.stdout.readline()
    return server, port


def wait(port):
    for _ in range(400):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)


def seen(tenken, port):
    out = subprocess.run([tenken, "collect", "https://www.example.jp", "--depth", "full", "--resolve",
                          f"www.example.jp:443:127.0.0.1:{port}"], capture_output=True, text=True).stdout
    found = [one for one in json.loads(out)["observations"] if one["kind"] == "tls-endpoint"]
    return found[0]["fields"] if found else {}


def cases():
    old = ["-cipher", "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"]
    two = [NAMES["AES128-SHA"], NAMES["ECDHE-RSA-AES128-SHA"]]
    yield "openssl", "rsa", ["-tls1", *old], {"TLSv1": two}, None
    yield "openssl", "rsa", ["-tls1_1", *old], {"TLSv1.1": two}, None
    yield "openssl", "rsa", ["-no_tls1_3", *old], {"TLSv1": two, "TLSv1.1": two, "TLSv1.2": two}, None
    for name in ("ECDHE-RSA-AES128-GCM-SHA256", "AES256-GCM-SHA384", "CAMELLIA128-SHA", "NULL-SHA256", "AES128-CCM8",
                 "DHE-RSA-AES128-GCM-SHA256", "ADH-AES128-SHA", "AECDH-AES128-SHA", "ARIA128-GCM-SHA256"):
        yield "openssl", "rsa", ["-tls1_2", "-cipher", name + ":@SECLEVEL=0"], {"TLSv1.2": [NAMES[name]]}, None
    yield "openssl", "ec", ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"], {"TLSv1.2": [NAMES["ECDHE-ECDSA-AES128-GCM-SHA256"]]}, None
    for groups, names in (("P-256", ["secp256r1"]), ("P-224:P-256", ["secp224r1", "secp256r1"]), ("X25519:X448", ["x25519", "x448"]),
                          ("brainpoolP256r1:P-384", ["brainpoolP256r1", "secp384r1"])):
        yield ("openssl", "rsa", ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-groups", groups],
               {"TLSv1.2": GCM[:1]}, names)
    for suites in (["TLS_AES_128_GCM_SHA256"], ["TLS_AES_128_CCM_8_SHA256", "TLS_AES_256_GCM_SHA384"], ["TLS_CHACHA20_POLY1305_SHA256"]):
        yield "openssl", "rsa", ["-tls1_3", "-ciphersuites", ":".join(suites)], {"TLSv1.3": suites}, None
    rc4 = ["TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"]
    null = ["TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_NULL_SHA"]
    anon = ["TLS_DH_anon_WITH_AES_128_CBC_SHA", "TLS_ECDH_anon_WITH_RC4_128_SHA"]
    export = ["TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", "TLS_RSA_WITH_DES_CBC_SHA"]
    for protocols, suites in ((["SSLv3"], rc4), (["SSLv3"], null), (["SSLv3"], export), (["TLSv1"], rc4), (["TLSv1"], export),
                              (["TLSv1"], anon), (["TLSv1.1"], rc4 + null), (["TLSv1.2"], anon + null),
                              (["SSLv3", "TLSv1", "TLSv1.1"], rc4 + anon)):
        jsse = [suite.replace("TLS_RSA_WITH_RC4", "SSL_RSA_WITH_RC4").replace("TLS_RSA_WITH_3DES", "SSL_RSA_WITH_3DES")
                .replace("TLS_RSA_WITH_NULL", "SSL_RSA_WITH_NULL").replace("TLS_RSA_EXPORT", "SSL_RSA_EXPORT")
                .replace("TLS_DHE_RSA_EXPORT", "SSL_DHE_RSA_EXPORT").replace("TLS_RSA_WITH_DES", "SSL_RSA_WITH_DES") for suite in suites]
        yield "jdk", "rsa", (protocols, jsse), {protocol: suites for protocol in protocols}, None
    yield "jdk", "rsa", (["TLSv1.2", "TLSv1.3"], GCM + ["TLS_AES_256_GCM_SHA384"]), {"TLSv1.2": GCM, "TLSv1.3": ["TLS_AES_256_GCM_SHA384"]}, None


def main():
    tenken = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        keys(folder)
        subprocess.run(["javac", "-d", folder, os.path.join(HERE, "TlsMuseum.java")], check=True)
        total = wrong = 0
        for program, key, how, wanted, groups in cases():
            server, port = openssl(folder, key, how) if program == "openssl" else jdk(folder, key, *how)
            try:
                wait(port)
                fields = seen(tenken, port)
            finally:
                server.kill()
                server.wait()
            faults = []
            if fields.get("protocols.offered") != [OFFERED[p] for p in FIELD if p in wanted]:
                faults.append(f"protocols {fields.get('protocols.offered')}")
            for protocol, field in FIELD.items():
                if sorted(fields.get("suites." + field, ["unknown"])) != sorted(wanted.get(protocol, [])):
                    faults.append(f"{protocol} {fields.get('suites.' + field)}")
            if groups is not None and sorted(fields.get("groups.tls12", [])) != sorted(groups):
                faults.append(f"groups {fields.get('groups.tls12')}")
            total += 1
            wrong += bool(faults)
            print("WRONG" if faults else "equal", program, key, how, faults)
        print(f"{total - wrong} of {total} endpoints equal")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
