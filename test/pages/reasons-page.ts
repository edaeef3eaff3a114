import type { ReasonEntry } from "../../src/api/condition/reason-entry.ts";
import { REASONS } from "../../src/api/condition/reason.ts";

/** The text of docs/reasons.md. */
export function reasonsPage(): string {
  return `${HEAD}${REASONS.map(row).join("\n")}\n`;
}

const HEAD = `# Reasons

This page lists every \`reason\` of conditions, Events, and entries of \`status.history\` (History), with its cure. Objects have these conditions:

| condition | meaning |
|---|---|
| Accepted | the object is valid, and can have its hostnames or its domain |
| Resolved | dnsalias knows the addresses of the targets, and they are fresh (DnsAlias only) |
| Programmed | the servers serve the desired records |
| Ready | Accepted, Resolved, and Programmed are True; otherwise Ready has the reason of the first of them that is not True |
| Healthy | the targets pass their health checks (DnsAlias with health checks or Failover only). Ready doesn't depend on Healthy, because the name works on a standby |
| Reconciling | dnsalias works or waits; this condition exists only while it is True |
| Stalled | a user must act; this condition exists only while it is True |

\`kubectl wait --for=condition=Ready\`, Flux, and Argo CD understand these conditions (kstatus): Reconciling means "in progress", and Stalled means "failed". The last column shows
who has to act: with \`user\`, the object is Stalled, and with \`dnsalias\`, it is Reconciling.

<!-- The table is generated from src/api/condition/reason.ts, and a test compares them. To write it again:
npm run pages -->

| reason | on | what it means | what to do | who acts |
|---|---|---|---|---|
`;

function row({ reason, on, meaning, whatToDo, turn }: ReasonEntry): string {
  return `| ${reason} | ${on.join(", ")} | ${meaning} | ${whatToDo} | ${turn === "nobody" ? "" : turn} |`;
}
