import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { messageOf } from "../../base/error.ts";
import type { TextRead, TextStore, TextWrite } from "../../providers/text-store.ts";
import { writeAtomically } from "./atomic-write.ts";
import { systemCode } from "../../base/system-error.ts";

/**
 * A text in a file of its own. The revision is a hash of the content; a file that is to be new is made so that an existing one is never
 * overwritten, and an edit by someone else that came before our write is a conflict. Never rejects.
 */
export function createFileStore(path: string, { readOnly }: { readonly readOnly: boolean }): TextStore {
  if (readOnly) {
    const refused: TextWrite = { kind: "refused", reason: "Forbidden", message: `${path} is only read here` };
    return { location: path, read: async () => readText(path), write: async () => refused };
  }
  let queue: Promise<unknown> = Promise.resolve();
  return {
    location: path,
    read: async () => readText(path),
    write: async (text, revision, signal) => {
      const mine = queue.then(async () => (signal.aborted ? STOPPED : writeText(path, text, revision)));
      queue = mine;
      return mine;
    },
  };
}

/** The revision of a text; "" is a file that is not there. */
export function revisionOf(text: string | undefined): string {
  return text === undefined ? "" : createHash("sha256").update(text).digest("hex");
}

const STOPPED: TextWrite = { kind: "failed", message: "stopped before the write" };
/** CoreDNS may run as another user. */
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
  if (current.kind === "failed") {
    return current;
  }
  if (current.revision !== revision) {
    return { kind: "conflict", message: `${path} was changed by someone else since it was read` };
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
    return { kind: "conflict", message: `${path} was made by someone else meanwhile` };
  }
  return ["EACCES", "EPERM", "EROFS"].includes(code)
    ? { kind: "refused", reason: "Forbidden", message: messageOf(error) }
    : { kind: "failed", message: messageOf(error) };
}
