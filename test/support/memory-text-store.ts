import type { TextRead, TextStore, TextWrite } from "../../src/providers/text-store.ts";

/** A {@link TextStore} in memory, with what a test needs to stand in for other people and for a broken backend. */
export interface MemoryTextStore extends TextStore {
  readonly text: string | undefined;
  /** How many writes took effect. */
  readonly writes: number;
  /** Somebody else writes, whatever the revision. */
  edit(text: string | undefined): void;
  /** What the next calls answer instead of doing anything; undefined: works again. */
  fail(message: string | undefined): void;
}

export interface MemoryTextOptions {
  readonly location?: string;
  /** What the place itself says of its owner, as an annotation would. */
  readonly owner?: string;
  /** Called with each text that was written: a file that CoreDNS reads, say. */
  readonly onWrite?: (text: string) => Promise<void>;
}

export function memoryTextStore(initial?: string, options: MemoryTextOptions = {}): MemoryTextStore {
  let text = initial;
  let version = 1;
  let writes = 0;
  let failure: string | undefined;
  const revision = (): string => (text === undefined ? "" : String(version));
  return {
    location: options.location ?? "memory",
    get text() {
      return text;
    },
    get writes() {
      return writes;
    },
    edit(edited) {
      text = edited;
      version += 1;
    },
    fail(message) {
      failure = message;
    },
    read(): Promise<TextRead> {
      return Promise.resolve(
        failure === undefined
          ? { kind: "ok", text, revision: revision(), owner: options.owner }
          : { kind: "failed", message: failure },
      );
    },
    async write(written, at): Promise<TextWrite> {
      if (failure !== undefined) {
        return { kind: "failed", message: failure };
      }
      if (at !== revision()) {
        return { kind: "conflict", message: "somebody else wrote" };
      }
      text = written;
      version += 1;
      writes += 1;
      await options.onWrite?.(written);
      return { kind: "written", revision: revision() };
    },
  };
}
