import { messageOf } from "../../../base/error.ts";
import type { Logger } from "../../../base/log.ts";
import { isFamilyMissing } from "../../../base/system-error.ts";
import { chooseUdpIo } from "../../../transport/server/choose-udp-io.ts";
import { listen } from "../../../transport/server/listen.ts";
import type { Listener, ListenLimits, OnQuery, UdpIo } from "../../../transport/server/listener.ts";

export type ListenResult = { readonly kind: "open" } | { readonly kind: "failed"; readonly message: string };

interface At {
  readonly host: string;
  readonly port: number;
}

export interface LazyListenersDeps {
  readonly listen: readonly At[];
  readonly onQuery: OnQuery;
  readonly log: Logger;
}

/** Listeners that open on demand, all or none. After a failure, the next call tries again. */
export interface LazyListeners extends AsyncDisposable {
  open(): Promise<ListenResult>;
}

const LIMITS: Partial<ListenLimits> = { maxConnections: 256, maxPipelined: 4, idleMs: 30_000 };

export function createLazyListeners(deps: LazyListenersDeps): LazyListeners {
  let opened: Promise<readonly Listener[]> | undefined;
  let isClosed = false;
  return {
    async open() {
      if (isClosed) {
        return { kind: "failed", message: "the program stops" };
      }
      try {
        opened ??= openAll(deps);
        await opened;
        return { kind: "open" };
      } catch (error) {
        opened = undefined;
        return { kind: "failed", message: `cannot listen for zone transfers: ${messageOf(error)}` };
      }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      const open = (await opened?.catch(() => [])) ?? [];
      await Promise.all(open.map((listener) => listener[Symbol.asyncDispose]()));
    },
  };
}

async function openAll({ listen: addresses, onQuery, log }: LazyListenersDeps): Promise<readonly Listener[]> {
  await using opening = new AsyncDisposableStack();
  const listeners: Listener[] = [];
  for (const at of addresses.flatMap(bothFamilies)) {
    const udpIo = await udpIoAt(at);
    const listener = await openOne({ ...at, udpIo }, { onQuery, log });
    if (listener !== undefined) {
      listeners.push(opening.use(listener));
      log.info({ host: at.host, port: listener.port, udpIo }, "listening for zone transfers");
    }
  }
  opening.move();
  return listeners;
}

/** On a wildcard address, `node:ffi` makes answers leave from the address that was queried. Elsewhere, dgram does the same. */
async function udpIoAt({ host }: At): Promise<UdpIo> {
  return host === "0.0.0.0" || host === "::" ? (await chooseUdpIo("auto")).io : "dgram";
}

/** Opens one listener. Undefined: the listener is optional, and the machine doesn't have its family. */
async function openOne(
  { host, port, isOptional, udpIo }: At & { readonly isOptional: boolean; readonly udpIo: UdpIo },
  { onQuery, log }: Pick<LazyListenersDeps, "onQuery" | "log">,
): Promise<Listener | undefined> {
  const onError = (error: unknown): void => log.warn({ err: error }, "zone transfer failed");
  try {
    return await listen({ host, port, onQuery, onError, limits: LIMITS, udpIo });
  } catch (error) {
    if (isOptional && isFamilyMissing(error)) {
      return undefined;
    }
    throw error;
  }
}

function bothFamilies({ host, port }: At): readonly (At & { readonly isOptional: boolean })[] {
  return host === ""
    ? [
        { host: "0.0.0.0", port, isOptional: false },
        { host: "::", port, isOptional: true },
      ]
    : [{ host, port, isOptional: false }];
}
