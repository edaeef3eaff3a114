import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crdManifests } from "../../api/generate/crd.ts";

export interface CrdsOptions {
  /** The folder for the files. Absent: `write` gets both definitions as one YAML stream for `kubectl apply -f -`. */
  readonly out?: string;
  /** Standard output. */
  readonly write: (text: string) => void;
}

/** `dnsalias crds [--out DIR]`. Returns the exit code. */
export async function runCrds({ out, write }: CrdsOptions): Promise<number> {
  if (out === undefined) {
    write(
      crdManifests()
        .map(({ yaml }) => `---\n${yaml}`)
        .join(""),
    );
    return 0;
  }
  const files = await writeCrds(out);
  write(files.map((file) => `${file}\n`).join(""));
  return 0;
}

/** Writes one file for each kind, and creates the folder if it is missing. Returns the paths of the files. */
export async function writeCrds(folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const manifests = crdManifests().map(({ file, yaml }) => ({ path: join(folder, file), yaml }));
  await Promise.all(manifests.map(({ path, yaml }) => writeFile(path, yaml)));
  return manifests.map(({ path }) => path);
}
