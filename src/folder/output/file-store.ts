import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock, Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { TextRead, TextStore, TextWrite } from "../../providers/text-store.ts";
import { systemCode } from "../../base/system-error.ts";
import { writeAtomically } from "./atomic-write.ts";
import { createFileQueue } from "./file-queue.ts";

export interface FileStore extends TextStore {
  /** When the running call of the file system began. Undefined: no call runs. */
  readonly busySince: () => Millis | undefined;
}

export interface FileStoreOptions {
  readonly readOnly: boolean;
  readonly clock: Clock;
  /** The limit for a read or a write. Defaults to 10 s. */
  readonly limitMs?: Millis;
}

/**
 * A text in a separate file. The revision is a hash of the content. A new file never overwrites an existing one, and a change by
 * another writer before the write is a conflict. A file system that doesn't answer is a failure after the limit. A read rejects
 * with the reason of its signal. A signal doesn't stop a write that has begun. Nothing else rejects.
 */
export function createFileStore(path: string, { readOnly, clock, limitMs = LIMIT_MS }: FileStoreOptions): FileStore {
  const queue = createFileQueue(clock, limitMs);
  const failed = (): TextFailure => {
    const since = new Date(queue.busySince() ?? clock.now()).toISOString();
    return { kind: "failed", message: `the file system has not answered for ${path} since ${since}` };
  };
  const heard = async <T>(result: Promise<T | "expired">): Promise<T | TextFailure> => {
    const ended = await result;
    return ended === "expired" ? failed() : ended;
  };
  const refused: TextWrite = { kind: "refused", reason: "Forbidden", message: `${path} is read-only for dnsalias` };
  return {
    location: path,
    busySince: () => queue.busySince(),
    read: async (signal) => heard(queue.run(async () => readText(path), signal)),
    write: async (text, revision, signal) =>
      readOnly
        ? refused
        : heard(queue.run(async () => (signal.aborted ? STOPPED : writeText(path, text, revision)), NEVER)),
  };
}

/** The revision of a text. "" for a missing file. */
export function revisionOf(text: string | undefined): string {
  return text === undefined ? "" : createHash("sha256").update(text).digest("hex");
}

type TextFailure = Extract<TextRead, { readonly kind: "failed" }>;

/** The default limit. An orderly stop of the program has the same default limit. */
const LIMIT_MS: Millis = 10_000;
const NEVER = new AbortController().signal;
const STOPPED: TextWrite = { kind: "failed", message: "stopped before the write" };
/** Readable for other users, because CoreDNS may run as another user. */
const MODE = 0o644;

async function readText(path: string): Promise<TextRead> {
  try {
    const text = await readFile(path, "utf8");
    return { kind: "ok", text, revision: revisionOf(text), owner: undefined };
  } catch (error) {
    return systemCode(error) === "ENOENT"
      ? { kind: "ok", text: undefined, revision: "", owner: undefined }
      : { kind: "failed", message: messageOf(error) };
  }
}

async function writeText(path: string, text: string, revision: string): Promise<TextWrite> {
  const current = await readText(path);
  if (current.kind !== "ok") {
    return current;
  }
  if (current.revision !== revision) {
    return { kind: "conflict", message: `${path} was changed by another writer since it was read` };
  }
  if (current.text === text) {
    return { kind: "written", revision };
  }
  try {
    await writeAtomically(path, text, { mode: MODE, exclusive: revision === "" });
    return { kind: "written", revision: revisionOf(text) };
  } catch (error) {
    return refusal(path, error);
  }
}

function refusal(path: string, error: unknown): TextWrite {
  const code = systemCode(error) ?? "";
  if (code === "EEXIST") {
    return { kind: "conflict", message: `${path} was created by another writer meanwhile` };
  }
  return ["EACCES", "EPERM", "EROFS"].includes(code)
    ? { kind: "refused", reason: "Forbidden", message: messageOf(error) }
    : { kind: "failed", message: messageOf(error) };
}
