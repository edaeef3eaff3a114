import assert from "node:assert/strict";
import { test } from "node:test";
import { statusPage as pageOf } from "../../../src/ops/status-page/status-page.ts";
import type { StatusView } from "../../../src/ops/status-page/status-view.ts";
import { aliasView, emptyStatus } from "../../support/status.ts";

/** Without the lines between elements, which show nothing. */
function statusPage(view: StatusView): string {
  return pageOf(view)
    .replace(/>\s*\n\s*(?=<)/g, ">")
    .replace(/\s+/g, " ");
}

test("an empty page says so", () => {
  const page = statusPage(emptyStatus());
  assert.match(page, /There is no DnsZone\./);
  assert.match(page, /No alias fits\./);
  assert.match(page, /manifests \.\/manifests · version 1\.2\.3 · <time datetime="2026-11-24T12:00:00Z">/);
});

test("an alias shows its names, chain, addresses, TTL, freshness against its bound, and last change", () => {
  const page = statusPage(emptyStatus({ aliases: [aliasView()], found: 1 }));
  assert.match(
    page,
    /<th scope="row">example\.com<\/th><td>dns\/example-com<\/td><td>192\.0\.2\.1<\/td><td class="number">60</,
  );
  assert.match(page, /aria-label="example\.com → d111\.cdn\.test → pop\.edge\.test → 192\.0\.2\.1"/);
  assert.match(page, /<meter min="0" max="95000" high="85500" optimum="0" value="20000">/);
  assert.match(page, /confirmed 20 s ago; stale for at most 95 s/);
  assert.match(page, /Positive since <time datetime="2026-11-24T11:58:30Z">90 s ago<\/time> · TTL 60 s/);
  assert.match(page, />1 alias</);
  assert.doesNotMatch(page, /class="why"/);
});

test("a responder says where it answers and how, and nothing is said of none", () => {
  const responder = {
    addresses: ["192.0.2.53:53", "[2001:db8::53]:53"],
    workers: 2,
    questions: 1000,
    cacheHits: 900,
    waitedForLookup: 40,
    stale: 3,
    failed: 2,
    rateLimited: 1,
  };
  const page = statusPage(emptyStatus({ responder }));
  assert.match(page, /Answers at 192\.0\.2\.53:53, \[2001:db8::53\]:53, 2 workers\./);
  const counts = [...page.matchAll(/<td class="number">(\d+)<\/td>/g)].map(([, count]) => Number(count));
  assert.deepEqual(counts, [1000, 900, 40, 3, 2, 1]);
  assert.match(statusPage(emptyStatus({ responder: { ...responder, addresses: [] } })), /does not answer yet/);
  assert.doesNotMatch(statusPage(emptyStatus()), /Responder/);
});

test("one that is not well says why", () => {
  const unwell = aliasView({ light: "unwell", reason: "LookupFailed", message: "no answer for 5 min", targets: [] });
  assert.match(
    statusPage(emptyStatus({ aliases: [unwell], found: 1 })),
    /<p class="why"><strong>LookupFailed<\/strong> no answer for 5 min<\/p>/,
  );
});

test("the Lease is told where there is one", () => {
  assert.match(statusPage(emptyStatus({ leading: true })), /· holds the Lease ·/);
  assert.match(statusPage(emptyStatus({ leading: false })), /· waits for the Lease ·/);
  assert.doesNotMatch(statusPage(emptyStatus()), /Lease/);
});

test("whatever stands in an object cannot become a part of the page", () => {
  const evil = `<script>alert(1)</script>"'&`;
  const shown = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;";
  const verdict = { light: "unwell", reason: evil, message: evil } as const;
  const page = statusPage(
    emptyStatus({
      version: evil,
      platform: evil,
      problems: [evil],
      responder: {
        addresses: [evil],
        workers: 1,
        questions: 0,
        cacheHits: 0,
        waitedForLookup: 0,
        stale: 0,
        failed: 0,
        rateLimited: 0,
      },
      zones: [{ key: evil, domain: evil, provider: evil, names: 1, serving: evil, deliveryLag: evil, ...verdict }],
      aliases: [
        aliasView({
          key: evil,
          ...verdict,
          hostnames: [{ hostname: evil, zone: evil, addresses: [evil], publishedAt: evil, reason: evil }],
          targets: [{ chain: [evil], addresses: [evil], outcome: evil, since: evil }],
        }),
      ],
      search: { text: evil, onlyUnwell: true, page: 1, perPage: 50 },
      found: 100,
    }),
  );
  assert.doesNotMatch(page, /<script|alert\(1\)</i);
  assert.ok(page.split(shown).length > 20);
  assert.match(page, /\?q=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%22%27%26&amp;unwell=1&amp;page=2"/);
});

test("a chain that is too long for a row goes on in the next, and no box lies upon another", () => {
  const chain = Array.from({ length: 16 }, (_, hop) => `hop-${hop}.a-long-name.of-a.cdn.example.net`);
  const target = { chain, addresses: [], outcome: "Failure: loop", since: "2026-11-24T11:00:00Z" };
  const page = statusPage(emptyStatus({ aliases: [aliasView({ targets: [target] })], found: 1 }));
  const boxes = [...page.matchAll(/<rect class="\w+" x="(\d+)" y="(\d+)" width="(\d+)"/g)].map((match) =>
    match.slice(1).map(Number),
  );
  assert.equal(boxes.length, 18);
  for (const [index, [x = 0, y = 0, width = 0]] of boxes.entries()) {
    assert.ok(x + width <= 920, `${x} ${width}`);
    const [nextX = 0, nextY = 0] = boxes[index + 1] ?? [Infinity, Infinity];
    assert.ok(nextY > y || nextX > x + width);
  }
  assert.match(page, /class="nothing"[^>]*\/><text[^>]*>no address</);
});
