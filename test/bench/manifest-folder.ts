import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stream } from "../lab/manifests.ts";
import { temporaryFolder } from "../support/folder.ts";
import { aliasManifests, domainsOf, zoneManifestOf, type Population } from "./population.ts";

/** A population as files: the folder of manifests, and an empty one to write to. */
export interface ManifestFolder extends AsyncDisposable {
  readonly out: string;
  /** `--manifests=… --out=…` */
  readonly args: readonly string[];
}

/** Aliases in one file. */
const A_FILE = 100;

export async function writeManifestFolder(population: Population): Promise<ManifestFolder> {
  const folder = await temporaryFolder();
  const [manifests, out] = [join(folder.path, "manifests"), join(folder.path, "out")];
  await mkdir(manifests);
  await mkdir(out);
  const zones = domainsOf(population).map((domain) => zoneManifestOf(domain, undefined));
  await writeFile(join(manifests, "zones.yaml"), stream(...zones));
  const all = aliasManifests(population);
  for (let at = 0; at < all.length; at += A_FILE) {
    await writeFile(join(manifests, `aliases-${at}.yaml`), stream(...all.slice(at, at + A_FILE)));
  }
  return {
    out,
    args: [`--manifests=${manifests}`, `--out=${out}`],
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
