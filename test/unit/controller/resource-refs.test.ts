import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec, AliasTarget, DnsAlias } from "../../../src/api/dns-alias.ts";
import type { ResourceFinding, ResourceRef } from "../../../src/api/resource-ref.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE, type ControllerWorld, startWorld } from "../../support/controller-world.ts";
import { alias, hostnameTarget, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";
import { CHECK, playedChecks } from "../../support/steering-play.ts";

const MINUTE = 60_000;
const WEB: ResourceRef = { kind: "Service", name: "web" };
const EDGE: ResourceRef = { kind: "Gateway", name: "edge", namespace: "infra" };

function refTarget(ref: ResourceRef, parts: object = {}): AliasTarget {
  return { kind: "resourceRef", priority: 0, ref, ...parts };
}

function shop(targets: readonly AliasTarget[], spec: Partial<AliasSpec> = {}): DnsAlias {
  return alias("web/shop", { spec: { targets, ...spec } });
}

function found(addresses: readonly string[], hostnames: readonly string[] = []): ResourceFinding {
  return { kind: "found", addresses, hostnames: hostnames.map(parseName), isAnsweredInside: false };
}

function start(spec: Partial<AliasSpec> = {}, targets: readonly AliasTarget[] = [refTarget(WEB)]): ControllerWorld {
  return startWorld({
    zones: [zone("dns/com", "example.com", { ttl: { min: 30, max: 300 } })],
    aliases: [shop(targets, spec)],
    targets: { "lb.test": ["11.0.0.9"], "main.test": ["11.0.0.1"] },
  });
}

function show(world: ControllerWorld, finding: ResourceFinding, ref: ResourceRef = WEB): void {
  world.send({ kind: "resource", namespace: "web", ref, finding });
}

function message(world: ControllerWorld, type: string): string {
  return world.alias("web/shop")?.status?.conditions.find((condition) => condition.type === type)?.message ?? "";
}

describe("an alias that refers to an object", () => {
  test("publishes its IP addresses with the highest TTL, follows each change, and looks nothing up", async () => {
    await using world = start();
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), []);
    assert.equal(world.condition("web/shop", "Resolved"), "Unknown Resolving");
    show(world, found(["11.0.0.1", "2600::1"]));
    await world.clock.advance(3_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1", "example.com 300 2600::1"]);
    assert.equal(world.condition("web/shop", "Ready"), "True Ready");
    const [target] = world.alias("web/shop")?.status?.targets ?? [];
    assert.deepEqual(
      [target?.name, target?.addresses, target?.outcome],
      ["service-web", ["11.0.0.1", "2600::1"], "Positive"],
    );
    assert.equal(world.alias("web/shop")?.status?.summary?.targets, "Service web");
    assert.equal(
      world.alias("web/shop")?.status?.stalenessBound,
      "6m36s",
      "1 s watch + 95 s delivery that isn't measured + 300 s TTL",
    );
    show(world, found(["11.0.0.2"]));
    await world.clock.advance(3_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.2"]);
    assert.deepEqual(world.looks, []);
  });

  test("looks up hostnames of the object, and merges them with its addresses", async () => {
    await using world = start();
    show(world, found(["11.0.0.1"], ["lb.test"]));
    await world.clock.advance(5_000);
    assert.deepEqual(
      world.published("dns/com").map((line) => line.split(" ")[2]),
      ["11.0.0.1", "11.0.0.9"],
    );
    assert.deepEqual(
      world.alias("web/shop")?.status?.targets.map(({ name, addresses }) => [name, addresses]),
      [
        ["service-web", ["11.0.0.1", "11.0.0.9"]],
        ["lb.test", ["11.0.0.9"]],
      ],
    );
  });

  test("keeps the addresses for 5 min while the status is empty, and then does as onEmpty says", async () => {
    await using world = start({ onEmpty: "Withdraw" });
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    show(world, found([]));
    await world.clock.advance(5 * MINUTE - 5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    assert.equal(world.condition("web/shop", "Ready"), "True Ready", "an empty status is no news");
    await world.clock.advance(10_000);
    assert.deepEqual(world.published("dns/com"), []);
    assert.equal(world.condition("web/shop", "Resolved"), "False NoAddresses");
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
  });

  test("keeps the addresses of a deleted object for 60 s, and with Keep after that too", async () => {
    await using world = start({ onEmpty: "Keep" });
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    show(world, { kind: "missing" });
    await world.clock.advance(5_000);
    assert.equal(world.condition("web/shop", "Resolved"), "False RefMissing");
    assert.equal(
      message(world, "Resolved"),
      "Service web does not exist. Create it, or correct resourceRef. The last known good addresses remain published.",
    );
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    assert.match(message(world, "Resolved"), /remain published \(spec\.onEmpty: Keep\)\.$/);
  });

  test("withdraws hostnames of an object with it, and publishes nothing for one that never existed", async () => {
    await using world = start({ onEmpty: "Withdraw" });
    show(world, { kind: "missing" });
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), []);
    assert.equal(world.condition("web/shop", "Resolved"), "False RefMissing");
    show(world, found([], ["lb.test"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.9"]);
    show(world, { kind: "missing" });
    await world.clock.advance(MINUTE - 2_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.9"]);
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), []);
  });

  test("doesn't use special-use addresses without allowPrivate, and keeps the public ones that were there", async () => {
    await using world = start();
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    show(world, found(["10.0.0.1"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    assert.equal(world.condition("web/shop", "Resolved"), "False SpecialUseRefused");
    assert.equal(
      message(world, "Resolved"),
      "Service web has the special-use address 10.0.0.1 (RFC 6890), which needs spec.allowPrivate. The last known good addresses remain published.",
    );
    show(world, found(["10.0.0.1", "11.0.0.2"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.2"]);
    assert.match(message(world, "Resolved"), /An address of Service web is not published/);
    assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  });

  test("publishes special-use addresses with allowPrivate", async () => {
    await using world = startWorld({
      zones: [zone("web/com", "example.com")],
      aliases: [shop([refTarget(WEB)], { allowPrivate: true })],
    });
    show(world, found(["10.0.0.1"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("web/com"), ["example.com 300 10.0.0.1"]);
  });

  test("keeps the addresses without the right to watch, until maxStaleness", async () => {
    await using world = start({ onStale: "Withdraw", maxStalenessMs: 10 * MINUTE });
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    const rule =
      'dnsalias cannot watch services in namespace web. Add the rule {apiGroups: [""], resources: [services], verbs: [get, list, watch]}.';
    show(world, { kind: "forbidden", message: rule });
    await world.clock.advance(9 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    assert.equal(world.condition("web/shop", "Resolved"), "False RefForbidden");
    assert.equal(message(world, "Resolved"), `${rule} The last known good addresses remain published.`);
    await world.clock.advance(2 * MINUTE);
    assert.deepEqual(world.published("dns/com"), []);
  });

  test("without consent continues with its other targets", async () => {
    await using world = start({ onEmpty: "Withdraw" }, [hostnameTarget("main.test"), refTarget(EDGE)]);
    show(world, found(["11.0.0.5"]), EDGE);
    await world.clock.advance(5_000);
    assert.deepEqual(
      world.published("dns/com").map((line) => line.split(" ")[2]),
      ["11.0.0.1", "11.0.0.5"],
    );
    show(world, { kind: "notPermitted" }, EDGE);
    await world.clock.advance(5_000);
    assert.equal(world.condition("web/shop", "Accepted"), "False RefNotPermitted");
    assert.equal(
      message(world, "Accepted"),
      "Namespace infra has no ReferenceGrant for Gateway edge and DnsAliases of namespace web. Create one in infra.",
    );
    assert.equal(world.published("dns/com").length, 2, "it counts as gone after 60 s");
    await world.clock.advance(MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.1"]);
  });

  test("is told that the object has no load balancer", async () => {
    await using world = start();
    const text = "Service web has type ClusterIP and no load balancer. Use hostname or addresses instead.";
    show(world, { kind: "unsupported", message: text });
    await world.clock.advance(5_000);
    assert.equal(world.condition("web/shop", "Accepted"), "False RefUnsupported");
    assert.equal(message(world, "Accepted"), text);
    assert.equal(world.condition("web/shop", "Stalled"), "True RefUnsupported");
  });

  test("fails over when the status has been empty for 5 min", async () => {
    await using world = start({ selection: "Failover" }, [
      refTarget(WEB, { priority: 0 }),
      { kind: "addresses", priority: 1, addresses: ["11.0.0.7"] },
    ]);
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    assert.deepEqual(world.alias("web/shop")?.status?.selected?.targets, ["service-web"]);
    show(world, found([]));
    await world.clock.advance(5 * MINUTE + 5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.7"]);
    assert.equal(world.condition("web/shop", "Healthy"), "False FailedOver");
  });

  test("reports once that its checks don't leave the cluster", async () => {
    const checks = playedChecks();
    await using world = startWorld({
      zones: [zone("dns/com", "example.com")],
      aliases: [shop([refTarget(WEB, { healthCheck: CHECK })])],
      healthChecks: checks,
    });
    show(world, { kind: "found", addresses: ["11.0.0.1"], hostnames: [], isAnsweredInside: true });
    await world.clock.advance(10 * MINUTE);
    assert.equal(
      message(world, "Healthy"),
      "All targets are healthy. Target service-web is checked inside the cluster only.",
    );
    const events = world.events.filter(({ reason }) => reason === "CheckedInsideOnly");
    assert.deepEqual(
      events.map((event) => event.message),
      ["Target service-web is checked inside the cluster only. Use an external monitor for its load balancer."],
    );
  });

  test("keeps what is published after a restart until the object is read", async () => {
    const clock = await (async () => {
      await using world = start();
      show(world, found(["11.0.0.1"]));
      await world.clock.advance(5_000);
      return { clock: world.clock, stores: world.stores, alias: world.alias("web/shop") };
    })();
    assert.ok(clock.alias !== undefined);
    await using world = startWorld({
      clock: clock.clock,
      stores: clock.stores,
      zones: [zone("dns/com", "example.com", { ttl: { min: 30, max: 300 } })],
      aliases: [{ ...shop([refTarget(WEB)]), status: clock.alias.status ?? never() }],
    });
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    show(world, found([]));
    await world.clock.advance(6 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"], "onEmpty: Keep");
    show(world, found(["11.0.0.2"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.2"]);
  });

  test("whose load balancer has the hostname of the alias is a loop, and the annotation is named", async () => {
    await using world = start();
    show(world, found([], ["example.com"]));
    await world.clock.advance(5_000);
    assert.equal(world.condition("web/shop", "Resolved"), "False LoopDetected");
    assert.equal(
      message(world, "Resolved"),
      "Hostname example.com leads back to itself: example.com → example.com. The published records remain. The status of Service web has a hostname of this DnsAlias, which is a loop. Correct the annotation of the load balancer.",
    );
  });

  test("can't publish private addresses in a DnsZone that ignores allowPrivate", async () => {
    await using world = start({ allowPrivate: true });
    show(world, found(["10.0.0.1", "11.0.0.1"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    assert.match(message(world, "Resolved"), /10\.0\.0\.1 .* DnsZone dns\/com ignores spec\.allowPrivate/);
  });

  test("is answered at query time with the addresses of the object as soon as they change", async () => {
    const serving = servingPlay();
    const base = { kind: "inline", text: BASE_ZONE } as const;
    await using world = startWorld({
      zones: [zone("dns/com", "example.com", { responder: { base, clientSubnet: false } })],
      aliases: [shop([refTarget(WEB)])],
      leads: false,
      serving,
    });
    const query = async () => {
      const name = parseName("example.com");
      const live = world.controller.answers.live({ zone: name, name, family: "A" });
      await world.clock.advance(10);
      const answer = await live;
      return answer?.kind === "addresses" ? answer.addresses : answer?.kind;
    };
    await world.clock.advance(5_000);
    assert.equal(await query(), "failed", "nothing is known yet");
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(1_000);
    assert.deepEqual(await query(), ["11.0.0.1"]);
    serving.reported.length = 0;
    show(world, found(["11.0.0.2"]));
    await world.clock.advance(1_000);
    assert.ok(serving.reported.includes("changed example.com example.com"));
    assert.deepEqual(await query(), ["11.0.0.2"]);
    show(world, found([]));
    await world.clock.advance(1_000);
    assert.deepEqual(await query(), ["11.0.0.2"], "an empty status is no news");
  });

  test("keeps the addresses while the load balancer gets a hostname that is looked up for the first time", async () => {
    await using world = startWorld({
      zones: [zone("dns/com", "example.com", { ttl: { min: 30, max: 300 } })],
      aliases: [shop([refTarget(WEB)])],
      targets: { "lb.test": ["11.0.0.9"] },
      lookMs: 3_000,
    });
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    show(world, found([], ["lb.test"]));
    for (let step = 0; step < 28; step += 1) {
      await world.clock.advance(100);
      assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.1"]);
    }
    await world.clock.advance(2_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.9"]);
  });

  test("publishes the other entries while one hostname can't be resolved", async () => {
    await using world = start();
    world.targets.set("bad.test", "servfail");
    show(world, found(["11.0.0.1"], ["bad.test", "lb.test"]));
    await world.clock.advance(5_000);
    assert.deepEqual(
      world.published("dns/com").map((line) => line.split(" ")[2]),
      ["11.0.0.1", "11.0.0.9"],
    );
    assert.equal(world.condition("web/shop", "Resolved"), "False LookupFailed");
  });

  test("fails over when its object is deleted, and returns with it", async () => {
    await using world = start({ selection: "Failover", failback: { mode: "Automatic", afterMs: MINUTE } }, [
      refTarget(WEB, { priority: 0 }),
      { kind: "hostname", priority: 1, hostname: parseName("main.test") },
    ]);
    show(world, found(["11.0.0.5"]));
    await world.clock.advance(5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.5"]);
    show(world, { kind: "missing" });
    await world.clock.advance(MINUTE - 5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.5"]);
    await world.clock.advance(10_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.1"]);
    show(world, found(["11.0.0.6"]));
    await world.clock.advance(MINUTE - 5_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 11.0.0.1"]);
    await world.clock.advance(10_000);
    assert.deepEqual(world.published("dns/com"), ["example.com 300 11.0.0.6"]);
  });

  test("is forgotten with its object", async () => {
    await using world = start();
    show(world, found(["11.0.0.1"]));
    await world.clock.advance(5_000);
    assert.equal(world.controller.sizes().get("references"), 3);
    world.remove("web/shop");
    await world.clock.advance(MINUTE);
    assert.equal(world.controller.sizes().get("references"), 0);
  });
});

function never(): never {
  throw new Error("there is no status");
}
