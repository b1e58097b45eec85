#!/usr/bin/env python3
"""tenken beside sslyze, cryptolyzer and testssl.sh on the same real endpoints, in one run: wall, CPU, memory, connections, and
facts that are wrong or not told. Then the same at a round trip of 50 ms, a hundred runs of one endpoint, and a thousand endpoints.

Usage: benches/tls_peers.py TENKEN VENV [SECTION]
  TENKEN   a release build; VENV a virtual environment with sslyze and cryptolyzer (a missing peer is left out and said to be)
  SECTION  docs/quality.md, whose part between the two marks of this script is written anew
Needs nginx and openssl; testssl.sh from its Debian package. cryptolyzer's oscrypto 1.3.0 refuses an OpenSSL whose version has
two digits (its regular expression wants one): in such a VENV that expression is to be widened.
"""
import functools
import json
import os
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

NAME = "www.example.jp"
GCM = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"]
NEW = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]
# What each endpoint is set up for: the block of nginx, its suites by version, its groups, and its floor (fewest hellos: one for
# each suite of a version and one more, one for a version that is off).
ENDPOINTS = {
    "intermediate": (
        "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305;"
        " ssl_ecdh_curve X25519:prime256v1:secp384r1;",
        {"TLSv1.2": GCM, "TLSv1.3": NEW}, ["x25519", "secp256r1", "secp384r1"]),
    "old versions": (
        "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ECDHE-RSA-AES128-SHA:AES128-SHA:@SECLEVEL=0; ssl_ecdh_curve prime256v1;",
        {version: ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"] for version in ("TLSv1.0", "TLSv1.1", "TLSv1.2")},
        ["secp256r1"]),
    "RSA key exchange only": (
        "ssl_protocols TLSv1.2; ssl_ciphers AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA:AES256-SHA:@SECLEVEL=0;",
        {"TLSv1.2": ["TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA",
                     "TLS_RSA_WITH_AES_256_CBC_SHA"]}, []),
}
VERSIONS = ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
FIELD = {"SSLv3": "sslv3", "TLSv1.0": "tls10", "TLSv1.1": "tls11", "TLSv1.2": "tls12", "TLSv1.3": "tls13"}


def floor(suites):
    return sum(len(suites.get(version, [])) + 1 for version in VERSIONS)


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class Proxy:
    """Passes bytes on after a delay each way, and counts connections: how many, and how many at a time."""

    def __init__(self, port, delay):
        self.port, self.delay, self.count, self.open, self.most = port, delay, 0, set(), 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.here = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            # A client that has said goodbye is gone, whether or not its bytes have been passed on yet.
            gone = {one for one in self.open if is_closed(one)}
            self.open = (self.open - gone) | {client}
            self.most = max(self.most, len(self.open))
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        # The handshake of TCP takes a round trip too; on loopback it takes none.
        time.sleep(self.delay * 2)
        try:
            server = socket.create_connection(("127.0.0.1", self.port))
        except OSError:
            client.close()
            return
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        queue = []
        ends = {client: server, server: client}
        readable = [client, server]
        while readable or queue:
            wait = max(0, queue[0][0] - time.monotonic()) if queue else 5
            ready, _, _ = select.select(readable, [], [], wait)
            for one in ready:
                try:
                    words = one.recv(65536)
                except OSError:
                    words = b""
                queue.append((time.monotonic() + self.delay, ends[one], words))
                if not words:
                    readable.remove(one)
            if not ready and not queue:
                break
            while queue and queue[0][0] <= time.monotonic():
                _, to, words = queue.pop(0)
                try:
                    to.sendall(words) if words else to.shutdown(socket.SHUT_WR)
                except OSError:
                    readable = []
        client.close()
        server.close()


def is_closed(one):
    try:
        return one.fileno() < 0 or one.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


OWN = {}


def watch(pid):
    """Keeps the most memory of a process's own, without the pages of its program file."""
    most = 0
    while True:
        try:
            with open(f"/proc/{pid}/status") as text:
                most = max([most] + [int(line.split()[1]) for line in text if line.startswith("RssAnon")])
        except OSError:
            break
        OWN[pid] = most / 1024
        time.sleep(0.004)


def run(command, **more):
    """Wall and CPU seconds, largest process in MiB, standard output."""
    begun = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)
    threading.Thread(target=watch, args=(child.pid,), daemon=True).start()
    OWN["last"] = child.pid
    words = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, words.decode(errors="replace")


