import type { Clock, Millis } from "../../base/clock.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { BackendProblem } from "../http-error.ts";
import type { WebhookClient, WebhookClientDeps } from "./client.ts";
import { type Shown, shownOf } from "./convert.ts";
import { admitsSomeOf } from "./domain-filter.ts";
import type { DomainFilter } from "./endpoint.ts";

export interface ReadRecordsDeps extends WebhookClientDeps {
  readonly domain: Name;
  readonly clock: Clock;
}

export type RecordsRead =
  | { readonly kind: "ok"; readonly shown: Shown; readonly filter: DomainFilter }
  | BackendProblem;

/** Reads the provider's records of a zone, after a check that the provider serves the zone. */
export function createReadRecords(
  deps: ReadRecordsDeps,
  client: WebhookClient,
): (signal: AbortSignal) => Promise<RecordsRead> {
  const negotiated = createFilterSource(deps.clock, client);
  return async (signal) => {
    const filter = await negotiated(signal);
    if (filter.kind !== "ok") {
      return filter;
    }
    if (!admitsSomeOf(filter.value, deps.domain)) {
      return { kind: "refused", reason: "ZoneNotFound", message: notServed(deps, filter.value) };
    }
    const records = await client.records(signal);
    return records.kind === "ok"
      ? { kind: "ok", shown: shownOf(records.value, deps.domain), filter: filter.value }
      : records;
  };
}

type Negotiated = Awaited<ReturnType<WebhookClient["negotiate"]>>;

/** Reads the domain filter at the start, and regularly again, because the zones of a provider change. */
function createFilterSource(clock: Clock, client: WebhookClient): (signal: AbortSignal) => Promise<Negotiated> {
  let known: { readonly answer: Negotiated; readonly until: Millis } | undefined;
  return async (signal) => {
    if (known !== undefined && clock.now() < known.until) {
      return known.answer;
    }
    const answer = await client.negotiate(signal);
    known = answer.kind === "ok" ? { answer, until: clock.now() + FILTER_LASTS_MS } : undefined;
    return answer;
  };
}

const FILTER_LASTS_MS: Millis = 60_000;

function notServed({ spec, domain }: ReadRecordsDeps, { include }: DomainFilter): string {
  const served = include.slice(0, 5).join(", ");
  return `the webhook at ${spec.url} serves ${served}, not ${displayName(domain)}: add it to the provider's domain filter, or correct domain`;
}
