import { setTimeout as delay } from "node:timers/promises";
import type { KubeApiserver } from "../support/kube-apiserver.ts";
import { writeVolume } from "./atomic-writer.ts";
import { kubeRequests, listAt, memberAt, textAt, type KubeRequests } from "./kube-requests.ts";

export interface ProjectionOptions {
  readonly api: Pick<KubeApiserver, "url" | "credentials">;
  readonly namespace: string;
  /** Which of the namespace's ConfigMaps stand in the volume; their keys together are its files. */
  readonly includes: (configMap: string) => boolean;
  readonly directory: string;
  /** How long a change waits, in milliseconds; the kubelet takes 0 to 90 s. Default: at once. */
  readonly delayMs?: () => number;
  /** What the laboratory changes in a file, where the real thing cannot run (port 53, say). Default: nothing. */
  readonly adapt?: (text: string, file: string) => string;
  /** A pod whose change ends the wait, as a change of a real pod makes its kubelet sync. */
  readonly pod?: string;
  /** How long that sync takes, in milliseconds. Default: no time. */
  readonly syncMs?: number;
}

/** A ConfigMap volume of a pod. */
export interface Projection extends AsyncDisposable {
  readonly directory: string;
}

/**
 * Plays the kubelet for ConfigMaps: keeps a directory equal to them, with the kubelet's own way to write. Ready when what is there is
 * projected. An apiserver that is down is waited for; the files stay meanwhile.
 */
export async function startProjection(options: ProjectionOptions): Promise<Projection> {
  const ending = new AbortController();
  const requests = kubeRequests(options.api);
  const volume = createVolume(options, ending.signal);
  volume.show(await list(requests, options));
  await volume.settled();
  const following = [follow(requests, options, volume.show, ending.signal)];
  if (options.pod !== undefined) {
    following.push(followPod(requests, { ...options, pod: options.pod }, volume.hurry, ending.signal));
  }
  return {
    directory: options.directory,
    [Symbol.asyncDispose]: async () => {
      ending.abort();
      await Promise.all(following);
      await volume.settled();
      requests[Symbol.dispose]();
    },
  };
}

type Files = ReadonlyMap<string, string>;

const RETRY_MS = 100;

interface Volume {
  /** What the directory is to show, after the delay. */
  readonly show: (files: Files) => void;
  /** Ends the delay that runs once the sync is over. */
  readonly hurry: () => void;
  readonly settled: () => Promise<void>;
}

/** Writes one state after the other; of states that come during a wait or a write, the last one counts. */
function createVolume({ directory, delayMs, syncMs }: ProjectionOptions, ending: AbortSignal): Volume {
  let wanted: Files | undefined;
  let isEmpty = true;
  let waiting = new AbortController();
  let work: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (wanted !== undefined) {
      if (!isEmpty && delayMs !== undefined) {
        waiting = new AbortController();
        await delay(delayMs(), undefined, { signal: AbortSignal.any([waiting.signal, ending]) }).catch(() => undefined);
      }
      const files = wanted;
      wanted = undefined;
      await writeVolume(directory, files);
      isEmpty = false;
    }
    work = undefined;
  };
  return {
    show: (files) => {
      wanted = files;
      work ??= run();
    },
    hurry: () => {
      // A kubelet that syncs projects what it knows by then: the event of the ConfigMap can come after that of the Pod.
      void delay(syncMs, undefined, { signal: ending }).then(
        () => waiting.abort(),
        () => undefined, // the laboratory ends
      );
    },
    settled: async () => work,
  };
}

function configMapsPath({ namespace }: ProjectionOptions): string {
  return `/api/v1/namespaces/${namespace}/configmaps`;
}

async function list(requests: KubeRequests, options: ProjectionOptions): Promise<Files> {
  const found = listAt(await requests.get(configMapsPath(options)), "items");
  const included = found.filter((item) => options.includes(textAt(item, "metadata", "name")));
  const files = included.flatMap((item) => filesOf(memberAt(item, "data")));
  return new Map(files.map(([name, text]) => [name, options.adapt?.(text, name) ?? text]));
}

function filesOf(data: unknown): readonly (readonly [string, string])[] {
  return Object.entries(typeof data === "object" && data !== null ? data : {}).map(([key, text]) => [
    key,
    String(text),
  ]);
}

/** Level-triggered: an event only says that it is time to list again, so a lost one is made good by the next. */
async function follow(
  requests: KubeRequests,
  options: ProjectionOptions,
  show: (files: Files) => void,
  ending: AbortSignal,
): Promise<void> {
  const watch = `${configMapsPath(options)}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`;
  let listing: Promise<void> = Promise.resolve();
  const listAgain = (): void => {
    listing = listing.then(async () => show(await list(requests, options))).catch(() => undefined);
  };
  await again(ending, () =>
    requests.watch(
      watch,
      (event) => {
        const isIncluded = options.includes(textAt(event, "object", "metadata", "name"));
        if (isIncluded || textAt(event, "type") === "BOOKMARK") {
          listAgain();
        }
      },
      ending,
    ),
  );
  await listing;
}

async function followPod(
  requests: KubeRequests,
  { namespace, pod }: ProjectionOptions & { readonly pod: string },
  hurry: () => void,
  ending: AbortSignal,
): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/pods?watch=true&fieldSelector=metadata.name%3D${pod}`;
  await again(ending, () => requests.watch(path, hurry, ending));
}

async function again(ending: AbortSignal, watch: () => Promise<void>): Promise<void> {
  while (!ending.aborted) {
    await watch().catch(() => undefined); // down, or ended by us: both are looked at above
    await delay(RETRY_MS, undefined, { signal: ending }).catch(() => undefined);
  }
}
