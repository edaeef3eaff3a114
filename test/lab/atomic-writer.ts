import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Makes a volume's directory show these files, exactly as the kubelet's atomic writer does: a new directory with a time in its name, a
 * symlink `..data` that is replaced by a rename, and a symlink a file that points through it. A reader sees the old set of
 * files or the new one, never a part. Nothing moves when the content is the same.
 */
export async function writeVolume(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(directory, { recursive: true });
  const before = await readlink(join(directory, DATA)).catch(() => undefined);
  if (before !== undefined && (await hasContent(join(directory, before), files))) {
    return;
  }
  const payload = await mkdtemp(join(directory, `..${stamp()}.`));
  await Promise.all([...files].map(([name, text]) => writeFile(join(payload, name), text, { mode: 0o644 })));
  await symlink(payload.slice(directory.length + 1), join(directory, DATA_NEW));
  await rename(join(directory, DATA_NEW), join(directory, DATA));
  await showFiles(directory, files);
  if (before !== undefined) {
    await rm(join(directory, before), { recursive: true, force: true });
  }
}

const DATA = "..data";
const DATA_NEW = "..data_tmp";

/** `2026_11_24_22_30_24`, the kubelet's layout. */
function stamp(): string {
  return new Date().toISOString().slice(0, 19).replaceAll(/[-:T]/g, "_");
}

async function hasContent(payload: string, files: ReadonlyMap<string, string>): Promise<boolean> {
  const names = await readdir(payload);
  if (names.length !== files.size) {
    return false;
  }
  const same = names.map(async (name) => (await readFile(join(payload, name), "utf8")) === files.get(name));
  return (await Promise.all(same)).every(Boolean);
}

/** The names that readers open; those of files that are gone are removed last, as the kubelet does. */
async function showFiles(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  const shown = (await readdir(directory)).filter((name) => !name.startsWith(".."));
  const missing = [...files.keys()].filter((name) => !shown.includes(name));
  await Promise.all(missing.map((name) => symlink(join(DATA, name), join(directory, name))));
  const stale = shown.filter((name) => !files.has(name));
  await Promise.all(stale.map((name) => rm(join(directory, name))));
}
