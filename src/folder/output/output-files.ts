import { watch, type FSWatcher } from "node:fs";
import type { Clock, Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import type { TextStore } from "../../providers/text-store.ts";
import { createFileStore, type FileStore } from "./file-store.ts";

/** The files that dnsalias writes, with reports of changes by another writer. */
export interface OutFiles extends Disposable {
  /** One store for each file, so that its writes run one after the other. */
  store(name: string): TextStore;
  /** The listener receives the name of a file that differs from the last read or write. It is only a hint, because watches lose events. */
  listen(listener: ((name: string) => void) | undefined): void;
  /** The files with a running file-system call: the path, and the time when the call began. */
  busy(): ReadonlyMap<string, Millis>;
}

export interface OutFilesOptions {
  readonly folder: string;
  readonly pathOf: (name: string) => string;
  readonly readOnly: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

export function openOutFiles({ folder, pathOf, readOnly, clock, log }: OutFilesOptions): OutFiles {
  const stores = new Map<string, WatchedOutput>();
  const pending = new Map<string, NodeJS.Timeout>();
  let notify: ((name: string) => void) | undefined;

  const compare = async (name: string, known: WatchedOutput): Promise<void> => {
    const before = known.revision;
    const read = await known.plain.read(NEVER);
    // Another read or write of dnsalias can have happened in between. Its caller then knows the result.
    if (read.kind === "ok" && read.revision !== before && known.revision === before) {
      notify?.(name);
    }
  };
  const onChange = (name: string | null): void => {
    const known = stores.get(name ?? "");
    if (name !== null && known?.revision !== undefined) {
      clearTimeout(pending.get(name));
      pending.set(name, setTimeout(() => void compare(name, known), PAUSE_MS).unref());
    }
  };
  const watcher = readOnly ? undefined : watchFolder(folder, onChange, log);
  return {
    store(name) {
      const known = stores.get(name) ?? remembering(createFileStore(pathOf(name), { readOnly, clock }));
      stores.set(name, known);
      return known.store;
    },
    listen(listener) {
      notify = listener;
    },
    busy: () =>
      new Map(
        [...stores.values()].flatMap(({ plain }) => {
          const since = plain.busySince();
          return since === undefined ? [] : [[plain.location, since]];
        }),
      ),
    [Symbol.dispose]() {
      watcher?.close();
      for (const timer of pending.values()) {
        clearTimeout(timer);
      }
    },
  };
}

/** After this time, a write of dnsalias has ended, and all edits of one save have arrived. */
const PAUSE_MS = 200;
const NEVER = new AbortController().signal;

interface WatchedOutput {
  readonly plain: FileStore;
  readonly store: TextStore;
  /** The revision of the last requested read or write. Undefined: there was none. */
  revision: string | undefined;
}

function remembering(plain: FileStore): WatchedOutput {
  const known: WatchedOutput = {
    plain,
    revision: undefined,
    store: {
      location: plain.location,
      async read(signal) {
        const read = await plain.read(signal);
        known.revision = read.kind === "ok" ? read.revision : known.revision;
        return read;
      },
      async write(text, revision, signal) {
        const written = await plain.write(text, revision, signal);
        known.revision = written.kind === "written" ? written.revision : known.revision;
        return written;
      },
    },
  };
  return known;
}

function watchFolder(folder: string, onChange: (name: string | null) => void, log: Logger): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false });
    watcher.on("change", (_kind, name) => onChange(typeof name === "string" ? name : null));
    watcher.on("error", () => watcher.close());
    return watcher;
  } catch (error) {
    log.warn(
      { folder, err: messageOf(error) },
      "cannot watch folder; changes by other writers are found at the next read",
    );
    return undefined;
  }
}
