#!/usr/bin/env python3
"""CPU time and memory of all checks on generated configurations, beside `nginx -t` on the same ones, in one run.

    benches/nginx_scale.py target/release/tenken [10 100 1000 10000]      writes its table into docs/quality.md
"""
import os
import resource
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START, END = "<!-- nginx-scale -->", "<!-- /nginx-scale -->"
SNIPPETS = 8


def generate(folder, servers):
    os.makedirs(os.path.join(folder, "conf.d"))
    os.makedirs(os.path.join(folder, "snippets"))
    for number in range(SNIPPETS):
        with open(os.path.join(folder, "snippets", f"s{number}.conf"), "w") as file:
            file.write(f"proxy_set_header X-S{number} $host;\n" if number else "add_header X-Content-Type-Options nosniff always;\n")
    includes = "".join(f"    include {folder}/snippets/s{number}.conf;\n" for number in range(SNIPPETS))
    for first in range(0, servers, 10):
        with open(os.path.join(folder, "conf.d", f"{first:06}.conf"), "w") as file:
            for number in range(first, min(first + 10, servers)):
                lost = "        add_header X-A b;\n" if number % 10 == 3 else ""
                file.write(
                    f"server {{\n    listen 127.0.0.1:1;\n    server_name s{number}.example.jp;\n    root /srv/{number};\n"
                    f"    server_tokens off;\n{includes}    location / {{\n        try_files $uri =404;\n{lost}    }}\n"
                    f"    location /static/ {{\n        expires 1h;\n    }}\n    location ~ /\\. {{\n        deny all;\n    }}\n}}\n"
                )
    with open(os.path.join(folder, "nginx.conf"), "w") as file:
        file.write(
            f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{ }}\nhttp {{\n    access_log off;\n"
            f"    server_names_hash_max_size 65536;\n    include {folder}/conf.d/*.conf;\n}}\n"
        )


def measured(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    tenken = os.path.abspath(sys.argv[1])
    counts = [int(word) for word in sys.argv[2:]] or [10, 100, 1000, 10000]
    rows = []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            generate(folder, count)
            main_file = os.path.join(folder, "nginx.conf")
            real = measured(["nginx", "-t", "-q", "-p", folder, "-c", main_file])
            ours = measured([tenken, "assess", main_file, "--offline", "--history", "none", "--quiet", "--only", "cfg-*"])
            ratio = ours[0] / max(real[0], 0.01)
            rows.append(f"| {count:,} | {real[0]:.2f} / {real[2]:.0f} | {ours[0]:.2f} / {ours[2]:.0f} | {ratio:.1f} |")
            print(rows[-1], flush=True)
    table = ["| servers | nginx -t: CPU s / MiB | tenken: CPU s / MiB | ratio of CPU |", "|---|---|---|---|", *rows]
    path = os.path.join(ROOT, "docs", "quality.md")
    text = open(path).read()
    start, end = text.index(START) + len(START), text.index(END)
    open(path, "w").write(text[:start] + "\n" + "\n".join(table) + "\n" + text[end:])


if __name__ == "__main__":
    main()
