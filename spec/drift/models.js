// Prints a summary of the OCR models of an official SDK as JSON: the members of each action, with their JSON types.
//   node models.js FOLDER-OF-THE-PACKAGE SITE [ACTION…]
// {"site", "package", "version", "all": [every action], "actions": {ACTION: {"inputs": {member: type}, "outputs": {path: type}}}}
// A type is string, boolean, integer, number, list or object. A path leads through objects, not through lists.

const fs = require("fs");
const path = require("path");

const [, , folder, site, ...wanted] = process.argv;
const MODELS = ["tencentcloud/services/ocr/v20181119/ocr_models.d.ts", "tencentcloud/ocr/v20181119/models.js"];
const DEEPEST = 5;

// Returns the structures of the TypeScript declarations: name -> member -> type as written.
function declared(text) {
  const structures = {};
  for (const [, name, body] of text.matchAll(/^export interface (\w+) \{\n([\s\S]*?)^\}/gm)) {
    structures[name] = {};
    for (const [, member, type] of body.matchAll(/^ {4}(\w+)\??: ([^;]+);$/gm)) structures[name][member] = type;
  }
  return structures;
}

// Returns the structures of the classes in JavaScript, whose comments have the types.
function commented(text) {
  const structures = {};
  for (const part of text.split(/^class /m).slice(1)) {
    const name = part.match(/^\w+/)[0];
    structures[name] = {};
    const constructor = part.slice(0, part.search(/^ {4}deserialize\(/m));
    for (const [, type, member] of constructor.matchAll(/@type \{([^}]+?)(?: \|\| null)?\}\s+\*\/\s+this\.(\w+) = null;/g)) {
      structures[name][member] = type;
    }
  }
  return structures;
}

const PLAIN = { string: "string", boolean: "boolean", number: "number", bigint: "integer", float: "number" };

function flatten(structures, name, prefix, depth, into) {
  for (const [member, type] of Object.entries(structures[name] || {})) {
    const inner = prefix + member;
    if (/^Array/.test(type) || /\[\]$/.test(type)) into[inner] = "list";
    else if (PLAIN[type.toLowerCase()]) into[inner] = PLAIN[type.toLowerCase()];
    else if (structures[type] && depth < DEEPEST) {
      into[inner] = "object";
      flatten(structures, type, inner + ".", depth + 1, into);
    } else into[inner] = "object";
  }
  return into;
}

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

const file = MODELS.map((name) => path.join(folder, name)).find((name) => fs.existsSync(name));
if (!file) throw new Error("no OCR models in " + folder);
const text = fs.readFileSync(file, "utf8");
const structures = file.endsWith(".d.ts") ? declared(text) : commented(text);
const about = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
const all = Object.keys(structures).filter((name) => /Request$/.test(name)).map((name) => name.replace(/Request$/, "")).sort();
const actions = {};
for (const action of wanted.length ? wanted : all) {
  if (!structures[action + "Request"]) continue;
  const outputs = flatten(structures, action + "Response", "", 0, {});
  delete outputs.RequestId;
  actions[action] = { inputs: sorted(flatten(structures, action + "Request", "", DEEPEST, {})), outputs: sorted(outputs) };
}
console.log(JSON.stringify({ site, package: about.name, version: about.version, all, actions: sorted(actions) }));
