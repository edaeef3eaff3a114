import assert from "node:assert/strict";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { baseZoneText } from "../../lab/manifests.ts";
import { skipWithout } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { answerData } from "../../support/dig.ts";
import { skipWithoutDnspython } from "../../support/dnspython.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { converge, labZone, zoneFileSpec } from "../../support/provider-lab.ts";
import { watchZone } from "../../support/zone-watch.ts";
import { untilAnswer } from "./coredns-lab.ts";
import { inlineText } from "../../../src/providers/text-store.ts";

const skip = skipWithout("coredns", "dig", "named", "named-checkconf") || skipWithoutDnspython();

/** Lays a ConfigMap volume out as the kubelet does: a new directory, then one rename of the link `..data`. */
async function project(volume: string, version: number, key: string, text: string): Promise<void> {
  const next = `..v${version}`;
  await mkdir(join(volume, next), { recursive: true });
  await writeFile(join(volume, next, key), text);
  await symlink(next, join(volume, "..data_tmp"));
  await rename(join(volume, "..data_tmp"), join(volume, "..data"));
  if (version === 1) {
    await symlink(join("..data", key), join(volume, key));
  } else {
    await rm(join(volume, `..v${version - 1}`), { recursive: true });
  }
}

const BLOCKS = {
  auto: "auto {\n    directory zones (.*)\\.zone {1}\n    reload 2s\n  }",
  file: "file zones/example.com.zone {\n    reload 2s\n  }",
};

for (const [plugin, block] of Object.entries(BLOCKS)) {
  test(`CoreDNS takes up a projected zone with the ${plugin} plugin, change after change`, { skip }, async () => {
    await using server = await startCoreDns({
      corefile: `example.com {\n  bind {$DNS_HOST}\n  errors\n  ${block}\n}\n`,
    });
    let version = 0;
    const store = memoryTextStore(undefined, {
      onWrite: (text) => {
        version += 1;
        return project(join(server.directory, "zones"), version, "example.com.zone", text);
      },
    });
    const text = baseZoneText("example.com");
    const base = inlineText(text, "spec.provider.coreDNS.zoneFile.baseZone.inline");
    const zone = labZone("example.com", zoneFileSpec());
    const provider = createZoneFileProvider({ zone, base, store, ownerId: "me", now: () => Date.now() });
    await converge(provider);
    await untilAnswer(server, ["example.com", "SOA"], (reply) => reply.answer.length === 1);
    await using watch = await watchZone({ at: server, zone: "example.com", text });
    for (const address of ["203.0.113.1", "203.0.113.2", "203.0.113.3"]) {
      await converge(provider, `example.com 60 ${address}`);
      await untilAnswer(server, ["example.com", "A"], (reply) => answerData(reply, "A").join() === address);
    }
    await converge(provider);
    await untilAnswer(server, ["example.com", "A"], (reply) => reply.answer.length === 0);
    await watch.assertUnchanged();
    assert.equal(version, 5, "written before the alias, for each of its three changes, and after it");
  });
}
