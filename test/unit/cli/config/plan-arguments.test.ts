import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig, type CommandLine } from "../../../../src/cli/config/config.ts";

function read(line: string): CommandLine {
  return readConfig(line.split(" "), {}, { out: false, err: false });
}

test("plan takes one source of manifests, zones, and hostnames", () => {
  assert.deepEqual(read("plan -f - --zone Example.com. --zone dns/a --hostname www.Example.com"), {
    kind: "command",
    config: {
      command: "plan",
      log: { level: "warn", format: "json" },
      platform: { kind: "folder", manifests: "-" },
      owner: { adoptOwnerIds: [] },
      concurrency: 64,
      endsAtMistakes: true,
      filter: { zones: ["example.com", "dns/a"], hostnames: ["www.example.com."] },
      json: false,
    },
  });
});

for (const { line, says } of [
  { line: "plan -f m --manifests m", says: "--manifests and --filename cannot be used together" },
  {
    line: "plan -f m --context c",
    says: "--context applies only to a cluster, and --filename selects folder mode: set only one of them",
  },
  { line: "plan --hostname a..b", says: 'not a domain name: "a..b"' },
]) {
  test(`dnsalias ${line} is refused in one sentence`, () => {
    assert.deepEqual(read(line), { kind: "wrong", message: says });
  });
}
