// Opens pages under generated content security policies in Chromium and asks of each act whether it really happened.
//
// node policies.mjs CASES.json CHROMIUM; CASES.json is a list of {page, fields, metas, acts: [{id, kind, url, nonce, text,
// integrity, allowed}]}, written by tests/real_csp.rs with the answers of the engine. Prints each departure; exit code 1 if
// there is one. Nothing leaves the machine: every request is answered here.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_PATH, "package.json"));
const puppeteer = require("puppeteer-core");

const [casesFile, chromium] = process.argv.slice(2);
const { body, cases } = JSON.parse(readFileSync(casesFile, "utf8"));
const pixel = "R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
const attribute = (name, value) => (value ? ` ${name}="${escaped(value)}"` : "");
const target = (act) => (act.url.startsWith("data:") ? act.url : `${act.url}${act.url.includes("?") ? "&" : "?"}act=${act.id}`);

const markup = (act) => {
  const nonce = attribute("nonce", act.nonce);
  switch (act.kind) {
    case "inline": return `<script${nonce}>${act.text}</script>`;
    case "handler": return `<svg onload="${escaped(act.text)}"></svg>`;
    case "inline-style": return `<style${nonce}>#act${act.id} { color: rgb(1, 2, 3) }</style><p id="act${act.id}"></p>`;
    case "style-attribute": return `<p id="act${act.id}" style="${escaped(act.text)}"></p>`;
    case "script": {
      const integrity = act.integrity ? attribute("integrity", act.integrity) + " crossorigin" : "";
      return act.added ? "" : `<script src="${escaped(target(act))}"${nonce}${integrity}></script>`;
    }
    case "style": return `<link rel="stylesheet" href="${escaped(target(act))}"${nonce}>`;
    case "image": return `<img id="act${act.id}" src="${escaped(target(act))}">`;
    case "media": return `<video preload="auto" src="${escaped(target(act))}"></video>`;
    case "object": return `<object type="image/gif" data="${escaped(target(act))}"></object>`;
    case "frame": return `<iframe src="${escaped(target(act))}"></iframe>`;
    default: return "";
  }
};

const html = ({ metas, acts }) =>
  `<!DOCTYPE html><html><head>${metas.map((content) => `<meta http-equiv="Content-Security-Policy" content="${escaped(content)}">`).join("")}` +
  `<meta charset="utf-8"></head><body id="marker">${acts.map(markup).join("\n")}</body></html>`;

const answer = (request) => {
  const headers = [{ name: "Access-Control-Allow-Origin", value: "*" }];
  const reply = (type, text, encoding = "utf8") => ({
    responseCode: 200,
    responseHeaders: [...headers, { name: "Content-Type", value: type }],
    body: Buffer.from(text, encoding).toString("base64"),
  });
  switch (request.resourceType) {
    case "Script": return reply("text/javascript", body);
    case "Stylesheet": return reply("text/css", "");
    case "Image": return reply("image/gif", pixel, "base64");
    default: return reply("text/html", "");
  }
};

