import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig } from "../../../../src/cli/config/config.ts";
import type { HealthCheckConfig } from "../../../../src/cli/config/health-check-config.ts";

const FOLDER = "run --manifests m --out o";

/** The configuration of `run`, or the message of a mistake. */
function read(line: string): HealthCheckConfig | string | undefined {
  const asked = readConfig(line.split(" "), {}, { out: false, err: false });
  if (asked.kind === "wrong") {
    return asked.message;
  }
  return asked.kind === "command" && asked.config.command === "run" ? asked.config.healthChecks : assert.fail(line);
}

function ports(text: string): readonly string[] {
  const found = read(`${FOLDER} --health-check-ports ${text}`);
  assert.ok(typeof found === "object");
  return found.ports.map(({ first, last }) => `${first}-${last}`);
}

test("a folder has health checks unless they are refused, and a cluster has them if they are asked for", () => {
  const usual = read(FOLDER);
  assert.deepEqual(usual, {
    ports: [
      { first: 80, last: 80 },
      { first: 443, last: 443 },
      { first: 1024, last: 65_535 },
    ],
    allowed: [],
    rate: 100,
  });
  assert.deepEqual(read(`${FOLDER} --health-checks`), usual);
  assert.equal(read(`${FOLDER} --no-health-checks`), undefined);
  assert.equal(read("run"), undefined);
  assert.deepEqual(read("run --health-checks"), usual);
  assert.equal(read("run --no-health-checks"), undefined);
});

test("ports, networks, and the rate are those that are given", () => {
  assert.deepEqual(ports("443"), ["443-443"]);
  assert.deepEqual(ports("1,80-81,65535"), ["1-1", "80-81", "65535-65535"]);
  const found = read(`${FOLDER} --health-check-allow 10.0.0.0/8 --health-check-allow fd00::/8 --health-check-rate 400`);
  assert.ok(typeof found === "object");
  assert.deepEqual(
    [found.rate, found.allowed.map(({ address, prefix }) => `${address}/${prefix}`)],
    [400, ["10.0.0.0/8", "fd00::/8"]],
  );
});

for (const text of ["0", "65536", "81-80", "a", "80,", "-80", "80-", "80-81-82", "123456"]) {
  test(`the ports "${text}" are refused`, () => {
    assert.equal(
      read(`${FOLDER} --health-check-ports=${text}`),
      `--health-check-ports must be ports and ranges from 1 to 65535, for example 80,443,1024-65535, not "${text}"`,
    );
  });
}

for (const text of ["10.0.0.1/8", "10.0.0.0/33", "x"]) {
  test(`the network ${text} is refused`, () => {
    assert.equal(
      read(`${FOLDER} --health-check-allow ${text}`),
      `--health-check-allow must be a network like 10.0.0.0/8, with no bits beyond its prefix, not "${text}"`,
    );
  });
}

for (const rate of ["0", "401"]) {
  test(`a rate of ${rate} is refused`, () => {
    const message = read(`${FOLDER} --health-check-rate ${rate}`);
    assert.match(typeof message === "string" ? message : "", /^--health-check-rate must be .*1 to 400/);
  });
}

for (const [option, value] of [
  ["ports", "443"],
  ["allow", "10.0.0.0/8"],
  ["rate", "5"],
] as const) {
  test(`in a cluster, --health-check-${option} needs --health-checks`, () => {
    const line = `run --health-check-${option} ${value}`;
    assert.equal(read(line), `--health-check-${option} needs --health-checks too`);
    assert.equal(typeof read(`${line} --health-checks`), "object");
    assert.equal(
      read(`${FOLDER} --no-health-checks --health-check-${option} ${value}`),
      `--no-health-checks and --health-check-${option} contradict each other: set only one of them`,
    );
  });
}

test("health checks that are asked for and refused are a contradiction", () => {
  assert.equal(
    read(`${FOLDER} --no-health-checks --health-checks --health-check-rate 5`),
    "--no-health-checks and --health-checks contradict each other: set only one of them",
  );
});
