import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { displayName, nameOfCanonical, parseOwnerName } from "../../../src/dns/name/name.ts";
import { markerData } from "../../../src/providers/ownership/marker.ts";
import { owned } from "../../../src/providers/ownership/owned.ts";
import type { Applied, ApplyResult, ZoneProvider } from "../../../src/providers/provider.ts";
import { startBind, type Bind } from "../../support/bind.ts";
import { skipWithout } from "../../support/component.ts";
import { listSets, putSet } from "../../support/nsupdate.ts";
import { zone } from "../../support/objects.ts";
import { converge } from "../../support/provider-lab.ts";
import { zoneText } from "../../support/zone-text.ts";
import { BIND, bindKey, DOMAIN, newKey, openBackend, ZONE, type OpenBackend } from "./servers.ts";

const KEY = newKey("hmac-sha256");
const ADMIN = newKey("hmac-sha256", "admin.example");

/** BIND with these rules for our key; the other key may do everything. */
function start(rules: string): Promise<Bind> {
  return startBind({
    zones: { [ZONE]: zoneText([]) },
    moreConfig: `${bindKey(KEY)}\n${bindKey(ADMIN)}`,
    moreZone: `update-policy { ${rules} grant ${ADMIN.name} zonesub ANY; };`,
  });
}

function providerOn(open: OpenBackend): ZoneProvider {
  return owned(open.backend, { zone: zone("dns/com", displayName(DOMAIN)), ownerId: "me", clock: systemClock });
}

function applied(result: ApplyResult): Applied {
  assert.ok(result.kind === "applied", JSON.stringify(result));
  return result;
}

/** "delete denied A". */
function rejectedLines({ rejected = [] }: Applied): readonly string[] {
  return rejected.map(({ write }) => {
    const { name, type } = write.kind === "delete" ? write.before : write.after;
    return `${write.kind} ${labelOf(name)} ${type}`;
  });
}

/** "www A", and for a marker "_dnsalias.www TXT A+AAAA". */
async function held(server: Bind): Promise<readonly string[]> {
  const sets = await listSets({ server, zone: DOMAIN, key: ADMIN });
  return sets
    .filter(({ type, name }) => ["A", "AAAA", "TXT"].includes(type) && labelOf(name) !== "ns")
    .map(({ name, type, data }) => {
      const types = type === "TXT" ? ` ${/types=([^,]*)/.exec(data.join())?.[1] ?? ""}` : "";
      return `${labelOf(name)} ${type}${types}`;
    })
    .sort();
}

function labelOf(name: string): string {
  return name.slice(0, -DOMAIN.length - 1);
}

describe("records that BIND's update-policy rejects", { skip: skipWithout(...BIND.needs) }, () => {
  test("a withdrawal that is denied leaves the records and their marker, and the others go", async () => {
    await using server = await start(`deny ${KEY.name} name denied.${ZONE} ANY; grant ${KEY.name} zonesub ANY;`);
    await using open = openBackend({ servers: [server], key: KEY });
    const tool = { server, zone: DOMAIN, key: ADMIN };
    const marker = markerData({ owner: "me", types: ["A"], resource: "web/shop" });
    await putSet(tool, { name: nameOfCanonical(`_dnsalias.denied.${ZONE}.`), type: "TXT", ttl: 300, data: [marker] });
    await putSet(tool, { name: parseOwnerName(`denied.${ZONE}`), type: "A", ttl: 60, data: ["192.0.2.1"] });
    const provider = providerOn(open);
    const keep = [`denied.${ZONE} 60 192.0.2.1`, `other.${ZONE} 60 192.0.2.1`];
    assert.deepEqual(rejectedLines(applied(await converge(provider, ...keep))), []);
    const result = applied(await converge(provider));
    assert.deepEqual(rejectedLines(result), ["delete denied A"]);
    assert.deepEqual(await held(server), ["_dnsalias.denied TXT A", "denied A"]);
  });

  test("a type that is not granted keeps no other type from being written, and no marker names it", async () => {
    await using server = await start(`grant ${KEY.name} zonesub A TXT;`);
    await using open = openBackend({ servers: [server], key: KEY });
    const provider = providerOn(open);
    const labels = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const lines = labels.map((label) => `${label}.${ZONE} 60 192.0.2.1 2001:db8::1`);
    applied(await converge(provider, ...lines));
    const wanted = labels.flatMap((label) => [`_dnsalias.${label} TXT A`, `${label} A`]).sort();
    assert.deepEqual(await held(server), wanted, "the first call has written all A records");
    let result = applied(await converge(provider, ...lines));
    for (let calls = 0; calls < 10 && result.deferred !== undefined; calls += 1) {
      result = applied(await converge(provider, ...lines));
    }
    assert.deepEqual([...rejectedLines(result)].sort(), labels.map((label) => `create ${label} AAAA`).sort());
    assert.deepEqual(await held(server), wanted);
  });

  test("a zone that takes no update at all is read-only, and no name is at fault", async () => {
    await using server = await BIND.start({ key: KEY, update: false });
    await using open = openBackend({ servers: [server], key: KEY });
    const lines = Array.from({ length: 20 }, (_, index) => `n${index}.${ZONE} 60 192.0.2.1`);
    const result = await converge(providerOn(open), ...lines);
    assert.ok(result.kind === "refused" && result.reason === "ReadOnly", JSON.stringify(result));
  });
});
