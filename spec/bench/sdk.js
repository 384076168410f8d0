// Contestant: the official SDK for Node, with connections kept alive (its default opens one for each call).
//
//   node sdk.js - CA-FILE        orders and answers as in contestant.lua

"use strict";
const fs = require("fs");
const http = require("http");
const https = require("https");
const readline = require("readline");
const { ocr } = require("../peers/node_modules/tencentcloud-sdk-nodejs-ocr");

const clients = new Map();
const ca = fs.readFileSync(process.argv[3]);

function clientFor(url) {
  if (!clients.has(url)) {
    const { protocol, host } = new URL(url);
    const agent = protocol === "https:" ? new https.Agent({ keepAlive: true, ca }) : new http.Agent({ keepAlive: true });
    clients.set(url, new ocr.v20181119.Client({
      credential: { secretId: "AKID" + "x".repeat(32), secretKey: "k".repeat(32) },
      region: "",
      profile: { httpProfile: { protocol: protocol + "//", endpoint: host, agent, reqTimeout: 120 } },
    }));
  }
  return clients.get(url);
}

async function call(client, picture) {
  const bytes = await fs.promises.readFile(picture);
  const answer = await client.MLIDPassportOCR({ ImageBase64: bytes.toString("base64"), RetImage: true });
  if (!answer.ID) throw new Error("no card");
  return { number: answer.ID, portrait: Buffer.from(answer.Image || "", "base64") };
}

async function run(client, picture, inFlight, count) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await call(client, picture);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [url, picture, , inFlight, count] = line.split(" ");
    const client = clientFor(url);
    await run(client, picture, Number(inFlight), Number(inFlight));
    const cpu = process.cpuUsage(), began = process.hrtime.bigint();
    await run(client, picture, Number(inFlight), Number(count));
    const { user, system } = process.cpuUsage(cpu);
    const wall = Number(process.hrtime.bigint() - began) / 1000;
    process.stdout.write(`${((user + system) / count).toFixed(3)} ${(wall / count).toFixed(3)}\n`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
