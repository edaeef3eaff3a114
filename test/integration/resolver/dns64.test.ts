import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LookupResult } from "../../../src/dns/lookup-result.ts";
import { skipWithout } from "../../support/component.ts";
import { startNsd } from "../../support/nsd.ts";
import { startUnbound } from "../../support/unbound.ts";
import { zoneText } from "../../support/zone-text.ts";
import { lookupScene, over } from "./lookup-scene.ts";

const TARGETS = zoneText(["v4 A 8.8.8.8", "both A 8.8.8.8", "both AAAA 2a00:1450::1", "mapped AAAA ::ffff:8.8.8.8"]);
/** RFC 7050 section 8.2, as the root's servers have it. */
const WELL_KNOWN = zoneText(["@ A 192.0.0.170", "@ A 192.0.0.171"]);

describe("Unbound with DNS64", { skip: skipWithout("unbound", "unbound-control", "nsd", "nsd-control") }, () => {
  for (const prefix of ["64:ff9b::/96", "2a00:64:1::/48", "2a00:64:2:3::/96", undefined]) {
    test(`with ${prefix ?? "no prefix"}: A records are found, and no AAAA record that it makes`, async () => {
      await using nsd = await startNsd({ zones: { "site.test": TARGETS, "ipv4only.arpa": WELL_KNOWN } });
      await using resolver = await startUnbound({
        stubs: [
          { zone: "site.test", servers: [nsd] },
          { zone: "ipv4only.arpa", servers: [nsd] },
        ],
        ...(prefix === undefined ? {} : { dns64Prefix: prefix }),
      });
      await using scene = lookupScene({ servers: [over("udp", resolver)] });
      assert.equal(tell(await scene.look("v4.site.test", "A")), "8.8.8.8");
      assert.match(
        tell(await scene.look("v4.site.test", "AAAA")),
        prefix === undefined ? /^nodata$/ : /^special-use: .* v4\.site\.test\. has the address \S+, a NAT64 address/,
      );
      assert.equal(tell(await scene.look("both.site.test", "AAAA")), "2a00:1450::1");
      assert.match(tell(await scene.look("mapped.site.test", "AAAA")), /^special-use: .*IPv4-mapped/);
    });
  }
});

function tell(result: LookupResult): string {
  switch (result.kind) {
    case "positive":
      return result.addresses.join(" ");
    case "failure":
      return `${result.reason}: ${result.detail}`;
    case "nodata":
    case "nxdomain":
      return result.kind;
  }
}
