// Tests the page of `idocr report` in a headless chromium and prints one line of JSON per check: {name, ok, saw}.
//   node report.js CHROMIUM SCREENSHOT-FOLDER REPORT EMPTY HOSTILE PICTURES     no screenshots where the folder is ""
// REPORT is a page of the 2,000 entries that spec/cli/report_page_spec.lua writes.
const { chromium } = require("playwright-core");
const path = require("path");
const [, , executablePath, shots, report, empty, hostile, pictures] = process.argv;

let failed = false;
function check(name, ok, saw) {
  failed = failed || !ok;
  console.log(JSON.stringify({ name, ok: !!ok, saw: saw === undefined ? null : String(saw).slice(0, 500) }));
}
function equal(name, saw, wanted) { check(name, JSON.stringify(saw) === JSON.stringify(wanted), JSON.stringify(saw) + " instead of " + JSON.stringify(wanted)); }

let browser;
const trouble = [], requests = [];
async function open(file, options) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, reducedMotion: "reduce", ...options });
  page.setDefaultTimeout(15000);
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) trouble.push(message.text()); });
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("dialog", (dialog) => { trouble.push("a dialog: " + dialog.message()); dialog.dismiss(); });
  page.on("request", (request) => { if (!/^data:/.test(request.url())) requests.push(request.url()); });
  await page.goto("file://" + file);
  return page;
}
const shot = (page, name) => (shots ? page.screenshot({ path: path.join(shots, "report-" + name + ".png"), fullPage: !/2000/.test(name) }) : null);
const count = (page) => page.textContent("#count");
const rows = (page) => page.locator("#list .row");
const focused = (page) => page.evaluate(() => [...document.querySelectorAll("#list .row")].indexOf(document.activeElement));
// A search is applied after a short delay: waits for its result.
async function search(page, text, wanted) {
  await page.fill("#query", text);
  await page.waitForSelector(`#count:text-is("${wanted}")`, { timeout: 5000 }).catch(() => {});
  equal(`search for "${text}"`, await count(page), wanted);
}

async function testFilters(page) {
  equal("all entries are counted", await count(page), "2,000 entries");
  equal("one page of entries is shown", await rows(page).count(), 50);
  const tiles = await page.evaluate(() => [...document.querySelectorAll(".tile")].map((tile) => tile.querySelector("strong").textContent));
  equal("the tiles count all, clean, findings, low confidence, not read", tiles, ["2,000", "1,000", "700", "500", "300"]);
  for (const [index, wanted] of [[1, "1,000"], [2, "700"], [3, "500"], [4, "300"]]) {
    await page.locator(".tile").nth(index).click();
    equal("tile " + index, await count(page), wanted + " of 2,000 entries");
    check("tile " + index + " is pressed", (await page.locator(".tile").nth(index).getAttribute("aria-pressed")) === "true");
  }
  check("all shown entries failed", (await page.locator("#list .b-read").count()) === 0);
  await page.click("#reset");
  equal("clear filters", await count(page), "2,000 entries");
  await page.selectOption("#kind", { label: "Passport (500)" });
  equal("a kind", await count(page), "500 of 2,000 entries");
  await page.selectOption("#kind", "");
  await page.selectOption("#status", { label: "Unsure (100)" });
  equal("an outcome", await count(page), "100 of 2,000 entries");
  await page.click("#reset");
  await page.selectOption("#code", { label: "FailedOperation.NoPassport (100)" });
  equal("an error code", await count(page), "100 of 2,000 entries");
  await page.click("#reset");
  await page.locator("#chart-status .legend button", { hasText: "Refused" }).click();
  equal("a bar of a chart filters", await count(page), "100 of 2,000 entries");
  equal("and sets the control", await page.evaluate(() => document.querySelector("#status").selectedOptions[0].textContent), "Refused (100)");
  await page.locator("#chart-status .legend button", { hasText: "Refused" }).click();
  equal("a second click takes it back", await count(page), "2,000 entries");
  await page.locator("#chart-check .bars button").first().click();
  check("a finding filters", /^\d+ of 2,000 entries$/.test(await count(page)), await count(page));
  await page.click("#reset");
  await page.selectOption("#order", "confidence");
  equal("the lowest confidence first", await page.locator("#list .meter .low").first().textContent(), "confidence 0.55");
  await page.selectOption("#order", "line");
}

