import assert from "node:assert/strict";
import { systemClock } from "../../src/base/clock.ts";
import { createHttpClient } from "../../src/transport/http-client.ts";
import { API_KEY, powerDNSBackend, ZONE } from "../integration/powerdns/lab.ts";
import { skipWithout } from "../support/component.ts";
import { listSets } from "../support/nsupdate.ts";
import { startPdns } from "../support/pdns.ts";
import { zoneText } from "../support/zone-text.ts";
import { CAPABILITIES } from "./capabilities.ts";
import { providerContract } from "./provider-contract.ts";

providerContract(
  "powerDNS against PowerDNS",
  async () => {
    const pdns = await startPdns({
      apiKey: API_KEY,
      zones: { "example.com": zoneText(["www CNAME mail.example.net."]) },
    });
    const http = createHttpClient({ clock: systemClock });
    const patch = async (rrset: object): Promise<void> => {
      const response = await fetch(`${pdns.apiUrl}/api/v1/servers/localhost/zones/example.com.`, {
        method: "PATCH",
        headers: { "x-api-key": API_KEY },
        body: JSON.stringify({ rrsets: [rrset] }),
      });
      assert.equal(response.status, 204, await response.text());
    };
    return {
      backend: powerDNSBackend({ url: pdns.apiUrl, http }),
      capabilities: CAPABILITIES.powerDNS,
      domain: ZONE,
      rejected: {
        line: "mapped 60 ::ffff:192.0.2.1",
        message: /answers 422 \(Record mapped\.example\.com\.\/AAAA .*Invalid IPv6 address\)/,
      },
      put: ({ name, type, ttl, data }) =>
        patch({
          name,
          type,
          ttl,
          changetype: "REPLACE",
          records: data.map((content) => ({ content, disabled: false })),
        }),
      remove: (name, type) => patch({ name, type, changetype: "DELETE" }),
      list: () => listSets({ server: pdns, zone: ZONE }),
      async [Symbol.asyncDispose]() {
        await http[Symbol.asyncDispose]();
        await pdns[Symbol.asyncDispose]();
      },
    };
  },
  { skip: skipWithout("pdns_server", "sqlite3", "dig") },
);
