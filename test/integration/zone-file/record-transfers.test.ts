import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { asBindReads, asWritten, LINES, titleOf, WHOLE, zoneTexts } from "./lines/all-lines.ts";
import { type ProductPrimary, startProductPrimary } from "./product.ts";
import { linesAbout, type Served, type ServerName, SERVERS, serveZones, writeZoneFiles } from "./zone-servers.ts";
import { startSecondary } from "./zone-secondaries.ts";
import { type Transfers, transferZones } from "./zone-transfers.ts";

const skip = skipWithout("coredns", "dig", "knotd", "knotc", "named", "named-checkconf", "nsd", "nsd-control");

/** Far more than a secondary needs for all zones, but for a zone that it never takes. */
const TAKEN_WITHIN_MS = 15_000;

describe("secondaries of dnsalias take each record line of a base zone as BIND reads it", { skip }, () => {
  let directory: string;
  let primary: ProductPrimary;
  let original: Transfers;
  const taken = new Map<ServerName, Served>();
  const started = new AsyncDisposableStack();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "dnsalias-transfers-"));
    started.defer(() => rm(directory, { recursive: true, force: true }));
    const files = await writeZoneFiles(join(directory, "original"), zoneTexts(asBindReads));
    original = await serveZones("BIND", files);
    primary = started.use(await startProductPrimary(directory, zoneTexts(asWritten)));
    await Promise.all(SERVERS.map(async (server) => taken.set(server, await takenBy(server))));
  });
  after(() => started.disposeAsync());

  async function takenBy(server: ServerName): Promise<Served> {
    await using secondary = await startSecondary(server, primary, primary.served);
    const transfers = await transferZones(secondary, primary.served, { directory, withinMs: TAKEN_WITHIN_MS });
    return { ...transfers, log: secondary.output() };
  }

  for (const [domain, { text, refused, cannotServe, cannotTake }] of LINES) {
    test(`${domain}: ${titleOf({ text })}`, () => {
      assert.equal(primary.refused.has(domain), refused !== undefined, String(primary.refused.get(domain)));
      for (const server of refused === undefined ? SERVERS : []) {
        const { zones, log } = taken.get(server) ?? assert.fail();
        if (cannotServe?.[server] === undefined && cannotTake?.[server] === undefined) {
          const wanted = original.zones.get(domain) ?? assert.fail("BIND doesn't read the line");
          assert.deepEqual(zones.get(domain), wanted, `${server} differs\n${linesAbout(domain, { log })}`);
        } else {
          assert.notDeepEqual(
            zones.get(domain),
            original.zones.get(domain),
            `${server} serves it now: remove the exception`,
          );
        }
      }
    });
  }

  test("all lines in one zone", () => {
    assert.equal(primary.refused.get(WHOLE), undefined);
    for (const server of SERVERS) {
      const { zones, log } = taken.get(server) ?? assert.fail();
      assert.deepEqual(zones.get(WHOLE), original.zones.get(WHOLE) ?? assert.fail(), linesAbout(WHOLE, { log }));
    }
  });
});
