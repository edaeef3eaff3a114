import assert from "node:assert/strict";
import { test } from "node:test";
import { statusPage as pageOf } from "../../../src/ops/status-page/status-page.ts";
import type { StatusView, ZoneRow } from "../../../src/ops/status-page/status-view.ts";
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
    udpIo: "ffi" as const,
    questions: 1000,
    cacheHits: 900,
    waitedForLookup: 40,
    stale: 3,
    failed: 2,
    rateLimited: 1,
  };
  const page = statusPage(emptyStatus({ responder }));
  assert.match(page, /Answers at 192\.0\.2\.53:53, \[2001:db8::53\]:53, 2 workers, UDP over ffi\./);
  const counts = [...page.matchAll(/<td class="number">(\d+)<\/td>/g)].map(([, count]) => Number(count));
  assert.deepEqual(counts, [1000, 900, 40, 3, 2, 1]);
  const titles = [...page.matchAll(/<th scope="col" class="number">([^<]+)<\/th>/g)].map(([, title]) => title);
  assert.deepEqual(titles.slice(-6), [
    "Queries",
    "From prepared packets",
    "Waited for a lookup",
    "Stale",
    "SERVFAIL",
    "Rate limited",
  ]);
  assert.match(statusPage(emptyStatus({ responder: { ...responder, workers: 1 } })), /, 1 worker, UDP over ffi\./);
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

const SELECTION = {
  targets: ["second", "third"],
  reason: "FailedOver",
  lastTransitionTime: "2026-11-24T11:58:30Z",
  boundMs: 95_000,
  problem: { reason: "FailedOver", message: "Target main is unhealthy: HTTP 503." },
};

test("an alias that selects shows the selected targets, the bound, and the reason that it isn't healthy", () => {
  const page = statusPage(emptyStatus({ aliases: [aliasView({ selection: SELECTION })], found: 1 }));
  assert.match(
    page,
    /Selected: <strong>second, third<\/strong> \(FailedOver\) <time datetime="2026-11-24T11:58:30Z">90 s ago<\/time> · a switch takes at most 95 s/,
  );
  assert.match(page, /<p class="why"><strong>FailedOver<\/strong> Target main is unhealthy: HTTP 503\.<\/p>/);
});

test("an alias without a healthy standby says so, and a healthy one has no reason", () => {
  const { boundMs: _, problem: __, ...selection } = SELECTION;
  const page = statusPage(emptyStatus({ aliases: [aliasView({ selection })], found: 1 }));
  assert.match(page, /· no healthy standby </);
  assert.doesNotMatch(page, /class="why"/);
});

test("a target shows its health and the last failure, and nothing without a health check", () => {
  const [target] = aliasView().targets;
  assert.ok(target);
  const unhealthy = {
    ...target,
    health: "Unhealthy",
    healthTransitionTime: "2026-11-24T11:58:00Z",
    message: "no address answers: HTTP 503",
  };
  const page = statusPage(emptyStatus({ aliases: [aliasView({ targets: [unhealthy] })], found: 1 }));
  assert.match(
    page,
    /TTL 60 s · main: Unhealthy since <time datetime="2026-11-24T11:58:00Z">2 min ago<\/time>, no address answers: HTTP 503/,
  );
  assert.doesNotMatch(statusPage(emptyStatus({ aliases: [aliasView()], found: 1 })), /main:/);
});

test("a target with a weight shows its share of the published addresses", () => {
  for (const [share, text] of [
    [{ wanted: 75, published: 67 }, " · share 67 % instead of 75 %"],
    [{ wanted: 50, published: 50 }, " · share 50 %"],
    [undefined, ""],
  ] as const) {
    const [target] = aliasView().targets;
    assert.ok(target);
    const page = statusPage(
      emptyStatus({ aliases: [aliasView({ targets: [{ ...target, ...(share && { share }) }] })], found: 1 }),
    );
    const shown = / · share [^<]*%/.exec(page)?.[0] ?? "";
    assert.equal(shown, text);
  }
});

