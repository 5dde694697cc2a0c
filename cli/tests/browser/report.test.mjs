// The report of a run in headless Chromium, on a phone and on a desk, in light and dark: no error, no request beyond the
// file itself, figures equal to run.json, charts that show something. And damaged pages, which must be found out.
//
//   TRINE=target/release/trine node --test cli/tests/browser
//
// SCREENSHOTS=DIR keeps pictures to look at.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const root = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "trine-report-"));
let browser, run, html;

before(async () => {
  const [program, ...leading] = (process.env.TRINE ?? "target/release/trine").split(" ");
  const line = `run --model ${root}/models/shakespeare-small --prompt KING --tokens 8 --seed 1 --preset small --offload linear`;
  execFileSync(program, [...leading, ...line.split(" "), "--report", folder], { cwd: root, stdio: "pipe" });
  run = JSON.parse(readFileSync(join(folder, "run.json")));
  html = readFileSync(join(folder, "report.html"), "utf8");
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/// Opens a page and returns everything that is wrong with it.
async function problems(text, { width = 1280, scheme = "light", picture } = {}) {
  const file = join(folder, `page-${width}-${scheme}.html`);
  writeFileSync(file, text);
  const found = [];
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
  page.on("console", (message) => found.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => found.push(`script: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) found.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href, { waitUntil: "load" });
  const expect = (what, shown, stated) => {
    if (!(Math.abs(shown - stated) <= 1e-9 * Math.abs(stated))) found.push(`${what}: ${shown} instead of ${stated}`);
  };

  const shown = await page.$$eval("[data-field]", (all) => all.map((e) => [e.dataset.field, Number(e.dataset.value)]));
  const fields = Object.fromEntries(shown);
  expect("cycles", fields.cycles, run.cycles);
  expect("mismatches", fields.mismatches, run.mismatches);
  expect("energy", fields.energy_j, run.energy_j.value);
  expect("share of DRAM", fields.dram_share, run.energy_parts_j.dram.value / run.energy_j.value);

  const rows = await page.$$eval("#layers tbody tr", (all) =>
    all.map((row) => [row.cells[0].textContent, ...[...row.cells].slice(1).map((cell) => Number(cell.dataset.value))]));
  expect("rows", rows.length, run.layers.length);
  for (const [i, layer] of run.layers.entries()) {
    const row = rows[i] ?? [];
    if (row[0] !== layer.name) found.push(`row ${i}: ${row[0]} instead of ${layer.name}`);
    expect(`${layer.name} cycles`, row[5], layer.cycles);
    expect(`${layer.name} energy`, row[10], Object.values(layer.energy_parts_j).reduce((sum, part) => sum + part.value, 0));
  }

  const charts = await page.$$eval("figure svg", (all) =>
    all.map((svg) => [svg.getAttribute("aria-label"), [...svg.querySelectorAll(".mark")].filter((mark) => {
      const { width, height } = mark.getBoundingClientRect();
      return width > 0 && height > 0 && getComputedStyle(mark).fill !== "none";
    }).length]));
  if (charts.length < 7) found.push(`${charts.length} charts`);
  for (const [name, marks] of charts) if (marks === 0) found.push(`nothing in "${name}"`);

  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) found.push(`the page is ${wide} pixels wider than the screen`);
  if (picture && process.env.SCREENSHOTS) {
    mkdirSync(process.env.SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(process.env.SCREENSHOTS, picture), fullPage: true });
  }
  await page.close();
  return found;
}

for (const scheme of ["light", "dark"]) {
  for (const width of [390, 1280]) {
    test(`${scheme} at ${width} pixels`, async () => {
      assert.deepEqual(await problems(html, { width, scheme, picture: `report-${scheme}-${width}.png` }), []);
    });
  }
}

test("a damaged page is found out", async () => {
  const damaged = async (from, to) => {
    const text = html.replace(from, to);
    assert.notEqual(text, html, "nothing was damaged");
    return (await problems(text)).join("\n");
  };
  assert.match(await damaged('data-field="cycles" data-value="', 'data-field="cycles" data-value="1'), /^cycles: /m);
  assert.match(await damaged(/<tr><td class="name">.*<\/tr>/, ""), /^rows: /m);
  assert.match(await damaged("<script>", "<script>missing();"), /^script: missing is not defined/m);
  assert.match(await damaged('href="data:,"', 'href="https://example.org/icon"'), /^request: /m);
  assert.match(await damaged(/class="mark [a-z]+"/g, 'class="gone"'), /^nothing in /m);
  assert.match(await damaged("<h1>", '<h1 style="width: 3000px">'), /wider than the screen/);
});

test("a heading sorts, dark is dark, and paper shows everything", async () => {
  const page = await browser.newPage({ colorScheme: "dark" });
  await page.goto(pathToFileURL(join(folder, "report.html")).href);
  const column = () => page.$$eval("#layers tbody tr", (all) => all.map((row) => Number(row.cells[5].dataset.value)));
  const before = await column();
  await page.getByRole("button", { name: "cycles" }).click();
  assert.deepEqual(await column(), [...before].sort((a, b) => b - a));
  await page.getByRole("button", { name: "cycles" }).click();
  assert.deepEqual(await column(), [...before].sort((a, b) => a - b));
  const brightness = () => page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
    return r + g + b;
  });
  assert.ok((await brightness()) < 150);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await brightness(), 3 * 255);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.$eval("details", (details) => details.open), true);
  // A4 less its margins, in CSS pixels.
  await page.setViewportSize({ width: 688, height: 1000 });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 688, "wider than the paper");
  assert.ok((await page.pdf()).length > 10_000);
  await page.close();
});

test("the trace is one that Perfetto reads", () => {
  const trace = JSON.parse(readFileSync(join(folder, "trace.json")));
  const slices = trace.traceEvents.filter((event) => event.ph === "X");
  assert.ok(slices.length > 100);
  for (const slice of slices) assert.ok(Number.isInteger(slice.ts) && slice.dur > 0 && slice.pid === 1, JSON.stringify(slice));
  assert.deepEqual(Object.keys(trace), ["traceEvents", "displayTimeUnit", "otherData"]);
});
