import type { ReasonEntry } from "../condition/reason-entry.ts";
import { REASONS } from "../condition/reason.ts";

/** The text of docs/reasons.md. */
export function reasonsPage(): string {
  return `${HEAD}${REASONS.map(row).join("\n")}\n`;
}

const HEAD = `# Reasons

Every word that stands as \`reason\` in a condition or an Event, with what to do. The conditions:

| condition | says |
|---|---|
| Accepted | the object is valid, and its names are its own |
| Resolved | the targets' addresses are known and fresh (DnsAlias alone) |
| Programmed | the servers give what is wanted |
| Ready | all of these; its reason is that of the first that is not True |
| Reconciling | dnsalias is at work or waits for something; there only while it is True |
| Stalled | only a user can help; there only while it is True |

\`kubectl wait --for=condition=Ready\`, Flux and Argo CD understand these (kstatus): Reconciling is "in progress", Stalled is "failed". The last column says
whose turn it is: with \`user\` the object is Stalled, with \`dnsalias\` it is Reconciling.

<!-- The table is made from src/api/condition/reason.ts; a test compares. Write it anew with:
node -e 'import("./src/api/generate/reasons-page.ts").then((page) => process.stdout.write(page.reasonsPage()))' > docs/reasons.md -->

| reason | on | what it means | what to do | turn |
|---|---|---|---|---|
`;

function row({ reason, on, meaning, whatToDo, turn }: ReasonEntry): string {
  return `| ${reason} | ${on.join(", ")} | ${meaning} | ${whatToDo} | ${turn === "nobody" ? "" : turn} |`;
}
