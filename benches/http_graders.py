#!/usr/bin/env python3
"""Holds headers and policies to others and writes the section "Headers and policies" of docs/quality.md.

python3 benches/http_graders.py [SETS [PAIRS]]: the published vectors of Google's csp_evaluator and of the MDN HTTP Observatory
(taken from npm into a folder of its own), SETS policy sets against Chromium (600), PAIRS of header sets for monotony (10,000).
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUALITY = ROOT / "docs" / "quality.md"
BEGIN, END = "<!-- headers and policies: begin -->", "<!-- headers and policies: end -->"
PACKAGES = {"csp_evaluator": "1.1.8", "@mdn/mdn-http-observatory": "1.4.8", "puppeteer-core": "24.43.1"}


def run(command, **environment):
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def last(text, pattern):
    found = re.findall(pattern, text)
    return found[-1] if found else "not measured"


def main():
    sets = sys.argv[1] if len(sys.argv) > 1 else "600"
    pairs = sys.argv[2] if len(sys.argv) > 2 else "10000"
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "package.json").write_text("{}")
        for name in ("csp_evaluator", "puppeteer-core"):
            subprocess.run(["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--silent", "--ignore-scripts",
                            f"{name}@{PACKAGES[name]}"], check=True)
        observatory = "@mdn/mdn-http-observatory"
        packed = subprocess.run(["npm", "pack", "--silent", f"{observatory}@{PACKAGES[observatory]}"], cwd=folder, check=True,
                                capture_output=True, text=True).stdout.strip()
        subprocess.run(["tar", "xzf", packed], cwd=folder, check=True)
        (folder / "package").rename(folder / "observatory")
        vectors, told = folder / "vectors.json", folder / "told.md"
        subprocess.run(["node", ROOT / "tests/validators/vectors.mjs", folder, vectors], check=True)
        _, said = run(["cargo", "test", "--quiet", "--lib", "published_vectors"],
                      TENKEN_HTTP_VECTORS=str(vectors), TENKEN_HTTP_VECTORS_OUT=str(told))
        graders = told.read_text() if told.exists() else said
        _, chromium = run(["cargo", "test", "--quiet", "--test", "real_csp"], TENKEN_VALIDATORS=str(folder),
                          TENKEN_POLICY_SETS=sets, TENKEN_POLICY_SEED="2026")
        code, monotony = run(["cargo", "test", "--quiet", "--lib", "a_stricter_header"], TENKEN_PAIRS=pairs)
    write(section(graders, chromium, pairs, code, monotony))


def section(graders, chromium, pairs, code, monotony):
    """The section, of what the four runs said."""
    rates = "\n".join(f"- {line[2:]}" for line in graders.splitlines() if line.startswith("= "))
    departures = "\n".join(line for line in graders.splitlines() if line.startswith("- "))
    browser = last(chromium, r"\d+ policy sets, \d+ acts, \d+ departures")
    rises = "none raises the risk" if code == 0 else last(monotony, r"\d+ of \d+ rise")
    return f"""{BEGIN}
## Headers and policies

`python3 benches/http_graders.py` measures this and writes it.

Published vectors of csp_evaluator {PACKAGES["csp_evaluator"]} and of the MDN HTTP Observatory {PACKAGES["@mdn/mdn-http-observatory"]}; the goals are 98 % and 95 %:

{rates}

Where the verdict is another one, and the sentence that it follows:

{departures}

The policy engine against Chromium (`TENKEN_POLICY_SETS=600 TENKEN_POLICY_SEED=2026 cargo test --test real_csp`, generated sets of one to three policies by header, comma
and meta): {browser}. `.ci/run` asks 30 sets.

Monotony (`TENKEN_PAIRS={pairs} cargo test --lib a_stricter_header`): {pairs} random pairs of header sets that differ by one stricter step: {rises}.
{END}
"""


def write(section):
    text = QUALITY.read_text() if QUALITY.exists() else "# Quality, measured\n"
    if BEGIN in text:
        text = re.sub(re.escape(BEGIN) + ".*?" + re.escape(END) + "\n", lambda _: section, text, flags=re.S)
    else:
        text = text.rstrip() + "\n\n" + section
    QUALITY.write_text(text)


if __name__ == "__main__":
    main()