test("an alias shows its annotations with their ends, mistakes in them, and its history", () => {
  const steering = [
    { text: "Target main is drained until 2026-11-24T13:00:00Z, by annotation.", isMistake: false },
    { text: "dnsalias.io/pin has no end.", isMistake: true },
  ];
  const entry = { publishedTime: "2026-11-24T11:58:30Z", targets: ["main", "spare"], reason: "FailedOver" };
  const history = [
    { ...entry, revision: "r2", addresses: ["192.0.2.1", "2001:db8::1"] },
    { ...entry, revision: "r1", addresses: [] },
  ];
  const page = statusPage(emptyStatus({ aliases: [aliasView({ steering, history })], found: 1 }));
  assert.match(page, /<p class="steering">Target main is drained until 2026-11-24T13:00:00Z, by annotation\.<\/p>/);
  assert.match(page, /<p class="why">dnsalias\.io\/pin has no end\.<\/p>/);
  assert.match(
    page,
    /<th scope="row">r2<\/th><td><time datetime="2026-11-24T11:58:30Z">90 s ago<\/time><\/td><td>192\.0\.2\.1, 2001:db8::1<\/td><td>main, spare<\/td><td>FailedOver<\/td>/,
  );
  assert.match(page, /<th scope="row">r1<\/th>.*?<td><\/td>/);
  assert.doesNotMatch(statusPage(emptyStatus({ aliases: [aliasView()], found: 1 })), /History|class="steering"/);
  const one = aliasView({ steering: [{ text: "Only one.", isMistake: false }] });
  assert.match(statusPage(emptyStatus({ aliases: [one], found: 1 })), /<p class="steering">Only one\.<\/p>/);
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
        udpIo: "dgram",
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
          hostnames: [{ hostname: evil, zone: evil, addresses: [evil], publishedTime: evil, reason: evil }],
          targets: [
            {
              name: evil,
              chain: [evil],
              addresses: [evil],
              outcome: evil,
              lastTransitionTime: evil,
              health: evil,
              healthTransitionTime: evil,
              message: evil,
            },
          ],
          selection: {
            targets: [evil],
            reason: evil,
            lastTransitionTime: evil,
            problem: { reason: evil, message: evil },
          },
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
  const target = {
    name: "main",
    chain,
    addresses: [],
    outcome: "Failure: loop",
    lastTransitionTime: "2026-11-24T11:00:00Z",
  };
  const page = statusPage(emptyStatus({ aliases: [aliasView({ targets: [target] })], found: 1 }));
  const boxes = [...page.matchAll(/<rect class="\w+" x="(\d+)" y="(\d+)" width="(\d+)"/g)].map((match) =>
    match.slice(1).map(Number),
  );
  assert.equal(boxes.length, 18);
  for (const [index, [x = 0, y = 0, width = 0]] of boxes.entries()) {
    assert.ok(x + width <= 920, `${x} ${width}`);
    const [nextX = 0, nextY = 0] = boxes[index + 1] ?? [Infinity, Infinity];
    assert.ok(nextY >= y + 24 || (nextY === y && nextX > x + width), "a box is 24 pixels high");
  }
  assert.match(page, /class="nothing"[^>]*\/><text[^>]*>no address</);
});

function zoneRow(parts: Partial<ZoneRow> = {}): ZoneRow {
  return {
    key: "dns/com",
    domain: "example.com",
    provider: "coreDNS/zoneFile",
    light: "well",
    reason: "Ready",
    message: "all is served",
    names: 7,
    serial: 42,
    serving: "2/2",
    deliveryLag: "3s",
    ...parts,
  };
}

test("a zone shows its light, names, serial, servers and lag, and why only where it is not well", () => {
  const well = statusPage(emptyStatus({ zones: [zoneRow()] }));
  assert.match(well, /<span class="lamp well">ready<\/span><\/td><th scope="row">example\.com<\/th><td>dns\/com<\/td>/);
  assert.match(
    well,
    /<td>coreDNS\/zoneFile<\/td><td class="number">7<\/td><td class="number">42<\/td><td>2\/2<\/td><td>3s<\/td><td><\/td>/,
  );
  const unwell = statusPage(emptyStatus({ zones: [zoneRow({ light: "unwell", reason: "PlanHeld", message: "x" })] }));
  assert.match(unwell, /<span class="lamp unwell">not ready<\/span>.*<td>PlanHeld: x<\/td>/);
  const working = statusPage(emptyStatus({ zones: [zoneRow({ light: "working" })] }));
  assert.match(working, /<span class="lamp working">in progress<\/span>.*<td>Ready: all is served<\/td>/);
});

test("the search keeps its text and box, and says how many were found", () => {
  const search = { text: "shop", onlyUnwell: true, page: 1, perPage: 50 };
  const page = statusPage(emptyStatus({ search, found: 3 }));
  assert.match(page, /name="q" value="shop"/);
  assert.match(page, /name="unwell" value="1" checked/);
  assert.match(page, />3 aliases</);
  assert.doesNotMatch(statusPage(emptyStatus()), / checked/);
  assert.match(statusPage(emptyStatus()), />0 aliases</);
});

