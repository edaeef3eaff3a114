import assert from "node:assert/strict";
import { displayName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { BackendApplyResult, BackendChange } from "../../../../src/providers/backend.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import type { Applied, ApplyResult, ZoneProvider } from "../../../../src/providers/provider.ts";
import { memoryBackend, type MemoryBackend } from "../../../support/memory-backend.ts";
import { zone } from "../../../support/objects.ts";

export type Answer = (result: BackendApplyResult, nth: number) => BackendApplyResult | "throws";

interface Lab {
  readonly backend: MemoryBackend;
  readonly provider: ZoneProvider;
  /** The batches that the backend received. */
  readonly batches: (readonly BackendChange[])[];
  readonly pass: (ms: number) => void;
}

/** `answer` replaces the result of a batch, which has its effect all the same. */
export function lab(options: Parameters<typeof memoryBackend>[1] = {}, answer: Answer = (result) => result): Lab {
  let now = 1_800_000_000_000;
  const backend = memoryBackend("example.com", options);
  const batches: (readonly BackendChange[])[] = [];
  const answering = {
    id: backend.id,
    capabilities: backend.capabilities,
    read: (names: Parameters<MemoryBackend["read"]>[0], signal: AbortSignal) => backend.read(names, signal),
    async apply(batch: { readonly changes: readonly BackendChange[] }, signal: AbortSignal) {
      batches.push(batch.changes);
      const result = answer(await backend.apply(batch, signal), batches.length);
      if (result === "throws") {
        throw new Error("connection reset");
      }
      return result;
    },
  };
  const provider = owned(answering, { zone: zone("dns/com", "example.com"), ownerId: "me", clock: { now: () => now } });
  return { backend, provider, batches, pass: (ms) => void (now += ms) };
}

export function at(...labels: readonly string[]): (target: RRset) => boolean {
  return ({ name, type }) => type !== "TXT" && labels.includes(displayName(name).replace(/\.example\.com$/, ""));
}

export function applied(result: ApplyResult): Applied {
  assert.ok(result.kind === "applied", JSON.stringify(result));
  return result;
}

/** "a A 192.0.2.1", without markers. */
export function addresses(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ name, type }) => type === "A" && displayName(name) !== "ns.example.com")
    .map(({ name, type, data }) => `${displayName(name).replace(/\.example\.com$/, "")} ${type} ${data.join(" ")}`);
}

export const lines = (last: number, ...labels: readonly string[]): readonly string[] =>
  labels.map((label) => `${label}.example.com 60 192.0.2.${last}`);
