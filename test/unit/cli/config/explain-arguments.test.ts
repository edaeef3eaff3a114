import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig, type CommandLine } from "../../../../src/cli/config/config.ts";

function read(line: string): CommandLine {
  return readConfig(line.split(" "), {}, { out: false, err: false });
}

test("explain takes a DnsAlias, and -n doesn't limit the objects that are read", () => {
  assert.deepEqual(read("explain -n web web/shop --lease-namespace dns"), {
    kind: "command",
    config: {
      command: "explain",
      log: { level: "warn", format: "json" },
      platform: { kind: "cluster", namespaces: [], lease: { name: "dnsalias", namespace: "dns" }, host: "dnsalias" },
      owner: { adoptOwnerIds: [] },
      concurrency: 64,
      subject: { kind: "alias", key: "web/shop" },
      namespaces: ["web"],
      json: false,
    },
  });
});

for (const word of ["web/", "/shop", "a/b/c"]) {
  test(`dnsalias explain ${word} is refused in one sentence`, () => {
    assert.deepEqual(read(`explain ${word}`), {
      kind: "wrong",
      message: `explain requires a hostname or NAMESPACE/NAME of a DnsAlias, not "${word}": dnsalias explain web/shop`,
    });
  });
}
