import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createOverlayProvider } from "../../../../src/providers/coredns/overlay.ts";
import { createZoneFileProvider } from "../../../../src/providers/coredns/zone-file.ts";
import type { ZoneProvider } from "../../../../src/providers/provider.ts";
import { inlineText } from "../../../../src/providers/text-store.ts";
import { BASE_ZONE } from "../../../support/controller-world.ts";
import { memoryTextStore, type MemoryTextStore } from "../../../support/memory-text-store.ts";
import {
  converge,
  labZone,
  NEVER,
  overlaySpec,
  readZone,
  setLines,
  zoneFileSpec,
} from "../../../support/provider-lab.ts";

/** A text that this installation wrote under a former owner id keeps the id, so that a release before the change can write it again. */
const PROVIDERS: Readonly<Record<string, (store: MemoryTextStore, ids: Ids) => ZoneProvider>> = {
  zoneFile: (store, ids) =>
    createZoneFileProvider({
      zone: labZone("example.com", zoneFileSpec()),
      base: inlineText(BASE_ZONE, "the base"),
      store,
      ...ids,
      now: () => 1_795_000_000_000,
    }),
  overlay: (store, ids) => createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ...ids }),
};

interface Ids {
  readonly ownerId: string;
  readonly formerOwnerIds?: readonly string[];
}

const BEFORE: Ids = { ownerId: "default" };
const NOW: Ids = { ownerId: "uid-1", formerOwnerIds: ["default"] };

function storeFor(kind: string): MemoryTextStore {
  return kind === "overlay"
    ? memoryTextStore(readFileSync("test/fixtures/corefiles/kubeadm.original.Corefile", "utf8"))
    : memoryTextStore();
}

for (const [kind, providerOf] of Object.entries(PROVIDERS)) {
  test(`${kind}: a text with a former id is this installation's, is not rewritten, and follows`, async () => {
    const store = storeFor(kind);
    await converge(providerOf(store, BEFORE), "example.com 60 203.0.113.7");
    const text = store.text;
    const provider = providerOf(store, NOW);
    const read = await readZone(provider, ["example.com"]);
    assert.deepEqual(setLines(read.sets), ["uid-1 example.com. A 60 203.0.113.7"]);
    assert.equal(read.needsWrite, undefined);
    await converge(provider, "example.com 60 203.0.113.7");
    assert.equal(store.text, text);
    await converge(provider, "example.com 60 203.0.113.8");
    assert.match(store.text ?? "", /203\.0\.113\.8/);
    assert.doesNotMatch(store.text ?? "", /uid-1/);
  });

  test(`${kind}: a release with the former id writes it again after that`, async () => {
    const store = storeFor(kind);
    await converge(providerOf(store, BEFORE), "example.com 60 203.0.113.7");
    await converge(providerOf(store, NOW), "example.com 60 203.0.113.8");
    await converge(providerOf(store, BEFORE), "example.com 60 203.0.113.9");
    assert.match(store.text ?? "", /203\.0\.113\.9/);
  });

  test(`${kind}: a new text has the new id, and another installation's text is refused`, async () => {
    const store = storeFor(kind);
    await converge(providerOf(store, NOW), "example.com 60 203.0.113.7");
    assert.match(store.text ?? "", /owner=uid-1/);
    for (const ids of [BEFORE, { ownerId: "uid-2", formerOwnerIds: ["default"] }]) {
      const read = await providerOf(store, ids).read([], NEVER);
      assert.ok(read.kind === "refused");
      assert.equal(read.reason, "ForeignOwner");
    }
  });
}
