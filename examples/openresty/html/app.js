// Upload page of the gateway: sends a picture, shows the card or the error.
"use strict";
const $ = (id) => document.getElementById(id);
const WORDS = {
  mrz: "Machine readable zone", sex: "Sex", number: "Number", long_term: "No end of validity", card_count: "Cards in the picture",
  native_name: "Name, as written", document_code: "Document code",
};
const words = (name) => WORDS[name] || (name.charAt(0).toUpperCase() + name.slice(1).replace(/_/g, " "));
const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text; // never as HTML: the text of a card is untrusted
  if (className) element.className = className;
  return element;
};
const list = (value) => (Array.isArray(value) ? value : []);

const files = { image: null, back: null };
let kinds = [];
let running = null;

const drops = {};
document.querySelectorAll(".drop").forEach((drop) => { drops[drop.dataset.field] = drop; });

function show(field, file) {
  const drop = drops[field], preview = drop.querySelector(".preview");
  if (preview.src) URL.revokeObjectURL(preview.src);
  files[field] = file;
  drop.classList.toggle("full", !!file);
  drop.querySelector(".empty").hidden = !!file;
  drop.querySelector(".name").textContent = file ? file.name + " · " + Math.ceil(file.size / 1024) + " KB" : "";
  drop.querySelector(".remove").hidden = !file;
  if (!file) drop.querySelector("input").value = ""; // so that the same file can be chosen again
  const picture = file && file.type.startsWith("image/");
  preview.hidden = !picture;
  if (picture) {
    preview.src = URL.createObjectURL(file);
    preview.alt = field === "back" ? "The back side that was chosen" : "The picture that was chosen";
  } else {
    preview.removeAttribute("src");
  }
}

for (const [field, drop] of Object.entries(drops)) {
  const input = drop.querySelector("input");
  input.addEventListener("change", () => { if (input.files[0]) show(field, input.files[0]); });
  drop.querySelector(".preview").addEventListener("error", (event) => { event.target.hidden = true; }); // browsers cannot display every format
  drop.querySelector(".remove").addEventListener("click", () => {
    show(field, null);
    input.focus();
  });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files[0]) show(field, event.dataTransfer.files[0]);
  });
}
// A picture dropped outside the field must not replace the page.
window.addEventListener("dragover", (event) => event.preventDefault());
window.addEventListener("drop", (event) => event.preventDefault());
window.addEventListener("paste", (event) => { if (event.clipboardData.files[0]) show("image", event.clipboardData.files[0]); });

const kindOf = (name) => kinds.find((entry) => entry.name === name);

// Returns a field for a param that every call must give.
function requiredField(param) {
  const label = make("label"), field = make(param.values ? "select" : "input");
  field.name = param.name;
  field.required = true;
  if (param.values) field.append(...param.values.map((value) => new Option(words(value), value)));
  label.append(make("span", words(param.name)), field, make("small", param.help));
  return label;
}

function checkbox(param) {
  const label = make("label"), box = make("input"), text = make("span", words(param.name));
  box.type = "checkbox";
  box.name = param.name;
  if (param.type === "warnings") box.checked = true;
  if (param.help) text.append(make("small", param.help));
  label.append(box, text);
  return label;
}

const SIDES = { either: "Front or back side. ", back: "The back side. " };

function pick(name) {
  const kind = kindOf(name);
  if (!kind) return;
  $("kind").value = name;
  for (const drop of Object.values(drops)) drop.querySelector("input").accept = kind.accept || "image/*,application/pdf,.pdf";
  $("formats").textContent = (SIDES[kind.sides] || "") + formatsOf(kind);
  drops.back.hidden = !kind.back;
  if (!kind.back && files.back) show("back", null);
  const required = list(kind.params).filter((param) => param.required);
  $("required").hidden = required.length === 0;
  $("required").replaceChildren(...required.map(requiredField));
  const params = list(kind.params).filter((param) => !param.required && (param.type === "boolean" || param.type === "warnings"));
  $("options").hidden = params.length === 0;
  $("option-list").replaceChildren(...params.map(checkbox));
  showSpecimens(kind);
}

function status(text, className, error) {
  $("status").className = className || "";
  $("status").textContent = text;
  $("status").dataset.code = error ? error.code : "";
  if (error && error.request_id) $("status").append(make("small", "Reference for questions: " + error.request_id));
}

const MARK = { good: "✓", warn: "!", bad: "✕" };
const LEVEL_TEXT = { good: "passed", warn: "doubtful", bad: "failed" };

