import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { asBindReads, asWritten, LINES, titleOf, WHOLE, WHOLE_LINES, zoneOf, zoneTexts } from "./lines/all-lines.ts";
import { INVALID_LINES } from "./lines/invalid-lines.ts";
import type { RecordLine } from "./lines/record-line.ts";
import { publishZoneFiles, type Published } from "./product.ts";
import {
  checkWithBind,
  linesAbout,
  type Served,
  type ServerName,
  SERVERS,
  serveZones,
  writeZoneFiles,
} from "./zone-servers.ts";

const skip = skipWithout("coredns", "dig", "knotd", "knotc", "named", "named-checkconf", "nsd", "nsd-control");

describe("CoreDNS, BIND, Knot and NSD serve each record line of a base zone as BIND reads it", { skip }, () => {
  let directory: string;
  let published: Published;
  let original: Served;
  let invalid: { readonly loaded: readonly string[] };
  let unreadByBind: readonly string[];
  const served = new Map<ServerName, Served>();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-lines-"));
    const invalidZones = new Map(INVALID.map(([domain, text]) => [domain, zoneOf(text)] as const));
    published = await publishZoneFiles(directory, new Map([...zoneTexts(asWritten), ...invalidZones]));
    invalid = await checkWithBind(await writeZoneFiles(join(directory, "invalid"), invalidZones));
    const written = await writeZoneFiles(join(directory, "written"), published.written);
    original = await serveZones("BIND", await writeZoneFiles(join(directory, "original"), zoneTexts(asBindReads)));
    unreadByBind = await respelledThatBindRefuses(join(directory, "respelled"));
    await Promise.all(SERVERS.map(async (server) => served.set(server, await serveZones(server, written))));
  });
  after(() => rm(directory, { recursive: true, force: true }));

  for (const [domain, line] of LINES) {
    test(`${domain}: ${titleOf(line)}`, () => {
      const refusal = published.refused.get(domain);
      if (line.refused !== undefined) {
        assert.match(refusal ?? "no refusal", /\bline \d+\b/, `listed as refused: ${line.refused}`);
        return;
      }
      assert.equal(refusal, undefined);
      assert.equal(
        unreadByBind.includes(domain),
        line.bindReads !== undefined,
        "bindReads is for lines that BIND refuses",
      );
      const wanted = original.zones.get(domain);
      assert.ok(wanted !== undefined, `BIND doesn't read the line:\n${linesAbout(domain, original)}`);
      for (const server of SERVERS) {
        judge(domain, line, server, served.get(server) ?? assert.fail(), wanted);
      }
    });
  }

  test("dnsalias refuses with its line each line that BIND refuses for a good reason", () => {
    const problems = INVALID.flatMap(([domain, text]) => [
      ...(invalid.loaded.includes(domain) ? [`BIND reads: ${text}`] : []),
      ...(/\bline [56]\b/.test(published.refused.get(domain) ?? "") ? [] : [`dnsalias doesn't refuse: ${text}`]),
    ]);
    assert.deepEqual(problems, []);
  });

  test("so do they with all lines in one zone", () => {
    assert.equal(published.refused.get(WHOLE), undefined);
    const wanted =
      original.zones.get(WHOLE) ?? assert.fail(`BIND doesn't read the zone:\n${linesAbout(WHOLE, original)}`);
    assert.ok(wanted.length > WHOLE_LINES.size, "each line is at least one record");
    for (const server of SERVERS) {
      judge(WHOLE, { text: "" }, server, served.get(server) ?? assert.fail(), wanted);
    }
  });
});

const INVALID = INVALID_LINES.map((text, index) => [`invalid-${index + 1}.example`, text] as const);

function judge(domain: string, line: RecordLine, server: ServerName, served: Served, wanted: readonly string[]): void {
  const records = served.zones.get(domain);
  if (line.cannotServe?.[server] !== undefined) {
    assert.notDeepEqual(records, wanted, `${server} serves the record now: remove the exception`);
    assert.ok(records !== undefined || served.failed.has(domain), `${server} drops the whole zone`);
    return;
  }
  assert.deepEqual(records, wanted, `${server} differs from BIND with the base zone\n${linesAbout(domain, served)}`);
}

async function respelledThatBindRefuses(directory: string): Promise<readonly string[]> {
  const respelled = [...LINES].filter(([, { bindReads }]) => bindReads !== undefined);
  const files = await writeZoneFiles(directory, new Map(respelled.map(([domain, { text }]) => [domain, zoneOf(text)])));
  const { loaded } = await checkWithBind(files);
  return files.domains.filter((domain) => !loaded.includes(domain));
}
