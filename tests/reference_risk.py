"""TRM-1 as written in docs/risk.md, by another hand in another language. Reads one JSON object a line, answers one a line.

Input:  {"checks": {id: [impact, likelihood, group or null]}, "clauses": {id: [check]},
         "findings": [[check, outcome, impact, likelihood, strength, not_enumerated, stays_open, accepted]]}
Output: {"total": [low, high, accepted], "clauses": {id: [low, high, accepted]}} in thousandths of a unit.
"""

import json
import sys

UNITS = [1, 3, 10, 32, 100, 316, 1000, 3162, 10000]


def milliunits(impact, likelihood):
    return UNITS[impact + likelihood - 2] * 1000


def factor_tenths(count):
    return 10 if count < 2 else 13 if count < 10 else 16 if count < 100 else 20


def of_check(weights, uncounted=False):
    if not weights:
        return 0
    return max(weights) * (20 if uncounted else factor_tenths(len(weights))) // 10


def grouped(by_group):
    return sum(max(parts) + (sum(parts) - max(parts)) // 10 for parts in by_group.values())


def residual(model, admitted):
    low, high, unaccepted = {}, {}, {}
    for check, (impact, likelihood, group) in model["checks"].items():
        if check not in admitted:
            continue
        base = milliunits(impact, likelihood)
        fails, still_open, may_fail, uncounted = [], [], [], False
        for name, outcome, i, l, strength, not_enumerated, stays_open, accepted in model["findings"]:
            if name != check:
                continue
            own = milliunits(i, l)
            if outcome == "fail" or stays_open:
                fails.append(own)
                if not accepted:
                    still_open.append(own)
            if outcome == "fail":
                weight = own
            elif stays_open:
                weight = max(base, own)
            elif outcome in ("unknown", "not-checked"):
                weight = base
            elif strength == "attested":
                weight = base // 2
            else:
                continue
            may_fail.append(weight)
            uncounted = uncounted or not_enumerated
        key = group or check
        for table, value in ((low, of_check(fails)), (unaccepted, of_check(still_open)),
                             (high, of_check(may_fail, uncounted))):
            table.setdefault(key, []).append(value)
    bottom = grouped(low)
    return [bottom, grouped(high), bottom - grouped(unaccepted)]


for line in sys.stdin:
    model = json.loads(line)
    answer = {clause: residual(model, set(checks)) for clause, checks in model["clauses"].items()}
    print(json.dumps({"total": residual(model, set(model["checks"])), "clauses": answer}))
