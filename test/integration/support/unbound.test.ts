import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { answerData, dig } from "../../support/dig.ts";
import { startNsd } from "../../support/nsd.ts";
import { processesWith } from "../../support/process-gone.ts";
import { startUnbound } from "../../support/unbound.ts";
import { zoneText } from "../../support/zone-text.ts";

describe("Unbound", { skip: skipWithout("unbound", "unbound-control", "nsd", "nsd-control", "dig") }, () => {
  test("follows a chain over the zones it was given, caches, and refuses all other names", async () => {
    const chain = zoneText(["www CNAME edge.cdn.test.", "out CNAME www.example.com."]);
    await using site = await startNsd({ zones: { "site.test": chain } });
    await using cdn = await startNsd({ zones: { "cdn.test": zoneText(["edge A 192.0.2.1", "edge A 192.0.2.2"]) } });
    const resolver = await startUnbound({
      stubs: [
        { zone: "site.test", servers: [site] },
        { zone: "cdn.test", servers: [cdn] },
      ],
      cacheMaxTtl: 7,
    });
    try {
      const reply = await dig(resolver, "www.site.test");
      assert.deepEqual(answerData(reply, "A"), ["192.0.2.1", "192.0.2.2"]);
      assert.ok(
        reply.answer.every((record) => record.ttl <= 7),
        reply.text,
      );

      const asked = await cdn.questionCount();
      await dig(resolver, "www.site.test");
      assert.equal(await cdn.questionCount(), asked, "answered from its cache");
      await resolver.flush();
      await dig(resolver, "www.site.test");
      assert.ok((await cdn.questionCount()) > asked, "asked again after a flush");

      assert.equal((await dig(resolver, "example.com")).status, "REFUSED");
      assert.equal((await dig(resolver, "out.site.test")).status, "SERVFAIL");
    } finally {
      await resolver[Symbol.asyncDispose]();
    }
    assert.deepEqual(await processesWith(resolver.directory), []);
  });
});
