import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { skipWithout } from "../../support/component.ts";
import { startKubeApiserver, type KubeApiserver } from "../../support/kube-apiserver.ts";
import { startProjection } from "../../lab/projection.ts";
import { waitFor } from "../../lab/wait-for.ts";

describe("the projection of ConfigMaps", { skip: skipWithout("etcd", "kube-apiserver", "kubectl", "openssl") }, () => {
  let api: KubeApiserver;
  let directory: string;

  before(async () => {
    api = await startKubeApiserver();
    directory = await mkdtemp(join(tmpdir(), "dnsalias-projection-"));
  });
  after(async () => {
    await api[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const set = async (name: string, ...pairs: readonly string[]): Promise<void> => {
    const { stdout } = await api.kubectl([
      "create",
      "configmap",
      name,
      "--dry-run=client",
      "-o",
      "yaml",
      ...pairs.map((pair) => `--from-literal=${pair}`),
    ]);
    const { code, stderr } = await api.kubectl(["apply", "-f", "-"], { input: stdout });
    assert.equal(code, 0, stderr);
  };
  const shown = async (volume: string): Promise<Readonly<Record<string, string>>> => {
    const names = (await readdir(volume)).filter((name) => !name.startsWith("..")).sort();
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await readFile(join(volume, name), "utf8")] as const)),
    );
  };

  test("shows files through one symlink that is swapped, and follows changes, deletions and a restart", async () => {
    const volume = join(directory, "at-once");
    await set("one", "a.zone=1", "b.zone=2");
    await set("other", "c.zone=3");
    const includes = (name: string): boolean => name === "one" || name === "late";
    await using projection = await startProjection({ api, namespace: "default", includes, directory: volume });
    assert.deepEqual(await shown(projection.directory), { "a.zone": "1", "b.zone": "2" });
    assert.equal(await readlink(join(volume, "a.zone")), "..data/a.zone");
    const first = await readlink(join(volume, "..data"));

    await set("one", "a.zone=new");
    await waitFor("the change", async () => assert.deepEqual(await shown(volume), { "a.zone": "new" }));
    assert.notEqual(await readlink(join(volume, "..data")), first);
    await waitFor("the old directory to go", async () => assert.ok(!(await readdir(volume)).includes(first)));

    await api.restart();
    await set("late", "d.zone=4");
    await waitFor("a new map after a restart", async () =>
      assert.deepEqual(await shown(volume), { "a.zone": "new", "d.zone": "4" }),
    );
    const link = await readlink(join(volume, "..data"));
    await set("other", "c.zone=5");
    await set("one", "a.zone=new");
    await delay(300);
    assert.equal(await readlink(join(volume, "..data")), link, "nothing moves when nothing differs");
    await api.kubectl(["delete", "configmap", "late"]);
    await waitFor("a map that is gone", async () => assert.deepEqual(await shown(volume), { "a.zone": "new" }));
  });

  test("waits as long as it is told, unless the pod changes", async () => {
    const volume = join(directory, "late");
    await set("slow", "a.zone=1");
    await api.kubectl(["apply", "-f", "-"], { input: POD });
    const includes = (name: string): boolean => name === "slow";
    const options = { api, namespace: "default", includes, directory: volume, delayMs: () => 60_000, pod: "coredns" };
    await using projection = await startProjection(options);
    await set("slow", "a.zone=2");
    await delay(1000);
    assert.deepEqual(await shown(projection.directory), { "a.zone": "1" });
    await api.kubectl(["annotate", "pod", "coredns", "dnsalias.io/nudge=1"]);
    await waitFor("the nudge", async () => assert.deepEqual(await shown(volume), { "a.zone": "2" }));
  });
});

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: coredns, namespace: default}
spec: {containers: [{name: coredns, image: coredns}]}
`;
