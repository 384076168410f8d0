// Tests the upload page in a headless chromium and prints one line of JSON per check: {name, ok, saw}.
//   node page.js CHROMIUM SCREENSHOT-FOLDER URL SPECIMEN-FOLDER      no screenshots where the folder is ""
const { chromium } = require("playwright-core");
const fs = require("fs");
const path = require("path");
const [, , executablePath, shots, url, specimens] = process.argv;

let failed = false;
function check(name, ok, saw) {
  failed = failed || !ok;
  console.log(JSON.stringify({ name, ok: !!ok, saw: saw === undefined ? null : String(saw).slice(0, 500) }));
}
const shot = (page, name) => (shots ? page.screenshot({ path: path.join(shots, name + ".png"), fullPage: true }) : null);
// Waits for selectors, because the page's Content-Security-Policy forbids functions created from text.
const done = (page) => page.waitForSelector("#result:not([aria-busy]) #status:not(.busy):not(.idle)", { state: "attached" });
const fields = (page) => page.evaluate(() => {
  const found = {};
  document.querySelectorAll("#fields dt").forEach((dt) => { found[dt.textContent] = dt.nextElementSibling.textContent; });
  return found;
});

async function main() {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, reducedMotion: "reduce" });
  page.setDefaultTimeout(15000);
  const trouble = [];
  page.on("console", (message) => { if (message.type() === "error") trouble.push(message.text()); });
  page.on("pageerror", (error) => trouble.push(error.message));
  await page.goto(url);
  await page.waitForSelector("#kind option", { state: "attached" });
  const offered = await (await page.request.get(url + "v1/kinds")).json();
  check("the page offers every kind", (await page.locator("#kind option").count()) === offered.length && offered.length >= 36, offered.length);
  const groups = await page.$$eval("#kind optgroup", (all) => all.map((group) => group.label));
  check("the kinds are grouped by country", groups[0] === "Any country" && groups.includes("Thailand") && groups.length >= 15, groups.join(", "));
  await page.locator(".thumbs img").last().waitFor();
  const loaded = () => page.evaluate(() => [...document.querySelectorAll(".thumbs img")].filter((image) => image.naturalWidth > 0).length);
  for (let i = 0; i < 100 && (await loaded()) < 1; i++) await page.waitForTimeout(50);
  check("specimens are shown", (await loaded()) >= 1);
  await shot(page, "1-empty");

  // Without a picture: a message and no request.
  await page.click("#read");
  check("it asks for a picture", /Choose a picture/.test(await page.textContent("#status")), await page.textContent("#status"));

  // Drop a picture, select the kind with the keyboard, submit.
  const drop = async (file, field) => {
    const bytes = fs.readFileSync(path.join(specimens, file)).toString("base64");
    const transfer = await page.evaluateHandle(([text, name]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, { type: "image/jpeg" }));
      return data;
    }, [bytes, file]);
    await page.dispatchEvent(`[data-field=${field}]`, "dragover", { dataTransfer: transfer });
    await page.dispatchEvent(`[data-field=${field}]`, "drop", { dataTransfer: transfer });
  };
  await drop("passport.jpg", "image");
  await page.locator(".drop .preview").first().waitFor();
  check("the dropped picture is shown", true);
  await page.focus("#kind");
  check("a passport is chosen at first", (await page.inputValue("#kind")) === "passport");
  await page.click("#read");
  await done(page);
  let seen = await fields(page);
  check("a passport is read", seen["Birth date"] === "1989-02-14" && /\S/.test(await page.textContent("#number")), JSON.stringify(seen));
  check("its zone is shown", /^P</.test(seen["Machine readable zone"] || ""), seen["Machine readable zone"]);
  check("its portrait is shown", await page.evaluate(() => document.getElementById("portrait").naturalWidth > 20));
  check("its checks are shown", (await page.locator("#findings li").count()) >= 1 && /check/i.test(await page.textContent("#verdict")), await page.textContent("#verdict"));
  check("the result has the focus", await page.evaluate(() => document.activeElement.id === "result"));
  check("canned data have a banner", (await page.locator("#canned").isVisible()) && (await page.locator("#canned-card").isVisible()));
  await shot(page, "2-passport");

  // Clicking a thumbnail reads the specimen, for every kind.
  for (const kind of ["malaysia_id", "macao_id", "china_id", "philippines_tin_id", "china_driving_licence", "ghana_id", "any_card"]) {
    await page.selectOption("#kind", kind);
    await page.click(`.thumbs button:has(img[src$="/${kind}.jpg"])`);
    await page.waitForSelector(`.name:has-text("${kind}.jpg")`);
    await done(page);
    seen = await fields(page);
    check(kind + " is read", Object.keys(seen).length >= 4, JSON.stringify(seen) + (await page.textContent("#status")));
    await shot(page, "3-" + kind);
  }

  // A file of the wrong kind from the file dialog.
  await page.setInputFiles("#image", path.join(specimens, "malaysia_id.jpg"));
  await page.selectOption("#kind", "passport");
  await page.click("#read");
  await done(page);
  const refusal = await page.textContent("#status");
  check("a refusal names the document, not the action", /No passport was found/.test(refusal) && !/OCR|FailedOperation/.test(refusal), refusal);
  check("only the error is shown", (await page.locator("#status.bad").count()) === 1 && !(await page.locator("#card").isVisible()), await page.textContent("#status"));
  await shot(page, "4-refusal");
  await page.setInputFiles("#image", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  await page.click("#read");
  await done(page);
  const spoken = await page.textContent("#status");
  check("what is no picture is refused", (await page.locator("#status").getAttribute("data-code")) === "PictureFormat", spoken);
  check("the error message is for the uploader", /Use a JPEG, PNG, PDF, BMP, WebP, HEIC or AVIF file/.test(spoken) && !/[A-Za-z]OCR|precheck|PictureFormat/.test(spoken), spoken);
  await page.setInputFiles("#image", { name: "IMG_0001.HEIC", mimeType: "image/heic", buffer: Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic") });
  await page.click("#read");
  await done(page);
  check("a photo of a telephone that is damaged is explained", /cannot be opened|Most Compatible/.test(await page.textContent("#status")), await page.textContent("#status"));
  await page.locator("[data-field=image] .preview").waitFor({ state: "hidden" });
  await shot(page, "4-heic");

  // A selected picture can be removed, also with the keyboard, and selected again.
  await page.focus("[data-field=image] .remove");
  await page.keyboard.press("Enter");
  check("a chosen picture can be removed", !(await page.locator("[data-field=image] .remove").isVisible()) && (await page.textContent("[data-field=image] .name")) === "" &&
    (await page.inputValue("#image")) === "");
  await page.click("#read");
  check("nothing is left of it", /Choose a picture/.test(await page.textContent("#status")), await page.textContent("#status"));
  await page.setInputFiles("#image", path.join(specimens, "passport.jpg"));
  await page.locator("[data-field=image] .preview").waitFor();
  check("it can be chosen again", (await page.textContent("[data-field=image] .name")).startsWith("passport.jpg"));

  // Front and back of a card with two sides.
  await page.selectOption("#kind", "macao_id");
  check("the back side is offered", await page.locator("[data-field=back]").isVisible());
  const accepted = await page.getAttribute("#back", "accept");
  check("the chooser offers what the kind takes", /image\/png/.test(accepted) && /heic/.test(accepted) && !/pdf|\*/.test(accepted) && /JPEG, PNG, BMP, WebP, HEIC or AVIF/.test(await page.textContent("#formats")), accepted);

  // Accessibility: all controls have names, all text has enough contrast.
  const nameless = await page.evaluate(() => [...document.querySelectorAll("input, button, a, img:not([alt=''])")]
    .filter((e) => e.offsetParent !== null || e.tagName === "INPUT")
    .filter((e) => !(e.labels && [...e.labels].some((l) => l.textContent.trim())) && !e.textContent.trim() && !e.getAttribute("aria-label") && !e.alt && !e.querySelector("img[alt]:not([alt=''])"))
    .map((e) => e.outerHTML.slice(0, 80)));
  check("every control has a name", nameless.length === 0, nameless.join("; "));
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const poor = await page.evaluate(() => {
      const channel = (v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
      const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
      const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
      const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } return [255, 255, 255]; };
      return [...document.querySelectorAll("p, dt, dd, li, h1, h2, h3, legend, span, strong, small, label, button, footer, a, summary")]
        .filter((e) => e.offsetParent && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
        .map((e) => { const a = luminance(parse(getComputedStyle(e).color)), b = luminance(ground(e)); return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim().slice(0, 30)]; })
        .filter(([ratio]) => ratio < 4.5);
    });
    check("contrast of every text is 4.5 or more, " + colorScheme, poor.length === 0, JSON.stringify(poor));
  }
  await page.selectOption("#kind", "passport");
  await page.click(`.thumbs button:has(img[src$="/passport.jpg"])`);
  await done(page);
  await shot(page, "5-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 390, height: 844 });
  check("nothing overflows on a telephone", await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), await page.evaluate(() => document.documentElement.scrollWidth));
  await shot(page, "6-telephone");
  await page.setInputFiles("#image", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
  await page.click("#read");
  await done(page);
  await shot(page, "7-telephone-refusal");
  // Chromium logs the expected 4xx responses to its console; all other messages there are errors of the page.
  const ours = trouble.filter((text) => !/status of 4\d\d/.test(text));
  check("the console stayed clean", ours.length === 0, ours.join("; "));
  await browser.close();
  process.exit(failed ? 1 : 0);
}
main().catch((error) => { console.error(error.message.split("\n")[0]); process.exit(2); });
