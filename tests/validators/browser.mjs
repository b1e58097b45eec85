// Opens every report.html below a folder in Chromium: no request, no console error, the manager's page exactly one sheet
// of A4 in print in both languages, the switch and the filter work, axe finds nothing serious.
//
// node browser.mjs FOLDER CHROMIUM [PICTURES]; prints each fault, exit code 1 if there is one. The packages are found
// through NODE_PATH.
import { createRequire } from "node:module";
import { readFileSync, readdirSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.NODE_PATH, "package.json"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const [folder, chromium, pictures] = process.argv.slice(2);
const A4_CONTENT_MM = 277;
const MM = 96 / 25.4;
const faults = [];
let sheets = 0;
let rules = 0;

const shownLanguage = () => {
  const visible = (language) =>
    [...document.querySelectorAll(`main [lang=${language}]`)].filter((one) => one.checkVisibility()).length;
  return [visible("ja"), visible("en")];
};

// Two browsers take from the same list; in one, the page behind would be slowed down.
const worlds = readdirSync(folder).sort();
const open = async () => {
  const browser = await puppeteer.launch({
    executablePath: chromium,
    args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
  });
  const page = await browser.newPage();
  // The width of the content box of A4 in print, so that lines break as on paper.
  await page.setViewport({ width: Math.floor(186 * MM), height: 1400 });
  let name = "";
  const fault = (what) => faults.push(`${name}: ${what}`);
  page.on("request", (request) => {
    if (!request.url().startsWith("file:") || !request.url().endsWith(".html")) fault(`asks for ${request.url()}`);
  });
  page.on("console", (message) => {
    if (message.type() === "error") fault(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => fault(`script: ${error.message}`));
  page.on("dialog", (dialog) => {
    fault("a script of the outside ran");
    dialog.dismiss();
  });
  for (let world = worlds.shift(); world !== undefined; world = worlds.shift()) {
    name = world;
    await page.goto(pathToFileURL(resolve(folder, world, "report.html")).href, { waitUntil: "load" });
    for (const [mine, other] of [["ja", "en"], ["en", "ja"]]) {
      await page.click(`label[for=lang-${mine}]`);
      const [ja, en] = await page.evaluate(shownLanguage);
      const [on, off] = mine === "ja" ? [ja, en] : [en, ja];
      if (on === 0 || off !== 0) fault(`${mine} shows ${on} of its own texts and ${off} of ${other}`);
      await page.emulateMediaType("print");
      const sheet = await page.evaluate(() => {
        const sheet = document.querySelector(".sheet");
        const last = Math.max(...[...sheet.children].map((child) => child.getBoundingClientRect().bottom));
        return { height: sheet.getBoundingClientRect().height, used: last - sheet.getBoundingClientRect().top };
      });
      if (sheet.used > sheet.height + 1 || sheet.height > A4_CONTENT_MM * MM) {
        fault(`${mine}: the manager's page needs ${Math.round(sheet.used / MM)} mm of ${Math.round(sheet.height / MM)}`);
      }
      sheets += 1;
      await page.emulateMediaType("screen");
    }
    const count = await page.$$eval("#findings .finding", (all) => all.length);
    await page.type("#search", "no such text anywhere");
    const left = await page.$$eval("#findings .finding", (all) => all.filter((one) => one.checkVisibility()).length);
    if (left !== 0) fault(`the search leaves ${left} of ${count} findings`);
    await page.$eval("#search", (field) => {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    });
    if ((await page.$eval("#shown", (shown) => Number(shown.textContent))) !== count) fault("the filter loses findings");
    // What the page's own policy refuses, the browser's own tools may do.
    const result = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
    rules = Math.max(rules, result.passes.length);
    for (const violation of result.violations) {
      if (["serious", "critical"].includes(violation.impact)) {
        fault(`axe ${violation.id}: ${violation.nodes.length} × ${violation.nodes[0].html.slice(0, 160)}`);
      }
    }
    if (pictures) {
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${world}.png`) });
    }
    // On paper: with everything behind it taken away, the manager's page alone is one page.
    await page.evaluate(() => document.querySelectorAll("main > :not(.sheet)").forEach((one) => one.remove()));
    await page.emulateMediaType("print");
    const pdf = Buffer.from(await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    const pages = pdf.match(/\/Type \/Page\b(?!s)/g).length;
    if (pages !== 1) fault(`the manager's page is printed on ${pages} pages`);
    await page.emulateMediaType("screen");
  }
  await browser.close();
};
await Promise.all([open(), open()]);
for (const one of faults) console.log(one);
console.log(`${sheets} sheets, up to ${rules} rules of axe held, ${faults.length} faults`);
process.exit(faults.length > 0 || sheets === 0 ? 1 : 0);
