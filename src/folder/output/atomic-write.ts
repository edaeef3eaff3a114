import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface AtomicWriteOptions {
  readonly mode: number;
  /** True: an existing file is not changed, and the write rejects with the code EEXIST. */
  readonly exclusive?: boolean;
}

/**
 * Puts a whole file in place: a reader sees the old text or the new one, whatever dies between. The folder must exist. The temporary file
 * begins with a dot, carries nothing of the final name (so that no pattern of CoreDNS takes it), and is gone when this ends.
 */
export async function writeAtomically(path: string, data: string, options: AtomicWriteOptions): Promise<void> {
  const temporary = join(dirname(path), `${TEMPORARY_PREFIX}${randomUUID()}`);
  try {
    await writeSynced(temporary, data, options.mode);
    if (options.exclusive === true) {
      await link(temporary, path);
      await unlink(temporary);
    } else {
      await rename(temporary, path);
    }
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Makes a folder ready for {@link writeAtomically}: it exists afterwards, without incomplete files of a killed process. */
export async function prepareFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(folder);
  const leftOver = names.filter((name) => name.startsWith(TEMPORARY_PREFIX));
  await Promise.all(leftOver.map((name) => unlink(join(folder, name)).catch(() => undefined)));
}

const TEMPORARY_PREFIX = ".dnsalias-tmp-";

async function writeSynced(path: string, data: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The rename itself survives a power cut only after this; a file system that refuses it is not worth failing for. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some network file systems do not know how to sync a folder.
  }
}
