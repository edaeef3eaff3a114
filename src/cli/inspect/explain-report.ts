import { displayName, type Name } from "../../dns/name/name.ts";
import type { Fact } from "../../plan/fact.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Sink } from "../terminal/streams.ts";
import { harmless, styled } from "../terminal/text.ts";

/** The output of `dnsalias explain --json`. */
export function factsJson(hostname: Name, facts: readonly Fact[]): unknown {
  return { hostname: displayName(hostname), facts };
}

/** Text for users: one line for each fact. The topic is shown before the first of its facts. */
export function factsText(sink: Sink, hostname: Name, facts: readonly Fact[]): string {
  const width = Math.max(...facts.map(({ topic }) => topic.length));
  const lines = facts.map(({ topic, text, good }, index) => {
    const label = facts[index - 1]?.topic === topic ? "" : topic;
    return `  ${styled(sink, "dim", label.padEnd(width))}  ${good ? styled(sink, "green", "✓") : styled(sink, "red", "✗")} ${harmless(text)}`;
  });
  return [styled(sink, "bold", displayName(hostname)), ...lines, ""].join("\n");
}

/** 0 if the hostname has no problem, otherwise 1. */
export function explainExitCode(facts: readonly Fact[]): number {
  return facts.every(({ good }) => good) ? EXIT.ok : EXIT.failed;
}
