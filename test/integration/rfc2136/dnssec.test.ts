import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import type { RRset } from "../../../src/dns/record.ts";
import type { RecordBackend } from "../../../src/providers/backend.ts";
import { startBind } from "../../support/bind.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { dig } from "../../support/dig.ts";
import type { AuthoritativeServer } from "../../support/authoritative.ts";
import { startKnot } from "../../support/knot.ts";
import type { ToolKey } from "../../support/nsupdate.ts";
import { runOrThrow } from "../../support/run.ts";
import { zoneText } from "../../support/zone-text.ts";
import { bindKey, knotKey, newKey, openBackend, ZONE } from "./servers.ts";

const never = new AbortController().signal;

interface Case {
  readonly name: string;
  readonly start: (key: ToolKey) => Promise<AuthoritativeServer>;
}

const cases: readonly Case[] = [
  {
    name: "BIND with inline signing",
    start: (key) =>
      startBind({
        zones: { [ZONE]: zoneText(["@ A 192.0.2.80", "www A 192.0.2.80"]) },
        moreConfig: bindKey(key),
        moreZone: `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; }; dnssec-policy default; inline-signing yes;`,
      }),
  },
  {
    name: "BIND that signs the dynamic zone itself",
    start: (key) =>
      startBind({
        zones: { [ZONE]: zoneText(["@ A 192.0.2.80", "www A 192.0.2.80"]) },
        moreConfig: bindKey(key),
        moreZone: `allow-update { key "${key.name}"; }; allow-transfer { key "${key.name}"; }; dnssec-policy default; inline-signing no;`,
      }),
  },
  {
    name: "Knot with automatic signing",
    start: (key) =>
      startKnot({
        zones: { [ZONE]: zoneText(["@ A 192.0.2.80", "www A 192.0.2.80"]) },
        moreConfig: `${knotKey(key)}
acl:
- id: permitted
  key: ${key.name}
  action: [transfer, update]
`,
        moreZone: "  acl: permitted\n  dnssec-signing: on\n",
      }),
  },
];

const skip = skipWithout("named", "named-checkconf", "knotd", "dig", "delv");

for (const { name, start } of cases) {
  test(`${name}: what was updated validates, and what was deleted is proved to be gone`, { skip }, async () => {
    const key = newKey("hmac-sha256");
    await using server = await start(key);
    await using open = openBackend({ servers: [server], key });
    const anchor = await trustAnchor(server);
    const www = set("www", "A", "192.0.2.80");
    await change(open.backend, undefined, set("new", "A", "192.0.2.1", "192.0.2.2"));
    await change(open.backend, undefined, set("new", "AAAA", "2001:db8::1"));
    await change(open.backend, undefined, set("_dnsalias.new", "TXT", '"heritage=dnsalias,owner=me"'));
    await validates(server, anchor, [`new.${ZONE}`, "A"], /fully validated[^]*192\.0\.2\.1[^]*RRSIG/);
    await validates(server, anchor, [`new.${ZONE}`, "AAAA"], /fully validated[^]*2001:db8::1/);
    await change(open.backend, www, { ...www, data: ["192.0.2.81"] });
    await validates(server, anchor, [`www.${ZONE}`, "A"], /fully validated[^]*192\.0\.2\.81/);
    await change(open.backend, { ...www, data: ["192.0.2.81"] }, undefined);
    await validates(server, anchor, [`www.${ZONE}`, "A"], /negative response, fully validated/);
    const got = await open.backend.read([], never);
    assert.ok(got.kind === "ok" && got.complete);
    assert.deepEqual(
      got.sets.map(({ name: owner, type }) => `${owner} ${type}`),
      [`_dnsalias.new.${ZONE}. TXT`, `${ZONE}. A`, `new.${ZONE}. A`, `new.${ZONE}. AAAA`, `ns.${ZONE}. A`],
    );
  });
}

function set(label: string, type: string, ...data: readonly string[]): RRset {
  return { name: parseName(`${label}.${ZONE}`), type, ttl: 60, data };
}

async function change(backend: RecordBackend, before: RRset | undefined, after: RRset | undefined): Promise<void> {
  const result = await backend.apply({ changes: [{ before, after }] }, never);
  assert.equal(result.kind, "applied", JSON.stringify(result));
}

/** The zone's own keys as delv wants them; signing begins some moments after the start. */
async function trustAnchor(server: AuthoritativeServer): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const reply = await dig(server, ZONE, "DNSKEY", ["+dnssec"]);
    const keys = reply.answer.filter(({ type, data }) => type === "DNSKEY" && data.startsWith("257 "));
    if (keys.length > 0 && reply.answer.some(({ type }) => type === "RRSIG")) {
      const lines = keys.map(({ data }) => {
        const [flags, protocol, algorithm, ...key] = data.split(" ");
        return `"${ZONE}." static-key ${flags} ${protocol} ${algorithm} "${key.join("")}";`;
      });
      const file = join(server.directory, "anchor.conf");
      await writeFile(file, `trust-anchors { ${lines.join("\n")} };\n`);
      return file;
    }
    await delay(100);
  }
  throw new Error("the zone is not signed");
}

/** Inline signing follows an update in some moments; until then delv says what it says. */
async function validates(
  server: AuthoritativeServer,
  anchor: string,
  question: readonly [string, string],
  want: RegExp,
): Promise<void> {
  const where = [`@${server.host}`, "-p", String(server.port), "-a", anchor, `+root=${ZONE}`];
  let said = "";
  for (let tries = 0; tries < 50 && !want.test(said); tries += 1) {
    await delay(tries === 0 ? 0 : 100);
    said = await runOrThrow(locateComponent("delv"), [...where, ...question]).catch((error: unknown) => String(error));
  }
  assert.match(said, want);
}
