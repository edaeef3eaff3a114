import assert from "node:assert/strict";
import { test } from "node:test";
import { createServerRecords } from "../../../../src/resolver/server/server-memory.ts";
import type { ResolverServer } from "../../../../src/transport/exchange.ts";

test("server memory: a client cookie stays with its server, and no two servers get the same", () => {
  const memory = createServerRecords(counter());
  assert.deepEqual(memory.traitsOf(server(1)).clientCookie, Uint8Array.of(1));
  assert.deepEqual(memory.traitsOf(server(2)).clientCookie, Uint8Array.of(2));
  assert.deepEqual(memory.traitsOf(server(1)).clientCookie, Uint8Array.of(1));
});

test("server memory: protocols, ports and names of one address are servers of their own", () => {
  const memory = createServerRecords(counter());
  const servers: readonly ResolverServer[] = [
    server(1),
    { ...server(1), port: 54 },
    { ...server(1), protocol: "tcp" },
    { ...server(1), protocol: "https" },
    { ...server(1), protocol: "https", path: "/other" },
    { ...server(1), protocol: "https", serverName: "name" },
  ];
  assert.equal(new Set(servers.map((each) => memory.traitsOf(each).clientCookie[0])).size, servers.length);
});

test("server memory: of more than 1,024 servers the first is forgotten", () => {
  const memory = createServerRecords(counter());
  for (let index = 1; index <= 1_025; index += 1) {
    memory.traitsOf(server(index));
    memory.setHealth(server(index), { answerMs: index, failures: 0, penalisedUntil: 0 });
  }
  assert.equal(memory.healthOf(server(1)).answerMs, undefined);
  assert.equal(memory.healthOf(server(2)).answerMs, 2);
  assert.notDeepEqual(memory.traitsOf(server(1)).clientCookie, Uint8Array.of(1));
});

function server(index: number): ResolverServer {
  return { protocol: "udp", address: `192.0.${index >> 8}.${index & 255}`, port: 53 };
}

function counter(): () => Uint8Array {
  let count = 0;
  return () => {
    count += 1;
    return Uint8Array.of(count);
  };
}
