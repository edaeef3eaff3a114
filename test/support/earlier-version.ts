import { rm } from "node:fs/promises";
import { join } from "node:path";
import { runOrThrow } from "./run.ts";

/**
 * The version to upgrade from until there is a release, then its tag: the first commit with the schema of today. The objects of one before it aren't
 * converted (docs/api-versions.md).
 */
export const EARLIER = "c9b478f";

/** A version of before, whose fields of DnsAliases and DnsZones were renamed since: its objects are created again. */
export const EARLIER_SCHEMA = "6148050";

/** Writes the files of a commit below the paths into a directory, all without paths. The commit must be in the clone: a shallow one may lack it. */
export async function extractCommit(commit: string, directory: string, ...paths: readonly string[]): Promise<void> {
  const archive = join(directory, "..", `${commit}-${process.pid}.tar`);
  await runOrThrow("git", ["archive", `--output=${archive}`, commit, ...paths]);
  await runOrThrow("tar", ["-xf", archive, "-C", directory]);
  await rm(archive);
}
