#!/usr/bin/env python3
"""What looking at one web site costs: tenken beside the MDN HTTP Observatory's CLI, in one run, on one site of loopback.

    python3 benches/http_cost.py target/release/tenken [--runs N]

Both ask the same small site (20 pages, style sheets, pictures, every header an answer should have) over HTTPS, turn about. What is
measured is what the kernel says of each process and its children: time by the clock, time of the processor, largest resident set.
The Observatory knows port 443 and the system's names only, so the run happens in a network and mount namespace of its own, and
needs root (unshare), nginx and openssl. npm fetches the Observatory beforehand. The script prints lines for docs/quality.md.
"""

import argparse
import fcntl
import os
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time

NAME = "www.example.jp"
OBSERVATORY = "@mdn/mdn-http-observatory@1.4.8"
HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


def page(number):
    links = "".join(f'<li><a href="/page{other}.html">Page {other}</a></li>' for other in range(20))
    text = "<p>The commission deals with disputes between labour and management.</p>" * 30
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{number}</title>'
        f'<link rel="stylesheet" href="/style.css"></head><body><ul>{links}</ul>{text}'
        '<form method="post" action="/send"><label>Name <input name="name"></label></form></body></html>'
    ).encode()


CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log crit; user root;
events {{ worker_connections 64; }}
http {{
  types {{ text/html html; text/css css; text/plain txt; }}
  charset utf-8; server_tokens off; keepalive_requests 1000; access_log {folder}/requests;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:80; server_name {name}; return 301 https://{name}$request_uri; }}
  server {{
    listen 127.0.0.1:443 ssl; server_name {name}; root {folder}/site; access_log {folder}/requests;
    ssl_certificate {folder}/leaf.pem; ssl_certificate_key {folder}/leaf.key; ssl_protocols TLSv1.2 TLSv1.3;
    {headers}
  }}
}}
"""


def site(folder):
    """Writes the site and the server's configuration."""
    os.makedirs(f"{folder}/site")
    for name in ["index"] + [f"page{number}" for number in range(20)]:
        with open(f"{folder}/site/{name}.html", "wb") as file:
            file.write(page(name))
    with open(f"{folder}/site/style.css", "w") as file:
        file.write("body { margin: 1rem }")
    headers = " ".join(f'add_header {name} "{value}" always;' for name, value in HEADERS.items())
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(CONFIGURATION.format(folder=folder, name=NAME, headers=headers))


def certificates(folder):
    run = lambda *words: subprocess.run(words, check=True, cwd=folder, capture_output=True)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
        "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Bench CA", "-addext", "basicConstraints=critical,CA:TRUE")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.key",
        "-out", "leaf.csr", "-subj", f"/CN={NAME}")
    with open(f"{folder}/ext", "w") as extensions:
        extensions.write(f"subjectAltName=DNS:{NAME}\n")
    run("openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
        "-extfile", "ext", "-out", "leaf.pem")


def measured(words, environment):
    """Wall seconds, processor seconds and largest resident set in MB of one run; what it says goes nowhere."""
    begun = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    said, complaint = process.communicate()
    wall = time.monotonic() - begun
    return wall, process.returncode, said, complaint


def usage(words, environment):
    """The same with the kernel's account: a child that only waits for the program, so that no other run is counted."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        import resource
        wall, code, said, complaint = measured(words, environment)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(write, f"{wall} {used.ru_utime + used.ru_stime} {used.ru_maxrss / 1024} {code} {len(said)}".encode())
        if len(said) < 100:
            os.write(2, complaint[:2000])
        os._exit(0)
    os.close(write)
    text = os.read(read, 200).decode()
    os.waitpid(child, 0)
    return [float(word) for word in text.split()]


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh", b"lo", 0x1 | 0x40)
        fcntl.ioctl(sock, 0x8914, request)


def inside(folder, tenken, runs):
    loopback_up()
    with open(f"{folder}/hosts", "w") as hosts:
        hosts.write(f"127.0.0.1 localhost {NAME}\n")
    subprocess.run(["mount", "--bind", f"{folder}/hosts", "/etc/hosts"], check=True)
    server = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"])
    time.sleep(1)
    environment = dict(os.environ, NODE_EXTRA_CA_CERTS=f"{folder}/ca.pem", HOME=folder)
    pages = ["hdr-*", "ck-*", "web-a*", "web-c*", "web-e*", "web-f*", "web-g*", "web-m*", "web-o*", "web-p*", "web-r*", "web-t*", "trk-form-page-clean",
             "trk-sri", "trk-resource-hints", "tls-hsts", "tls-https-only"]
    paths = ["web-security-txt", "exp-*", "ops-leftovers", "ops-vuln-contact", "log-not-on-http", "log-stats-not-public"]
    assess = [tenken, "assess", f"https://{NAME}", "--cacert", f"{folder}/ca.pem", "--exit-zero", "--format", "json"]
    only = lambda globs: [word for glob in globs for word in ("--only", glob)]
    contestants = {
        "tenken, headers, cookies and pages": [*assess, *only(pages)],
        "tenken, these and 47 named paths": [*assess, *only(pages + paths)],
        "MDN Observatory": [f"{folder}/node_modules/.bin/mdn-http-observatory-scan", NAME],
    }
    figures = {name: [] for name in contestants}
    requests = {}

    def count():
        with open(f"{folder}/requests") as log:
            return sum(1 for _ in log)

    for turn in range(runs + 1):
        for name, words in contestants.items():
            before = count()
            found = usage(words, environment)
            if found[4] < 100:
                sys.exit(f"{name} said nothing: {found}")
            requests[name] = count() - before
            if turn > 0:
                figures[name].append(found)
    server.terminate()
    print(f"| {runs} runs, median | wall s | CPU s | MB | requests |\n|---|---|---|---|---|")
    medians = {}
    for name, found in figures.items():
        medians[name] = [statistics.median(run[part] for run in found) for part in range(3)]
        wall, cpu, memory = medians[name]
        print(f"| {name} | {wall:.3f} | {cpu:.3f} | {memory:.1f} | {requests[name]} |")
    own, other = medians["tenken, headers, cookies and pages"], medians["MDN Observatory"]
    ratios = [other[part] / max(own[part], 1e-4) for part in range(3)]
    print(f"| ratio | {ratios[0]:.1f} | {ratios[1]:.1f} | {ratios[2]:.1f} | |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tenken")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--inside")
    options = parser.parse_args()
    tenken = os.path.abspath(options.tenken)
    if options.inside:
        return inside(options.inside, tenken, options.runs)
    if os.geteuid() != 0 or not all(shutil.which(program) for program in ("unshare", "nginx", "openssl", "npm")):
        sys.exit("root, unshare, nginx, openssl and npm are needed: the Observatory knows port 443 only")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        certificates(folder)
        site(folder)
        subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", "--ignore-scripts", OBSERVATORY], check=True)
        words = ["unshare", "--net", "--mount", sys.executable, os.path.abspath(__file__), tenken, "--inside", folder, "--runs", str(options.runs)]
        sys.exit(subprocess.run(words).returncode)


if __name__ == "__main__":
    main()
