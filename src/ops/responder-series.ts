import { Counter, Gauge, type Registry } from "prom-client";
import type { Metrics, ResponderTotals } from "./metrics.ts";

export type ResponderSeries = ReturnType<typeof responderSeries>;

/** The metrics of the responder; they are documented in docs/metrics.md. */
export function responderSeries(registry: Registry) {
  const counter = (name: string, help: string) =>
    new Counter({ name: `dnsalias_responder_${name}`, help, registers: [registry] });
  const labelled = (name: string, help: string, label: string) =>
    new Counter({ name: `dnsalias_responder_${name}`, help, labelNames: [label], registers: [registry] });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `dnsalias_responder_${name}`, help, registers: [registry] });
  return {
    queries: labelled("queries_total", "Queries by protocol.", "protocol"),
    types: labelled("query_types_total", "Queries by type.", "type"),
    responses: labelled("responses_total", "Responses by rcode.", "rcode"),
    hits: counter("cache_hits_total", "Queries answered from the cache of encoded responses."),
    waitedForLookup: counter("waited_total", "Queries that waited for a lookup."),
    stale: counter("stale_total", "Responses with expired addresses."),
    truncated: counter("truncated_total", "Responses that were too long for UDP."),
    dropped: counter("dropped_total", "Packets that were not a query and got no response."),
    rateLimited: counter("limited_total", "Queries that got no full response because of rate limits."),
    errors: counter("errors_total", "Queries that got no response because of a defect."),
    lookups: counter("lookups_total", "Lookups that the responder started."),
    restarts: counter("worker_restarts_total", "Responder threads that ended and were replaced."),
    waiting: gauge("waiting", "Queries that are waiting for a lookup."),
    packets: gauge("prepared_packets", "Encoded responses in the cache."),
    udpIo: new Gauge({
      name: "dnsalias_responder_udp_io",
      help: "1 for the way in which UDP packets are received and sent.",
      labelNames: ["io"],
      registers: [registry],
    }),
  };
}

export function responderMetrics(series: ResponderSeries): Pick<Metrics, "queryLookup" | "responder"> {
  return {
    queryLookup: () => series.lookups.inc(),
    responder(totals, restarts, udpIo) {
      setTotals(series, totals);
      set(series.restarts, restarts);
      series.waiting.set(totals.waiting);
      series.packets.set(totals.packets);
      UDP_IOS.forEach((io) => series.udpIo.set({ io }, io === udpIo ? 1 : 0));
    },
  };
}

const UDP_IOS = ["ffi", "dgram"] as const;
const SINGLE = ["hits", "waitedForLookup", "stale", "truncated", "dropped", "rateLimited", "errors"] as const;

/** The workers have their own counters, whose sums only increase. This function copies the sums. */
function setTotals(series: ResponderSeries, totals: ResponderTotals): void {
  for (const name of SINGLE) {
    set(series[name], totals[name]);
  }
  series.queries.reset();
  series.queries.inc({ protocol: "udp" }, totals.byProtocol.udp);
  series.queries.inc({ protocol: "tcp" }, totals.byProtocol.tcp);
  series.types.reset();
  totals.byType.forEach((count, type) => series.types.inc({ type: typeName(type) }, count));
  series.responses.reset();
  totals.byRcode.forEach((count, rcode) => series.responses.inc({ rcode: rcodeName(rcode) }, count));
}

function set(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}

/** The IANA names of the types that clients query in practice. */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [-1, "other"],
  [1, "A"],
  [2, "NS"],
  [5, "CNAME"],
  [6, "SOA"],
  [12, "PTR"],
  [15, "MX"],
  [16, "TXT"],
  [28, "AAAA"],
  [33, "SRV"],
  [35, "NAPTR"],
  [43, "DS"],
  [48, "DNSKEY"],
  [64, "SVCB"],
  [65, "HTTPS"],
  [251, "IXFR"],
  [252, "AXFR"],
  [255, "ANY"],
  [257, "CAA"],
]);

const RCODE_NAMES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"] as const;

function typeName(type: number): string {
  return TYPE_NAMES.get(type) ?? `TYPE${type}`;
}

function rcodeName(rcode: number): string {
  return RCODE_NAMES[rcode] ?? (rcode === 16 ? "BADVERS" : rcode === 23 ? "BADCOOKIE" : String(rcode));
}
