#!/usr/bin/env python3
"""Wall time of the gate over files alone: `tenken assess FOLDER --offline` on a folder of 70 realistic files.

    benches/deploy_gate.py target/release/tenken [RUNS]      writes its line into docs/quality.md
"""
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START, END = "<!-- deploy-gate -->", "<!-- /deploy-gate -->"

HEADERS = """add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
add_header Content-Security-Policy "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'" always;
add_header X-Content-Type-Options nosniff always;
add_header Referrer-Policy strict-origin-when-cross-origin always;
"""


def generate(folder):
    """30 virtual servers, 10 workloads, 10 Dockerfiles, 8 units with 8 drop-ins, 2 compose files, nginx.conf and its snippet."""
    files = {
        "nginx/nginx.conf": "user www-data;\nevents { }\nhttp {\n    log_format privacy '$remote_addr [$time_iso8601] \"$request_method $uri\" $status';\n"
        "    access_log /var/log/nginx/access.log privacy;\n    server_tokens off;\n    include conf.d/*.conf;\n}\n",
        "nginx/snippets/headers.conf": HEADERS,
    }
    for number in range(30):
        files[f"nginx/conf.d/{number:02}.conf"] = (
            f"server {{\n    listen 443 ssl;\n    server_name s{number}.example.jp;\n    root /srv/{number};\n    ssl_protocols TLSv1.2 TLSv1.3;\n"
            f"    ssl_certificate /etc/ssl/{number}.pem;\n    ssl_certificate_key /etc/ssl/{number}.key;\n    include snippets/headers.conf;\n"
            "    location / { try_files $uri $uri/ =404; }\n    location /assets/ { expires 7d; }\n    location ~ /\\. { deny all; }\n"
            f"    location /api/ {{ proxy_pass http://127.0.0.1:{8000 + number}; proxy_set_header Host $host; }}\n}}\n"
        )
    for number in range(10):
        files[f"k8s/app{number}.yml"] = (
            f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{ name: app{number} }}\nspec:\n  template:\n    spec:\n      containers:\n"
            f"        - name: app\n          image: registry.example.jp/app@sha256:{'0' * 64}\n          securityContext: {{ runAsNonRoot: true, allowPrivilegeEscalation: false }}\n"
            f"---\napiVersion: v1\nkind: Service\nmetadata: {{ name: app{number} }}\nspec: {{ ports: [{{ port: 80 }}] }}\n"
        )
        files[f"images/app{number}/Dockerfile"] = (
            f"FROM debian@sha256:{'0' * 64}\nRUN apt-get update && apt-get install -y nginx\nCOPY . /srv\nUSER www-data\nCMD [\"nginx\"]\n"
        )
    for number in range(8):
        files[f"units/app{number}.service"] = f"[Service]\nExecStart=/usr/bin/app{number}\nUser=app\nProtectSystem=strict\nUMask=0027\n"
        files[f"units/app{number}.service.d/10-limits.conf"] = "[Service]\nMemoryMax=512M\n"
    for number in range(2):
        files[f"compose{number}/compose.yml"] = (
            f"services:\n  web:\n    image: nginx@sha256:{'0' * 64}\n    ports: [\"127.0.0.1:{8080 + number}:80\"]\n    read_only: true\n"
            "  db:\n    image: postgres:16.4\n    environment: { POSTGRES_PASSWORD_FILE: /run/secrets/db }\n"
        )
    for path, text in files.items():
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return len(files)


def main():
    tenken = os.path.abspath(sys.argv[1])
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 41
    with tempfile.TemporaryDirectory() as folder:
        count = generate(folder)
        words = [tenken, "assess", folder, "--offline", "--history", "none", "--quiet", "--exit-zero"]
        times = []
        for _ in range(runs):
            start = time.monotonic()
            subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
            times.append((time.monotonic() - start) * 1000)
        text = subprocess.run(words + ["--format", "json"], capture_output=True, text=True, check=True).stdout
    findings = text.count('"fingerprint"')
    line = (
        f"`tenken assess deploy/ --offline` on {count} files (30 nginx servers, 20 workloads and services, 10 Dockerfiles, 8 units with drop-ins, 2 compose"
        f" projects; {findings:,} findings): median {statistics.median(times):.0f} ms, fastest {min(times):.0f} ms, slowest {max(times):.0f} ms wall of"
        f" {runs} runs (goal: 50)."
    )
    print(line)
    page = os.path.join(ROOT, "docs", "quality.md")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    if START in text:
        before, rest = text.split(START, 1)
        with open(page, "w", encoding="utf-8") as file:
            file.write(before + START + "\n" + line + "\n" + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
