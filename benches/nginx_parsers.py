#!/usr/bin/env python3
"""Holds the nginx parser against crossplane's, on the configurations of installed packages and of public test suites.

    benches/nginx_parsers.py            writes its table into docs/quality.md

It fetches crossplane, gixy-ng and gixy-next (source distributions) from the package index into a temporary folder.
"""
import glob
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUITES = ["crossplane==0.5.8", "gixy-ng", "gixy-next"]
START, END = "<!-- nginx-parsers -->", "<!-- /nginx-parsers -->"


def fetch(folder):
    for name in SUITES:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", folder, name],
            check=False,
        )
    for archive in glob.glob(os.path.join(folder, "*.tar.gz")):
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", os.path.join(folder, "site"), "crossplane==0.5.8"], check=True)


def files(folder):
    found = set()
    for base in [folder, "/etc/nginx", "/usr/share/nginx", "/usr/share/doc"]:
        for path, _, names in os.walk(base):
            for name in names:
                whole = os.path.join(path, name)
                is_nginx = "nginx" in whole or "gixy" in whole or "crossplane" in whole
                if is_nginx and (name.endswith(".conf") or name.startswith("nginx.conf") or "/sites-" in whole or "/snippets/" in whole):
                    if os.path.isfile(whole) and os.path.getsize(whole) < 1_000_000 and "/site/" not in whole[len(folder):]:
                        found.add(os.path.realpath(whole))
    return sorted(found)


def of_crossplane(crossplane, path):
    payload = crossplane.parse(path, single=True, catch_errors=True, strict=False, check_ctx=False, check_args=False, comments=False)
    config = payload["config"][0]
    all_of = []

    def gather(block):
        for one in block:
            words = one["args"]
            if one["directive"] == "if":
                words = ["(" + " ".join(words) + ")"] if words else words
            all_of.append([one["line"], one["directive"], words])
            if not one["directive"].endswith("_by_lua_block"):
                gather(one.get("block", []))

    gather(config["parsed"])
    return config["status"] == "ok", all_of


def spelt(directive):
    """Words as both can have them: crossplane leaves escapes in quotes, takes the brackets of `if` away, and keeps Lua's text."""
    line, name, words = directive
    if name.endswith("_by_lua_block"):
        words = []
    text = " ".join(words)
    for escape, real in (("\\n", "\n"), ("\\t", "\t"), ("\\r", "\r")):
        text = text.replace(escape, real)
    if name == "if":
        text = re.sub(r"\s+", " ", text.replace("( ", "(").replace(" )", ")"))
    return (line, name, text.replace("\\\\", "\\").replace('\\"', '"').replace("\\'", "'"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        fetch(folder)
        sys.path.insert(0, os.path.join(folder, "site"))
        import crossplane

        names = files(folder)
        run = subprocess.run(
            ["cargo", "run", "-q", "--example", "nginx_directives"],
            cwd=ROOT, input="\n".join(names), capture_output=True, text=True, check=True,
        )
        alike = total = accepted = both = 0
        departures = []
        for name, line in zip(names, run.stdout.splitlines()):
            ours = json.loads(line)
            try:
                ok, theirs = of_crossplane(crossplane, name)
            except Exception as error:  # a file that crossplane cannot open at all
                ok, theirs = False, []
                departures.append(f"{os.path.basename(name)}: crossplane: {type(error).__name__}")
            both += 1
            accepted += ok == (not ours["faults"])
            if ok != (not ours["faults"]):
                departures.append(f"{os.path.basename(name)}: crossplane {'accepts' if ok else 'refuses'}, {ours['faults'][:1]}")
            if not ok:
                continue
            total += len(theirs)
            mine = {}
            for one in map(spelt, ours["directives"]):
                mine[one] = mine.get(one, 0) + 1
            for one in map(spelt, theirs):
                if mine.get(one):
                    mine[one] -= 1
                    alike += 1
                else:
                    departures.append(f"{os.path.basename(name)}:{one[0]}: {one[1]} {one[2][:60]!r}")
        share = 100 * alike / max(total, 1)
        lines = [
            f"`benches/nginx_parsers.py`: {both} files of installed packages and of the test suites of crossplane, gixy-ng and gixy-next; "
            f"{accepted} accepted or refused alike; {alike} of {total} directives identical in line, name and words ({share:.2f} %).",
            "",
        ]
        lines += [f"- {departure}" for departure in departures[:40]]
        path = os.path.join(ROOT, "docs", "quality.md")
        text = open(path).read()
        start, end = text.index(START) + len(START), text.index(END)
        open(path, "w").write(text[:start] + "\n" + "\n".join(lines) + "\n" + text[end:])
        print("\n".join(lines))


if __name__ == "__main__":
    main()
