import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../../../src/api/dns-alias.ts";
import type { HealthCheck } from "../../../../../src/api/health-check.ts";
import { permittedChecks } from "../../../../../src/controller/health/check/permitted-checks.ts";
import type { PortRange } from "../../../../../src/plan/health/permission.ts";
import { alias } from "../../../../support/objects.ts";
import { CHECK } from "../../../../support/steering-play.ts";

const PORTS = [
  { first: 80, last: 80 },
  { first: 443, last: 443 },
  { first: 1024, last: 65_535 },
];

/** An alias with a target for each check: a port, `none`, or nothing. */
function checked(...checks: readonly (number | "none" | undefined)[]): DnsAlias {
  const targets: AliasSpec["targets"] = checks.map((check, index) => ({
    kind: "addresses",
    priority: index,
    addresses: [`11.0.0.${index + 1}`],
    ...(check !== undefined && { healthCheck: healthCheck(check) }),
  }));
  return alias("web/shop", { spec: { targets } });
}

function healthCheck(check: number | "none"): HealthCheck {
  return check === "none" ? { kind: "none" } : { ...CHECK, port: check };
}

function installation(ports: readonly PortRange[] = PORTS) {
  return { rules: () => ({ ports, allowed: [], forbidden: new Set<string>() }) };
}

test("checks of allowed ports are made", () => {
  const shop = checked(443, 8080, "none", undefined);
  assert.deepEqual(permittedChecks(shop, installation()), { alias: shop, refusal: undefined });
});

test("only the checks of other ports are left out", () => {
  const { alias: left, refusal } = permittedChecks(checked(443, 22, "none", undefined), installation());
  assert.deepEqual(left, checked(443, undefined, "none", undefined));
  assert.equal(refusal, "Port 22 is not checked in this installation. Use 80, 443, or 1024 to 65535.");
});

test("without health checks in the installation, all that connect are left out", () => {
  const { alias: left, refusal } = permittedChecks(checked(443, "none"), undefined);
  assert.deepEqual(left, checked(undefined, "none"));
  assert.equal(
    refusal,
    "Health checks are off in this installation. Remove healthCheck, or ask the operator to set --health-checks.",
  );
});

test("an alias whose checks don't connect is as it is in every installation", () => {
  const shop = checked("none", undefined);
  assert.deepEqual(permittedChecks(shop, undefined), { alias: shop, refusal: undefined });
  assert.deepEqual(permittedChecks(shop, installation([])), { alias: shop, refusal: undefined });
});

test("an installation with one port names it", () => {
  const { refusal } = permittedChecks(checked(22), installation([{ first: 443, last: 443 }]));
  assert.equal(refusal, "Port 22 is not checked in this installation. Use 443.");
});
