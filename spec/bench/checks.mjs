// The counterpart of checks.lua: npm `mrz` and `validator` on the inputs that it wrote. node checks.mjs FOLDER
import { readFileSync } from "node:fs";
import { parse } from "mrz";
import validator from "validator";

const folder = process.argv[2];
const lines = (name) => readFileSync(`${folder}/${name}`, "utf8").trim().split("\n");

function measure(what, who, inputs, run) {
  let best = Infinity, valid = 0;
  for (let round = 0; round < 5; round++) {
    valid = 0;
    const started = process.hrtime.bigint();
    for (const input of inputs) if (run(input)) valid++;
    best = Math.min(best, Number(process.hrtime.bigint() - started) / 1e9);
  }
  const rate = String(Math.round(inputs.length / best)).padStart(9);
  console.log(`${what.padEnd(28)} ${who.padEnd(22)} ${rate} /s  ${String(valid).padStart(6)} valid`);
}

measure("machine readable zone", "npm mrz, Node", lines("zones.txt").map((line) => line.split(" ")), (zone) => parse(zone).valid);
measure("Chinese number", "npm validator, Node", lines("chinese.txt"), (number) => validator.isIdentityCard(number, "zh-CN"));
