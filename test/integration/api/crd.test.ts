import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { array, constantFrom, FUZZ_SEED, sample } from "../../support/property.ts";
import { aliasSpecSchema } from "../../../src/api/alias/schema.ts";
import { crdManifests } from "../../../src/api/generate/crd.ts";
import { parseAlias, parseZone } from "../../../src/api/parse/parse-object.ts";
import { problemText, type Parsed } from "../../../src/api/schema/problem.ts";
import { readBySchema } from "../../../src/api/schema/validate.ts";
import { zoneSpecSchema } from "../../../src/api/zone/schema.ts";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { ALIAS_CASES, type SpecCase } from "../../unit/api/alias-cases.ts";
import { ZONE_CASES } from "../../unit/api/zone-cases.ts";
import { mutantsOf } from "./mutants.ts";
import { crdWaits } from "../../support/crd-waits.ts";

interface Kind {
  readonly kind: string;
  readonly cases: readonly SpecCase[];
  readonly parse: (
    object: unknown,
    options: { readonly unknownFields: "ignore" | "refuse" },
  ) => Parsed<{ readonly spec: unknown }>;
  /** The spec with the defaults that the schema itself has. */
  readonly fill: (spec: unknown) => Parsed<unknown>;
}

const KINDS: readonly Kind[] = [
  {
    kind: "DnsAlias",
    cases: ALIAS_CASES,
    parse: parseAlias,
    fill: (spec) => readBySchema(aliasSpecSchema, spec, "spec", "refuse"),
  },
  {
    kind: "DnsZone",
    cases: ZONE_CASES,
    parse: parseZone,
    fill: (spec) => readBySchema(zoneSpecSchema, spec, "spec", "refuse"),
  },
];

/** Texts made of the pieces that the rules turn on; the same ones in every run. */
function randomTexts(pieces: readonly string[], maxPieces: number): readonly string[] {
  const text = array(constantFrom(...pieces), { minLength: 1, maxLength: maxPieces }).map((parts) => parts.join(""));
  return [...new Set(sample(text, { numRuns: 300, seed: FUZZ_SEED }))];
}

const RANDOM = [
  {
    what: "names",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, hostnames: [text] }),
    texts: randomTexts(
      [
        "a",
        "Z",
        "0",
        "-",
        "_",
        ".",
        ".",
        "*",
        "*.",
        "ü",
        "ß",
        "\u3002",
        "\u{1f600}",
        " ",
        "`",
        "'",
        "\u007f",
        "a".repeat(31),
      ],
      7,
    ),
  },
  {
    what: "target names",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, targets: [{ hostname: text }] }),
    texts: randomTexts(["example", "1", ".", ".", "-", ":", "com", "*", "/", "\u00e9", "com."], 6),
  },
  {
    what: "addresses",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, targets: [{ addresses: [text] }] }),
    texts: randomTexts(
      ["1", "0", "255", "256", ".", ".", "1.2.3.4", ":", "::", "ffff", "ffff:", "2001:db8:", "%eth0", "/8", "F"],
      8,
    ),
  },
  {
    what: "networks",
    kind: "DnsZone" as const,
    spec: (text: string) => ({
      domain: "example.com",
      provider: { transfer: { baseZone: { inline: "text" }, allow: [text] } },
    }),
    texts: randomTexts(["10", "0", ".0", "10.0.0.0", "0.0.0.0", "::", "2001:db8::", "/", "/8", "/32", "/0", "%a"], 4),
  },
  {
    what: "lengths of time",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, maxStaleness: text }),
    texts: randomTexts(["1", "0", "24", "8760", "h", "m", "s", "ms", ".", "-", "99999"], 5),
  },
  {
    what: "timeouts next to the default period",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, healthCheck: { tcpSocket: { port: 443 }, timeout: text } }),
    texts: randomTexts(["1", "0", "9", "10", "s", "s", "ms", "999", "m", "h", "."], 4),
  },
  {
    what: "HTTP statuses",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, healthCheck: { httpGet: { expectedStatuses: [text] } } }),
    texts: randomTexts(["200", "399", "100", "599", "600", "2", "-", "-", " ", "\u0662"], 3),
  },
  {
    what: "paths",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({ ...LEAST_ALIAS, targets: [withPath(text)] }),
    texts: randomTexts(["/", "/", "a", "?", "#", "%20", " ", "\t", "'", "\u00e9", "\u007f", "~"], 4),
  },
  {
    what: "header names",
    kind: "DnsAlias" as const,
    spec: (text: string) => ({
      ...LEAST_ALIAS,
      healthCheck: { httpGet: { httpHeaders: [{ name: text, value: "x" }] } },
    }),
    texts: randomTexts(["Host", "X", "-", "x", "proxy", "Proxy-", "COOKIE", "ex", "pect", "_", ":", "\u212a"], 3),
  },
];

