import type { Sink } from "../../src/cli/terminal/streams.ts";
import { duration, styled } from "../../src/cli/terminal/text.ts";
import type { Picture } from "./demo-screen.ts";
import { APEX, type DemoScene } from "./demo-scene.ts";
import { FAMILIES, TARGET, type Family } from "./demo-target.ts";
import type { Place, Seen, Watch } from "./demo-watch.ts";
import { table } from "./text-table.ts";

/** What is true, what is served, and how they compare, at this moment. */
export function pictureOf(sink: Sink, scene: DemoScene, watch: Watch): Picture {
  const seen = watch.seen();
  const rows: readonly (readonly string[])[] = [
    [`addresses of ${TARGET}`, ...FAMILIES.map((family) => listed(scene.target.addresses(family)))],
    [`served at ${APEX}`, ...FAMILIES.map((family) => listed(seen.answers.server[family]))],
    ["  staleness now", ...FAMILIES.map((family) => nowText(seen, "server", family))],
    [`  longest, of ${allowed(seen, "server")} allowed`, ...FAMILIES.map((family) => longest(seen, "server", family))],
    ["a visitor's cache: now", ...FAMILIES.map((family) => nowText(seen, "visitor", family))],
    [
      `  longest, of ${allowed(seen, "visitor")} allowed`,
      ...FAMILIES.map((family) => longest(seen, "visitor", family)),
    ],
  ];
  const head = [{ title: "" }, { title: "A" }, { title: "AAAA" }];
  return {
    lines: [
      "",
      ...table(sink, head, rows).trimEnd().split("\n"),
      besideLine(sink, seen),
      ...statusLines(sink, seen),
      workLine(seen),
      "",
    ],
    short: [
      `served ${listed(seen.answers.server.A)} + ${listed(seen.answers.server.AAAA)}`,
      `stale ${FAMILIES.map((family) => nowText(seen, "server", family)).join("/")} (${seen.promised ? `bound ${allowed(seen, "server")}` : "no bound without a resolver"})`,
      besideShort(seen),
      `${seen.counters?.lookups ?? 0} lookups, ${seen.counters?.writes ?? 0} writes`,
    ].join(", "),
  };
}

/** "Failure: unreachable since 22:46:29" */
export function targetText({ status }: Seen): string {
  const [target] = status?.targets ?? [];
  return target === undefined
    ? "not known yet"
    : `${target.outcome} since ${target.lastTransitionTime.slice(11, 19)} UTC`;
}

function listed(addresses: readonly string[]): string {
  return addresses.length === 0
    ? "nothing"
    : [...addresses].sort((a, b) => a.localeCompare(b, "en", { numeric: true })).join(" ");
}

function nowText(seen: Seen, place: Place, family: Family): string {
  const { nowMs } = seen.freshness[place][family];
  return nowMs === 0 ? "0 s" : duration(nowMs);
}

function longest(seen: Seen, place: Place, family: Family): string {
  return duration(seen.freshness[place][family].longestMs);
}

function allowed({ bound }: Seen, place: Place): string {
  const ms = place === "server" ? bound?.serverMs : bound?.clientMs;
  return ms === undefined ? "?" : duration(ms);
}

function besideLine(sink: Sink, { beside }: Seen): string {
  const marks = Object.entries(beside).map(([type, right]) =>
    right ? `${type} ${styled(sink, "green", "✓")}` : `${type} ${styled(sink, "red", "✗")}`,
  );
  return `other records at ${APEX}: ${marks.join("  ")}`;
}

function besideShort({ beside }: Seen): string {
  const wrong = Object.keys(beside).filter((type) => beside[type] !== true);
  return wrong.length === 0 ? `${Object.keys(beside).join(" ")} there` : `MISSING ${wrong.join(" ")}`;
}

function statusLines(sink: Sink, seen: Seen): readonly string[] {
  const ready = seen.status?.conditions.find(({ type }) => type === "Ready");
  const good = seen.status?.targets.every(({ outcome }) => outcome === "Positive") === true;
  return [
    `status: Ready=${ready?.status ?? "?"} (${ready?.reason ?? "?"}), stalenessBound ${seen.status?.stalenessBound ?? "?"}${seen.promised ? "" : " (while resolvers answer)"}`,
    `        target ${styled(sink, good ? "green" : "yellow", targetText(seen))}`,
  ];
}

function workLine({ counters }: Seen): string {
  return `work:   ${counters?.lookups ?? 0} lookups (${counters?.failed ?? 0} failed), ${counters?.writes ?? 0} writes of the zone`;
}
