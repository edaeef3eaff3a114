import type { BackendCapabilities } from "../../src/providers/backend.ts";
import { memoryBackend, type RejectOptions } from "../support/memory-backend.ts";
import { providerContract } from "./provider-contract.ts";

const kinds: readonly (readonly [string, Partial<BackendCapabilities>, RejectOptions?])[] = [
  ["whole batches, the zone listed", {}],
  ["set by set, the zone listed", { atomic: "set", comparesAndSwaps: false }, { partial: true }],
  ["whole batches, names asked one by one", { listsZone: false }],
  ["no TTL below 120 s", { minTtl: 120 }],
  ["no HTTPS records", { lacks: ["HTTPS"] }],
];

for (const [name, capabilities, rejectOptions] of kinds) {
  providerContract(`in memory, ${name}`, async () => {
    const backend = memoryBackend("example.com", { ...capabilities, records: ["www 300 IN A 192.0.2.80"] });
    backend.reject(({ name }) => name.includes("my_app"), rejectOptions);
    return {
      backend,
      rejected: { line: "my_app 60 192.0.2.1 2001:db8::1", message: /refused by policy/ },
      capabilities: { atomic: "batch", comparesAndSwaps: true, listsZone: true, ...capabilities },
      domain: backend.domain,
      put: async (set) => backend.put(set),
      remove: async (of, type) => backend.remove(of, type),
      list: async () => backend.list(),
      [Symbol.asyncDispose]: async () => undefined,
    };
  });
}
