// HTTP proxy with CONNECT for transport_spec.lua (nginx does not support CONNECT). Prints its port.
// Accepts only user:pass. CONNECT to port 1 is refused with 403.
const http = require("http");
const net = require("net");
const wanted = "Basic " + Buffer.from("user:pass").toString("base64");
const server = http.createServer((request, response) => {
  if (request.headers["proxy-authorization"] !== wanted) {
    response.writeHead(407).end();
    return;
  }
  const url = new URL(request.url);
  const headers = { ...request.headers };
  delete headers["proxy-authorization"];
  headers["x-through"] = "proxy";
  const up = http.request({ host: url.hostname, port: url.port, path: url.pathname + url.search, method: request.method, headers }, (reply) => {
    response.writeHead(reply.statusCode, { ...reply.headers, "x-through": "proxy" });
    reply.pipe(response);
  });
  up.on("error", () => response.destroy());
  request.pipe(up);
});
server.on("connect", (request, client, head) => {
  client.on("error", () => {});
  if (request.headers["proxy-authorization"] !== wanted) return client.end("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
  const [host, port] = request.url.split(":");
  if (port === "1") return client.end("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
  const up = net.connect(Number(port), host, () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    up.write(head);
    up.pipe(client);
    client.pipe(up);
  });
  up.on("error", () => client.destroy());
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
