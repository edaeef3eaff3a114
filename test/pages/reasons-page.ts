import type { ReasonEntry } from "../../src/api/condition/reason-entry.ts";
import { REASONS } from "../../src/api/condition/reason.ts";

/** The text of docs/reasons.md. */
export function reasonsPage(): string {
  return `${HEAD}${REASONS.map(row).join("\n")}\n`;
}

const HEAD = `# Reasons

This page lists every \`reason\` of conditions, Events, and entries of \`status.history\` (History), with its cure. The conditions:

| condition | meaning |
|---|---|
| Accepted | the object is valid, and its names are its own |
| Resolved | the targets' addresses are known and fresh (DnsAlias only) |
| Programmed | the servers serve the desired records |
| Ready | all of these; its reason is that of the first that is not True |
| Healthy | the targets pass their health checks; not part of Ready, because the name works on a standby (DnsAlias with health checks or Failover only) |
| Reconciling | dnsalias works or waits; exists only while it is True |
| Stalled | only a user can help; exists only while it is True |

\`kubectl wait --for=condition=Ready\`, Flux and Argo CD understand these (kstatus): Reconciling is "in progress", Stalled is "failed". The last column shows
who has to act: with \`user\` the object is Stalled, with \`dnsalias\` it is Reconciling.

<!-- The table is generated from src/api/condition/reason.ts, and a test compares them. To write it again:
npm run pages -->

| reason | on | what it means | what to do | turn |
|---|---|---|---|---|
`;

function row({ reason, on, meaning, whatToDo, turn }: ReasonEntry): string {
  return `| ${reason} | ${on.join(", ")} | ${meaning} | ${whatToDo} | ${turn === "nobody" ? "" : turn} |`;
}
