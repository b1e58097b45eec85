#!/usr/bin/env python3
"""Fixtures of the two public nginx linters (gixy-ng and gixy-next, source packages of PyPI) against tenken's checks.

    benches/nginx_fixtures.py target/release/tenken [--show]      writes its table into docs/quality.md

A fixture whose name ends in `_fp` is one that a rule must leave alone; every other one must be found. Only security rules are
counted: those whose fault tenken has a check for. A fixture that is a part of a configuration is set into the block that it needs.
"""
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
START, END = "<!-- nginx-fixtures -->", "<!-- /nginx-fixtures -->"
PACKAGES = ["gixy-ng==0.2.59", "gixy-next==0.9.0"]

# Rule -> the checks that look for the same fault.
CHECKS = {
    "add_header_multiline": ["cfg-header-line-break"],
    "add_header_redefinition": ["cfg-header-inheritance"],
    "alias_traversal": ["cfg-alias-traversal"],
    "allow_without_deny": ["cfg-acl-allow-without-deny"],
    "hsts_header": ["cfg-hsts"],
    "http_splitting": ["cfg-crlf-injection"],
    "if_is_evil": ["cfg-if-is-evil"],
    "origins": ["cfg-cors"],
    "proxy_set_header_redefinition": ["cfg-proxy-header-inheritance"],
    "regex_redos": ["cfg-regex-backtracking"],
    "return_bypasses_allow_deny": ["cfg-acl-return-bypass"],
    "ssl_stapling_without_resolver": ["cfg-ocsp-stapling"],
    "ssrf": ["cfg-ssrf"],
    "status_page_exposed": ["cfg-status-endpoint"],
    "version_disclosure": ["cfg-version-disclosure"],
    "weak_ssl_tls": ["cfg-tls-protocol", "cfg-tls-ciphers"],
}

# Part of `rule/file` -> why tenken says otherwise; the first that fits counts.
REASONS = [
    ("origins/", "a hole of tenken: expressions that are to hold a referrer or an origin back are not tried with foreign hosts; cfg-cors looks at what is sent"),
    ("more_set_headers", "a hole of tenken: what headers-more sets is not read, and what rests on it is unknown, not passed"),
    ("trailer_", "a hole of tenken: add_trailer is not read"),
    ("_off_fp", "add_header_inherit off drops headers on purpose; tenken tells that they are lost all the same"),
    ("headers_option_fp", "the rule is told not to look at this header; tenken has no such list"),
    ("nginx_defaults", "the lost headers are what nginx sends anyway; tenken tells that they are lost all the same"),
    ("allow_without_deny_dump_fp", "a dump of several files in one, which tenken does not take apart"),
    ("if_block", "a dot matches no line feed"),
    ("mapped_value", "a hole of tenken: a value that only some request reaches"),
    ("mapped_unsafe_uri_capture_sanitized_fp", "a hole of tenken: the class of a map's capture is not looked at"),
    ("if_is_evil_break", "break inside if stops rewriting and does nothing else"),
    ("regex_redos/", "a hole of tenken: only nested repetition is found, and only in locations"),
    ("same_next_level", "a hole of tenken: a return of the server with rules of a location"),
    ("ip_literal_responder", "a hole of tenken: a responder by address needs no resolver"),
    ("deny_only", "a hole of tenken: a list that denies a few and lets in all others counts as a limit"),
    ("universal_allow", "a hole of tenken: allow for all of one family on a socket of the other"),
    ("satisfy_any_inherited", "a hole of tenken: satisfy any with rules from outside"),
    ("status_page_exposed_unix_fp", "a hole of tenken: a socket in the file system is open to this machine alone"),
    ("hsts_header/", "a server without HSTS in a fixture of another rule's words"),
    ("weak_ssl_tls/", "without ssl_ciphers or ssl_protocols the defaults of nginx 1.22 are in force, which hold what the policy leaves out"),
]

HTTP_LEVEL = {"server", "map", "geo", "upstream", "split_clients", "limit_req_zone", "log_format", "proxy_cache_path"}
MAIN_LEVEL = {"http", "events", "stream", "worker_processes", "user", "pid", "load_module", "worker_rlimit_nofile"}


def fetch(folder):
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "-d", folder, *PACKAGES],
        check=True,
    )
    for name in sorted(os.listdir(folder)):
        if name.endswith(".tar.gz"):
            with tarfile.open(os.path.join(folder, name)) as archive:
                archive.extractall(folder, filter="data")


