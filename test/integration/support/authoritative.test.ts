import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import type { AuthoritativeOptions, AuthoritativeServer } from "../../support/authoritative.ts";
import { startBind } from "../../support/bind.ts";
import { skipWithout, type ComponentName } from "../../support/component.ts";
import { answerData, dig, kdig } from "../../support/dig.ts";
import { startKnot } from "../../support/knot.ts";
import { startNsd } from "../../support/nsd.ts";
import { startPdns } from "../../support/pdns.ts";
import { processesWith } from "../../support/process-gone.ts";
import { zoneText } from "../../support/zone-text.ts";

interface Case {
  readonly name: string;
  readonly needs: readonly ComponentName[];
  readonly start: (options: AuthoritativeOptions) => Promise<AuthoritativeServer>;
}

const cases: readonly Case[] = [
  { name: "BIND", needs: ["named", "named-checkconf"], start: startBind },
  { name: "Knot", needs: ["knotd", "knotc"], start: startKnot },
  { name: "NSD", needs: ["nsd", "nsd-control"], start: startNsd },
  { name: "PowerDNS", needs: ["pdns_server", "pdnsutil", "pdns_control", "sqlite3"], start: startPdns },
];

const ZONE = "example.test";
const withAddress = (address: string, serial: number): string =>
  zoneText([`@ A ${address}`, "@ MX 10 mail", "www CNAME @"], { serial });

for (const { name, needs, start } of cases) {
  describe(name, { skip: skipWithout(...needs, "dig", "kdig") }, () => {
    test("serves its zone, takes a new one, counts questions, and leaves nothing behind", async () => {
      const server = await start({ zones: { [ZONE]: withAddress("192.0.2.1", 1) } });
      try {
        const reply = await dig(server, `www.${ZONE}`);
        assert.equal(reply.status, "NOERROR");
        assert.ok(reply.flags.includes("aa"), reply.text);
        assert.deepEqual(answerData(reply, "A"), ["192.0.2.1"]);
        assert.deepEqual(reply.answer, (await kdig(server, `www.${ZONE}`)).answer);

        await server.setZone(ZONE, withAddress("192.0.2.2", 2));
        const before = await server.questionCount();
        assert.deepEqual(answerData(await dig(server, ZONE), "A"), ["192.0.2.2"]);
        assert.deepEqual(answerData(await dig(server, ZONE, "MX"), "MX"), [`10 mail.${ZONE}.`]);
        assert.equal((await server.questionCount()) - before, 2);

        await assert.rejects(server.setZone(ZONE, "this is no zone"));
        await server.setZone(ZONE, withAddress("192.0.2.3", 3));
        await server.restart();
        assert.deepEqual(answerData(await dig(server, ZONE), "A"), ["192.0.2.3"]);
      } finally {
        await server[Symbol.asyncDispose]();
      }
      assert.deepEqual(await processesWith(server.directory), []);
      assert.equal(existsSync(server.directory), false);
    });

    test("is gone after a kill and back after a start", async () => {
      await using server = await start({ zones: { [ZONE]: withAddress("192.0.2.1", 1) } });
      await server.kill();
      assert.equal(server.isRunning(), false);
      assert.equal((await dig(server, ZONE)).status, "NO-REPLY");
      await server.start();
      assert.deepEqual(answerData(await dig(server, ZONE), "A"), ["192.0.2.1"]);
    });
  });
}

test(
  "BIND tells each question by name and type",
  { skip: skipWithout("named", "named-checkconf", "dig") },
  async () => {
    await using server = await startBind({ zones: { [ZONE]: withAddress("192.0.2.1", 1) } });
    await dig(server, `www.${ZONE}`, "AAAA");
    assert.deepEqual((await server.questions()).at(-1), { name: `www.${ZONE}`, type: "AAAA" });
  },
);

test("BIND recurses to the zones it was given, and nowhere else", { skip: skipWithout("named", "dig") }, async () => {
  await using server = await startBind({ zones: { [ZONE]: withAddress("192.0.2.1", 1) } });
  await using recursive = await startBind({ recursion: [{ zone: ZONE, servers: [server] }] });
  const reply = await dig(recursive, `www.${ZONE}`);
  assert.ok(reply.flags.includes("ra") && !reply.flags.includes("aa"), reply.text);
  assert.deepEqual(answerData(reply, "A"), ["192.0.2.1"]);
  assert.equal((await dig(recursive, "example.com")).status, "SERVFAIL");
});

test("BIND says why it does not start", { skip: skipWithout("named-checkconf") }, async () => {
  await assert.rejects(startBind({ zones: { [ZONE]: "this is no zone" } }), /example\.test/);
});

const pdnsSkip = skipWithout("pdns_server", "pdnsutil", "pdns_control", "sqlite3");
test("PowerDNS serves its HTTP API to who has the key", { skip: pdnsSkip }, async () => {
  await using server = await startPdns({ zones: { [ZONE]: withAddress("192.0.2.1", 1) }, apiKey: "open-sesame" });
  const url = `${server.apiUrl}/api/v1/servers/localhost/zones/${ZONE}.`;
  assert.equal((await fetch(url)).status, 401);
  const reply = await fetch(url, { headers: { "X-API-Key": "open-sesame" } });
  assert.equal(reply.status, 200);
  assert.match(await reply.text(), /192\.0\.2\.1/);
});
