import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { answerData, dig } from "../../support/dig.ts";
import { processesWith } from "../../support/process-gone.ts";
import { zoneText } from "../../support/zone-text.ts";

const skip = skipWithout("coredns", "dig");
const COREFILE = "example.test {\n  bind {$DNS_HOST}\n  file db.example.test\n}\n";

test("CoreDNS serves a zone file, restarts on its port, and leaves nothing behind", { skip }, async () => {
  const files = { "db.example.test": zoneText(["@ A 192.0.2.1", "@ MX 10 mail"]) };
  const server = await startCoreDns({ corefile: COREFILE, files });
  try {
    assert.deepEqual(answerData(await dig(server, "example.test"), "A"), ["192.0.2.1"]);
    const missing = await dig(server, "nothing.example.test", "TXT");
    assert.equal(missing.status, "NXDOMAIN");
    assert.equal(missing.authority[0]?.type, "SOA");

    await server.writeFile("db.example.test", zoneText(["@ A 192.0.2.2"], { serial: 2 }));
    await server.restart();
    assert.deepEqual(answerData(await dig(server, "example.test"), "A"), ["192.0.2.2"]);
  } finally {
    await server[Symbol.asyncDispose]();
  }
  assert.deepEqual(await processesWith(server.directory), []);
});

test("CoreDNS with a broken Corefile says what is wrong with it", { skip }, async () => {
  const corefile = ". {\n  bind 127.0.0.1\n  nosuchplugin\n}\n";
  await assert.rejects(startCoreDns({ corefile }), /nosuchplugin/);
});

test("a Corefile that would listen on every address is refused", async () => {
  await assert.rejects(startCoreDns({ corefile: `${COREFILE}. {\n  whoami\n}\n` }), /all addresses/);
});