def statements(text):
    """The statements of the outermost level, each with its name and its text; comments are left out."""
    pieces = re.findall(r"(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\\.|\$\{\w+\})|((?<![^\s;{}])#[^\n]*)|(.)", text, re.S)
    depth, current, found = 0, "", []
    for whole_piece, comment, sign in pieces:
        if comment:
            continue
        current += whole_piece or sign
        if sign in ("{", "}"):
            depth += 1 if sign == "{" else -1
        if depth == 0 and sign in (";", "}"):
            name = current.split(None, 1)[0] if current.strip() else ""
            found.append((name.rstrip(";"), current))
            current = ""
    return found, current


def whole(text):
    """A fixture set into the blocks that it needs: what belongs to http there, all else into a server."""
    found, rest = statements(text)
    names = {name for name, _ in found}
    if names & MAIN_LEVEL or rest.strip():
        return text
    outer = "".join(part for name, part in found if name in HTTP_LEVEL)
    inner = "".join(part for name, part in found if name not in HTTP_LEVEL)
    if "server" in names:
        return f"events {{ }}\nhttp {{\n{inner}\n{outer}\n}}\n"
    return f"events {{ }}\nhttp {{\n{outer}\nserver {{\nlisten 443 ssl;\nserver_name www.example.jp;\n{inner}\n}}\n}}\n"


def fixtures(folder):
    for package in sorted(os.listdir(folder)):
        base = os.path.join(folder, package, "tests", "plugins", "simply")
        if not os.path.isdir(base):
            continue
        for rule in sorted(os.listdir(base)):
            own = os.path.join(base, rule)
            for name in sorted(os.listdir(own)):
                if name.endswith(".conf") and rule in CHECKS:
                    yield package.rsplit("-", 1)[0].replace("_", "-"), rule, name, os.path.join(own, name)


def found(tenken, rule, path):
    """Whether any check of the rule fails, and what is unknown."""
    with open(path, encoding="utf-8") as file:
        text = whole(file.read())
    with tempfile.TemporaryDirectory() as folder:
        main = os.path.join(folder, "nginx.conf")
        with open(main, "w", encoding="utf-8") as file:
            file.write(text)
        words = [tenken, "assess", main, "--offline", "--history", "none", "--quiet", "--format", "json"]
        for check in CHECKS[rule]:
            words += ["--only", check]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60)
        try:
            report = json.loads(done.stdout)
        except json.JSONDecodeError:
            return None, done.stderr.strip()
    outcomes = Counter(finding["outcome"] for finding in report["findings"] if finding["check"] in CHECKS[rule])
    return outcomes["fail"] > 0, dict(outcomes)


def main():
    tenken = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        fetch(folder)
        all_fixtures = list(fixtures(folder))
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda one: found(tenken, one[1], one[3]), all_fixtures))
    counts, departures = {}, []
    for (package, rule, name, _), (fails, outcomes) in zip(all_fixtures, results):
        wanted = not name.endswith("_fp.conf")
        row = counts.setdefault(rule, Counter())
        row[(wanted, bool(fails))] += 1
        if wanted != bool(fails):
            departures.append((package, rule, name, wanted, next((why for part, why in REASONS if part in f"{rule}/{name}"), ""), outcomes))
    total = sum(counts.values(), Counter())
    recall = total[(True, True)] / max(1, total[(True, True)] + total[(True, False)])
    precision = total[(True, True)] / max(1, total[(True, True)] + total[(False, True)])
    lines = ["| rule | checks | found | missed | left alone | false |", "|---|---|---|---|---|---|"]
    for rule, row in sorted(counts.items()):
        lines.append(
            f"| {rule} | {', '.join(CHECKS[rule])} | {row[(True, True)]} | {row[(True, False)]} | {row[(False, False)]} | {row[(False, True)]} |"
        )
    lines += [
        "",
        f"{len(all_fixtures)} fixtures of {' and '.join(PACKAGES)}, {len(counts)} rules: recall {recall:.3f}, precision {precision:.3f}.",
        "",
        f"Departures ({len(departures)}), each with its reason:",
        "",
    ]
    for package, rule, name, wanted, reason, outcomes in departures:
        word = "missed" if wanted else "false"
        lines.append(f"- {word}: {package} {rule}/{name}: {reason or 'no reason written down'}")
        if "--show" in sys.argv:
            print(f"{word} {package} {rule}/{name} {outcomes} {reason}")
    print("\n".join(lines[: len(counts) + 4]))
    if "--show" in sys.argv:
        return
    page = os.path.join(ROOT, "docs", "quality.md")
    with open(page, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(START, 1)
    with open(page, "w", encoding="utf-8") as file:
        file.write(before + START + "\n" + "\n".join(lines) + "\n" + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
