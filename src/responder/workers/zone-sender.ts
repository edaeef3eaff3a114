import type { Clock, Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ServedZone } from "../answer-source.ts";
import type { ToWorker } from "./messages.ts";

export interface ZoneSenderDeps {
  readonly post: (message: ToWorker) => void;
  /** The current zone. Undefined: it was removed. */
  readonly zoneOf: (domain: Name) => ServedZone | undefined;
  /** Called when nothing is left to send, and the worker has acknowledged every slice. */
  readonly onDrained: () => void;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Sends zones to one worker, one at a time and in slices. The next slice follows when the worker has acknowledged the previous one.
 * Neither thread is blocked for longer than a slice, and at most one slice is in memory. A zone that changes during its transfer is
 * sent again afterwards. After a large zone, the sender waits four times as long as its transfer took, at most 5 s, before it sends
 * the zone again.
 */
export interface ZoneSender {
  put(domains: Iterable<Name>): void;
  /** Call it when the worker has acknowledged a slice. */
  acknowledged(): void;
  stop(): void;
}

export function createZoneSender({ post, zoneOf, onDrained, clock }: ZoneSenderDeps): ZoneSender {
  const waiting = new Set<Name>();
  let onItsWay: { readonly domain: Name; readonly slices: Iterator<ToWorker>; readonly since: Millis } | undefined;
  const put = (domains: Iterable<Name>): void => {
    for (const domain of domains) {
      if (zoneOf(domain) === undefined || !rests.delays(domain)) {
        waiting.add(domain);
      }
    }
    next();
  };
  const rests = createRests((domain) => put([domain]));

  const begin = (domain: Name, zone: ServedZone | undefined): void => {
    if (zone === undefined) {
      post({ kind: "zone-gone", domain });
      return;
    }
    onItsWay = { domain, slices: slicesOf(zone), since: clock.now() };
    post(headOf(zone));
    step();
  };
  const next = (): void => {
    for (const domain of waiting) {
      if (onItsWay !== undefined) {
        return;
      }
      waiting.delete(domain);
      begin(domain, zoneOf(domain));
    }
    if (onItsWay === undefined) {
      onDrained();
    }
  };
  const step = (): void => {
    if (onItsWay === undefined) {
      return;
    }
    const { domain, slices, since } = onItsWay;
    const slice = slices.next();
    if (slice.done === true) {
      post({ kind: "zone-whole" });
      onItsWay = undefined;
      rests.begin(domain, zoneOf(domain), clock.now() - since);
    } else {
      post(slice.value);
    }
  };
  return {
    put,
    acknowledged: () => {
      step();
      next();
    },
    stop: () => {
      rests.stop();
      waiting.clear();
      onItsWay = undefined;
    },
  };
}

interface Rests {
  /** True if the zone was sent recently. It is then added again at the end of its wait. */
  delays(domain: Name): boolean;
  begin(domain: Name, zone: ServedZone | undefined, tookMs: Millis): void;
  stop(): void;
}

function createRests(put: (domain: Name) => void): Rests {
  const resting = new Map<Name, { readonly timer: NodeJS.Timeout; isChanged: boolean }>();
  const wake = (domain: Name): void => {
    const isChanged = resting.get(domain)?.isChanged === true;
    resting.delete(domain);
    if (isChanged) {
      put(domain);
    }
  };
  return {
    delays: (domain) => {
      const rest = resting.get(domain);
      if (rest !== undefined) {
        rest.isChanged = true;
      }
      return rest !== undefined;
    },
    begin: (domain, zone, tookMs) => {
      if (zone !== undefined && zone.aliases.length + zone.sets.length >= LARGE) {
        const ms = Math.min(tookMs * REST_FACTOR, MAX_REST_MS);
        resting.set(domain, { timer: setTimeout(() => wake(domain), ms), isChanged: false });
      }
    },
    stop: () => {
      resting.forEach(({ timer }) => clearTimeout(timer));
      resting.clear();
    },
  };
}

/** Measured: a slice takes a few milliseconds in each thread. */
const SETS_IN_SLICE = 500;
const ALIASES_IN_SLICE = 1_000;
/** A zone with at least this number of aliases and RRsets is large. */
const LARGE = 5_000;
const REST_FACTOR = 4;
const MAX_REST_MS = 5_000;

/** The message that begins a zone. */
function headOf({ domain, clientSubnet, reserved }: ServedZone): ToWorker {
  return { kind: "zone", domain, clientSubnet, ...(reserved === undefined ? {} : { reserved }) };
}

function* slicesOf({ sets, aliases }: ServedZone): Generator<ToWorker> {
  for (let start = 0; start < sets.length; start += SETS_IN_SLICE) {
    yield { kind: "slice", sets: sets.slice(start, start + SETS_IN_SLICE), aliases: [] };
  }
  for (let start = 0; start < aliases.length; start += ALIASES_IN_SLICE) {
    yield { kind: "slice", sets: [], aliases: aliases.slice(start, start + ALIASES_IN_SLICE) };
  }
}
