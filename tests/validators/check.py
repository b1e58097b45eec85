"""Holds the reports in a folder to tools that tenken's authors did not write. Prints each fault; exit code 1 if there is one.

check.py FOLDER SARIF_SCHEMA REPORT_SCHEMA
"""
import csv
import io
import json
import logging
import pathlib
import re
import sys

import jsonschema
import junitparser
from oscal import OSCAL
from trestle.oscal import assessment_plan, assessment_results, poam

logging.disable(logging.CRITICAL)
MODELS = {
    "assessment-plan": assessment_plan.AssessmentPlan,
    "assessment-results": assessment_results.AssessmentResults,
    "plan-of-action-and-milestones": poam.PlanOfActionAndMilestones,
}


def validator(path):
    schema = json.loads(pathlib.Path(path).read_text("utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def by_schema(schema, path):
    for error in list(schema.iter_errors(json.loads(path.read_text("utf-8"))))[:3]:
        yield f"{error.json_path}: {error.message[:200]}"


def oscal(path):
    document = json.loads(path.read_text("utf-8"))
    ((kind, body),) = document.items()
    read = OSCAL.load(str(path))
    for phase, holds in read.validation_status.items():
        if not holds:
            yield f"OSCAL {body['metadata']['oscal-version']}, {phase}: {str(read.validation_errors)[:300]}"
    # trestle knows versions up to 1.2.1; 1.2.3 changed no part that is used here, which the reader above holds.
    body["metadata"]["oscal-version"] = "1.2.1"
    try:
        MODELS[kind].parse_obj(body)
    except ValueError as error:
        yield f"trestle: {str(error)[:300]}"


def junit(path):
    wanted = json.loads(path.with_name("report.json").read_text("utf-8"))["findings"]
    xml = junitparser.JUnitXml.fromfile(str(path))
    cases = [case for suite in xml for case in suite]
    failures = [case for case in cases if any(isinstance(one, junitparser.Failure) for one in case.result)]
    fails = [one for one in wanted if one["outcome"] == "fail" and not one["waiver"]]
    if len(cases) != len(wanted) or len(failures) != len(fails):
        yield f"{len(cases)} cases of {len(wanted)}, {len(failures)} failures of {len(fails)}"


def table(path):
    wanted = json.loads(path.with_name("report.json").read_text("utf-8"))["findings"]
    raw = path.read_bytes()
    if not raw.startswith(b"\xef\xbb\xbf"):
        yield "no byte order mark"
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True))
    if len(rows) != len(wanted) + 1 or len({len(row) for row in rows}) != 1:
        yield f"{len(rows)} rows of {len(wanted) + 1}, widths {({len(row) for row in rows})}"
    for row in rows:
        for cell in row:
            if re.match(r"[=+\-@\t\r]", cell):
                yield f"a formula: {cell[:80]}"


def main():
    folder, sarif_schema, report_schema = sys.argv[1:]
    sarif, report = validator(sarif_schema), validator(report_schema)
    readers = {
        "report.sarif": lambda path: by_schema(sarif, path),
        "report.json": lambda path: by_schema(report, path),
        "report.junit.xml": junit,
        "report.csv": table,
        "oscal-plan.json": oscal,
        "oscal-results.json": oscal,
        "oscal-poam.json": oscal,
    }
    counts, faults = {}, 0
    for path in sorted(pathlib.Path(folder).glob("*/*")):
        if reader := readers.get(path.name):
            counts[path.name] = counts.get(path.name, 0) + 1
            for fault in reader(path):
                faults += 1
                print(f"{path.parent.name}/{path.name}: {fault}")
    print(counts)
    if len(counts) != len(readers) or not all(counts.values()):
        sys.exit("a format is missing")
    sys.exit(1 if faults else 0)


main()
