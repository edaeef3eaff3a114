import type { Clock } from "../../../../src/base/clock.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import type { StreamResult, Transport } from "../../../../src/kube/client/transport.ts";
import type { ListWatchDeps } from "../../../../src/kube/watch/list-watch.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";

/** The discovery document of both custom resources, or of those that are left of them. */
export function discovery(verbs: Readonly<Record<string, readonly string[]>>): KubeResult {
  const resources = Object.entries(verbs).map(([name, list]) => ({ name, verbs: list }));
  return { kind: "ok", status: 200, body: { kind: "APIResourceList", resources } };
}

const VERBS = ["delete", "get", "list", "patch", "create", "update", "watch"];
export const SERVED = discovery({ dnsaliases: VERBS, dnszones: VERBS });

/**
 * What the server says to one request: a page, lines of a watch that then ends after `takesMs`, or lines of one that stays open and begins
 * after `silentMs`.
 */
export type Reply =
  | { readonly kind: "page"; readonly result: KubeResult }
  | {
      readonly kind: "watch";
      readonly lines: readonly unknown[];
      readonly stays?: boolean;
      readonly takesMs?: number;
      readonly silentMs?: number;
    }
  | { readonly kind: "no watch"; readonly result: Exclude<StreamResult, { readonly kind: "stream" }> };

export interface WatchedServer {
  readonly deps: ListWatchDeps;
  readonly clock: FakeClock;
  /** `ACCEPT PATH`, in order. */
  readonly requests: readonly string[];
  readonly logged: readonly string[];
  readonly restarts: readonly string[];
}

/** An API server that gives a resource's replies ("configmaps", "configmaps NAME", "discovery", which is served by default, or "discovery v1" for that of the Gateway API) one after the other, and none to a request more. */
export function watchedServer(replies: Readonly<Record<string, readonly Reply[]>>): WatchedServer {
  const clock = fakeClock();
  const left = new Map(Object.entries(replies).map(([plural, list]) => [plural, [...list]]));
  const requests: string[] = [];
  const logged: string[] = [];
  const restarts: string[] = [];
  const next = (accept: string | undefined, path: string): Reply | undefined => {
    requests.push(`${accept} ${path}`);
    const version = /^\/apis\/gateway\.networking\.k8s\.io\/(\w+)$/.exec(path)?.[1];
    if (version !== undefined) {
      return left.get(`discovery ${version}`)?.shift();
    }
    const plural = path === "/apis/dnsalias.io/v1alpha1" ? "discovery" : (/\/(\w+)\?/.exec(path)?.[1] ?? "");
    const name = /metadata\.name%3D([\w-]+)/.exec(path)?.[1];
    return (left.get(`${plural} ${name}`) ?? left.get(plural))?.shift();
  };
  const transport: Transport = {
    async request({ path, accept }, signal) {
      if (path === "/apis/dnsalias.io/v1alpha1" && !left.has("discovery")) {
        return SERVED;
      }
      const reply = next(accept, path);
      return reply?.kind === "page" ? reply.result : forever(signal);
    },
    async stream({ path, accept }, signal) {
      const reply = next(accept, path);
      if (reply?.kind === "no watch") {
        return reply.result;
      }
      return reply?.kind === "watch" ? { kind: "stream", chunks: chunksOf(reply, clock, signal) } : forever(signal);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
  const note = (_fields: object, message: string): void => void logged.push(message);
  const log = { ...silentLogger, info: note, warn: note, error: note };
  const onRestart = (resource: string, cause: string): void => void restarts.push(`${resource} ${cause}`);
  return { deps: { transport, clock, random: () => 0.5, log, onRestart }, clock, requests, logged, restarts };
}

async function* chunksOf(
  { lines, stays = false, takesMs = 0, silentMs = 0 }: Extract<Reply, { readonly kind: "watch" }>,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (silentMs > 0) {
    await clock.sleep(silentMs, signal);
  }
  for (const line of lines) {
    yield Buffer.from(`${typeof line === "string" ? line : JSON.stringify(line)}\n`);
  }
  if (takesMs > 0) {
    await clock.sleep(takesMs, signal);
  }
  if (stays) {
    await forever(signal);
  }
}

function forever(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) {
      reject(new Error("aborted"));
    }
    signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
  });
}
