// Shows the data of the report: counts, charts, filters and the entries, page by page. All texts become text nodes, never HTML.
"use strict";
(() => {
  const PAGE = 50; // entries at a time
  const MOST_PRINTED = 500;
  const STATUSES = [["read", "Read", "✓"], ["refused", "Refused", "✕"], ["failed", "Failed", "!"], ["unsure", "Unsure", "?"]];
  const EXPLAINED = {
    read: "a card was read", refused: "the service refused the picture for good", failed: "it cost nothing; a later run tries again",
    unsure: "it may have been billed; it is not sent again",
  };
  const byId = (id) => document.getElementById(id);
  const parse = (id) => JSON.parse(byId(id).textContent);
  const head = parse("head-data");
  const entries = parse("entries-data");
  const titles = new Map(Object.entries(head.titles));
  const names = new Map(STATUSES.map(([id, name]) => [id, name]));
  const number = (value) => value.toLocaleString("en");
  const plural = (count, one, many) => number(count) + " " + (count === 1 ? one : many || one + "s");
  const percent = (part, all) => (all === 0 ? "0" : part > 0 && part / all < 0.01 ? "< 1" : Math.round((100 * part) / all)) + " %";

  // ---- elements

  function add(element, children) {
    for (const child of children.flat()) {
      if (child !== null && child !== undefined && child !== false) element.append(child);
    }
    return element;
  }
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    return add(element, children);
  }
  function draw(tag, attributes, ...children) {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return add(element, children);
  }
  const isolated = (text) => make("bdi", null, text); // a text in another direction does not disturb its neighbours
  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  // The name of a field, a check or a warning for people: "visual.birth_date" becomes "Printed birth date".
  const label = (name) => sentence(name.replace(/^visual\./, "printed ").replace(/[._]/g, " ").trim()).replace(/\bmrz\b/gi, "MRZ");
  // A code such as FailedOperation.NoPassport, which may be broken after its point.
  const breakable = (code) => code.split(/(?<=\.)/).flatMap((part, index) => (index > 0 ? [make("wbr"), part] : [part]));
  const kindTitle = (kind) => (kind ? titles.get(kind) || label(kind) : "Unknown document");

  // ---- facts about the entries

  const isFailed = (entry) => entry.status !== "read";
  const findings = (entry) => entry.findings || [];
  const warnings = (entry) => entry.warnings || [];
  const remarks = (entry) => findings(entry).length + (entry.low ? 1 : 0);
  const VIEWS = [
    ["all", "All entries", () => true],
    ["clean", "Without remarks", (entry) => !isFailed(entry) && remarks(entry) === 0],
    ["findings", "With findings", (entry) => findings(entry).length > 0],
    ["low", "Low confidence", (entry) => !!entry.low],
    ["failed", "Not read", isFailed],
  ];
  const inView = new Map(VIEWS.map(([id, , test]) => [id, test]));

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  // The text in which a search looks; made when it is first needed.
  function haystack(entry) {
    if (entry.text === undefined) {
      const parts = [entry.name, entry.number, entry.kind, kindTitle(entry.kind), names.get(entry.status), entry.file, entry.provider, entry.request_id,
        entry.hash, "line " + entry.line];
      for (const [name, text] of entry.fields || []) parts.push(label(name), text);
      for (const warning of warnings(entry)) parts.push(label(warning.name), warning.code);
      for (const finding of findings(entry)) parts.push(finding.check, label(finding.check), finding.field, finding.message);
      if (entry.error) parts.push(entry.error.code, entry.error.category, entry.error.message);
      entry.text = fold(parts.filter((part) => part).join("\n"));
    }
    return entry.text;
  }

  function counted(list, keysOf) {
    const counts = new Map();
    for (const item of list) {
      for (const key of new Set(keysOf(item))) counts.set(key, (counts.get(key) || 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }
  const KEYS = {
    status: (entry) => [entry.status],
    kind: (entry) => [entry.kind || ""],
    code: (entry) => (entry.error ? [entry.error.code] : []),
    check: (entry) => findings(entry).map((finding) => finding.check),
  };
  const SHOWN = {
    status: (id) => names.get(id), kind: (id) => kindTitle(id), code: (id) => id, check: (id) => label(id),
  };
  const ALL = { status: "All outcomes", kind: "All documents", code: "All codes", check: "All findings" };

  // ---- the state: what is chosen, and the entries that match

  const chosen = { view: "all", status: null, kind: null, code: null, check: null, words: [] };
  const open = new Set();
  let matching = [];
  let page = 0;
  const FILTERS = ["status", "kind", "code", "check"];

  function matches(entry) {
    if (!inView.get(chosen.view)(entry)) return false;
    for (const name of FILTERS) {
      if (chosen[name] !== null && !KEYS[name](entry).includes(chosen[name])) return false;
    }
    return chosen.words.every((word) => haystack(entry).includes(word));
  }
  const ORDERS = {
    line: null,
    attention: (a, b) => (isFailed(b) - isFailed(a)) || remarks(b) - remarks(a),
    confidence: (a, b) => (a.confidence === undefined) - (b.confidence === undefined) || (a.confidence || 0) - (b.confidence || 0),
  };
  const isFiltered = () => chosen.view !== "all" || byId("query").value.trim() !== "" || FILTERS.some((name) => chosen[name] !== null);

  function apply() {
    matching = entries.filter(matches);
    const order = ORDERS[byId("order").value];
    if (order) matching.sort(order);
    page = 0;
    show();
    const section = byId("list").parentElement;
    if (section.getBoundingClientRect().top < 0) section.scrollIntoView(); // the first matches are not below the filters
  }

  function choose(name, value) {
    chosen[name] = value;
    apply();
  }

  let timer = 0; // of a search that waits for more letters

  function searchNow() {
    clearTimeout(timer);
    timer = 0;
    chosen.words = fold(byId("query").value).split(/\s+/).filter((word) => word);
    apply();
  }

  function reset() {
    clearTimeout(timer);
    timer = 0;
    chosen.view = "all";
    chosen.words = [];
    byId("query").value = "";
    for (const name of FILTERS) chosen[name] = null;
    apply();
  }

  // ---- counts and charts

  const pressable = []; // [button, function that tells whether it is pressed]
  function toggle(name, value, ...children) {
    const button = make("button", { type: "button", "aria-pressed": "false" }, ...children);
    button.addEventListener("click", () => choose(name, chosen[name] === value ? null : value));
    pressable.push([button, () => chosen[name] === value]);
    return button;
  }

  function makeTiles() {
    const tone = { clean: "good", findings: "warn", low: "warn", failed: "bad" };
    for (const [id, title, test] of VIEWS) {
      const count = entries.filter(test).length;
      let note = percent(count, entries.length);
      if (id === "all") note = head.inputs === 1 ? "in one file" : "in " + head.inputs + " files";
      if (id === "low") note = "below " + head.least_confidence;
      if (id === "failed" && count > 0) {
        note = STATUSES.slice(1).map(([status, name]) => [entries.filter((entry) => entry.status === status).length, name.toLowerCase()])
          .filter(([part]) => part > 0).map(([part, name]) => number(part) + " " + name).join(", ");
      }
      const button = make("button", { type: "button", class: "tile " + (count > 0 ? tone[id] || "" : ""), "aria-pressed": "false" },
        make("strong", null, number(count)), make("span", null, title), make("small", null, note));
      button.addEventListener("click", () => choose("view", id));
      pressable.push([button, () => chosen.view === id]);
      byId("tiles").append(button);
    }
  }

  const bar = (part, kind) => draw("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", "aria-hidden": "true" },
    draw("rect", { width: 100, height: 6, rx: 1.5, class: "f-track" }),
    draw("rect", { width: Math.max(part * 100, part > 0 ? 1 : 0), height: 6, rx: 1.5, class: kind }));

  function outcomeChart() {
    const counts = new Map(counted(entries, KEYS.status));
    const svg = draw("svg", { viewBox: "0 0 1000 22", preserveAspectRatio: "none", height: 18, "aria-hidden": "true" });
    const legend = make("ul", { class: "legend" });
    let at = 0;
    for (const [id, name] of STATUSES) {
      const count = counts.get(id) || 0;
      if (count > 0) svg.append(draw("rect", { x: at, width: Math.max((1000 * count) / entries.length - 2, 1), height: 22, class: "f-" + id }));
      at += (1000 * count) / entries.length;
      legend.append(make("li", null, toggle("status", id,
        draw("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, draw("rect", { width: 12, height: 12, rx: 3, class: "f-" + id })),
        make("span", { title: EXPLAINED[id] }, name + " ", make("b", null, number(count)), " ", make("small", null, percent(count, entries.length))))));
    }
    byId("chart-status").append(svg, legend);
  }

  function barChart(name, fill, none) {
    const figure = byId("chart-" + name);
    const counts = counted(entries, KEYS[name]);
    if (counts.length === 0) return figure.append(make("p", null, none));
    const list = make("ul", { class: "bars" });
    for (const [id, count] of counts.slice(0, 5)) {
      const title = SHOWN[name](id);
      list.append(make("li", null, toggle(name, id, make("b", { title }, isolated(title)), make("i", null, number(count)), bar(count / counts[0][1], fill))));
    }
    figure.append(list);
    if (counts.length > 5) figure.append(make("p", null, "and " + (counts.length - 5) + " more, in the list below"));
    return figure;
  }

  function confidenceChart() {
    const figure = byId("chart-confidence");
    const values = entries.filter((entry) => entry.confidence !== undefined).map((entry) => entry.confidence);
    if (values.length === 0) return figure.append(make("p", null, "No card has confidences: the service sends none for these documents."));
    const bins = new Array(20).fill(0);
    for (const value of values) bins[Math.min(19, Math.floor(value * 20 + 1e-9))]++;
    const most = Math.max(...bins);
    const below = values.filter((value) => value < head.least_confidence).length;
    const limit = head.least_confidence * 200;
    const svg = draw("svg", { viewBox: "0 0 200 92", role: "img",
      "aria-label": `Histogram: ${plural(below, "card")} of ${number(values.length)} below ${head.least_confidence}` });
    bins.forEach((count, index) => {
      const height = count > 0 ? Math.max(2, (84 * count) / most) : 0;
      const kind = (index + 1) / 20 <= head.least_confidence + 1e-9 ? "f-low" : "f-plain";
      svg.append(draw("rect", { x: index * 10 + 1, y: 90 - height, width: 8, height, rx: 1, class: kind },
        draw("title", {}, `${(index / 20).toFixed(2)} to ${((index + 1) / 20).toFixed(2)}: ${number(count)}`)));
    });
    svg.append(draw("line", { x1: 0, x2: 200, y1: 91, y2: 91, class: "axis" }), draw("line", { x1: limit, x2: limit, y1: 0, y2: 91, class: "limit" }));
    figure.append(svg, make("div", { class: "scale", "aria-hidden": "true" }, make("span", null, "0"),
      make("span", null, String(head.least_confidence)), make("span", null, "1")),
      make("p", null, `${number(below)} of ${plural(values.length, "card")} below ${head.least_confidence}`));
    return figure;
  }

  function makeSelects() {
    for (const name of FILTERS) {
      const select = byId(name);
      const counts = name === "status" ? STATUSES.map(([id]) => [id, entries.filter((entry) => entry.status === id).length]) : counted(entries, KEYS[name]);
      select.append(make("option", { value: "" }, ALL[name]));
      counts.forEach(([id, count], index) => select.append(make("option", { value: String(index) }, `${SHOWN[name](id)} (${number(count)})`)));
      select.disabled = counts.length === 0;
      select.addEventListener("change", () => choose(name, select.value === "" ? null : counts[Number(select.value)][0]));
      pressable.push([select, () => {
        const index = counts.findIndex(([id]) => id === chosen[name]);
        select.value = index < 0 ? "" : String(index);
        select.classList.toggle("set", index >= 0);
      }]);
    }
  }

  // ---- entries

  const badge = (entry) => {
    const [id, name, sign] = STATUSES.find(([status]) => status === entry.status);
    return make("span", { class: "badge b-" + id, title: EXPLAINED[id] }, make("span", { "aria-hidden": "true" }, sign), name);
  };

  const source = (entry) => {
    const where = head.inputs > 1 ? (head.names[entry.input - 1] || "file " + entry.input) + ", line " + entry.line : "line " + entry.line;
    return [entry.file ? isolated(entry.file) : "no file name", " ", make("small", null, isolated(where))];
  };

  function notes(entry) {
    const list = make("span", { class: "notes" });
    const errors = findings(entry).filter((finding) => finding.severity === "error").length;
    const others = findings(entry).length - errors;
    if (entry.error) list.append(make("span", { class: "chip" }, make("bdi", null, breakable(entry.error.code))));
    if (errors > 0) list.append(make("span", { class: "chip error" }, plural(errors, "error")));
    if (others > 0) list.append(make("span", { class: "chip warning" }, plural(others, "finding")));
    if (entry.cached) list.append(make("span", { class: "chip", title: "from the cache: it cost nothing" }, "cached"));
    return list;
  }

  function meter(entry) {
    if (entry.confidence === undefined) return make("span", { class: "meter" });
    const text = entry.confidence.toFixed(2);
    return make("span", { class: "meter", title: "the least confidence of its fields" },
      bar(entry.confidence, entry.low ? "f-low" : "f-plain"), make("span", { class: entry.low ? "low" : null }, make("span", { class: "unseen" }, "confidence "), text));
  }

  const portrait = (entry) => {
    const found = (entry.pictures || []).find((picture) => picture.name === "portrait") || null;
    return found && make("img", { class: "avatar", src: found.data, alt: "" });
  };

  function facts(pairs) {
    const list = make("dl");
    for (const [name, text, kind, confidence] of pairs) {
      if (text === undefined || text === null || text === "") continue;
      const low = confidence !== undefined && confidence !== null && confidence < head.least_confidence;
      list.append(make("div", null, make("dt", null, isolated(name)), make("dd", { class: kind, dir: "auto" }, String(text)),
        confidence !== undefined && confidence !== null &&
          make("dd", { class: "conf" + (low ? " low" : ""), title: "confidence" }, (low ? "low " : "") + confidence.toFixed(2))));
    }
    return list.childElementCount > 0 ? list : null;
  }

  function findingItem(finding) {
    const about = [];
    if (finding.expected) about.push("expected ", isolated(finding.expected));
    if (finding.found) about.push(about.length ? ", found " : "found ", isolated(finding.found));
    return make("li", { class: finding.severity },
      make("b", null, isolated(finding.field ? label(finding.field) : label(finding.check))), finding.message ? ": " + finding.message : null,
      make("small", null, finding.check, about.length > 0 && " · ", about));
  }

  const section = (title, ...children) => children.some((child) => child) && make("section", null, make("h4", null, title), ...children);
  const yes = (value) => (value === true ? "yes" : value === false ? "no" : "unknown");

  function errorSection(entry) {
    const error = entry.error;
    if (!error) return null;
    return section(names.get(entry.status) + ": " + EXPLAINED[entry.status], error.message && make("p", { class: "failure" }, isolated(sentence(error.message))),
      facts([["Code", error.code, "code"], ["Category", error.category], ["HTTP status", error.http_status], ["Attempts", error.attempts],
        ["Request left", error.sent === "part" ? "in part" : yes(error.sent)], ["Billed", yes(error.billed)], ["Can be retried", yes(error.retryable)]]));
  }

  function picturesSection(entry) {
    if (!entry.pictures) return null;
    return section("Pictures", make("div", { class: "pictures" }, entry.pictures.map((picture) => {
      const name = picture.name === "source" ? "The picture that was read" : label(picture.name);
      return make("figure", null, make("img", { src: picture.data, alt: name }), make("figcaption", null, name));
    })));
  }

  function detail(entry) {
    const isCode = (name) => (/^mrz|^visual\.mrz/.test(name) ? "code" : null);
    const fields = facts((entry.fields || []).map(([name, text, confidence]) => [label(name), text, isCode(name), confidence]));
    const first = make("div", null, errorSection(entry), section("Fields", fields));
    const found = findings(entry);
    const second = make("div", null, picturesSection(entry),
      entry.findings && section(found.length > 0 ? "Findings of the checks" : "Checks",
        found.length > 0 && make("ul", { class: "findings" }, found.map(findingItem)),
        make("p", { class: "passed" }, plural(entry.passed || 0, "check") + " passed")),
      section("Warnings of the service", warnings(entry).length > 0 && make("ul", { class: "findings" },
        warnings(entry).map((warning) => make("li", null, make("b", null, label(warning.name)), warning.message ? ": " + warning.message : null,
          make("small", null, warning.code && "code " + warning.code))))),
      section("Source", facts([["Result", (head.inputs > 1 ? (head.names[entry.input - 1] || "file " + entry.input) + ", " : "") + "line " + entry.line],
        ["Picture", entry.file], ["SHA-256 begins", entry.hash, "code"], ["Service", entry.provider], ["Request", entry.request_id, "code"],
        ["Mock server", entry.sandbox && "yes: no service read this"], ["From the cache", entry.cached && "yes: it cost nothing"]])));
    return make("div", { class: "detail" }, first, second);
  }

  const isClosed = (button) => button.getAttribute("aria-expanded") === "false";
  function nameOpenAll() { byId("open-all").textContent = rows().some(isClosed) ? "Open all" : "Close all"; }

  function setOpen(button, entry, value) {
    const item = button.closest("li");
    button.setAttribute("aria-expanded", String(value));
    const shown = item.querySelector(".detail");
    if (value) open.add(entry); else open.delete(entry);
    if (value && !shown) item.append(detail(entry));
    if (!value && shown) shown.remove();
    nameOpenAll();
  }

  const hasPictures = entries.some((entry) => entry.pictures);
  const shownEntry = new WeakMap();
  function row(entry) {
    const title = entry.error ? null : entry.name || entry.number;
    const button = make("button", { type: "button", class: "row", "aria-expanded": "false" },
      make("span", { class: "state" }, badge(entry)),
      hasPictures && make("span", { class: "picture" }, portrait(entry)),
      make("span", { class: "who" }, title ? make("b", null, isolated(title)) : make("b", null, entry.error ? "No card" : "Card without a name"),
        entry.name && entry.number ? make("small", { class: "number" }, isolated(entry.number)) : null),
      make("span", { class: "kind" }, kindTitle(entry.kind)), meter(entry), notes(entry),
      make("span", { class: "src" }, source(entry)), make("span", { class: "arrow", "aria-hidden": "true" }, "›"));
    shownEntry.set(button, entry);
    button.addEventListener("click", () => setOpen(button, entry, !open.has(entry)));
    const item = make("li", null, make("h3", null, button));
    if (open.has(entry)) {
      button.setAttribute("aria-expanded", "true");
      item.append(detail(entry));
    }
    return item;
  }

  function makeColumns() {
    const headings = ["Outcome", hasPictures && "", "Name, number", "Document", "Least confidence", "Remarks", "Picture"];
    add(byId("columns"), headings.filter((title) => title !== false).map((title) => make("span", null, title)));
  }

  const pages = () => Math.max(1, Math.ceil(matching.length / PAGE));
  const rows = () => [...document.querySelectorAll("#list .row")];

  function showEntries(from, to) {
    byId("list").replaceChildren(...matching.slice(from, to).map(row));
    byId("list").setAttribute("start", String(from + 1));
  }

  function show() {
    const from = page * PAGE;
    showEntries(from, from + PAGE);
    for (const [control, state] of pressable) {
      const pressed = state();
      if (control.tagName === "BUTTON") control.setAttribute("aria-pressed", String(pressed));
    }
    byId("count").textContent = isFiltered() ? `${number(matching.length)} of ${plural(entries.length, "entry", "entries")}` : plural(entries.length, "entry", "entries");
    byId("reset").hidden = !isFiltered();
    byId("open-all").hidden = matching.length === 0;
    nameOpenAll();
    byId("none").hidden = matching.length > 0;
    byId("columns").hidden = matching.length === 0;
    byId("pager").hidden = pages() === 1;
    byId("page").textContent = `Page ${page + 1} of ${pages()}`;
    byId("previous").disabled = page === 0;
    byId("next").disabled = page === pages() - 1;
  }

  function turn(step, last) {
    const target = page + step;
    if (target < 0 || target >= pages()) return false;
    page = target;
    show();
    const list = rows();
    list[last ? list.length - 1 : 0].focus();
    return true;
  }

  // ---- keyboard

  function move(step) {
    const list = rows();
    const current = document.activeElement.closest && document.activeElement.closest("#list > li");
    const at = current ? list.indexOf(current.querySelector(".row")) : -1;
    if (at < 0) return list.length > 0 && list[step > 0 ? 0 : list.length - 1].focus();
    if (list[at + step]) return list[at + step].focus();
    return turn(step, step < 0);
  }

  function escape() {
    const item = document.activeElement.closest && document.activeElement.closest("#list > li");
    const button = item && item.querySelector(".row");
    if (button && !isClosed(button)) {
      setOpen(button, shownEntry.get(button), false);
      button.focus();
    } else if (isFiltered()) {
      reset();
    }
  }

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const inList = event.target.closest && event.target.closest("#list");
    const inField = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    const keys = { "/": () => byId("query").select(), ArrowDown: () => move(1), ArrowUp: () => move(-1), Escape: escape };
    if (inList) {
      keys.ArrowRight = () => turn(1);
      keys.ArrowLeft = () => turn(-1);
      keys.Home = () => rows()[0].focus();
      keys.End = () => rows().pop().focus();
    }
    if (inField) {
      if (event.target.id !== "query" || !["ArrowDown", "Enter", "Escape"].includes(event.key)) return;
      if (event.key === "Enter") keys.Enter = () => move(1);
      if (event.key === "Escape" && event.target.value === "" && !isFiltered()) keys.Escape = () => event.target.blur();
    }
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    if (timer !== 0) searchNow(); // the keys act on what is to be seen
    keys[event.key]();
  }

  // ---- start

  function notice(text, isWarning, details) {
    const attributes = { class: "notice" + (isWarning ? " warn" : "") };
    byId("notices").append(details ? make("details", attributes, make("summary", null, text), make("ul", null, details.map((line) => make("li", null, line))))
      : make("p", attributes, text));
  }

  function makeNotices() {
    const where = (wrong) => (head.inputs > 1 ? (head.names[wrong.input - 1] || "file " + wrong.input) + ", " : "") + `line ${wrong.number}: ${wrong.problem}`;
    if (head.malformed_count > 0) {
      const lines = head.malformed.map(where);
      if (head.malformed_count > lines.length) lines.push(`and ${number(head.malformed_count - lines.length)} more`);
      notice(plural(head.malformed_count, "line is no result and is", "lines are no results and are") + " not in this report.", true, lines);
    }
    if (head.replaced > 0) notice(plural(head.replaced, "earlier line is", "earlier lines are") + " not shown: a later line for the same picture replaces it.");
    const canned = entries.filter((entry) => entry.sandbox).length;
    if (canned > 0) notice(plural(canned, "entry comes", "entries come") + " from the mock server: no service read " + (canned === 1 ? "it" : "them") + ".", true);
    if (head.pictures && head.pictures.missing > 0) {
      notice(plural(head.pictures.missing, "picture is", "pictures are") + " not here: the file is gone, has changed, or cannot be decoded.");
    }
    if (head.pictures && head.pictures.omitted > 0) notice(plural(head.pictures.omitted, "picture is", "pictures are") + " left out, because the report would be too large.");
  }

  function makeHead() {
    document.title = head.title;
    byId("title").textContent = head.title;
    const files = head.names.length > 0 ? head.names.join(", ") : head.inputs === 1 ? "one file of results" : head.inputs + " files of results";
    byId("subtitle").append(`${plural(entries.length, "entry", "entries")} from ${files}, `, make("time", { datetime: head.made.replace(" UTC", "Z").replace(" ", "T") }, head.made));
    const privacy = byId("privacy");
    privacy.classList.add(head.masked && !head.pictures ? "good" : "bad");
    privacy.textContent = head.masked ? head.pictures ? "Values are masked; pictures show persons" : "Values are masked in this file"
      : "Contains personal data in clear";
    byId("about").textContent = `Made by idocr ${head.version}. This page loads nothing from the network.` +
      (head.masked ? " Masked values show a few characters only; the line number and the SHA-256 tell which result and picture an entry is about." : "");
    byId("query").placeholder = head.masked ? "Search the visible text" : "Search names, numbers, codes";
  }

  function makeEmpty() {
    const none = byId("none");
    if (entries.length > 0) {
      const button = make("button", { type: "button" }, "Clear filters");
      button.addEventListener("click", () => { reset(); byId("query").focus(); });
      none.append(make("strong", null, "No entry matches"), make("p", null, "Search for fewer words, or choose fewer filters."), button);
      return;
    }
    none.append(make("strong", null, "There are no results"), make("p", null,
      (head.inputs === 1 ? "The file has" : "The files have") + " no line with a card or an error. ", make("code", null, "idocr batch"), " writes such lines to the file that its option ",
      make("code", null, "--out"), " names."));
    for (const id of ["charts", "tools", "help", "tiles"]) byId(id).hidden = true;
  }

  function listen() {
    byId("query").addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(searchNow, 80);
    });
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("order").addEventListener("change", apply);
    byId("more").addEventListener("click", () => {
      const isOpen = byId("filters").classList.toggle("open");
      byId("more").setAttribute("aria-expanded", String(isOpen));
    });
    byId("reset").addEventListener("click", () => { reset(); byId("query").focus(); });
    byId("previous").addEventListener("click", () => turn(-1));
    byId("next").addEventListener("click", () => turn(1));
    byId("open-all").addEventListener("click", () => {
      const list = rows();
      const closed = list.filter(isClosed);
      for (const button of closed.length > 0 ? closed : list) setOpen(button, shownEntry.get(button), closed.length > 0);
    });
    document.addEventListener("keydown", onKey);
    addEventListener("beforeprint", () => {
      showEntries(0, MOST_PRINTED);
      if (matching.length > MOST_PRINTED) byId("count").textContent += `; printed: the first ${MOST_PRINTED}`;
    });
    addEventListener("afterprint", show);
  }

  makeHead();
  makeNotices();
  makeEmpty();
  if (entries.length > 0) {
    const list = byId("list").parentElement;
    list.classList.toggle("no-pictures", !hasPictures);
    list.classList.toggle("long", entries.length > 12);
    makeColumns();
    if (matchMedia("(max-width: 640px)").matches) byId("charts").open = false;
    makeTiles();
    outcomeChart();
    barChart("kind", "f-plain", "No document");
    barChart("code", "f-refused", "No errors");
    barChart("check", "f-low", "Nothing was found");
    confidenceChart();
    makeSelects();
  }
  listen();
  apply();
})();
