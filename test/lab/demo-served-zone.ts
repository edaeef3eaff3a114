import { readFile } from "node:fs/promises";
import { systemClock } from "../../src/base/clock.ts";
import type { NameServer } from "./name-server.ts";

/** A zone file that a laboratory server follows, as CoreDNS's `auto` does. */
export interface ServedZone extends AsyncDisposable {
  /** How often it was loaded. */
  loads(): number;
  /** Of the zone that is served now; 0 before the first. */
  serial(): number;
  /** Why the text on disk is not served; the zone before it is. */
  problem(): string | undefined;
}

const LOOK_MS = 250;

/** Looks at the file every 250 ms and loads it when its serial is another one. */
export function serveZoneFile(server: NameServer, origin: string, path: string): ServedZone {
  const ending = new AbortController();
  let serial = 0;
  let loads = 0;
  let problem: string | undefined;
  const look = async (): Promise<void> => {
    const text = await readFile(path, "utf8").catch(() => undefined);
    const found = text === undefined ? undefined : serialOf(text);
    if (text === undefined || found === undefined || found === serial) {
      return;
    }
    try {
      server.addZone(origin, text);
      serial = found;
      loads += 1;
      problem = undefined;
    } catch (error) {
      problem = String(error);
    }
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look();
      await systemClock.sleep(LOOK_MS, ending.signal).catch(() => undefined);
    }
  };
  const running = run();
  return {
    loads: () => loads,
    serial: () => serial,
    problem: () => problem,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await running;
    },
  };
}

/** The SOA stands on one line in a rendered zone file. */
function serialOf(text: string): number | undefined {
  const serial = /\sSOA\s+\S+\s+\S+\s+(\d+)\s/.exec(text)?.[1];
  return serial === undefined ? undefined : Number(serial);
}