function render(reply) {
  const card = reply.card, findings = list(reply.check.findings), failed = findings.filter((finding) => !finding.ok);
  const level = (finding) => (finding.ok ? "good" : finding.severity === "error" ? "bad" : "warn");
  $("title").textContent = reply.title;
  $("canned-card").hidden = !card.sandbox;
  $("number").textContent = card.number || "No number";
  const errors = failed.filter((finding) => finding.severity === "error").length;
  $("verdict").replaceChildren(errors ? make("span", errors + (errors === 1 ? " check failed" : " checks failed"), "badge bad")
    : failed.length ? make("span", "Look at " + failed.length + (failed.length === 1 ? " check" : " checks"), "badge warn")
      : make("span", "All checks passed", "badge good"));
  $("portrait").hidden = !card.portrait;
  if (card.portrait) $("portrait").src = "data:image/jpeg;base64," + card.portrait;
  $("warnings").replaceChildren(...list(reply.warnings).map((warning) => make("li", words(warning.name) + (warning.message ? ": " + warning.message : ""))));
  $("fields").replaceChildren(...list(reply.fields).flatMap((field) => {
    const value = field.value === true ? "yes" : field.value === false ? "no" : String(field.value);
    return [make("dt", words(field.name)), make("dd", value, field.name === "mrz" ? "code" : "")];
  }));
  const item = (finding) => {
    const li = make("li"), mark = make("span", MARK[level(finding)], "mark " + level(finding)), text = make("span", finding.message);
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", LEVEL_TEXT[level(finding)]);
    if (!finding.ok && finding.expected) text.append(make("small", "expected " + finding.expected + (finding.found ? ", found " + finding.found : "")));
    li.append(mark, text);
    return li;
  };
  const passed = findings.filter((finding) => finding.ok);
  $("findings").replaceChildren(...failed.map(item));
  if (passed.length) {
    const li = make("li"), more = make("button", passed.length + (passed.length === 1 ? " check" : " checks") + " passed – show");
    li.style.display = "block";
    more.type = "button";
    more.id = "more";
    more.addEventListener("click", () => { li.replaceWith(...passed.map(item)); });
    li.append(more);
    $("findings").append(li);
  }
  $("findings-title").hidden = findings.length === 0;
  const short = JSON.parse(JSON.stringify(reply));
  for (const name of ["portrait", "card_image"]) if (short.card[name]) short.card[name] = short.card[name].slice(0, 24) + "… (" + short.card[name].length + " characters)";
  $("json").textContent = JSON.stringify(short, null, 2);
  $("card").hidden = false;
}

const UNREACHABLE = "This page cannot reach its server. Check your connection and try again.";

async function read() {
  const kind = kindOf($("kind").value);
  if (!files.image) {
    status("Choose a picture first.", "bad");
    $("image").focus();
    return;
  }
  const missing = [...$("required").querySelectorAll("input, select")].find((field) => !field.value.trim());
  if (missing) {
    status("Fill in: " + words(missing.name) + ".", "bad");
    missing.focus();
    return;
  }
  if (running) running.abort();
  const mine = running = new AbortController();
  const form = new FormData();
  for (const box of $("option-list").querySelectorAll("input")) form.append(box.name, box.checked ? "true" : "");
  for (const field of $("required").querySelectorAll("input, select")) form.append(field.name, field.value.trim());
  form.append("image", files.image);
  if (files.back) form.append("back", files.back);
  $("card").hidden = true;
  $("result").setAttribute("aria-busy", "true");
  status("Reading…", "busy");
  const from = performance.now();
  try {
    const response = await fetch("v1/read/" + kind.name, { method: "POST", body: form, signal: mine.signal });
    const reply = await response.json().catch(() => null);
    const error = reply ? reply.error : response.status === 413 ? { code: "PictureTooLarge" } : { category: "http" };
    if (error) {
      status(sentenceFor(error, kind, files.image), "bad", error);
    } else {
      render(reply);
      status("Read in " + ((performance.now() - from) / 1000).toFixed(2) + " s.");
    }
  } catch (error) {
    if (error.name === "AbortError") return;
    status(UNREACHABLE, "bad");
  } finally {
    if (running === mine) {
      running = null;
      $("result").removeAttribute("aria-busy");
      $("result").focus({ preventScroll: false });
    }
  }
}

$("form").addEventListener("submit", (event) => { event.preventDefault(); read(); });

async function begin() {
  show("image", null);
  const found = await (await fetch("v1/kinds")).json();
  if (found.error || !found.length) {
    status(found.error ? sentenceFor(found.error) : "No kind of document can be read here.", "bad", found.error);
    $("read").disabled = true;
    return;
  }
  kinds = found;
  showKinds();
  specimens = list(await (await fetch("v1/specimens")).json());
  $("canned").hidden = specimens.length === 0; // only the mock server has specimens
  pick((kindOf("passport") || kinds[0]).name);
}

// Fills the list of kinds, grouped by country; those of any country come first.
function showKinds() {
  const groups = new Map();
  for (const kind of kinds) {
    const country = kind.country || "Any country";
    groups.set(country, [...(groups.get(country) || []), kind]);
  }
  const order = [...groups.keys()].sort((a, b) => (b === "Any country") - (a === "Any country") || a.localeCompare(b));
  $("kind").replaceChildren(...order.map((country) => {
    const group = make("optgroup");
    group.label = country;
    group.append(...groups.get(country).sort((a, b) => a.title.localeCompare(b.title)).map((kind) => new Option(kind.title, kind.name)));
    return group;
  }));
  $("kind").addEventListener("change", () => pick($("kind").value));
}

let specimens = [];

// Shows the specimens of a kind. A click reads one; the back of a document with two pictures is added to its front.
function showSpecimens(kind) {
  const mine = specimens.filter((specimen) => specimen.kind === kind.name);
  $("specimens").hidden = mine.length === 0;
  document.querySelector(".thumbs").replaceChildren(...mine.map((specimen) => {
    const button = make("button"), image = make("img"), back = specimen.side === "back";
    button.type = "button";
    image.src = "v1/specimens/" + specimen.file;
    image.alt = "Specimen: " + kind.title + (back ? ", back" : "");
    button.append(image);
    button.addEventListener("click", async () => {
      const blob = await (await fetch(image.src)).blob();
      const field = back && kind.back ? "back" : "image";
      if (field === "image" && files.back) show("back", null);
      show(field, new File([blob], specimen.file, { type: blob.type }));
      for (const [name, value] of Object.entries(specimen.params || {})) {
        const input = $("required").querySelector("[name=" + name + "]");
        if (input && !input.value) input.value = value;
      }
      if (files.image) read();
    });
    return button;
  }));
}
begin().catch(() => status(UNREACHABLE, "bad"));
