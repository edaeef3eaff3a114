import type { RRset } from "../../src/dns/record.ts";
import type { RecordBackend } from "../../src/providers/backend.ts";
import type { TextStore, TextWrite } from "../../src/providers/text-store.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import { memoryTextStore } from "./memory-text-store.ts";
import { call, type Line } from "./replica-line.ts";
import type { ReplicasWorld } from "./replicas-world.ts";

export function storeOf(
  world: ReplicasWorld,
  line: Line,
  location: string,
  onWrite: (before: string | undefined, after: string) => void,
): TextStore {
  const store = world.stores.get(location) ?? memoryTextStore(undefined, { location });
  world.stores.set(location, store);
  const fails = (likely: number): boolean => line.random() < likely;
  const isBroken = (): boolean => world.brokenPlaces.has(location) || fails(world.faults.fails);
  return {
    location,
    read: (signal) =>
      call(world, line, signal, () => (isBroken() ? { kind: "failed", message: "read failed" } : store.read(signal))),
    write: async (text, revision, signal) => {
      world.zoneWrites += 1;
      const written = await call(world, line, signal, async (): Promise<TextWrite> => {
        if (isBroken()) {
          return { kind: "failed", message: "write failed" };
        }
        const before = store.text;
        const written = await store.write(text, revision, signal);
        if (written.kind === "written") {
          onWrite(before, text);
        }
        return fails(world.faults.lost) ? { kind: "failed", message: "answer lost" } : written;
      });
      world.zoneWrites -= 1;
      return written;
    },
  };
}

interface BackendOnLine {
  readonly location: string;
  readonly backend: MemoryBackend;
  readonly onWrite: (before: readonly RRset[], after: readonly RRset[]) => void;
}

export function backendOnLine(
  world: ReplicasWorld,
  line: Line,
  { location, backend, onWrite }: BackendOnLine,
): RecordBackend {
  const isBroken = (): boolean => world.brokenPlaces.has(location) || line.random() < world.faults.fails;
  return {
    id: backend.id,
    capabilities: backend.capabilities,
    read: (names, signal) =>
      call(world, line, signal, () =>
        isBroken() ? { kind: "failed", message: "read failed" } : backend.read(names, signal),
      ),
    apply: (batch, signal) =>
      call(world, line, signal, async () => {
        if (isBroken()) {
          return { kind: "failed", message: "write failed" };
        }
        const before = backend.list();
        const result = await backend.apply(batch, signal);
        if (result.kind === "applied" && result.wrote) {
          onWrite(before, backend.list());
        }
        return line.random() < world.faults.lost ? { kind: "failed", message: "answer lost" } : result;
      }),
  };
}
