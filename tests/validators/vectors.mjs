// Reads the test vectors that Google's csp_evaluator and the MDN HTTP Observatory publish in their npm packages.
//
// node vectors.mjs FOLDER OUT.json, where FOLDER holds node_modules/csp_evaluator and observatory/test. Each vector is
// {source, name, about, field, value, flagged}: what their own test asserts of one header value.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, out] = process.argv.slice(2);
const vectors = [];
let advice = 0;
const evaluated = (expression) => new Function(`return (${expression})`)();

for (const file of ["security_checks_test", "parser_checks_test", "strictcsp_checks_test"]) {
  const text = readFileSync(join(folder, "node_modules/csp_evaluator/dist/checks", `${file}.js`), "utf8");
  for (const block of text.split(/\n {4}it\(/).slice(1)) {
    const name = block.match(/'([^']+)'/)[1];
    const test = block.match(/const test = ([\s\S]*?);\n/);
    const about = block.match(/(?:securityChecks|parserChecks|strictcspChecks)\.(check\w+)/);
    const counts = [...block.matchAll(/violations\.length\)\.toBe\((\d+)\)/g)];
    if (!test || !about || counts.length === 0) continue;
    const count = Number(counts.at(-1)[1]);
    const severity = [...block.matchAll(/Severity\.(\w+)/g)].at(-1)?.[1] ?? "HIGH";
    // Their "info", "maybe" and "strict" are advice: no fault is found. Two kinds of it are faults by the standard.
    const isFault = !/INFO|STRICT|MAYBE/.test(severity) || /UnsafeEval|Deprecated/.test(about[1]);
    if (count > 0 && !isFault) advice += 1;
    vectors.push({ source: "csp_evaluator", name, about: about[1], field: "Content-Security-Policy", value: evaluated(test[1]), flagged: count > 0 && isFault });
  }
}

// Their Lighthouse checks ask what several policies come to together.
{
  const text = readFileSync(join(folder, "node_modules/csp_evaluator/dist/lighthouse/lighthouse_checks_test.js"), "utf8");
  for (const block of text.split(/\n {4}it\(/).slice(1)) {
    const test = block.match(/const (?:test|policies) = ([\s\S]*?);\n {8}const violations = lighthouseChecks\.evaluateForFailure/);
    if (!test) continue;
    const count = Number(block.match(/violations\.length\)\.toBe\((\d+)\)/)[1]);
    // Of several findings one that is no advice is a fault.
    const isFault = /Severity\.(?!INFO|STRICT|MAYBE|HIGH_MAYBE|MEDIUM_MAYBE)/.test(block);
    if (count > 0 && !isFault) advice += 1;
    vectors.push({
      source: "csp_evaluator", name: block.match(/'([^']+)'/)[1], about: "evaluateForFailure", field: "Content-Security-Policy",
      value: [evaluated(test[1])].flat().join(", "), flagged: count > 0 && isFault,
    });
  }
}

const files = {
  "csp.test.js": ["Content-Security-Policy", "csp"],
  "strict-transport-security.test.js": ["Strict-Transport-Security", "hsts"],
  "x-frame-options.test.js": ["X-Frame-Options", "framing"],
  "x-content-type-options.test.js": ["X-Content-Type-Options", "nosniff"],
  "referrer-policy.test.js": ["Referrer-Policy", "referrer"],
  "cross-origin-resource-policy.test.js": ["Cross-Origin-Resource-Policy", "corp"],
};
for (const [file, [field, about]] of Object.entries(files)) {
  const text = readFileSync(join(folder, "observatory/test", file), "utf8");
  for (const block of text.split(/\n {2,4}it\(/).slice(1)) {
    const name = block.match(/"([^"]+)"/)[1];
    // Lists of values, and values that are set one at a time, each up to the verdict that follows it.
    let waiting = [];
    const parts = block.matchAll(
      /values = (\[[\s\S]*?\]);|(?:polic(?:y|ies)|privValues) = (\[[\s\S]*?\]);|headers\["[^"]+"\] =\s*("[^"]*");|assert\.is(True|False)\(result(?:\.pass|\["pass"\])\)|policy\["(\w+)"\]/g,
    );
    for (const part of parts) {
      // A page with elements of its own is more than one header value.
      const reset = block.slice(0, part.index).lastIndexOf("emptyRequests(");
      const hasPage = reset >= 0 && block.slice(reset).startsWith('emptyRequests("') || /emptyRequests\(\s*"/.test(block.slice(reset, part.index));
      if (part[1] || part[2]) waiting = evaluated(part[1] ?? part[2]);
      else if (part[3]) waiting = [evaluated(part[3])];
      else if (part[5]) { /* A detail, not the verdict. */ }
      else if (part[4]) {
        for (const value of waiting) {
          if (hasPage || /no https|invalid cert|via CSP|meta/.test(name)) continue;
          vectors.push({ source: "observatory", name, about, field, value, flagged: part[4] === "False" });
        }
        waiting = [];
      }
    }
    if (about === "csp" && name === "strict dynamic") {
      for (const value of waiting) vectors.push({ source: "observatory", name, about, field, value, flagged: false });
    }
  }
}
writeFileSync(out, JSON.stringify(vectors));
const of = (source) => vectors.filter((vector) => vector.source === source).length;
console.log(`csp_evaluator ${of("csp_evaluator")}, observatory ${of("observatory")}, of them advice ${advice}`);
