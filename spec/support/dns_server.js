// DNS server for transport_spec.lua: A 127.0.0.1 for every name below ocr.test, NXDOMAIN for all others. Prints its port.
const server = require("dgram").createSocket("udp4");
server.on("message", (query, peer) => {
  let end = 12;
  const labels = [];
  while (query[end] !== 0) {
    labels.push(query.toString("latin1", end + 1, end + 1 + query[end]));
    end += query[end] + 1;
  }
  end += 5; // the root label, type and class
  const known = /(^|\.)ocr\.test$/.test(labels.join("."));
  const head = Buffer.from([query[0], query[1], 0x81, known ? 0x80 : 0x83, 0, 1, 0, known ? 1 : 0, 0, 0, 0, 0]);
  const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1]);
  server.send(Buffer.concat([head, query.subarray(12, end), known ? answer : Buffer.alloc(0)]), peer.port, peer.address);
});
server.bind(0, "127.0.0.1", () => console.log(server.address().port));
