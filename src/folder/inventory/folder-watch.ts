import { watch, type FSWatcher } from "node:fs";
import { join } from "node:path";
import type { Clock, Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";

/**
 * Watches folders to start the next scan earlier. The periodic scan remains necessary, because watches lose events and do not
 * work on every file system.
 */
export interface FolderWatch extends Disposable {
  /** Watches exactly these folders. The map has the id of each folder by its path. */
  follow(folders: ReadonlyMap<string, string>): void;
  /** Waits, and ends early after a possible change since the last wait. Never rejects. */
  wait(ms: Millis, signal: AbortSignal): Promise<void>;
  /** Ends the present wait, or the next one. */
  wake(): void;
}

export interface FolderWatchDeps {
  readonly root: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export function createFolderWatch({ root, clock, log }: FolderWatchDeps): FolderWatch {
  const watchers = new Map<string, Watched>();
  let changed = false;
  let waiting: AbortController | undefined;
  let complained = false;

  const wake = (): void => {
    changed = true;
    waiting?.abort();
  };
  const complain = (error: unknown): void => {
    if (!complained) {
      complained = true;
      log.warn({ folder: root, err: messageOf(error) }, "cannot watch folder; changes are found at the next scan");
    }
  };
  const lost = (path: string) => (error: unknown) => {
    watchers.get(path)?.watcher.close();
    watchers.delete(path);
    complain(error);
  };
  return {
    follow(folders) {
      for (const [path, watched] of watchers) {
        if (folders.get(path) !== watched.id) {
          watched.watcher.close();
          watchers.delete(path);
        }
      }
      for (const [path, id] of folders) {
        const watcher = watchers.has(path) ? undefined : watchOne(join(root, path), wake, lost(path));
        if (watcher !== undefined) {
          watchers.set(path, { id, watcher });
        }
      }
    },
    async wait(ms, signal) {
      if (!changed) {
        waiting = new AbortController();
        await clock.sleep(ms, AbortSignal.any([signal, waiting.signal])).catch(() => undefined);
        waiting = undefined;
      }
      changed = false;
    },
    wake,
    [Symbol.dispose]() {
      for (const { watcher } of watchers.values()) {
        watcher.close();
      }
      watchers.clear();
    },
  };
}

interface Watched {
  readonly id: string;
  readonly watcher: FSWatcher;
}

function watchOne(path: string, wake: () => void, lost: (error: unknown) => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false });
    watcher.on("change", wake);
    watcher.on("error", lost);
    return watcher;
  } catch (error) {
    lost(error);
    return undefined;
  }
}
