import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { locateComponent, type ComponentName } from "../support/component.ts";
import { runOrThrow } from "../support/run.ts";

const readme = readFileSync("README.md", "utf8");

const OLDEST: readonly (readonly [component: ComponentName, flag: string, name: string])[] = [
  ["kube-apiserver", "--version", "Kubernetes"],
  ["coredns", "-version", "CoreDNS"],
];

for (const [component, flag, name] of OLDEST) {
  test(`the ${name} of this run is the oldest that README names`, async () => {
    const [, named = ""] = new RegExp(`${name} (\\d+\\.\\d+) or newer`).exec(readme) ?? [];
    const version = /\d+\.\d+\.\d+/.exec(await runOrThrow(locateComponent(component), [flag]))?.[0];
    assert.equal(version, `${named}.0`);
  });
}
