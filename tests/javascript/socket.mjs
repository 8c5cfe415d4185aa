// A bare WebSocket that sends whatever it is told, so that a server's refusals can be seen.
//   node socket.mjs '{"url": "ws://...", "subprotocols": ["graphql-transport-ws"], "headers": {"Origin": "..."}}'
// Reads   {"send": "text of a frame"}   {"sendBinary": "base64"}   {"ping": true}   {"close": 1000}
// Prints  {"event": "open", "protocol": "..."}   {"message": "text"}   {"event": "pong"}   {"event": "close", "code": 4401, "reason": "..."}
//         {"event": "not upgraded", "status": 403}   {"event": "error", "message": "..."}
import { createInterface } from "node:readline";
import WebSocket from "ws";

const { url, subprotocols = [], headers = {} } = JSON.parse(process.argv[2]);

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const socket = new WebSocket(url, subprotocols, { headers, handshakeTimeout: 10_000 })
  .on("open", () => {
    say({ event: "open", protocol: socket.protocol });
    listen();
  })
  .on("message", (data, isBinary) => say(isBinary ? { binary: data.toString("base64") } : { message: data.toString() }))
  .on("pong", () => say({ event: "pong" }))
  .on("close", (code, reason) => say({ event: "close", code, reason: reason.toString() }))
  .on("unexpected-response", (request, response) => {
    say({ event: "not upgraded", status: response.statusCode });
    request.destroy();
  })
  .on("error", (error) => say({ event: "error", message: error.message }));

function listen() {
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      const { send, sendBinary, ping, close } = JSON.parse(line);
      if (send !== undefined) socket.send(send);
      if (sendBinary !== undefined) socket.send(Buffer.from(sendBinary, "base64"));
      if (ping) socket.ping();
      if (close !== undefined) socket.close(close);
    })
    .on("close", () => process.exit(0));
}
