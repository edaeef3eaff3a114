import assert from "node:assert/strict";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { listAt, membersAt, textAt, valueAt } from "../../support/json-at.ts";
import { run, runOrThrow } from "../../support/run.ts";

export interface BuiltImage {
  /** The directory with the unpacked layers. */
  readonly root: string;
  readonly config: ImageConfig;
  /** Size of the archive, with compressed layers. */
  readonly archiveBytes: number;
}

/** The part of an OCI image configuration that the Dockerfile sets. */
export interface ImageConfig {
  /** "65532:65532" */
  readonly user: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: ReadonlyMap<string, unknown>;
  readonly stopSignal: string;
}

/** Builds the Dockerfile with test/image/build and unpacks the archive. If the build fails, the error contains the last lines of its output. */
export async function buildImage(directory: string): Promise<BuiltImage> {
  const archive = join(directory, "image.oci.tar");
  const words = ["test/image/build", "--tag", "localhost/dnsalias:test", "--out", archive];
  // timeout ends the whole process group, so that no buildah remains.
  const { code, stdout, stderr } = await run("timeout", [`${BUILD_SECONDS}`, ...words], {
    timeoutMs: (BUILD_SECONDS + 10) * 1000,
  });
  const tail = `${stdout}\n${stderr}`.trimEnd().split("\n").slice(-40).join("\n");
  assert.equal(code, 0, `test/image/build ended with ${code}${code === 124 ? " (timeout)" : ""}:\n${tail}`);
  return { ...(await unpack(archive, directory)), archiveBytes: (await stat(archive)).size };
}

/** Below the time limit of a test, so that a slow build is reported with its output. */
const BUILD_SECONDS = 280;

async function unpack(archive: string, directory: string): Promise<Omit<BuiltImage, "archiveBytes">> {
  const [layout, root] = [join(directory, "layout"), join(directory, "root")];
  await mkdir(layout);
  await mkdir(root);
  await runOrThrow("tar", ["-xf", archive, "-C", layout]);
  const blobPath = (descriptor: unknown) => join(layout, "blobs", textAt(descriptor, "digest").replace(":", "/"));
  const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, "utf8"));
  const manifests = listAt(await readJson(join(layout, "index.json")), "manifests");
  assert.equal(manifests.length, 1);
  const manifest = await readJson(blobPath(manifests[0]));
  for (const layer of listAt(manifest, "layers")) {
    await runOrThrow("tar", ["--numeric-owner", "--same-owner", "-xpzf", blobPath(layer), "-C", root]);
  }
  return { root, config: parseConfig(await readJson(blobPath(valueAt(manifest, "config")))) };
}

function parseConfig(blob: unknown): ImageConfig {
  const config = valueAt(blob, "config");
  const variables = listAt(config, "Env").map((variable) => String(variable).split(/=(.*)/s));
  return {
    user: textAt(config, "User"),
    entrypoint: listAt(config, "Entrypoint").map(String),
    command: listAt(config, "Cmd").map(String),
    env: Object.fromEntries(variables.map(([name = "", value = ""]) => [name, value])),
    labels: new Map(membersAt(config, "Labels")),
    stopSignal: textAt(config, "StopSignal"),
  };
}