async function testCharts(page) {
  const drawn = await page.evaluate(() => ["status", "kind", "code", "check", "confidence"].map((name) => document.querySelectorAll(`#chart-${name} svg rect`).length));
  check("every chart is drawn", drawn.every((rects) => rects > 1), drawn);
  check("the histogram has a text", /500 cards of 1,200 below 0.8/.test(await page.getAttribute("#chart-confidence svg", "aria-label")),
    await page.getAttribute("#chart-confidence svg", "aria-label"));
}

async function testSearch(page) {
  await search(page, "nopassport", "100 of 2,000 entries");
  await search(page, "malaysian LINE 1500", "1 of 2,000 entries");
  await search(page, "zzzz", "0 of 2,000 entries");
  check("no match is explained", await page.isVisible("#none"));
  await shot(page, "2000-no-match");
  await page.click("#none button");
  equal("clearing from there", await count(page), "2,000 entries");
  equal("the search has the focus", await page.evaluate(() => document.activeElement.id), "query");
}

async function testKeyboard(page) {
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  equal("/ focuses the search", await page.evaluate(() => [document.activeElement.id, document.activeElement.value]), ["query", ""]);
  await page.keyboard.type("/");
  equal("/ can be typed there", await page.inputValue("#query"), "/");
  await page.keyboard.press("Escape");
  equal("Esc clears the search", [await page.inputValue("#query"), await count(page)], ["", "2,000 entries"]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  equal("arrow down goes to the entries", await focused(page), 1);
  await page.keyboard.press("Enter");
  equal("Enter opens an entry", [await page.locator(".detail").count(), await rows(page).nth(1).getAttribute("aria-expanded")], [1, "true"]);
  check("it shows fields", (await page.locator(".detail dt").count()) > 4);
  await page.keyboard.press("ArrowUp");
  equal("arrow up", await focused(page), 0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  equal("Esc closes it and keeps the focus", [await page.locator(".detail").count(), await focused(page)], [0, 1]);
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowDown");
  equal("arrow down at the end turns the page", [await page.textContent("#page"), await focused(page)], ["Page 2 of 40", 0]);
  await page.keyboard.press("ArrowUp");
  equal("arrow up at its top turns back", [await page.textContent("#page"), await focused(page)], ["Page 1 of 40", 49]);
  await page.keyboard.press("ArrowRight");
  equal("arrow right turns the page", await page.textContent("#page"), "Page 2 of 40");
  await page.keyboard.press("ArrowLeft");
  const outline = await page.evaluate(() => { const style = getComputedStyle(document.activeElement); return style.outlineStyle + " " + style.outlineWidth; });
  equal("the focus is visible", outline, "solid 3px");
  check("the focused entry is not below the filters", await page.evaluate(() =>
    document.activeElement.getBoundingClientRect().top >= document.getElementById("tools").getBoundingClientRect().bottom - 1));
  await page.locator(".tile").nth(4).click();
  await page.keyboard.press("Escape");
  equal("Esc clears a filter", await count(page), "2,000 entries");
}

async function testPages(page) {
  let turned = 1;
  while (await page.isEnabled("#next")) {
    await page.click("#next");
    turned++;
  }
  equal("the last page", [turned, await page.textContent("#page"), await rows(page).count()], [40, "Page 40 of 40", 50]);
  await page.click("#open-all");
  equal("open all on this page", await page.locator(".detail").count(), 50);
  await page.click("#open-all");
  equal("and close them", await page.locator(".detail").count(), 0);
  equal("the document stays small", await page.evaluate(() => document.querySelectorAll("*").length < 2500), true);
}

async function testAccess(page) {
  const nameless = await page.evaluate(() => [...document.querySelectorAll("input, select, button, a, summary, svg[role=img], img")]
    .filter((e) => !(e.labels && [...e.labels].some((l) => l.textContent.trim())) && !e.textContent.trim() && !e.getAttribute("aria-label") && e.alt === undefined)
    .map((e) => e.outerHTML.slice(0, 80)));
  equal("every control has a name", nameless, []);
  equal("the count is announced", await page.evaluate(() => [document.getElementById("count").getAttribute("aria-live"), document.getElementById("count").getAttribute("role")]), ["polite", "status"]);
  await page.click("#open-all");
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const poor = await page.evaluate(() => {
      const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
      const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
      const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
      const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
      return [...document.querySelectorAll("main *, header *, footer *")]
        .filter((e) => e.checkVisibility() && !e.closest(":disabled") && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
        .map((e) => { const a = luminance(parse(getComputedStyle(e).color)), b = luminance(ground(e)); return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim().slice(0, 30)]; })
        .filter(([ratio]) => ratio < 4.5).slice(0, 5);
    });
    equal("contrast of every text is 4.5 or more, " + colorScheme, poor, []);
    for (const width of [1200, 800, 390]) {
      await page.setViewportSize({ width, height: 844 });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      check(`nothing overflows at ${width} pixels`, wide <= width, wide);
      await page.evaluate(() => scrollTo(0, 0));
      await shot(page, `2000-${colorScheme}-${width}`);
    }
  }
  await page.setViewportSize({ width: 390, height: 844 });
  check("the filters are behind a button on a telephone", !(await page.isVisible("#kind")));
  await page.click("#more");
  check("which opens them", (await page.isVisible("#kind")) && (await page.getAttribute("#more", "aria-expanded")) === "true");
}

async function testPolicy(page) {
  const policy = await page.getAttribute("meta[http-equiv=Content-Security-Policy]", "content");
  check("the policy is strict", /^default-src 'none';/.test(policy) && !/unsafe|https?:|\*/.test(policy), policy);
  const before = trouble.length;
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "http://127.0.0.1:9/x.png";
    document.body.append(image);
    document.body.insertAdjacentHTML("beforeend", "<p onclick='window.ran = true' id='hit' style='color: red'>x</p>");
    document.getElementById("hit").click();
  });
  equal("a foreign script, handler, style and picture are refused", await page.evaluate(() => [window.ran === undefined,
    getComputedStyle(document.getElementById("hit")).color !== "rgb(255, 0, 0)"]), [true, true]);
  check("the refusals are reported", trouble.length > before, trouble.slice(before).join("; "));
  trouble.splice(before);
  requests.splice(0, requests.length, ...requests.filter((url) => url !== "http://127.0.0.1:9/x.png"));
}