describe("the CRDs in a real apiserver", { skip: skipWithout("etcd", "kube-apiserver", "kubectl") }, () => {
  let apiserver: KubeApiserver;

  before(async () => {
    apiserver = await startKubeApiserver();
    const input = crdManifests()
      .map(({ yaml }) => yaml)
      .join("---\n");
    await kubectl(["apply", "-f", "-"], input);
    for (const args of crdWaits("crd", "--all")) {
      await kubectl(args);
    }
  });

  after(async () => {
    await apiserver[Symbol.asyncDispose]();
  });

  for (const { kind, cases, parse } of KINDS) {
    test(`${kind}: the apiserver and the program refuse the same good specs that were put out of order`, async () => {
      const good = cases.filter(({ bad }) => bad === undefined).map(({ spec }) => spec);
      const objects = mutantsOf(good, 500).map((spec, index) => ({ ...envelope(kind, `x${index}`), spec }));
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const { stdout, stderr } = await apiserver.kubectl([...TRY, "-o", "name"], {
        input,
      });
      const taken = new Set(stdout.trim().split("\n"));
      const differing = objects.flatMap((object, index) => {
        const parsed = parse(object, { unknownFields: "ignore" });
        const there = taken.has(`${kind.toLowerCase()}.dnsalias.io/x${index}`);
        const said = parsed.kind === "invalid" ? parsed.problems.map(problemText) : ["taken"];
        return there === (parsed.kind === "ok") ? [] : [{ spec: JSON.stringify(object.spec), there, said }];
      });
      assert.deepEqual(differing, [], stderr.slice(0, 2000));
      assert.ok(taken.size > 50 && taken.size < 450, `${taken.size} of 500 taken`);
    });
  }

  test("kubectl explain shows the descriptions, with their defaults", async () => {
    // The apiserver publishes the schema some moments after the CRD is established.
    const alias = await untilGiven(() => apiserver.kubectl(["explain", "dnsalias.spec.targets.hostname"]));
    assert.match(alias, /Hostname of a load balancer, CDN, or other service/);
    const policy = await untilGiven(() => apiserver.kubectl(["explain", "dnsalias.spec.onEmpty"]));
    assert.match(policy, /Defaults\s+to\s+Keep\./);
    const zone = await untilGiven(() => apiserver.kubectl(["explain", "dz.spec.provider.coreDNS", "--recursive"]));
    assert.match(zone, /configMapKeyRef\s+<Object>/);
    assert.match(zone, /maxNames\s+<integer>/);
  });

  test("an alias is shown by its short name and its category, with its columns filled from the status", async () => {
    const spec = { ...LEAST_ALIAS, hostnames: ["example.com", "*.example.com"] };
    await kubectl(["apply", "-f", "-"], manifest("DnsAlias", "shop", { spec }));
    assert.match(await kubectl(["get", "da"]), /^shop\s+\["example\.com","\*\.example\.com"\]\s+\d+s$/m);
    const status = {
      observedGeneration: 1,
      conditions: READY,
      hostnames: [{ hostname: "example.com", zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 }],
      targets: [
        {
          name: "lb.example.net",
          hostname: "lb.example.net",
          chain: [],
          addresses: ["192.0.2.1"],
          outcome: "Positive",
          lastTransitionTime: SOME_TIME,
        },
      ],
      stalenessBound: "1m35s",
      summary: { targets: "lb.example.net", addresses: "192.0.2.1", ttl: 60 },
    };
    await kubectl(["patch", "da", "shop", ...PATCH_STATUS, JSON.stringify({ status })]);
    const row =
      /^shop\s+\["example\.com","\*\.example\.com"\]\s+lb\.example\.net\s+192\.0\.2\.1\s+60\s+True\s+Ready\s+\d+s$/m;
    const columns = /^NAME\s+HOSTNAMES\s+TARGETS\s+ADDRESSES\s+TTL\s+HEALTHY\s+READY\s+REASON\s+AGE$/m;
    const shown = await kubectl(["get", "da"]);
    assert.match(shown, columns);
    assert.match(shown, row);
    assert.match(await kubectl(["get", "da", "-o", "wide"]), /Ready\s+\d+s\s+1m35s\s+all is well$/m);
    assert.match(await kubectl(["get", "dns"]), /^dnsalias\.dnsalias\.io\/shop /m);
    assert.match(await kubectl(["get", "da", "--field-selector", "spec.paused=false"]), row);
    await kubectl(["wait", "--for=condition=Ready", "da/shop", "--timeout=10s"]);
    const object: unknown = JSON.parse(await kubectl(["get", "da", "shop", "-o", "json"]));
    const parsed = parseAlias(object, { unknownFields: "refuse" });
    assert.deepEqual(parsed.kind === "ok" ? parsed.value.status : parsed.problems, status);
  });

  test("an alias on its standby is shown with the selected target and its health", async () => {
    const targets = [
      { name: "main", hostname: "a.example" },
      { name: "sorry", addresses: ["203.0.113.7"] },
    ];
    const spec = { ...LEAST_ALIAS, selection: "Failover", targets, healthCheck: { httpGet: {} } };
    await kubectl(["apply", "-f", "-"], manifest("DnsAlias", "standby", { spec }));
    const healthy = { ...READY[0], type: "Healthy", status: "False", reason: "FailedOver" };
    const status = {
      observedGeneration: 1,
      conditions: [...READY, healthy],
      hostnames: [],
      targets: [
        {
          name: "main",
          hostname: "a.example",
          chain: [],
          addresses: ["192.0.2.1"],
          outcome: "Positive",
          lastTransitionTime: SOME_TIME,
          health: "Unhealthy",
          healthTransitionTime: SOME_TIME,
          message: "No address answers: connect timed out.",
        },
        {
          name: "sorry",
          chain: [],
          addresses: ["203.0.113.7"],
          outcome: "Static",
          lastTransitionTime: SOME_TIME,
          health: "Healthy",
          healthTransitionTime: SOME_TIME,
        },
      ],
      selected: { targets: ["sorry"], lastTransitionTime: SOME_TIME, reason: "FailedOver" },
      switchBound: "1m35s",
    };
    await kubectl(["patch", "da", "standby", ...PATCH_STATUS, JSON.stringify({ status })]);
    assert.match(await kubectl(["get", "da", "standby"]), /\s+False\s+True\s+Ready\s+\d+s$/m);
    assert.match(await kubectl(["get", "da", "standby", "-o", "wide"]), /\s+\["sorry"\]\s+all is well$/m);
    const object: unknown = JSON.parse(await kubectl(["get", "da", "standby", "-o", "json"]));
    const parsed = parseAlias(object, { unknownFields: "refuse" });
    assert.deepEqual(parsed.kind === "ok" ? parsed.value.status : parsed.problems, status);
  });

  test("a zone is shown by its short name and its category, with its columns filled from the status", async () => {
    await kubectl(["apply", "-f", "-"], manifest("DnsZone", "example", { spec: LEAST_ZONE }));
    const status = {
      observedGeneration: 1,
      conditions: READY,
      provider: "coreDNS/zoneFile",
      names: 3,
      serial: 4_294_967_295,
      servers: { current: 2, total: 2 },
      deliveryLag: "2s700ms",
      planHash: "abc",
    };
    await kubectl(["patch", "dz", "example", ...PATCH_STATUS, JSON.stringify({ status })]);
    const shown = await kubectl(["get", "dz"]);
    assert.match(shown, /^NAME\s+DOMAIN\s+PROVIDER\s+NAMES\s+READY\s+REASON\s+AGE$/m);
    const row = /^example\s+example\.com\s+coreDNS\/zoneFile\s+3\s+True\s+Ready\s+\d+s$/m;
    assert.match(shown, row);
    assert.match(await kubectl(["get", "dns"]), /^dnszone\.dnsalias\.io\/example /m);
    assert.match(await kubectl(["get", "dz", "--field-selector", "spec.domain=example.com"]), row);
    const object: unknown = JSON.parse(await kubectl(["get", "dz", "example", "-o", "json"]));
    const parsed = parseZone(object, { unknownFields: "refuse" });
    assert.deepEqual(parsed.kind === "ok" ? parsed.value.status : parsed.problems, status);
  });

  test("an object that no controller has seen is not taken for one that is current", async () => {
    await kubectl(["apply", "-f", "-"], manifest("DnsAlias", "new", { spec: LEAST_ALIAS }));
    const status: unknown = JSON.parse(await kubectl(["get", "da", "new", "-o", "jsonpath={.status}"]));
    assert.deepEqual(status, { observedGeneration: -1 });
  });

  test("a user's apply does not touch the status", async () => {
    const both = manifest("DnsAlias", "boast", { spec: LEAST_ALIAS, status: { observedGeneration: 9 } });
    await kubectl(["apply", "-f", "-"], both);
    assert.equal(await kubectl(["get", "da", "boast", "-o", "jsonpath={.status.observedGeneration}"]), "-1");
  });

  test("the domain of a zone can't change, and everything else can", async () => {
    const zone = (domain: string, policy: string): string =>
      manifest("DnsZone", "fixed", { spec: { ...LEAST_ZONE, domain, policy } });
    await kubectl(["apply", "-f", "-"], zone("example.com", "Sync"));
    await kubectl(["apply", "-f", "-"], zone("example.com", "UpsertOnly"));
    const { code, stderr } = await apiserver.kubectl(["apply", "-f", "-"], { input: zone("example.org", "Sync") });
    assert.notEqual(code, 0);
    assert.match(stderr, /spec\.domain: .*the domain of a DnsZone is immutable: create another DnsZone/);
  });

  test("two field managers each bring hostnames of one alias", async () => {
    for (const [manager, hostname] of [
      ["one", "a.example.com"],
      ["two", "b.example.com"],
    ] as const) {
      const input = manifest("DnsAlias", "shared", { spec: { ...LEAST_ALIAS, hostnames: [hostname] } });
      await kubectl(["apply", "--server-side", `--field-manager=${manager}`, "-f", "-"], input);
    }
    const hostnames = await kubectl(["get", "da", "shared", "-o", "jsonpath={.spec.hostnames}"]);
    assert.deepEqual(JSON.parse(hostnames), ["a.example.com", "b.example.com"]);
  });

  for (const { what, kind, spec, texts } of RANDOM) {
    test(`the apiserver and the program refuse the same ${texts.length} random ${what}`, async () => {
      const objects = texts.map((text, index) => ({ ...envelope(kind, `x${index}`), spec: spec(text) }));
      const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
      const { stdout } = await apiserver.kubectl([...TRY, "-o", "name"], { input });
      const taken = new Set(stdout.trim().split("\n"));
      const here = texts.filter((_, index) => parsed(kind, objects[index]).kind === "ok");
      const there = texts.filter((_, index) => taken.has(`${kind.toLowerCase()}.dnsalias.io/x${index}`));
      assert.deepEqual(here, there);
      assert.ok(there.length > 0 && there.length < texts.length, `${there.length} of ${texts.length} taken`);
    });
  }

  async function kubectl(args: readonly string[], input?: string): Promise<string> {
    const { code, stdout, stderr } = await apiserver.kubectl(args, input === undefined ? {} : { input });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  for (const { kind, cases, parse, fill } of KINDS) {
    for (const { name, spec, bad } of cases) {
      test(`${kind}, ${name}: the apiserver and the program give the same verdict`, async () => {
        const object = {
          apiVersion: "dnsalias.io/v1alpha1",
          kind,
          metadata: { name: "x", namespace: "default" },
          spec,
        };
        const input = JSON.stringify(object);
        const result = await apiserver.kubectl(
          [...TRY, "-o", "json", ...(bad?.by === "unknown" ? ["--validate=strict"] : [])],
          { input },
        );
        const parsed = parse(object, { unknownFields: "refuse" });
        const said = parsed.kind === "invalid" ? parsed.problems.map(problemText).join("\n") : "accepted";
        assert.equal(result.code === 0, bad === undefined || bad.by === "program", `${result.stderr}\n${said}`);
        if (result.code === 0) {
          const created: unknown = JSON.parse(result.stdout);
          const createdSpec = specOf(created);
          assert.deepEqual(fill(spec), { kind: "ok", value: createdSpec });
          assert.deepEqual(specIn(parse(created, { unknownFields: "refuse" })), specIn(parsed));
        }
        if (bad?.by === "rule" && parsed.kind === "invalid") {
          const message = bad.crdSays ?? parsed.problems[0]?.message ?? "?";
          assert.ok(result.stderr.includes(message), `${result.stderr}\n${said}`);
        }
        if (bad?.by === "structure" || bad?.by === "unknown") {
          assert.ok(result.stderr.includes(fieldOf(bad.path)), `${result.stderr}\n${said}`);
        }
      });
    }
  }
});

const SOME_TIME = "2026-11-24T12:00:00Z";
/** kubectl judges some structure by itself unless it is told not to. */
const TRY = ["create", "--dry-run=server", "--validate=ignore", "-f", "-"];
/** kubectl 1.31 applies no status. */
const PATCH_STATUS = ["--subresource=status", "--type=merge", "--patch"];
const LEAST_ALIAS = { hostnames: ["example.com"], targets: [{ hostname: "lb.example.net" }] };
const LEAST_ZONE = { domain: "example.com", provider: { coreDNS: { zoneFile: { baseZone: { inline: "text" } } } } };
const READY = [
  {
    type: "Ready",
    status: "True",
    reason: "Ready",
    message: "all is well",
    observedGeneration: 1,
    lastTransitionTime: SOME_TIME,
  },
];

function withPath(path: string): object {
  return { hostname: "lb.example.net", healthCheck: { httpGet: { path } } };
}

function parsed(kind: "DnsAlias" | "DnsZone", object: unknown): Parsed<unknown> {
  return kind === "DnsAlias" ? parseAlias(object) : parseZone(object);
}

function envelope(kind: string, name: string) {
  return { apiVersion: "dnsalias.io/v1alpha1", kind, metadata: { name, namespace: "default" } };
}

function manifest(kind: string, name: string, fields: object): string {
  return JSON.stringify({ ...envelope(kind, name), ...fields });
}

async function untilGiven(run: () => Promise<{ readonly code: number; readonly stdout: string }>): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const { code, stdout } = await run();
    if (code === 0 || tries > 100) {
      assert.equal(code, 0);
      return stdout;
    }
    await delay(100);
  }
}

function specOf(object: unknown): unknown {
  return typeof object === "object" && object !== null && "spec" in object ? object.spec : undefined;
}

function specIn(parsed: Parsed<{ readonly spec: unknown }>): unknown {
  return parsed.kind === "ok" ? parsed.value.spec : parsed.problems;
}

/** The apiserver names a map's member, a duplicate or an unknown field in ways of its own; the field's own name is always there. */
function fieldOf(path: string): string {
  return (/[A-Za-z0-9]+(?=(?:\[[^\]]*\])?$)/.exec(path) ?? [path])[0];
}