test("pages lead to the one before and after, where there are such", () => {
  const at = (page: number, found: number, onlyUnwell = false): string =>
    statusPage(emptyStatus({ search: { text: "a b", onlyUnwell, page, perPage: 50 }, found }));
  assert.doesNotMatch(at(1, 50), /<nav/);
  assert.match(at(1, 51), /<span>← before<\/span> page 1 of 2 <a href="\/\?q=a\+b&amp;page=2">after →<\/a>/);
  assert.match(at(2, 101), /<a href="\/\?q=a\+b&amp;page=1">← before<\/a> page 2 of 3 <a href="[^"]*page=3">/);
  assert.match(at(3, 101, true), /<a href="\/\?q=a\+b&amp;unwell=1&amp;page=2">← before<\/a> page 3 of 3 <span>after/);
});

const SPANS: readonly (readonly [ageMs: number, want: string])[] = [
  [0, "0 s"],
  [119_400, "119 s"],
  [120_000, "2 min"],
  [7_199_000, "120 min"],
  [7_200_000, "2 h"],
  [172_799_000, "48 h"],
  [172_800_000, "2 d"],
];

for (const [ageMs, want] of SPANS) {
  test(`an age of ${ageMs} ms is ${want}`, () => {
    const page = statusPage(emptyStatus({ aliases: [aliasView({ ageMs })], found: 1 }));
    assert.ok(page.includes(`confirmed ${want} ago; stale for at most 95 s`));
    assert.ok(page.includes(`value="${Math.min(ageMs, 95_000)}"`), "the meter ends at the bound");
  });
}

test("an alias of which no age or bound is known has no meter, and times that cannot be read are shown as they are", () => {
  const { ageMs: _age, ...withoutAge } = aliasView();
  const { boundMs: _bound, ...withoutBound } = aliasView();
  for (const view of [withoutAge, withoutBound]) {
    assert.doesNotMatch(statusPage(emptyStatus({ aliases: [view], found: 1 })), /<meter/);
  }
  const target = { name: "main", chain: ["cdn.test"], addresses: [], outcome: "NxDomain", lastTransitionTime: "soon" };
  const page = statusPage(emptyStatus({ aliases: [aliasView({ targets: [target] })], found: 1 }));
  assert.match(page, /NxDomain since <time datetime="soon">soon<\/time><\/figcaption>/);
  const ahead = { ...target, lastTransitionTime: "2026-11-24T12:00:30Z" };
  assert.match(statusPage(emptyStatus({ aliases: [aliasView({ targets: [ahead] })], found: 1 })), />0 s ago</);
});

test("a name shows when its addresses were first served, and its note", () => {
  const hostname = { hostname: "example.com", zone: "", addresses: ["192.0.2.1", "192.0.2.2"], reason: "NoZone" };
  const page = statusPage(emptyStatus({ aliases: [aliasView({ hostnames: [hostname] })], found: 1 }));
  assert.match(page, /<td>192\.0\.2\.1, 192\.0\.2\.2<\/td><td class="number"><\/td><td><\/td><td>NoZone<\/td>/);
  const view = statusPage(emptyStatus({ aliases: [aliasView()], found: 1 }));
  assert.match(view, /<td><time datetime="2026-11-24T11:00:00Z">2026-11-24T11:00:00Z<\/time><\/td>/);
  const without = statusPage(emptyStatus({ aliases: [aliasView({ hostnames: [] })], found: 1 }));
  assert.match(without, /aria-label="web\/shop → /, "the picture begins with the alias");
});

test("many addresses are two and how many more", () => {
  const shown = (addresses: readonly string[]): string => {
    const target = {
      name: "main",
      chain: ["cdn.test"],
      addresses,
      outcome: "Positive",
      lastTransitionTime: "2026-11-24T11:00:00Z",
    };
    const page = statusPage(emptyStatus({ aliases: [aliasView({ targets: [target] })], found: 1 }));
    return / → cdn\.test → ([^"]*)"/.exec(page)?.[1] ?? "";
  };
  assert.deepEqual(
    [shown([]), shown(["a"]), shown(["a", "b"]), shown(["a", "b", "c"]), shown(["a", "b", "c", "d"])],
    ["no address", "a", "a, b", "a, b and 1 more", "a, b and 2 more"],
  );
});
