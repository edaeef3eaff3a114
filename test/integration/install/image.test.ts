import assert from "node:assert/strict";
import { chown, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { Resolver } from "node:dns/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { announceVersion, skipWithout } from "../../support/component.ts";
import { freePort } from "../../support/free-port.ts";
import { startProcess, untilReady } from "../../support/process.ts";
import { membersAt, textAt } from "../../support/json-at.ts";
import { run, type RunResult } from "../../support/run.ts";
import { buildImage, type BuiltImage } from "./image-archive.ts";
import { inContainer } from "./image-run.ts";

/** With CI=true the test runs without root too, and fails. */
const isRoot = process.getuid?.() === 0 || process.env["CI"] === "true";
const skip = isRoot
  ? skipWithout("buildah", "chroot", "debootstrap", "unshare")
  : "needs root to build the image and for a root directory of its own";

describe("the image", { skip }, () => {
  let directory: string;
  let image: BuiltImage;
  let entry: readonly string[];

  before(async () => {
    await announceVersion("buildah");
    directory = await mkdtemp(join(tmpdir(), "dnsalias-image-"));
    image = await buildImage(directory);
    entry = image.config.entrypoint;
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const command = (words: readonly string[], mounts: Parameters<typeof inContainer>[0]["mounts"] = []) =>
    inContainer({
      root: image.root,
      user: image.config.user,
      env: image.config.env,
      mounts,
      command: words,
    });
  const inside = async (...words: readonly string[]): Promise<RunResult> => {
    const [program = "", ...args] = await command(words);
    return run(program, args);
  };

  it("starts as its entry point says, and prints its version", async (test) => {
    const version = textAt(JSON.parse(await readFile("package.json", "utf8")), "version");
    const first = await inside(...entry, "version");
    assert.deepEqual([first.stderr, first.stdout], ["", `dnsalias ${version} (Node.js ${process.versions.node})\n`]);
    const started = performance.now();
    await inside(...entry, "version");
    test.diagnostic(`warm start with its namespaces: ${Math.round(performance.now() - started)} ms`);
  });

  it("is of the Node.js that the program is tested with", async () => {
    const dockerfile = await readFile("Dockerfile", "utf8");
    const pinned = new RegExp(`^ARG NODE_IMAGE=docker\\.io/library/node:${process.versions.node}-`, "m");
    assert.match(dockerfile, pinned);
  });

  it("has a user without rights, labels, a default command, and SIGTERM as its stop signal", async () => {
    const { user, command: words, labels, stopSignal } = image.config;
    assert.deepEqual([user, words, stopSignal], ["65532:65532", ["run"], "SIGTERM"]);
    const version = textAt(JSON.parse(await readFile("package.json", "utf8")), "version");
    assert.equal(labels.get("org.opencontainers.image.version"), version);
    for (const label of ["title", "revision", "created", "licenses"]) {
      assert.match(String(labels.get(`org.opencontainers.image.${label}`)), /\S/, label);
    }
  });

  it("belongs to root, and only root can write to it", async () => {
    const entries = await readdir(image.root, { recursive: true });
    const stats = await Promise.all(
      entries.map(async (path) => {
        const { uid, gid, mode } = await lstat(join(image.root, path));
        return { path, uid, gid, mode };
      }),
    );
    const foreign = stats.filter(({ uid, gid }) => uid !== 0 || gid !== 0);
    const writable = stats.filter(({ mode }) => (mode & FILE_TYPE) !== SYMLINK && (mode & WRITABLE_OR_SET_ID) !== 0);
    assert.ok(entries.includes("app/dist/main.js"));
    assert.deepEqual(
      [foreign, writable].map((list) => list.map(({ path }) => path)),
      [[], []],
    );
  });

  it("has no shell, no package manager and no types or source maps of modules", async (test) => {
    const files = await filesOf(image.root);
    const named = files.filter((path) =>
      /\/(?:sh|bash|dash|busybox|npm|npx|yarn|apt|apt-get|dpkg|corepack)$/.test(path),
    );
    const idle = files.filter((path) => path.startsWith("app/node_modules/") && /\.(?:d\.[cm]?ts|map)$/.test(path));
    assert.deepEqual([named, idle], [[], []]);
    const sizes = await Promise.all(
      ["usr", "lib", "lib64", "app/node_modules", "app/dist"].map(
        async (folder) => `${folder} ${await mebibytes(join(image.root, folder))}`,
      ),
    );
    test.diagnostic(`MiB: ${sizes.join(", ")}`);
  });

  it("is at most 220 MiB unpacked and 70 MiB compressed", async (test) => {
    const [unpacked, compressed] = [Number(await mebibytes(image.root)), image.archiveBytes / 2 ** 20];
    test.diagnostic(`MiB: unpacked ${unpacked}, compressed ${compressed.toFixed(1)}`);
    assert.ok(unpacked < 220 && compressed < 70, `${unpacked} MiB unpacked, ${compressed} MiB compressed`);
  });

  it("has every module that the program imports, and none for development", async () => {
    const manifest: unknown = JSON.parse(await readFile("package.json", "utf8"));
    const [needed, ours] = ["dependencies", "devDependencies"].map((key) =>
      membersAt(manifest, key).map(([name]) => name),
    );
    const there = await filesOf(join(image.root, "app/node_modules"));
    const has = (name: string) => there.some((path) => path.startsWith(`${name}/`));
    assert.deepEqual(
      needed?.filter((name) => !has(name)),
      [],
    );
    assert.deepEqual(ours?.filter(has), []);
    const loads = `${JSON.stringify(needed)}.forEach(require("node:module").createRequire("/app/dist/main.js"))`;
    const { stderr, code } = await inside(entry[0] ?? "", "--eval", loads);
    assert.deepEqual([stderr, code], ["", 0]);
  });

  it("cannot write to its root directory", async () => {
    const write =
      'try { require("fs").writeFileSync("/file", "") } catch (error) { console.log(error.code, process.getuid(), process.getgid()) }';
    const { stdout } = await inside(entry[0] ?? "", "--eval", write);
    assert.equal(stdout, "EROFS 65532 65532\n");
  });

  it("does the work of folder mode, and ends in order by its stop signal", async () => {
    const [manifests, out] = [join(directory, "manifests"), join(directory, "out")];
    await mkdir(manifests);
    await writeFile(join(manifests, "objects.yaml"), MANIFESTS);
    await mkdir(out);
    await chown(out, 65532, 65532);
    const [port, dnsPort] = [await freePort(), await freePort()];
    const mounts = [
      { from: manifests, to: "/manifests", readOnly: true },
      { from: out, to: "/out", readOnly: false },
    ];
    const listen = [`--listen-ops=127.0.0.1:${port}`, `--responder-listen=127.0.0.1:${dnsPort}`];
    const words = ["run", "--manifests=/manifests", "--out=/out", ...listen];
    const [program = "", ...args] = await command([...entry, ...words], mounts);
    await using child = startProcess({ component: "image", command: program, args });
    const zone = () => readFile(join(out, "example.com.zone"), "utf8").catch(() => "no zone file yet");
    const probe = async () =>
      /^example\.com\.\t\d+\tIN\tA\t192\.0\.2\.7$/m.test(await zone()) ? undefined : await zone();
    await untilReady(child, { component: "image", deadlineMs: 30_000, probe });
    assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
    const resolver = new Resolver({ timeout: 3000, tries: 3 });
    resolver.setServers([`127.0.0.1:${dnsPort}`]);
    const answers = () => resolver.resolve4("example.com").then(String, String);
    const probeResponder = async () => ((await answers()) === "192.0.2.7" ? undefined : answers());
    await untilReady(child, { component: "the image's responder", deadlineMs: 30_000, probe: probeResponder });
    const inner = await run("/usr/bin/pgrep", ["-f", `main.js run --manifests=/manifests .*${port}`]);
    assert.equal((await run("/bin/kill", ["-TERM", ...inner.stdout.trim().split("\n").slice(-1)])).code, 0);
    await untilReady(child, { component: "image's end", deadlineMs: 15_000, probe: async () => "running" }).catch(
      () => undefined,
    );
    assert.equal(child.ended(), "ended with 0", child.output());
  });
});

/** Bits of a mode in stat(2). */
const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;
const WRITABLE_OR_SET_ID = 0o6022;

const MANIFESTS = `
kind: DnsZone
apiVersion: dnsalias.io/v1alpha1
metadata: {name: example-com}
spec:
  domain: example.com
  provider:
    coreDNS:
      zoneFile:
        baseZone:
          inline: |
            @  3600 IN SOA ns1.example.net. hostmaster 1 7200 900 1209600 300
            @  3600 IN NS  ns1.example.net.
---
kind: DnsAlias
apiVersion: dnsalias.io/v1alpha1
metadata: {name: shop}
spec:
  hostnames: [example.com]
  targets: [{addresses: [192.0.2.7]}]
`;

async function filesOf(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

async function mebibytes(root: string): Promise<string> {
  const sizes = await Promise.all((await filesOf(root)).map(async (path) => (await lstat(join(root, path))).size));
  return (sizes.reduce((sum, size) => sum + size, 0) / 2 ** 20).toFixed(1);
}
