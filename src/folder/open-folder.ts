import { isAbsolute, join, normalize } from "node:path";
import type { Clock, Millis, Random } from "../base/clock.ts";
import { AppError, messageOf } from "../base/error.ts";
import type { Logger } from "../base/log.ts";
import type { Reporter } from "../controller/ports/reporter.ts";
import type { SecretKeyRef } from "../api/dns-zone.ts";
import type { SecretText } from "../providers/backend.ts";
import type { TextStore } from "../providers/text-store.ts";
import { prepareFolder } from "./output/atomic-write.ts";
import { revisionOf } from "./output/file-store.ts";
import { createFolderInventory, type FolderInventory } from "./inventory/folder-inventory.ts";
import { openOutFiles } from "./output/output-files.ts";
import { createFolderReporter } from "./state/folder-reporter.ts";
import { openStateFile, type StateFile, type StoredOwnerId } from "./state/state-file.ts";
import { createStatuses } from "./state/statuses.ts";
import { createFolderWatch } from "./inventory/folder-watch.ts";
import { createFileReader, createFolderReader, manifestFile } from "./inventory/read-folder.ts";
import { folderError } from "./inventory/scan-folder.ts";

export interface FolderOptions {
  /** The path of the manifest folder. With `readOnly`, also of a file, or "-" for the standard input, which are read once. */
  readonly manifests: string;
  /** Absent, with `readOnly`: there is no state. */
  readonly stateFile?: string;
  /** The path of the folder for rendered files. It is created if it is missing. Absent, with `readOnly`: no file exists. */
  readonly out?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** The longest time until dnsalias notices a change that no watch reported. Defaults to 10 s. */
  readonly rescanMs?: Millis;
  /** True: nothing is written, created or moved, and stores refuse to write. */
  readonly readOnly?: boolean;
}

/** The replacement for a cluster in folder mode. Disposing it writes the state file a last time. */
export interface FolderPlatform extends StoredOwnerId, AsyncDisposable {
  readonly inventory: FolderInventory;
  readonly reporter: Reporter;
  /** A file in the out folder. The name has no path. */
  fileStore(name: string): TextStore;
  /** A key of a ConfigMap manifest; only for reading. */
  configMapStore(namespace: string, name: string, key: string): TextStore;
  /** A key of a Secret manifest. */
  secretText(namespace: string, ref: SecretKeyRef): SecretText;
  /** Why the state file can't be written. Undefined: it can be written. */
  stateProblem(): string | undefined;
  /** The files of the out folder with a running file-system call: the path, and the time when the call began. */
  busyFiles(): ReadonlyMap<string, Millis>;
}

/** Throws CONFIG_INVALID, STATE_FILE_INVALID, or WRITE_REFUSED if the manifest folder, the state file, or the out folder cannot be used. */
export async function openFolder(options: FolderOptions): Promise<FolderPlatform> {
  const { manifests, stateFile = "", out = "", clock, random, log, readOnly = false } = options;
  const file = readOnly ? await manifestFile(manifests) : undefined;
  if (file === undefined) {
    await requireManifests(options);
  }
  if (!readOnly) {
    await prepareOut(out);
  }
  const state = await openStateFile({ path: stateFile, clock, random, log, readOnly });
  const statuses = createStatuses(state);
  const watch = createFolderWatch({ root: manifests, clock, log });
  const rescanMs = options.rescanMs ?? RESCAN_MS;
  const files = openOutFiles({ folder: out, pathOf: (name) => join(out, plainName(name)), readOnly, clock, log });
  const inventory = createFolderInventory({
    root: manifests,
    scan: file === undefined ? createFolderReader(manifests) : createFileReader(file),
    state,
    statuses,
    watch,
    files,
    clock,
    log,
    readOnly,
    rescanMs,
  });
  return {
    inventory,
    reporter: createFolderReporter({ statuses, clock, log }),
    fileStore: (name) => (out === "" ? absentFile(plainName(name)) : files.store(plainName(name))),
    configMapStore: (namespace, name, key) => configMapStore(inventory, { namespace, name, key }),
    secretText: (namespace, ref) => async () => inventory.secretText(namespace, ref),
    stateProblem: () => state.problem(),
    ownerId: state.ownerId,
    ownerIdProblem: () => state.ownerIdProblem(),
    busyFiles: () => files.busy(),
    [Symbol.asyncDispose]: () => close([watch, files], state),
  };
}

const RESCAN_MS: Millis = 10_000;

/**
 * An unreadable folder ends a read-only command. It ends `run` only if the path is not a folder and no object is known from an
 * earlier run. Otherwise the last valid manifests remain in effect until the folder is readable again.
 */
async function requireManifests(options: FolderOptions): Promise<void> {
  const { manifests, stateFile = "", clock, random, log, readOnly = false } = options;
  const error = await folderError(manifests);
  if (error === undefined) {
    return;
  }
  const state = await openStateFile({ path: stateFile, clock, random, log, readOnly: true });
  if (readOnly || (error.isNoFolder && state.all().length === 0)) {
    const message = `cannot read the manifest folder ${manifests}: ${error.message}`;
    throw new AppError("CONFIG_INVALID", message, { retry: "on-change" });
  }
}

/** A file that doesn't exist, and that is never written. */
function absentFile(location: string): TextStore {
  return {
    location,
    read: async () => ({ kind: "ok", text: undefined, revision: "", owner: undefined }),
    write: async () => ({ kind: "refused", reason: "Forbidden", message: `${location} is not written without --out` }),
  };
}

async function prepareOut(out: string): Promise<void> {
  try {
    await prepareFolder(out);
  } catch (error) {
    const message = `the folder ${out} cannot be used: ${messageOf(error)}`;
    throw new AppError("WRITE_REFUSED", message, { cause: error, retry: "on-change" });
  }
}

async function close(watches: readonly Disposable[], state: StateFile): Promise<void> {
  for (const watch of watches) {
    watch[Symbol.dispose]();
  }
  await state[Symbol.asyncDispose]();
}

function plainName(name: string): string {
  if (isAbsolute(name) || normalize(name) !== name || name.startsWith(".") || /[/\\]/.test(name)) {
    throw new AppError(
      "CONFIG_INVALID",
      `"${name}" is not a valid file name: it must not begin with a dot or have a slash`,
      { retry: "on-change" },
    );
  }
  return name;
}

interface MapKey {
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
}

function configMapStore(inventory: FolderInventory, { namespace, name, key }: MapKey): TextStore {
  const location = `ConfigMap ${namespace}/${name} key ${key}`;
  return {
    location,
    read: async () => {
      const text = inventory.configMapText(namespace, name, key);
      return { kind: "ok", text, revision: revisionOf(text), owner: undefined };
    },
    write: async () => ({
      kind: "refused",
      reason: "Forbidden",
      message: `dnsalias does not write ${location}, because it is a manifest: edit the file of the manifest`,
    }),
  };
}
