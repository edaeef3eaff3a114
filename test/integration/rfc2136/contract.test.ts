import { CAPABILITIES } from "../../contract/capabilities.ts";
import type { ContractBackend } from "../../contract/contract-backend.ts";
import { providerContract } from "../../contract/provider-contract.ts";
import { ONE_IS_REJECTED } from "../../contract/steps.ts";
import { skipWithout } from "../../support/component.ts";
import { listSets, putSet, removeSet } from "../../support/nsupdate.ts";
import { BIND, DOMAIN, KNOT, newKey, openBackend, PDNS, type Algorithm, type ServerKind } from "./servers.ts";

interface Case {
  readonly kind: ServerKind;
  readonly algorithm?: Algorithm;
  readonly read: "AXFR" | "Query";
  /** The line that a rule of the server for single names rejects. */
  readonly rejected?: string;
}

const cases: readonly Case[] = [
  { kind: BIND, algorithm: "hmac-sha256", read: "AXFR" },
  { kind: KNOT, algorithm: "hmac-sha384", read: "AXFR" },
  { kind: PDNS, algorithm: "hmac-sha512", read: "AXFR" },
  { kind: BIND, read: "Query" },
  { kind: KNOT, algorithm: "hmac-sha512", read: "Query" },
  { kind: PDNS, read: "Query" },
];

for (const { kind, algorithm, read } of cases) {
  providerContract(
    `rfc2136 on ${kind.name}, ${algorithm ?? "unsigned"}, ${read}`,
    () => setUp({ kind, read, ...(algorithm && { algorithm }) }),
    { skip: skipWithout(...kind.needs) },
  );
}

/** BIND 9.18.28 and later take 100 records of a type at a name by default. */
const MANY = Array.from({ length: 101 }, (_, at) => `198.51.100.${at}`).join(" ");

/** BIND's check-names refuses addresses at a name with an underscore by default; the others have a rule for `denied`. PowerDNS has none that it answers for. */
const withRules: readonly (readonly [rule: string, each: Case])[] = [
  ["check-names", { kind: BIND, read: "Query", rejected: "my_app 60 192.0.2.1 2001:db8::1" }],
  ["max-records-per-type", { kind: BIND, algorithm: "hmac-sha256", read: "AXFR", rejected: `large 60 ${MANY}` }],
  [
    "update-policy",
    { kind: BIND, algorithm: "hmac-sha256", read: "AXFR", rejected: "denied 60 192.0.2.1 2001:db8::1" },
  ],
  ["update-owner", { kind: KNOT, algorithm: "hmac-sha256", read: "AXFR", rejected: "denied 60 192.0.2.1 2001:db8::1" }],
];

for (const [rule, each] of withRules) {
  providerContract(`rfc2136 on ${each.kind.name} with ${rule}`, () => setUp(each), {
    skip: skipWithout(...each.kind.needs),
    only: ONE_IS_REJECTED,
  });
}

async function setUp({ kind, algorithm, read, rejected }: Case): Promise<ContractBackend> {
  const key = algorithm && newKey(algorithm);
  const server = await kind.start({
    ...(key && { key }),
    ...(key && rejected !== undefined && { deniesOne: true as const }),
  });
  const open = openBackend({ servers: [server], read, ...(key && { key }) });
  const tool = { server, zone: DOMAIN, ...(key && { key }) };
  return {
    backend: open.backend,
    capabilities: read === "AXFR" ? CAPABILITIES.rfc2136Axfr : CAPABILITIES.rfc2136Query,
    domain: DOMAIN,
    ...(rejected !== undefined && {
      rejected: { line: rejected, message: /answers (REFUSED|SERVFAIL|NOTAUTH \(BADKEY\)) to these records/ },
    }),
    put: (set) => putSet(tool, set),
    remove: (name, type) => removeSet(tool, name, type),
    list: () => listSets(tool),
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
