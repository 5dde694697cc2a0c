// How long a page takes to open in headless Chromium, the browser running already; a page as good as empty beside it says
// what of that is the browser's.
//
//   node cli/tests/browser/opening.mjs PAGE.html [TIMES]

import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page, times = "9"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "trine-opening-"));
const empty = join(folder, "empty.html");
writeFileSync(empty, "<!doctype html><title>empty</title><p>nothing");

const launched = performance.now();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
console.log(`starting ${browser.version()}: ${Math.round(performance.now() - launched)} ms`);

/// Milliseconds from the navigation until the page is parsed, painted first and loaded, in a window of its own.
async function open(file) {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await tab.goto(pathToFileURL(resolve(file)).href, { waitUntil: "load" });
  const spent = await tab.evaluate(async () => {
    const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    while (painted() === undefined) await new Promise(requestAnimationFrame);
    const { domInteractive, loadEventEnd } = performance.getEntriesByType("navigation")[0];
    return { parsed: domInteractive, painted: painted(), loaded: loadEventEnd };
  });
  await tab.close();
  return spent;
}

for (const file of [empty, page]) {
  const all = [];
  for (let i = 0; i < Number(times); ++i) all.push(await open(file));
  const spread = (what) => {
    const sorted = all.map((spent) => spent[what]).sort((a, b) => a - b);
    const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((i) => Math.round(sorted[i]));
    return `${what} ${median} ms (${least} to ${most})`;
  };
  console.log(`${file}, ${statSync(file).size} bytes, ${times} times: ${["parsed", "painted", "loaded"].map(spread).join(", ")}`);
}
await browser.close();
rmSync(folder, { recursive: true });
