import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it, test } from "node:test";
import { parse } from "yaml";
import { startNameServer } from "../../lab/name-server.ts";
import { skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { paragraphsOfCode } from "../../support/doc-commands.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { textAt } from "../../support/json-at.ts";
import { snapshot, startCorefileLab, untilAnswer } from "../coredns/coredns-lab.ts";

const PAGE = "docs/cluster-dns.md";
const ZONE = `$TTL 60
@ IN SOA ns1 hostmaster 1 7200 900 1209600 300
@ IN NS ns1
@ IN A 192.0.2.7
@ IN MX 10 mail
ns1 IN A 192.0.2.53
mail IN A 192.0.2.25
`;

describe(`the server block of ${PAGE}`, { skip: skipWithout("coredns", "dig") }, () => {
  for (const { distribution, file } of [
    { distribution: "kubeadm", file: "Corefile" },
    { distribution: "k3s", file: "custom/example-com.server" },
  ]) {
    it(`forwards the zone, and only the zone, in the CoreDNS of ${distribution}`, async () => {
      await using upstream = await startNameServer({ zones: { "other.test": ["@ 60 A 203.0.113.9"] } });
      await using bundled = await startCoreDns({
        corefile: ". {\n  bind {$DNS_HOST}\n  auto {\n    directory . (.*)\\.zone {1}\n    reload 2s\n  }\n}\n",
        files: { "example.com.zone": ZONE },
      });
      await using lab = await startCorefileLab(distribution, upstream);
      const others = [["other.test", "A"]] as const;
      const before = await snapshot(lab.server, others);
      const block = here(await serverBlock(), lab.server, bundled);
      await lab.replace(file, file === "Corefile" ? `${lab.corefile}\n${block}` : block);
      await untilAnswer(lab.server, ["example.com", "A"], ({ answer }) =>
        answer.some(({ data }) => data === "192.0.2.7"),
      );
      assert.deepEqual(await snapshot(lab.server, [["example.com", "MX"]]), [
        "example.com MX NOERROR [example.com. MX 10 mail.example.com.] [NS]",
      ]);
      assert.deepEqual(await snapshot(lab.server, others), before);
    });
  }
});

test(`every Corefile of ${PAGE} has this server block, with an address`, async () => {
  const block = squeezed(await serverBlock());
  const corefiles = (await yamlBlocks()).flatMap((text) =>
    [...text.matchAll(/^( *)example\.com:53 \{\n[^]*?\n\1\}$/gm)].map(([found]) => found),
  );
  assert.equal(corefiles.length, 3);
  for (const corefile of corefiles) {
    assert.equal(squeezed(corefile).replace(/10\.\d+\.0\.53/, "10.96.0.53"), block);
  }
});

test(`the objects of ${PAGE} are YAML, and the stub domains are JSON`, async () => {
  const objects = (await yamlBlocks()).map((text): unknown => parse(text));
  assert.ok(objects.length >= 5);
  const stubs = objects.find((object) => JSON.stringify(object).includes("stubDomains"));
  assert.deepEqual(JSON.parse(textAt(stubs, "data", "stubDomains")), { "example.com": ["10.96.0.53"] });
});

async function serverBlock(): Promise<string> {
  const block = (await blocks()).find((text) => text.startsWith("example.com:53 {"));
  assert.ok(block !== undefined);
  return block;
}

async function yamlBlocks(): Promise<readonly string[]> {
  return (await blocks("yaml")).filter((text) => text.includes(": "));
}

async function blocks(language = ""): Promise<readonly string[]> {
  const code = paragraphsOfCode((await readFile(PAGE, "utf8")).split("\n"));
  return code.filter((one) => one.language === language).map(({ body }) => `${body.join("\n")}\n`);
}

/** The block with the ports and addresses of the test. */
function here(block: string, at: DnsEndpoint, zone: DnsEndpoint): string {
  return block
    .replace("example.com:53 {", `example.com:${at.port} {\n    bind ${at.host}`)
    .replace("10.96.0.53", `${zone.host}:${zone.port}`);
}

function squeezed(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ");
}
