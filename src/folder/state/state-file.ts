import { randomUUID } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { backoffMs, type Backoff } from "../../base/backoff.ts";
import type { Clock, Millis, Random } from "../../base/clock.ts";
import { AppError, messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import { prepareFolder, writeAtomically } from "../output/atomic-write.ts";
import { objectId, parseState, stateText, type ObjectId, type StateEntry } from "../manifest/state-entry.ts";
import { systemCode } from "../../base/system-error.ts";

/**
 * The data of folder mode that survives restarts. Changes are written together after a short time, and at the latest on disposal.
 */
export interface StateFile extends AsyncDisposable {
  get(id: ObjectId): StateEntry | undefined;
  all(): readonly StateEntry[];
  put(entry: StateEntry): void;
  remove(id: ObjectId): void;
  /** Why the file on disk is out of date. Undefined: it is current, or soon will be. */
  problem(): string | undefined;
}

/** The owner id in a state file. */
export interface StoredOwnerId {
  /** A random id that restarts do not change. */
  readonly ownerId: string;
  /** Why the owner id is not in the file, so that it would change at a restart. Undefined: it is in the file. */
  ownerIdProblem(): string | undefined;
}

export interface StateFileDeps {
  readonly path: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** True: nothing is written, created or moved, for read-only commands. */
  readonly readOnly: boolean;
}

/** Opens or creates a state file. A damaged one is moved aside with a warning. Throws STATE_FILE_INVALID if the path cannot be used. */
export async function openStateFile(deps: StateFileDeps): Promise<StateFile & StoredOwnerId> {
  if (!deps.readOnly) {
    await prepare(deps);
  }
  const loaded = await load(deps);
  const { ownerId = randomUUID() } = loaded;
  const entries = new Map(loaded.entries.map((entry) => [objectId(entry), entry]));
  const lines = new Map<ObjectId, string>();
  const writer = startWriter(deps, () => {
    for (const [id, entry] of entries) {
      if (!lines.has(id)) {
        lines.set(id, JSON.stringify(entry));
      }
    }
    return stateText(lines.values(), ownerId);
  });
  let isSaved = loaded.isSaved;
  if (!isSaved && !deps.readOnly) {
    await writer.writeNow();
  }
  return {
    get: (id) => entries.get(id),
    all: () => [...entries.values()],
    put(entry) {
      const id = objectId(entry);
      entries.set(id, entry);
      lines.delete(id);
      writer.changed();
    },
    remove(id) {
      if (entries.delete(id)) {
        lines.delete(id);
        writer.changed();
      }
    },
    problem: writer.problem,
    ownerId,
    ownerIdProblem() {
      isSaved ||= writer.hasWritten();
      return isSaved ? undefined : (writer.problem() ?? "it is not written yet");
    },
    [Symbol.asyncDispose]: writer.stop,
  };
}

/** Changes within this time are written together. */
const DEBOUNCE_MS = 200;
/** The pause before a write is this many times as long as the last write took, but at most {@link MAX_DEBOUNCE_MS}. */
const WRITE_SHARE = 10;
const MAX_DEBOUNCE_MS = 2_000;
const RETRY: Backoff = { firstMs: 1000, maxMs: 60_000, spread: 0.2 };
/** Only the owner can read the file. Manifests are not secret, but other users don't need them. */
const MODE = 0o600;

interface Writer {
  readonly changed: () => void;
  readonly problem: () => string | undefined;
  readonly hasWritten: () => boolean;
  readonly writeNow: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

function startWriter({ path, clock, random, log, readOnly }: StateFileDeps, text: () => string): Writer {
  const stopping = new AbortController();
  let changed = false;
  let failures = 0;
  let hasWritten = false;
  let trouble: Trouble | undefined;
  let running: Promise<void> | undefined;
  let tookMs: Millis = 0;

  async function writeOnce(): Promise<void> {
    changed = false;
    const startedAt = clock.now();
    try {
      await writeAtomically(path, text(), { mode: MODE });
      failures = 0;
      hasWritten = true;
      trouble = undefined;
    } catch (error) {
      changed = true;
      failures += 1;
      const now = troubleOf(error);
      if (now.cause !== trouble?.cause) {
        log.error({ file: path, err: error }, "state file not written");
      }
      trouble = now;
    }
    tookMs = clock.now() - startedAt;
  }
  async function run(): Promise<void> {
    while (changed && !stopping.signal.aborted) {
      const wait = failures === 0 ? debounceMs(tookMs) : backoffMs(RETRY, failures - 1, random);
      await clock.sleep(wait, stopping.signal).catch(() => undefined);
      await writeOnce();
    }
    running = undefined;
  }
  /** A failed write is retried. */
  async function writeNow(): Promise<void> {
    await writeOnce();
    if (changed && !stopping.signal.aborted) {
      running ??= run();
    }
  }
  return {
    changed() {
      changed = !readOnly;
      if (changed && !stopping.signal.aborted) {
        running ??= run();
      }
    },
    problem: () => trouble?.message,
    hasWritten: () => hasWritten,
    writeNow,
    async stop() {
      stopping.abort();
      await running;
      if (changed) {
        await writeOnce();
      }
    },
  };
}

interface Trouble {
  /** The message without the name of the temporary file, which differs in each try. */
  readonly cause: string;
  readonly message: string;
}

function troubleOf(error: unknown): Trouble {
  const message = messageOf(error);
  return { cause: systemCode(error) ?? message, message };
}

function debounceMs(tookMs: Millis): Millis {
  return Math.max(DEBOUNCE_MS, Math.min(MAX_DEBOUNCE_MS, tookMs * WRITE_SHARE));
}

async function prepare({ path }: StateFileDeps): Promise<void> {
  try {
    await prepareFolder(dirname(path));
  } catch (error) {
    throw unusable(path, error);
  }
}

interface Loaded {
  readonly entries: readonly StateEntry[];
  readonly ownerId?: string;
  /** True if the file on disk has the owner id. */
  readonly isSaved: boolean;
}

async function load(deps: StateFileDeps): Promise<Loaded> {
  const { path } = deps;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") {
      return { entries: [], isSaved: false };
    }
    throw unusable(path, error);
  }
  const state = parseState(text);
  const known = state.ownerId === undefined ? {} : { ownerId: state.ownerId };
  if (state.kind === "ok") {
    return { entries: state.entries, ...known, isSaved: state.ownerId !== undefined };
  }
  await moveAside(deps, state.message, state.ownerId);
  return { entries: [], ...known, isSaved: false };
}

async function moveAside(
  { path, clock, log, readOnly }: StateFileDeps,
  why: string,
  ownerId: string | undefined,
): Promise<void> {
  if (readOnly) {
    log.warn({ file: path, err: why }, "state file not usable");
    return;
  }
  const aside = `${path}.damaged-${clock.now()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    throw unusable(path, error);
  }
  log.warn(
    { file: path, movedTo: aside, err: why },
    "state file not usable and moved aside; starting without last known good addresses",
  );
  if (ownerId === undefined) {
    log.warn(
      { file: path },
      "owner id lost; records at DNS servers and services belong to another owner; see --adopt-owner-id",
    );
  }
}

function unusable(path: string, cause: unknown): AppError {
  return new AppError("STATE_FILE_INVALID", `the state file ${path} cannot be used`, { cause, retry: "on-change" });
}