def compared(told, suites, groups):
    """Facts that are wrong and not told: versions, suites of each version, groups."""
    wrong = missing = 0
    for version in VERSIONS:
        offered = told["versions"].get(version)
        missing += offered is None
        wrong += offered is not None and offered != (version in suites)
    for version, wanted in suites.items():
        found = told["suites"].get(version)
        missing += found is None
        wrong += found is not None and set(found) != set(wanted)
    if groups:
        wrong += told["groups"] is not None and set(told["groups"]) != set(groups)
        missing += told["groups"] is None
    for fact in ("order", "reneg", "ems", "sigalgs"):
        missing += told.get(fact) is None
    return wrong, missing


def tenken(binary, port, depth, folder, extra=()):
    file = os.path.join(folder, "evidence.json")
    used = run([binary, "assess", f"https://{NAME}", "--depth", depth, "--only", "tls-ssl,tls-cert-valid", "--history", "none",
                "--evidence", file, "--resolver", "127.0.0.1:9", "--resolve", f"{NAME}:443:127.0.0.1:{port}", *extra])
    with open(file) as text:
        evidence = json.load(text)
    seen = [one["fields"] for one in evidence["observations"] if one["kind"] == "tls-endpoint"]
    fields = seen[0] if seen else {}
    told = {"versions": {}, "suites": {}, "groups": None}
    if fields.get("protocols.complete"):
        told["versions"] = {version: version in fields["protocols.offered"] for version in VERSIONS}
    for version, field in FIELD.items():
        if version in fields.get("suites.complete", []):
            told["suites"][version] = fields["suites." + field]
    if "TLSv1.2" in fields.get("groups.complete", []):
        told["groups"] = fields["groups.tls12"]
    told.update(order=fields.get("order.tls12"), reneg=fields.get("renegotiation.secure"), ems=fields.get("extended_master_secret"),
                sigalgs=fields.get("signature_algorithms.tls12"))
    return used, told, fields


def sslyze(venv, port, folder):
    file = os.path.join(folder, "sslyze.json")
    used = run([os.path.join(venv, "bin/sslyze"), "--json_out", file, f"{NAME}:{port}{{127.0.0.1}}"])
    told = {"versions": {}, "suites": {}, "groups": None}
    try:
        with open(file) as text:
            result = json.load(text)["server_scan_results"][0]["scan_result"]
    except (OSError, KeyError, IndexError, TypeError, ValueError):
        return used, told
    for key, version in (("ssl_2_0", "SSLv2"), ("ssl_3_0", "SSLv3"), ("tls_1_0", "TLSv1.0"), ("tls_1_1", "TLSv1.1"),
                         ("tls_1_2", "TLSv1.2"), ("tls_1_3", "TLSv1.3")):
        one = result.get(key + "_cipher_suites", {}).get("result")
        if one is not None:
            accepted = [suite["cipher_suite"]["name"] for suite in one["accepted_cipher_suites"]]
            told["versions"][version] = bool(accepted)
            told["suites"][version] = accepted
    curves = (result.get("elliptic_curves", {}).get("result") or {}).get("supported_curves")
    names = {"X25519": "x25519", "X448": "x448", "prime256v1": "secp256r1"}
    told["groups"] = None if curves is None else [names.get(curve["name"], curve["name"]) for curve in curves]
    told["reneg"] = (result.get("session_renegotiation", {}).get("result") or {}).get("supports_secure_renegotiation")
    told["ems"] = (result.get("tls_extended_master_secret", {}).get("result") or {}).get("supports_ems_extension")
    return used, told


def cryptolyze(venv, port, folder):
    used = run([os.path.join(venv, "bin/cryptolyze"), "--output-format", "json", "tls", "all", f"127.0.0.1:{port}"])
    told = {"versions": {}, "suites": {}, "groups": None}
    try:
        result = json.loads(used[3])
        offered = result["versions"]["versions"]
    except (ValueError, KeyError, TypeError):
        return used, told
    words = dict(zip(VERSIONS, ("ssl2", "ssl3", "tls1", "tls1_1", "tls1_2", "tls1_3")))
    told["versions"] = {version: word in offered for version, word in words.items()}
    for one in result.get("ciphers") or []:
        version = next((version for version, word in words.items() if word == one["target"]["proto_version"]), None)
        told["suites"][version] = one["cipher_suites"]
        if version == "TLSv1.2":
            told["order"] = one["cipher_suite_preference"]
    curves = (result.get("curves") or {}).get("curves")
    told["groups"] = None if curves is None else [str(curve).lower() for curve in curves]
    extensions = result.get("extensions") or {}
    told.update(reneg=extensions.get("renegotiation_supported"), ems=extensions.get("extended_master_secret_supported"),
                sigalgs=(result.get("sigalgos") or {}).get("sig_algos"))
    return used, told


