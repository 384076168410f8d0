// Reduces a picture with sharp on one thread, as fit.lua does: sharp.js FILE COUNT. Prints microseconds of CPU and kilobytes of peak.
"use strict";
const fs = require("fs");
const sharp = require("sharp");
sharp.concurrency(1);
sharp.cache(false);
const [path, count] = [process.argv[2], Number(process.argv[3])];
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]);
const once = () => sharp(path).rotate().resize({ width: 2400, height: 2400, fit: "inside", withoutEnlargement: true }).jpeg({ quality: 90 }).toBuffer();
(async () => {
  const before = peak();
  await once();
  const began = process.cpuUsage();
  for (let i = 0; i < count; i++) await once();
  const used = process.cpuUsage(began);
  console.log(`${Math.round((used.user + used.system) / count)}\t${peak() - before}`);
})().catch(() => process.exit(1));
