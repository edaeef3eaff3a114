import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface AtomicWriteOptions {
  readonly mode: number;
  /** True: an existing file is not changed, and the write rejects with the code EEXIST. */
  readonly exclusive?: boolean;
}

/**
 * Replaces a whole file. A reader sees the old or the new text, even after a crash in between. The folder must exist. The name of
 * the temporary file begins with a dot and has no part of the final name. No pattern of CoreDNS therefore matches it. The temporary
 * file is removed at the end.
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

/** Syncs the folder, so that the rename survives a power failure. If the file system refuses the sync, the write still succeeds. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Some network file systems cannot sync a folder.
  }
}
