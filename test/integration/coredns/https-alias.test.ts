import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createOverlayProvider } from "../../../src/providers/coredns/overlay.ts";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { answerData } from "../../support/dig.ts";
import { startKnot } from "../../support/knot.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { converge, labZone, overlaySpec, zoneFileSpec } from "../../support/provider-lab.ts";
import { runOrThrow } from "../../support/run.ts";
import { asked, replaceFile, startCorefileLab, untilAnswer } from "./coredns-lab.ts";

const BASE = `$TTL 300
@ SOA ns1 hostmaster 1 7200 900 1209600 60
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.53
taken HTTPS 1 . alpn=h2
`;

test(
  "zone file: CoreDNS gives HTTPS 0 target beside the addresses, at the apex and under a wildcard",
  { skip: skipWithout("coredns", "dig", "named-checkzone") },
  async () => {
    const first = memoryTextStore();
    const base = memoryTextStore(BASE, { location: "base" });
    const deps = { zone: labZone("example.com", zoneFileSpec()), base, ownerId: "me", now: () => Date.now() };
    await converge(createZoneFileProvider({ ...deps, store: first }));
    const corefile =
      "example.com {\n  bind {$DNS_HOST}\n  auto {\n    directory . (.*)\\.zone {1}\n    reload 2s\n  }\n}\n";
    await using server = await startCoreDns({ corefile, files: { "example.com.zone": first.text ?? "" } });
    const store = memoryTextStore(first.text, {
      async onWrite(text) {
        await checkZone(text);
        await replaceFile(join(server.directory, "example.com.zone"), text);
      },
    });
    const provider = createZoneFileProvider({ ...deps, store });
    const gives = async (name: string, ...wanted: readonly string[]) =>
      untilAnswer(server, [name, "HTTPS"], (reply) => answerData(reply, "HTTPS").join() === wanted.join());

    await converge(
      provider,
      "example.com 60 203.0.113.7 2001:db8::7 https=lb.example.net",
      "*.apps.example.com 60 203.0.113.9 https=apps.example.net",
    );
    const apex = await gives("example.com", "0 lb.example.net.");
    assert.deepEqual(
      apex.answer.map(({ ttl }) => ttl),
      [60],
    );
    await gives("any.apps.example.com", "0 apps.example.net.");
    assert.deepEqual(answerData(await asked(server, "example.com", "A"), "A"), ["203.0.113.7"]);
    assert.deepEqual(answerData(await asked(server, "example.com", "MX"), "MX"), ["10 mail.example.com."]);
    await gives("taken.example.com", '1 . alpn="h2"');

    await converge(provider, "example.com 60 203.0.113.7 https=other.example.net");
    await gives("example.com", "0 other.example.net.");
    await converge(provider, "example.com 60 203.0.113.7");
    await gives("example.com");
    assert.deepEqual(answerData(await asked(server, "example.com", "A"), "A"), ["203.0.113.7"]);
  },
);

test(
  "overlay: the HTTPS question is ours where the alias asks for it, and else goes where it went",
  { skip: skipWithout("coredns", "dig", "knotd") },
  async () => {
    const zone =
      "@ 60 SOA ns1 hostmaster 1 7200 900 1209600 60\n@ 60 NS ns1\nns1 60 A 192.0.2.53\n@ 1 HTTPS 1 . port=8443\n";
    await using upstream = await startKnot({ zones: { "example.com": zone } });
    await using lab = await startCorefileLab("kubeadm", upstream);
    const store = memoryTextStore(lab.corefile, { onWrite: (text) => lab.replace("Corefile", text) });
    const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
    const gives = async (name: string, ...wanted: readonly string[]) =>
      untilAnswer(lab.server, [name, "HTTPS"], (reply) => answerData(reply, "HTTPS").join() === wanted.join());

    await gives("example.com", "1 . port=8443");
    await converge(
      provider,
      "example.com 60 203.0.113.7 https=lb.example.net",
      "*.apps.example.com 60 203.0.113.9 https=apps.example.net",
    );
    const apex = await gives("example.com", "0 lb.example.net.");
    assert.ok(apex.flags.includes("aa"));
    await gives("any.apps.example.com", "0 apps.example.net.");
    assert.deepEqual(answerData(await asked(lab.server, "example.com", "A"), "A"), ["203.0.113.7"]);
    await converge(provider, "example.com 60 203.0.113.7");
    await gives("example.com", "1 . port=8443");
    assert.deepEqual(answerData(await asked(lab.server, "example.com", "A"), "A"), ["203.0.113.7"]);
  },
);

/** BIND's own judgement of the zone file. */
async function checkZone(text: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-checkzone-"));
  try {
    const file = join(directory, "zone");
    await writeFile(file, text);
    await runOrThrow(locateComponent("named-checkzone"), ["-i", "local", "example.com", file]);
  } finally {
    await rm(directory, { recursive: true });
  }
}
