import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/error.ts";
import { byCodeUnit } from "../../base/order.ts";
import { systemCode } from "../../base/system-error.ts";

/** The files of a folder, without their content. Paths are relative to the folder, with "/" between the parts. */
export interface FolderScan {
  /** Manifest files, sorted. The stamp changes if a file may have changed. */
  readonly files: ReadonlyMap<string, FileStamp>;
  /** The folder itself as "", and every sub-folder. The id changes if another folder replaces it. */
  readonly folders: ReadonlyMap<string, string>;
  readonly unreadable: readonly Unreadable[];
}

export interface FileStamp {
  readonly stamp: string;
  readonly size: number;
}

export interface Unreadable {
  readonly path: string;
  readonly message: string;
}

/**
 * Searches a folder and its sub-folders for manifests. It follows links, and ignores kustomization files and names that begin
 * with a dot. Never rejects: it lists unreadable paths, with "" for the folder itself.
 */
export async function scanFolder(root: string): Promise<FolderScan> {
  const found: ScannedFiles = { files: new Map(), folders: new Map(), unreadable: [] };
  await scanInto(found, { root, path: "", ancestors: [] });
  return { ...found, files: new Map([...found.files].sort(([a], [b]) => byCodeUnit(a, b))) };
}

interface FolderError {
  /** True: the path is wrong. False: a later try may succeed. */
  readonly isNoFolder: boolean;
  readonly message: string;
}

/** Why a folder is not readable, and the cure. Undefined: it is readable. */
export async function folderError(path: string): Promise<FolderError | undefined> {
  try {
    await readdir(path);
    return undefined;
  } catch (error) {
    const cure = NO_FOLDER[systemCode(error) ?? ""];
    return { isNoFolder: cure !== undefined, message: cure ?? messageOf(error) };
  }
}

const NO_FOLDER: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist; create it or correct the path",
  ENOTDIR: "it is not a folder; set --manifests to the folder of the file",
};

/**
 * The limits of a scan. A deeper or larger folder is a mistake, for example a wrong mount. It is reported instead of being read
 * for minutes.
 */
const MAX_DEPTH = 16;
const MAX_FILES = 50_000;
const MAX_FOLDERS = 5000;
const TOO_MUCH = `too many files: more than ${MAX_FILES} files, ${MAX_FOLDERS} folders, or ${MAX_DEPTH} levels`;
/** The maximum number of concurrent calls to the file system. */
const WIDTH = 32;
const MANIFEST = /\.(?:ya?ml|json)$/i;
const SKIPPED = /^(?:\.|kustomization\.ya?ml$)/;

interface ScannedFiles {
  readonly files: Map<string, FileStamp>;
  readonly folders: Map<string, string>;
  readonly unreadable: Unreadable[];
}

interface FolderPosition {
  readonly root: string;
  readonly path: string;
  /** Real paths from the root to this folder, to detect links that lead back up. */
  readonly ancestors: readonly string[];
}

async function scanInto(found: ScannedFiles, { root, path, ancestors }: FolderPosition): Promise<void> {
  const full = join(root, path);
  try {
    const real = await realpath(full);
    if (ancestors.includes(real)) {
      return;
    }
    if (ancestors.length > MAX_DEPTH || found.folders.size >= MAX_FOLDERS || found.files.size > MAX_FILES) {
      found.unreadable.push({ path, message: TOO_MUCH });
      return;
    }
    const names = (await readdir(full)).filter((name) => !SKIPPED.test(name)).sort(byCodeUnit);
    const { dev, ino } = await stat(full);
    found.folders.set(path, `${dev}:${ino}`);
    const next = { root, ancestors: [...ancestors, real] };
    for (let start = 0; start < names.length; start += WIDTH) {
      const paths = names.slice(start, start + WIDTH).map((name) => (path === "" ? name : `${path}/${name}`));
      const kinds = await Promise.all(paths.map(async (child) => visit(found, root, child)));
      if (found.files.size > MAX_FILES) {
        found.unreadable.push({ path, message: TOO_MUCH });
        return;
      }
      for (const folder of paths.filter((_, index) => kinds[index] === "folder")) {
        await scanInto(found, { ...next, path: folder });
      }
    }
  } catch (error) {
    if (path === "" || systemCode(error) !== "ENOENT") {
      found.unreadable.push({ path, message: messageOf(error) });
    }
  }
}

/** Adds a manifest file. Returns whether the entry is a folder to scan. */
async function visit(found: ScannedFiles, root: string, path: string): Promise<"folder" | "other"> {
  try {
    const info = await stat(join(root, path));
    if (info.isDirectory()) {
      return "folder";
    }
    if (info.isFile() && MANIFEST.test(path)) {
      const { dev, ino, size, mtimeMs, ctimeMs } = info;
      found.files.set(path, { stamp: [dev, ino, size, mtimeMs, ctimeMs].join(":"), size });
    }
  } catch (error) {
    // The entry was deleted after the folder was read, or is a broken link. It counts as absent.
    if (systemCode(error) !== "ENOENT") {
      found.unreadable.push({ path, message: messageOf(error) });
    }
  }
  return "other";
}
