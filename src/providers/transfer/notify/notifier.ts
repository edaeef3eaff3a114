import { type Backoff, backoffMs } from "../../../base/backoff.ts";
import type { Clock, Random } from "../../../base/clock.ts";
import { parseAddress } from "../../../dns/address/address.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { Seconds } from "../../../dns/record.ts";
import { type NotifyRequest, type NotifyReply, notifyMessage, readNotifyReply } from "./notify-message.ts";

export interface NotifyTarget {
  readonly address: string;
  readonly port: number;
}

export interface NotifierDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Unix time of the machine's clock, because signatures contain it. */
  readonly wallNow: () => Seconds;
  /** Sends one packet. A lost packet is sent again. */
  readonly send: (bytes: Uint8Array, target: NotifyTarget) => void;
  readonly onEnd: (domain: Name, target: NotifyTarget, end: NotifyEnd) => void;
}

export type NotifyEnd =
  | Exclude<NotifyReply, { readonly kind: "none" }>
  /** The secondary answered none of the tries, or none of the first five before a newer version. It sees the change at its next refresh. */
  | { readonly kind: "silent" };

/** Notifies secondaries of new versions until each has answered (RFC 1996 3.6). A newer version replaces an older one. */
export interface Notifier {
  sendNotify(request: NotifyRequest, targets: readonly NotifyTarget[]): void;
  /** Handles a received packet, which an attacker may have sent. */
  receive(bytes: Uint8Array, from: NotifyTarget): void;
  /** Stops the notifications of one zone, or of all zones if it is undefined. */
  forget(domain: Name | undefined): void;
}

/**
 * RFC 1996 3.6 proposes 60 s and five tries. The first waits are shorter, so that a lost packet doesn't delay the notification by
 * a minute. All tries take about six minutes.
 */
const BACKOFF: Backoff = { firstMs: 500, maxMs: 60_000, spread: 0.2 };
const TRIES = 12;
/** After this number of tries (7.5 s), a NOTIFY that a newer version replaces also counts as unanswered. Otherwise a dead secondary of a frequently changed zone would not be reported. */
const PATIENCE = 5;

interface PendingNotify {
  readonly request: NotifyRequest;
  readonly target: NotifyTarget;
  readonly id: number;
  readonly macs: Uint8Array[];
  readonly ending: AbortController;
}

export function createNotifier(deps: NotifierDeps): Notifier {
  const pendingByServer = new Map<string, PendingNotify>();
  const end = (key: string, pending: PendingNotify, how: NotifyEnd | undefined): void => {
    pending.ending.abort();
    if (pendingByServer.get(key) === pending) {
      pendingByServer.delete(key);
      if (how !== undefined) {
        deps.onEnd(pending.request.domain, pending.target, how);
      }
    }
  };
  const forget = (key: string, how?: NotifyEnd): void => {
    const pending = pendingByServer.get(key);
    if (pending !== undefined) {
      end(key, pending, how);
    }
  };
  return {
    sendNotify(request, targets) {
      for (const target of targets) {
        const key = keyOf(request.domain, target);
        forget(key, (pendingByServer.get(key)?.macs.length ?? 0) >= PATIENCE ? { kind: "silent" } : undefined);
        const id = Math.floor(deps.random() * ID_COUNT);
        const pending = { request, target, id, macs: [], ending: new AbortController() };
        pendingByServer.set(key, pending);
        void sendNotify(deps, pending).then((how) => end(key, pending, how));
      }
    },
    receive(bytes, from) {
      for (const [key, pending] of pendingByServer) {
        if (isFrom(pending.target, from)) {
          const { request, id, macs } = pending;
          const reply = readNotifyReply(bytes, { request, id, macs, now: deps.wallNow() });
          if (reply.kind !== "none") {
            end(key, pending, reply);
          }
        }
      }
    },
    forget(domain) {
      for (const [key, { request }] of pendingByServer) {
        if (domain === undefined || request.domain === domain) {
          forget(key);
        }
      }
    },
  };
}

const ID_COUNT = 65_536;

/** Undefined: the notification was stopped. */
async function sendNotify(deps: NotifierDeps, pending: PendingNotify): Promise<NotifyEnd | undefined> {
  const { request, target, id, macs, ending } = pending;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const { bytes, mac } = notifyMessage(request, id, deps.wallNow());
    macs.push(mac);
    deps.send(bytes, target);
    try {
      await deps.clock.sleep(backoffMs(BACKOFF, attempt, deps.random), ending.signal);
    } catch {
      return undefined;
    }
  }
  return { kind: "silent" };
}

function keyOf(domain: Name, { address, port }: NotifyTarget): string {
  return `${domain} ${address} ${port}`;
}

function isFrom(target: NotifyTarget, from: NotifyTarget): boolean {
  return target.port === from.port && (parseAddress(from.address) ?? from.address) === target.address;
}
