import { displayName, type Name } from "../../dns/name/name.ts";
import type { Fact } from "../../plan/fact.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Sink } from "../terminal/streams.ts";
import { harmless, styled } from "../terminal/text.ts";

/** The facts about one hostname. */
export interface HostnameReport {
  readonly hostname: Name;
  readonly facts: readonly Fact[];
}

/** The output of `dnsalias explain --json`. `controller` has the facts that are not about one hostname. */
export function factsJson(controller: readonly Fact[], reports: readonly HostnameReport[]): unknown {
  const hostnames = reports.map(({ hostname, facts }) => ({ hostname: displayName(hostname), facts }));
  const [only] = hostnames;
  const about = controller.length === 0 ? {} : { controller };
  return hostnames.length === 1 ? { ...about, ...only } : { ...about, hostnames };
}

/** Text for users: one line for each fact. The topic is shown before the first of its facts. */
export function factsText(sink: Sink, controller: readonly Fact[], reports: readonly HostnameReport[]): string {
  const width = Math.max(...[controller, ...reports.map(({ facts }) => facts)].flat().map(({ topic }) => topic.length));
  const lines = reports.flatMap(({ hostname, facts }) => [
    styled(sink, "bold", displayName(hostname)),
    ...factLines(sink, facts, width),
  ]);
  return [...factLines(sink, controller, width), ...lines, ""].join("\n");
}

function factLines(sink: Sink, facts: readonly Fact[], width: number): readonly string[] {
  return facts.map((fact, index) => {
    const label = facts[index - 1]?.topic === fact.topic ? "" : fact.topic;
    return `  ${styled(sink, "dim", label.padEnd(width))}  ${markOf(sink, fact)} ${harmless(fact.text)}`;
  });
}

/** A lookup from here is neither right nor wrong, like a fact that isn't known. */
function markOf(sink: Sink, { topic, good, unknown }: Fact): string {
  if (topic === "from here" || unknown === true) {
    return styled(sink, "dim", "·");
  }
  return good ? styled(sink, "green", "✓") : styled(sink, "red", "✗");
}

/** 0 if no fact is a problem, otherwise 1. Lookups from here never are. */
export function explainExitCode(controller: readonly Fact[], reports: readonly HostnameReport[]): number {
  return [controller, ...reports.map(({ facts }) => facts)].flat().every(({ good }) => good) ? EXIT.ok : EXIT.failed;
}