@functools.cache
def registered_names():
    """Names of OpenSSL to registered ones."""
    listed = subprocess.run(["openssl", "ciphers", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], capture_output=True, text=True, check=True)
    return {line.split()[2]: line.split()[0] for line in listed.stdout.splitlines()}


def testssl(_, port, folder):
    file = os.path.join(folder, "testssl.json")
    if os.path.exists(file):
        os.remove(file)
    used = run(["testssl", "--quiet", "--color", "0", "--nodns", "none", "--ip", "127.0.0.1", "--jsonfile", file, f"https://{NAME}:{port}"])
    told = {"versions": {}, "suites": {}, "groups": None}
    try:
        with open(file) as text:
            found = {one["id"]: one["finding"] for one in json.load(text)}
    except (OSError, ValueError):
        return used, told
    for key, version in (("SSLv2", "SSLv2"), ("SSLv3", "SSLv3"), ("TLS1", "TLSv1.0"), ("TLS1_1", "TLSv1.1"), ("TLS1_2", "TLSv1.2"),
                         ("TLS1_3", "TLSv1.3")):
        if key in found:
            told["versions"][version] = not found[key].startswith("not offered")
    for key, version in (("SSLv3", "SSLv3"), ("TLSv1", "TLSv1.0"), ("TLSv1.1", "TLSv1.1"), ("TLSv1.2", "TLSv1.2"), ("TLSv1.3", "TLSv1.3")):
        finding = found.get(f"cipher_order_{key}")
        if finding and "(limited" not in finding:
            told["suites"][version] = [registered_names().get(name, name) for name in finding.split() if "-" in name or "_" in name]
    if "FS_ECDHE_curves" in found or "PFS_ECDHE_curves" in found:
        names = {"X25519": "x25519", "X448": "x448", "prime256v1": "secp256r1"}
        curves = found.get("FS_ECDHE_curves") or found.get("PFS_ECDHE_curves")
        told["groups"] = [names.get(curve, curve) for curve in curves.split()]
    told["order"] = found.get("cipher_order")
    told["reneg"] = found.get("secure_renego")
    told["ems"] = "extended master secret" in found.get("TLS_extensions", "") if "TLS_extensions" in found else None
    return used, told


def place(port):
    return port if isinstance(port, str) else f"127.0.0.1:{port}"


def nginx(folder, blocks):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", f"/CN={NAME}", "-addext",
                    f"subjectAltName=DNS:{NAME}", "-keyout", f"{folder}/rsa.key", "-out", f"{folder}/rsa.pem"], check=True, capture_output=True)
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    servers = "".join(f"server {{ {' '.join(f'listen {place(port)} ssl;' for port in ports)} ssl_certificate {folder}/rsa.pem; "
                      f"ssl_certificate_key {folder}/rsa.key; {block} return 200 ok; }}\n" for ports, block in blocks)
    with open(f"{folder}/nginx.conf", "w") as text:
        text.write(f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log crit; worker_rlimit_nofile 16384;\n"
                   f"events {{ worker_connections 8192; }}\nhttp {{ access_log off;\n{temporary}{servers}}}\n")
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    server = subprocess.Popen([program, "-p", folder, "-c", f"{folder}/nginx.conf"], stdout=subprocess.DEVNULL)
    for ports, _ in blocks:
        for _ in range(1000):
            try:
                address, port = place(ports[-1]).split(":")
                socket.create_connection((address, int(port))).close()
                break
            except OSError:
                time.sleep(0.02)
    return server


def main():
    binary, venv = sys.argv[1], sys.argv[2]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    peers = [("sslyze", sslyze, os.path.join(venv, "bin/sslyze")), ("cryptolyzer", cryptolyze, os.path.join(venv, "bin/cryptolyze")),
             ("testssl.sh", testssl, shutil.which("testssl") or "")]
    absent = [name for name, _, path in peers if not os.path.exists(path)]
    many = int(os.environ.get("TENKEN_ENDPOINTS", "1000"))
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        ports = dict(zip(ENDPOINTS, free_ports(len(ENDPOINTS))))
        port = free_ports(1)[0]
        # Each endpoint of the crowd has an address of its own, as hosts have: one address has its few places for all its names.
        crowd = [f"127.1.{number // 250}.{number % 250 + 1}:{port}" for number in range(many)]
        server = nginx(folder, [([ports[name]], block) for name, (block, _, _) in ENDPOINTS.items()] + [(crowd, ENDPOINTS["intermediate"][0])])
        try:
            lines += table(binary, venv, folder, ports, peers)
            lines += at_distance(binary, venv, folder, ports["intermediate"])
            lines += again_and_again(binary, folder, ports["intermediate"])
            lines += a_crowd(binary, folder, crowd)
        finally:
            server.kill()
            server.wait()
    if absent:
        lines.append(f"Not there in this run: {', '.join(absent)}.")
    text = "\n".join(lines) + "\n"
    print(text)
    if len(sys.argv) > 3:
        with open(sys.argv[3]) as old:
            page = old.read()
        begin, end = "<!-- tls_peers.py -->\n", "<!-- /tls_peers.py -->\n"
        before, rest = page.split(begin)
        after = rest.split(end)[1]
        with open(sys.argv[3], "w") as new:
            new.write(before + begin + text + end + after)


