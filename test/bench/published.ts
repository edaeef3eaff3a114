import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { kubeRequests, memberAt } from "../lab/kube-requests.ts";
import { waitFor } from "../lab/wait-for.ts";
import type { KubeApiserver } from "../support/kube-apiserver.ts";
import { ZONE_NAMESPACE } from "./bench-cluster.ts";

/** Waits until the rendered ConfigMaps hold addresses for so many owner names; gives the moment (performance.now). */
export async function untilInConfigMaps(api: KubeApiserver, names: number, withinMs: number): Promise<number> {
  using requests = kubeRequests(api);
  const ending = new AbortController();
  const counts = new Map<string, number>();
  let doneAt: number | undefined;
  const path = `/api/v1/namespaces/${ZONE_NAMESPACE}/configmaps?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
  const watching = requests.watch(
    path,
    (event) => {
      for (const [key, text] of Object.entries(Object(memberAt(event, "object", "data")))) {
        counts.set(key, ownNames(String(text)));
      }
      if (sum(counts) >= names) {
        doneAt ??= performance.now();
      }
    },
    ending.signal,
  );
  try {
    const done = waitFor(`${names} names in ConfigMaps`, () => defined(doneAt, () => `${sum(counts)} so far`), {
      withinMs,
    });
    return await Promise.race([done, watching.then(() => done)]);
  } finally {
    ending.abort();
    await watching.catch(() => undefined);
  }
}

/** The same for the zone files of a folder. */
export async function untilInFolder(folder: string, names: number, withinMs: number): Promise<number> {
  return waitFor(
    `${names} names in ${folder}`,
    async () => {
      const files = (await readdir(folder)).filter((file) => file.endsWith(".zone"));
      const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
      const count = texts.reduce((all, text) => all + ownNames(text), 0);
      return defined(count >= names ? performance.now() : undefined, () => `${count} so far`);
    },
    { withinMs, everyMs: 100 },
  );
}

/** Owner names with an A record between the markers. */
function ownNames(zoneText: string): number {
  const [, own = ""] = zoneText.split("; BEGIN dnsalias");
  return new Set([...own.matchAll(/^(\S+)\t\d+\tIN\tA\t/gm)].map(([, name]) => name)).size;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, count) => all + count, 0);
}

function defined<T>(value: T | undefined, otherwise: () => string): T {
  if (value === undefined) {
    throw new Error(otherwise());
  }
  return value;
}