async function main() {
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await open(report);
  await testFilters(page);
  await testCharts(page);
  await testSearch(page);
  await testKeyboard(page);
  await testPages(page);
  await testAccess(page);
  const printed = await open(report);
  await printed.fill("#query", "nopassport");
  await printed.waitForSelector('#count:text-is("100 of 2,000 entries")');
  await printed.evaluate(() => dispatchEvent(new Event("beforeprint")));
  equal("a print has all matches", await rows(printed).count(), 100);
  await printed.emulateMedia({ media: "print" });
  check("a print has no controls", !(await printed.isVisible("#filters")) && !(await printed.isVisible("#pager")));
  await printed.evaluate(() => dispatchEvent(new Event("afterprint")));
  equal("and then one page again", await rows(printed).count(), 50);

  const none = await open(empty);
  check("no results are explained", /There are no results/.test(await none.textContent("#none")) && !(await none.isVisible("#tools")));
  check("malformed lines are counted", /1 line is no result/.test(await none.textContent("#notices")), await none.textContent("#notices"));
  await shot(none, "empty");

  const evil = await open(hostile);
  await evil.click("#open-all");
  equal("hostile texts stay texts", await evil.evaluate(() => [window.ran === undefined, document.querySelectorAll("script").length,
    document.querySelectorAll("#list img, #list script, #list iframe").length, ({}).polluted === undefined]), [true, 3, 0, true]);
  check("they are shown", /<img src=x onerror=/.test(await evil.textContent("#list")));
  check("they do not overflow", await evil.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  check("no bidirectional control is left", !/[\u202a-\u202e\u2066-\u2069]/.test(await evil.textContent("#list")));
  await shot(evil, "hostile");

  const faces = await open(pictures);
  await faces.click("#open-all");
  await faces.locator(".pictures img").first().waitFor();
  check("pictures are decoded", await faces.evaluate(() => Promise.all([...document.querySelectorAll(".pictures img")].map((image) => image.decode())).then((list) => list.length >= 2)));
  await shot(faces, "pictures");

  equal("the console stayed clean", trouble, []);
  await testPolicy(page);
  equal("nothing else is loaded", requests.filter((url) => !url.startsWith("file:")).concat(requests.length === 5 ? [] : requests), []);
  await browser.close();
  process.exit(failed ? 1 : 0);
}
main().catch((error) => { console.error(error.message.split("\n")[0]); process.exit(2); });
