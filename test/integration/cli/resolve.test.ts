import assert from "node:assert/strict";
import { test } from "node:test";
import { makeCertificate } from "../../lab/certificate.ts";
import { startNameServer } from "../../lab/name-server.ts";
import { skipWithout } from "../../support/component.ts";
import { freePort } from "../../support/free-port.ts";
import { run } from "../../support/run.ts";
import { startUnbound } from "../../support/unbound.ts";

test(
  "resolve shows a chain over TLS, from a server whose certificate a file vouches for, and from no other",
  { skip: skipWithout("unbound", "openssl") },
  async () => {
    await using certificate = await makeCertificate(["DNS:dns.lab.test"]);
    await using target = await startNameServer({
      zones: { "cdn.test": "shop 60 IN CNAME edge.cdn.test.\nedge 30 IN A 192.0.2.7" },
    });
    const tlsPort = await freePort();
    await using stack = new AsyncDisposableStack();
    stack.use(
      await startUnbound({
        stubs: [{ zone: "cdn.test", servers: [target] }],
        moreServer: [
          `interface: 127.0.0.1@${tlsPort}`,
          `tls-port: ${tlsPort}`,
          `tls-service-key: "${certificate.keyFile}"`,
          `tls-service-pem: "${certificate.certFile}"`,
        ].join("\n  "),
      }),
    );
    const resolver = `tls://127.0.0.1:${tlsPort}#dns.lab.test`;
    const words = ["src/main.ts", "resolve", "shop.cdn.test", "--resolver", resolver];

    const trusted = await run(process.execPath, [...words, "--resolver-ca", certificate.certFile]);
    assert.equal(trusted.code, 0, trusted.stdout);
    assert.match(trusted.stdout, /^A +Positive/m);
    assert.match(trusted.stdout, /shop\.cdn\.test +60 +CNAME +edge\.cdn\.test/);
    assert.match(trusted.stdout, /edge\.cdn\.test +30 +A +192\.0\.2\.7/);

    const untrusted = await run(process.execPath, words);
    assert.equal(untrusted.code, 1);
    assert.match(untrusted.stdout, /certificate/);
  },
);
