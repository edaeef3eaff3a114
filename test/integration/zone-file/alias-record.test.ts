import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startBind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";
import { startPdns } from "../../support/pdns.ts";
import { zoneText } from "../../support/zone-text.ts";
import { publishZoneFiles } from "./product.ts";

const skip = skipWithout("named", "named-checkconf", "pdns_server", "pdnsutil", "pdns_control", "sqlite3");
const DOMAIN = "export.example";
const ALIASES = [`@ ALIAS lb.target.example.`, `www 60 IN ALIAS lb.target.example.`];

test("a DnsAlias follows the target of each ALIAS that PowerDNS exports, as the message shows", { skip }, async () => {
  await using pdns = await startPdns({ zones: { [DOMAIN]: zoneText([...ALIASES, "@ MX 10 ns"]) } });
  const exported = await pdns.util("list-zone", DOMAIN);
  assert.equal(exported.match(/\tALIAS\t/g)?.length, ALIASES.length);
  await using bind = await startBind({
    zones: { "target.example": zoneText(["lb A 34.56.78.9"]) },
    recursion: [{ zone: "unused.example", servers: [{ host: "127.0.0.1", port: 1 }] }],
  });
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-alias-"));
  try {
    const first = await publishZoneFiles(directory, new Map([[DOMAIN, exported]]));
    const message = first.refused.get(DOMAIN) ?? assert.fail("the base zone isn't refused");
    const lines = exported.split("\n").flatMap((line, index) => (line.includes("\tALIAS\t") ? [index + 1] : []));
    for (const line of lines) {
      assert.match(message, new RegExp(`\\bline ${line}\\b`));
    }
    assert.doesNotMatch(message, /TYPEn/);
    const manifests = [...message.matchAll(/\{"apiVersion".*?\]\}\}/g)].map(([json]): object => JSON.parse(json));
    assert.equal(manifests.length, ALIASES.length);

    const base = exported.replaceAll(/^.*\tALIAS\t.*\n/gm, "");
    const second = await publishZoneFiles(directory, new Map([[DOMAIN, base]]), { manifests, resolver: bind });
    const written = second.written.get(DOMAIN) ?? assert.fail(second.refused.get(DOMAIN));
    for (const name of [DOMAIN, `www.${DOMAIN}`]) {
      assert.match(written, new RegExp(`^${name.replaceAll(".", "\\.")}\\.\\t\\d+\\tIN\\tA\\t34\\.56\\.78\\.9$`, "m"));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
});
