import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/error.ts";
import type { FolderView } from "./known-objects.ts";
import { validateFile, type FileContent } from "../manifest/validate-file.ts";
import { MAX_FILE_SIZE } from "../manifest/parse-manifests.ts";
import { scanFolder, type FileStamp, type FolderScan, type Unreadable } from "./scan-folder.ts";
import { systemCode } from "../../base/system-error.ts";

/** The result of one scan of the folder. */
export interface FolderRead {
  readonly view: FolderView;
  readonly unreadable: readonly Unreadable[];
  /** The folders to watch, see {@link FolderScan}. */
  readonly folders: ReadonlyMap<string, string>;
  /** Why the folder is not readable. Undefined: it was read. */
  readonly failure: string | undefined;
  /** False: everything is the same as at the previous scan. */
  readonly changed: boolean;
}

/** Scans a folder repeatedly, and reads only files that have changed since the last scan. Never rejects. */
export function createFolderReader(root: string): () => Promise<FolderRead> {
  let known: ReadonlyMap<string, CachedFile> = new Map();
  let rootId: string | undefined;
  let lastPrint: string | undefined;
  const changedTo = (print: string): boolean => {
    const changed = print !== lastPrint;
    lastPrint = print;
    return changed;
  };
  return async () => {
    const scan = await scanFolder(root);
    const failure = failureOf(scan, { rootId, hadFiles: known.size > 0 });
    if (failure !== undefined) {
      const changed = changedTo(failure);
      return { view: { files: new Map(), unreadable: [""] }, unreadable: [], folders: scan.folders, failure, changed };
    }
    const { files, unreadable } = await readChanged(root, scan.files, known);
    known = files;
    rootId = scan.folders.get("");
    const all = [...scan.unreadable, ...unreadable];
    return {
      view: {
        files: new Map([...files].map(([path, { content }]) => [path, content])),
        unreadable: all.map(({ path }) => path),
      },
      unreadable: all,
      folders: scan.folders,
      failure: undefined,
      changed: changedTo(printOf(files, all)),
    };
  };
}

/** One file with manifests, or the standard input. */
export interface ManifestFile {
  readonly path: string;
  /** The name of the file in messages. */
  readonly label: string;
  readonly size: number;
}

/** The file at a path. "-" is the standard input. Undefined: a folder, or nothing. */
export async function manifestFile(path: string): Promise<ManifestFile | undefined> {
  if (path === "-") {
    return { path, label: "standard input", size: 0 };
  }
  const info = await stat(path).catch(() => undefined);
  return info === undefined || info.isDirectory() ? undefined : { path, label: path, size: info.size };
}

/** Reads one file once. Every later call returns the same. Never rejects. */
export function createFileReader(file: ManifestFile): () => Promise<FolderRead> {
  let result: Promise<FolderRead> | undefined;
  return () => (result ??= readOne(file));
}

async function readOne({ path, label, size }: ManifestFile): Promise<FolderRead> {
  const read = path === "-" ? await readStandardInput() : await readText(path, size);
  const message = read.kind === "failed" ? read.message : "it does not exist";
  const unreadable = read.kind === "text" ? [] : [{ path: label, message }];
  return {
    view: {
      files: new Map(read.kind === "text" ? [[label, validateFile(label, read.text)]] : []),
      unreadable: unreadable.map((each) => each.path),
    },
    unreadable,
    folders: new Map(),
    failure: undefined,
    changed: true,
  };
}

interface CachedFile {
  readonly stamp: string;
  readonly content: FileContent;
}

/** Returns a text that is equal for two scans with the same files and the same problems. */
function printOf(files: ReadonlyMap<string, CachedFile>, unreadable: readonly Unreadable[]): string {
  const hash = createHash("sha256");
  for (const [path, { stamp }] of files) {
    hash.update(`${path}\n${stamp}\n`);
  }
  return `${hash.digest("hex")} ${JSON.stringify(unreadable)}`;
}

interface Earlier {
  readonly rootId: string | undefined;
  readonly hadFiles: boolean;
}

/** If a folder with files is replaced by an empty one, a volume was unmounted. This is not a deletion of all objects. */
function failureOf(scan: FolderScan, { rootId, hadFiles }: Earlier): string | undefined {
  const own = scan.unreadable.find(({ path }) => path === "");
  if (own !== undefined) {
    return own.message;
  }
  const replaced = rootId !== undefined && rootId !== scan.folders.get("");
  return replaced && hadFiles && scan.files.size === 0
    ? "the folder was replaced by an empty one; check that its volume is mounted"
    : undefined;
}

interface ParsedFiles {
  readonly files: ReadonlyMap<string, CachedFile>;
  readonly unreadable: readonly Unreadable[];
}

async function readChanged(
  root: string,
  scanned: ReadonlyMap<string, FileStamp>,
  known: ReadonlyMap<string, CachedFile>,
): Promise<ParsedFiles> {
  const files = new Map<string, CachedFile>();
  const unreadable: Unreadable[] = [];
  for (const [path, { stamp, size }] of scanned) {
    const before = known.get(path);
    if (before?.stamp === stamp) {
      files.set(path, before);
    } else {
      const read = await readText(join(root, path), size);
      if (read.kind === "text") {
        files.set(path, { stamp, content: validateFile(path, read.text) });
      } else if (read.kind === "failed") {
        unreadable.push({ path, message: read.message });
      }
    }
  }
  return { files, unreadable };
}

type TextResult =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "gone" }
  | { readonly kind: "failed"; readonly message: string };

async function readText(path: string, size: number): Promise<TextResult> {
  if (size > MAX_FILE_SIZE) {
    return { kind: "failed", message: `larger than ${MAX_FILE_SIZE} bytes; split the file` };
  }
  try {
    return { kind: "text", text: new TextDecoder("utf-8", { fatal: true }).decode(await readFile(path)) };
  } catch (error) {
    return systemCode(error) === "ENOENT" ? { kind: "gone" } : readFailure(error);
  }
}

/** A stream, because /dev/stdin can't be opened if the standard input is a socket. */
async function readStandardInput(): Promise<TextResult> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  try {
    for await (const chunk of process.stdin) {
      text += decoder.decode(chunk, { stream: true });
    }
    return { kind: "text", text: text + decoder.decode() };
  } catch (error) {
    return readFailure(error);
  }
}

function readFailure(error: unknown): TextResult {
  return systemCode(error) === "ERR_ENCODING_INVALID_ENCODED_DATA"
    ? { kind: "failed", message: "not UTF-8 text: save the file as UTF-8" }
    : { kind: "failed", message: messageOf(error) };
}
