import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credentials } from "../../../../src/kube/client/credentials.ts";
import { createSocketKeeper, type Sockets } from "../../../../src/kube/client/socket-pool.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const FIRST: Credentials = {
  server: "https://10.96.0.1:443",
  headers: { authorization: "Bearer 1" },
  tls: { ca: "the CA", cert: "the certificate", key: "the key", servername: "kubernetes", rejectUnauthorized: true },
};

function keeper() {
  let replaced = 0;
  const log = { ...silentLogger, info: () => void (replaced += 1) };
  return { keeper: createSocketKeeper(4, log), replaced: () => replaced };
}

test("a new token goes over the open connections; watches have connections of their own", async () => {
  const { keeper: sockets, replaced } = keeper();
  await using _ = sockets;
  const before = sockets.for(FIRST);
  const after = sockets.for({ ...FIRST, headers: { authorization: "Bearer 2" } });
  assert.equal(after.requests, before.requests);
  assert.equal(after.streams, before.streams);
  assert.notEqual(before.requests, before.streams);
  assert.equal(replaced(), 0);
});

/** With any of them, what goes over the old connections isn't what was configured. */
const OTHERS: readonly (readonly [name: string, other: Partial<Credentials>])[] = [
  ["server", { server: "https://10.96.0.2:443" }],
  ["proxy", { proxy: "http://proxy.example:3128" }],
  ["CA", { tls: { ...FIRST.tls, ca: "another" } }],
  ["certificate", { tls: { ...FIRST.tls, cert: "another" } }],
  ["key", { tls: { ...FIRST.tls, key: "another" } }],
  ["name in the certificate", { tls: { ...FIRST.tls, servername: "another" } }],
  ["check of the certificate", { tls: { ...FIRST.tls, rejectUnauthorized: false } }],
];
for (const [name, other] of OTHERS) {
  test(`with another ${name} there are new connections, and the old ones end`, async () => {
    const { keeper: sockets, replaced } = keeper();
    await using _ = sockets;
    const before = sockets.for(FIRST);
    const after = sockets.for({ ...FIRST, ...other });
    assert.notEqual(after.requests, before.requests);
    assert.notEqual(after.streams, before.streams);
    assert.equal(replaced(), 1);
    await assertEnded(before);
    assert.equal(sockets.for({ ...FIRST, ...other }).requests, after.requests);
  });
}

test("disposing ends the present connections too", async () => {
  const { keeper: sockets } = keeper();
  const present = sockets.for(FIRST);
  await sockets[Symbol.asyncDispose]();
  await assertEnded(present);
});

async function assertEnded({ requests, streams }: Sockets): Promise<void> {
  for (const dispatcher of [requests, streams]) {
    const request = dispatcher.request({ origin: FIRST.server, path: "/", method: "GET" });
    await assert.rejects(request, { code: /^UND_ERR_(?:CLOSED|DESTROYED)$/ });
  }
}
