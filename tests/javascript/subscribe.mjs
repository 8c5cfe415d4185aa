// The reference client of graphql-transport-ws, told by JSON lines what to do.
//   node subscribe.mjs '{"url": "ws://...?ticket=...", "lazy": true, "connectionParams": {...}, "retries": 0}'
// Reads   {"subscribe": "a", "query": "...", "variables": {...}, "operationName": "..."}   {"complete": "a"}   {"close": true}
// Prints  {"event": "connected" | "closed" | "error" | ..., ...} for the connection, and
//         {"id": "a", "next": result}   {"id": "a", "error": [...] | {...}}   {"id": "a", "complete": true} for each subscription.
import { createInterface } from "node:readline";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { url, lazy = true, connectionParams, retries = 0, keepAlive = 0 } = JSON.parse(process.argv[2]);

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function closing(event) {
  return { code: event?.code, reason: event?.reason, clean: event?.wasClean };
}

const client = createClient({
  url,
  lazy,
  connectionParams,
  keepAlive,
  retryAttempts: retries,
  webSocketImpl: WebSocket,
  onNonLazyError: (reason) => say({ event: "refused", ...closing(reason) }),
  on: {
    connecting: () => say({ event: "connecting" }),
    opened: (socket) => say({ event: "opened", protocol: socket.protocol }),
    connected: (_, payload) => say({ event: "connected", payload }),
    ping: (received) => say({ event: "ping", received }),
    pong: (received) => say({ event: "pong", received }),
    closed: (event) => say({ event: "closed", ...closing(event) }),
    error: (error) => say({ event: "error", message: error?.message }),
  },
});

const standing = new Map();

function told(error) {
  if (Array.isArray(error)) return error; // GraphQL errors, from an `error` message
  return error?.code ? closing(error) : { message: error?.message ?? String(error) };
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { subscribe: id, complete, close, ...operation } = JSON.parse(line);
    if (close) return client.dispose();
    if (complete !== undefined) return standing.get(complete)?.();
    standing.set(
      id,
      client.subscribe(operation, {
        next: (result) => say({ id, next: result }),
        error: (error) => say({ id, error: told(error) }),
        complete: () => say({ id, complete: true }),
      }),
    );
  })
  .on("close", () => process.exit(0));
