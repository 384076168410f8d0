// The vendor's Node SDK as a client of the sandbox: reads {http, https, ca_file, cases} from the file that is named, runs
// the cases one after the other and prints what came of each. A case: {via, method, action, params, id, key, token}.
//   via "http"     the SDK is given http://127.0.0.1:PORT as its endpoint
//   via "https"    the same with https and the sandbox's CA
//   via "name"     the SDK believes that it talks to the real host; its agent connects to the sandbox

const fs = require("fs");
const https = require("https");
const tls = require("tls");
const { CommonClient } = require("tencentcloud-sdk-nodejs-common");
const { ocr } = require("tencentcloud-sdk-nodejs-ocr");

const job = JSON.parse(fs.readFileSync(process.argv[2], "utf8"));
const ca = fs.readFileSync(job.ca_file);

function agentToSandbox() {
  const agent = new https.Agent({ ca });
  const port = Number(new URL(job.https).port);
  agent.createConnection = (options) => tls.connect({ host: "127.0.0.1", port, servername: options.servername || options.host, ca });
  return agent;
}

function profileOf(one) {
  const httpProfile = { reqMethod: one.method || "POST", reqTimeout: 20 };
  if (one.via === "name") {
    httpProfile.endpoint = one.host || "ocr.tencentcloudapi.com";
    httpProfile.agent = agentToSandbox();
  } else {
    const url = new URL(job[one.via]);
    httpProfile.endpoint = url.host;
    httpProfile.protocol = url.protocol + "//";
    if (one.via === "https") httpProfile.agent = new https.Agent({ ca });
  }
  return { httpProfile };
}

async function run(one) {
  const config = { credential: { secretId: one.id, secretKey: one.key, token: one.token }, region: "ap-singapore", profile: profileOf(one) };
  const params = Object.assign({}, one.params);
  if (one.picture) params.ImageBase64 = fs.readFileSync(one.picture).toString("base64");
  try {
    const typed = new ocr.v20181119.Client(config);
    if (typeof typed[one.action] === "function") return { ok: true, response: await typed[one.action](params) };
    const common = new CommonClient(config.profile.httpProfile.endpoint, "2018-11-19", config);
    return { ok: true, response: await common.request(one.action, params) };
  } catch (err) {
    return { ok: false, code: err.code, message: err.message, requestId: err.requestId };
  }
}

(async () => {
  const results = [];
  for (const one of job.cases) results.push(await run(one));
  process.stdout.write(JSON.stringify(results));
})();
