import { CAPABILITIES } from "../../contract/capabilities.ts";
import type { ContractBackend } from "../../contract/contract-backend.ts";
import { providerContract } from "../../contract/provider-contract.ts";
import { skipWithout } from "../../support/component.ts";
import { listSets, putSet, removeSet } from "../../support/nsupdate.ts";
import { BIND, DOMAIN, KNOT, newKey, openBackend, PDNS, type Algorithm, type ServerKind } from "./servers.ts";

interface Case {
  readonly kind: ServerKind;
  readonly algorithm?: Algorithm;
  readonly read: "Axfr" | "Query";
}

const cases: readonly Case[] = [
  { kind: BIND, algorithm: "hmac-sha256", read: "Axfr" },
  { kind: KNOT, algorithm: "hmac-sha384", read: "Axfr" },
  { kind: PDNS, algorithm: "hmac-sha512", read: "Axfr" },
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

async function setUp({ kind, algorithm, read }: Case): Promise<ContractBackend> {
  const key = algorithm && newKey(algorithm);
  const server = await kind.start({ ...(key && { key }) });
  const open = openBackend({ servers: [server], read, ...(key && { key }) });
  const tool = { server, zone: DOMAIN, ...(key && { key }) };
  return {
    backend: open.backend,
    capabilities: read === "Axfr" ? CAPABILITIES.rfc2136Axfr : CAPABILITIES.rfc2136Query,
    domain: DOMAIN,
    put: (set) => putSet(tool, set),
    remove: (name, type) => removeSet(tool, name, type),
    list: () => listSets(tool),
    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
