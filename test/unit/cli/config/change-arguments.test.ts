import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig, type CommandLine } from "../../../../src/cli/config/config.ts";

function read(line: string): CommandLine {
  return readConfig(line.split(" "), {}, { out: false, err: false });
}

const COMMON = { log: { level: "warn", format: "json" } };
const cluster = (...namespaces: readonly string[]) => ({
  platform: { kind: "cluster", namespaces, lease: { name: "dnsalias" }, host: "dnsalias" },
});

for (const [line, want] of [
  ["pause web/shop", { command: "pause", namespace: "web", name: "shop", ...cluster() }],
  ["resume shop -n web", { command: "resume", name: "shop", ...cluster("web") }],
  ["approve dns/example-com -n dns", { command: "approve", namespace: "dns", name: "example-com", ...cluster("dns") }],
] as const) {
  test(`dnsalias ${line}`, () => {
    assert.deepEqual(read(line), { kind: "command", config: { ...want, ...COMMON } });
  });
}

for (const [line, message] of [
  ["pause", "pause requires the NAME or NAMESPACE/NAME of a DnsAlias: dnsalias pause web/shop"],
  [
    "approve a/b/c",
    'approve requires the NAME or NAMESPACE/NAME of a DnsZone, not "a/b/c": dnsalias approve dns-system/example-com',
  ],
  ["resume shop more", 'resume takes one NAME: remove "more"'],
  ["pause web/shop -n dns", "--namespace is dns, but the object is in web: remove one of them"],
] as const) {
  test(`dnsalias ${line} is refused in one sentence`, () => {
    assert.deepEqual(read(line), { kind: "wrong", message });
  });
}