const faults = [];
let asked = 0;
const open = async (browser) => {
  const page = await browser.newPage();
  page.setDefaultNavigationTimeout(120_000);
  const session = await page.createCDPSession();
  let one = null;
  let seen = new Set();
  let parent = null;
  await session.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] });
  session.on("Fetch.requestPaused", async ({ requestId, request, resourceType }) => {
    try {
      const url = new URL(request.url);
      const act = url.searchParams.get("act");
      if (act !== null) seen.add(Number(act));
      if (act !== null && resourceType === "Document" && request.method === "GET" && url.searchParams.has("form")) {
        await session.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
      } else if (request.url === parent) {
        const text = Buffer.from(`<!DOCTYPE html><iframe src="${escaped(one.page)}"></iframe>`).toString("base64");
        await session.send("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders: [{ name: "Content-Type", value: "text/html" }], body: text });
      } else if (request.url === one.page) {
        const responseHeaders = [
          { name: "Content-Type", value: "text/html; charset=utf-8" },
          ...one.fields.map((value) => ({ name: "Content-Security-Policy", value })),
        ];
        await session.send("Fetch.fulfillRequest", { requestId, responseCode: 200, responseHeaders, body: Buffer.from(html(one)).toString("base64") });
      } else {
        await session.send("Fetch.fulfillRequest", { requestId, ...answer({ resourceType }) });
      }
    } catch { /* The page went away while it was answered. */ }
  });
  await page.evaluateOnNewDocument(() => {
    window.happened = [];
    window.did = (id) => window.happened.push(id);
    window.refused = 0;
    document.addEventListener("securitypolicyviolation", () => { window.refused += 1; });
  });

  for (one = cases.shift(); one !== undefined; one = cases.shift()) {
    seen = new Set();
    parent = null;
    await page.goto(one.page, { waitUntil: "load" });
    // Acts that only a script can begin; those of the driver are bound by the page's policies like any other.
    await page.evaluate(async (acts) => {
      const target = (act) => `${act.url}${act.url.includes("?") ? "&" : "?"}act=${act.id}`;
      const waits = [];
      for (const act of acts) {
        if (act.kind === "connect") waits.push(fetch(target(act)).catch(() => {}));
        if (act.kind === "font") waits.push(new FontFace("x", `url("${target(act)}")`).load().catch(() => {}));
        if (act.kind === "script" && act.added) {
          const script = document.createElement("script");
          script.src = act.url === "blob:" ? URL.createObjectURL(new Blob([act.text])) : target(act);
          waits.push(new Promise((done) => { script.onload = done; script.onerror = done; }));
          document.body.append(script);
        }
        if (act.kind === "worker") {
          try {
            const worker = new Worker(target(act));
            waits.push(new Promise((done) => { worker.onerror = done; worker.onmessage = done; setTimeout(done, 60); }));
          } catch { /* Refused at once. */ }
        }
        if (act.kind === "javascript-url") {
          const link = document.createElement("a");
          link.href = `javascript:${act.text}`;
          document.body.append(link);
          link.click();
        }
      }
      // The load event of the page waits for no video.
      for (const video of document.querySelectorAll("video")) {
        const over = () => video.error !== null;
        for (let turn = 0; turn < 60 && !over(); turn += 1) await new Promise((done) => setTimeout(done, 10));
      }
      await Promise.all(waits);
      await new Promise((done) => setTimeout(done, 15));
    }, one.acts);
    const facts = await page.evaluate((acts) => {
      const told = {};
      for (const act of acts) {
        const element = document.getElementById(`act${act.id}`);
        if (act.kind.includes("style") && element) told[act.id] = getComputedStyle(element).color === "rgb(1, 2, 3)";
        if (act.kind === "image" && act.url.startsWith("data:")) told[act.id] = element.naturalWidth > 0;
        if (act.kind === "base") {
          const base = document.createElement("base");
          base.href = act.url;
          document.head.append(base);
          told[act.id] = document.baseURI === act.url;
          base.remove();
        }
      }
      return { told, happened: window.happened };
    }, one.acts);
    for (const act of one.acts.filter((act) => act.kind === "eval")) {
      const { exceptionDetails } = await session.send("Runtime.evaluate", { expression: "eval('1')", allowUnsafeEvalBlockedByCSP: false });
      facts.told[act.id] = exceptionDetails === undefined;
    }
    for (const act of one.acts.filter((act) => act.kind === "form")) {
      await page.evaluate(async (act) => {
        const before = window.refused;
        window.before = before;
        const form = document.createElement("form");
        form.action = `${act.url}?form`;
        for (const [name, value] of [["form", "1"], ["act", act.id]]) {
          const field = document.createElement("input");
          field.name = name;
          field.value = value;
          form.append(field);
        }
        document.body.append(form);
        form.submit();
        for (let turn = 0; turn < 4 && window.refused === before; turn += 1) await new Promise((done) => setTimeout(done, 5));
      }, act);
      for (let turn = 0; turn < 100 && !seen.has(act.id); turn += 1) {
        if (await page.evaluate(() => window.refused > window.before)) break;
        await new Promise((done) => setTimeout(done, 10));
      }
    }
    for (const act of one.acts.filter((act) => act.kind === "framed")) {
      parent = act.url;
      await page.goto(parent, { waitUntil: "load" });
      const frame = page.frames()[1];
      facts.told[act.id] = await frame.evaluate(() => document.getElementById("marker") !== null).catch(() => false);
    }
    for (const act of one.acts) {
      asked += 1;
      const really = facts.told[act.id] ?? (facts.happened.includes(act.id) || seen.has(act.id));
      if (really !== act.allowed) {
        faults.push(`${act.kind} ${act.url ?? ""} on ${one.page}: Chromium ${really ? "allows" : "refuses"}, we ${act.allowed ? "allow" : "refuse"}; ${JSON.stringify([one.fields, one.metas])}`);
      }
    }
  }
};

// Two browsers take from the same list; in one, the page behind would load no media.
const sets = cases.length;
const run = async () => {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      // What a frame of another site asks for is answered by nobody here: it fails at once, and never waits for a resolver.
      "--host-resolver-rules=MAP * ~NOTFOUND",
      "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LocalNetworkAccessChecks",
    ],
  });
  await open(browser);
  await browser.close();
};
await Promise.all([run(), run()]);
for (const fault of faults) console.log(fault);
console.log(`${sets} policy sets, ${asked} acts, ${faults.length} departures`);
process.exit(faults.length > 0 || asked === 0 ? 1 : 0);