def table(binary, venv, folder, ports, peers):
    lines = ["| endpoint (floor) | tool | wall s | CPU s | peak MiB | connections | most open | wrong | not told |", "|---|---|---|---|---|---|---|---|---|"]
    for name, (_, suites, groups) in ENDPOINTS.items():
        def row(tool, ask):
            proxy = Proxy(ports[name], 0)
            ask(proxy.here)
            counted, most = proxy.count, proxy.most
            proxy.listener.close()
            # Times are taken without anything in between; the better of two runs.
            times = 1 if tool == "testssl.sh" else 2
            (wall, cpu, peak, _), told = min((ask(ports[name]) for _ in range(times)), key=lambda one: one[0][0])[:2]
            wrong, missing = compared(told, suites, groups)
            lines.append(f"| {name} ({floor(suites)}) | {tool} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {counted} | {most} | {wrong} | {missing} |")
            print(lines[-1], file=sys.stderr, flush=True)
        row("tenken, inventory", lambda port: tenken(binary, port, "full", folder)[:2])
        row("tenken, verdict", lambda port: tenken(binary, port, "verdict", folder)[:2])
        for tool, ask, path in peers:
            if os.path.exists(path):
                row(tool, lambda port, ask=ask: ask(venv, port, folder))
    return lines + [""]


def at_distance(binary, venv, folder, port):
    proxy = Proxy(port, 0.025)
    (wall, cpu, _, _), _, fields = tenken(binary, proxy.here, "full", folder)
    lines = [f"At a round trip of 50 ms the intermediate endpoint takes {wall:.2f} s for the inventory with at most {proxy.most} connections open,"]
    proxy = Proxy(port, 0.025)
    (wall, _, _, _), _, _ = tenken(binary, proxy.here, "verdict", folder)
    lines.append(f"and {wall:.2f} s for the verdict with {proxy.count} connections, at most {proxy.most} open.")
    if os.path.exists(os.path.join(venv, "bin/sslyze")):
        proxy = Proxy(port, 0.025)
        (wall, _, _, _), _ = sslyze(venv, proxy.here, folder)
        lines.append(f"sslyze takes {wall:.2f} s with at most {proxy.most}.")
    return [" ".join(lines), ""]


def again_and_again(binary, folder, port):
    kept = set()
    for _ in range(100):
        tenken(binary, port, "full", folder, ["--now", "2026-11-24T00:00:00Z"])
        with open(os.path.join(folder, "evidence.json")) as text:
            evidence = json.load(text)
        evidence.pop("collected_at", None)
        kept.add(json.dumps(evidence))
    return [f"A hundred inventories of the same endpoint: {len(kept)} different evidence file(s), times of collection left out.", ""]


def a_crowd(binary, folder, crowd):
    lines = []
    for count in (len(crowd) // 4, len(crowd)):
        names = [f"h{number}.example.jp" for number in range(count)]
        site = os.path.join(folder, "crowd.yml")
        with open(site, "w") as text:
            text.write("site: crowd\nhosts:\n" + "".join(f"  - name: {name}\n" for name in names))
        resolve = ["--resolve", ",".join(f"{name}:443:{place(port)}" for name, port in zip(names, crowd))]
        file = os.path.join(folder, "crowd.json")
        wall, cpu, peak, _ = run([binary, "assess", site, "--only", "tls-ssl,tls-cert-valid", "--history", "none", "--evidence", file,
                                  "--resolver", "127.0.0.1:9", *resolve])
        own = OWN[OWN["last"]]
        with open(file) as text:
            evidence = json.load(text)
        seen = [one["fields"] for one in evidence["observations"] if one["kind"] == "tls-endpoint"]
        whole = sum(bool(one.get("protocols.complete")) for one in seen)
        lines.append(f"{count} endpoints in one process (verdict): {wall:.1f} s, {count / wall:.0f} a second, {cpu:.1f} s of CPU, {peak:.0f} MiB ({own:.0f} its own), {whole} seen whole.")
    return lines + [""]


if __name__ == "__main__":
    main()
