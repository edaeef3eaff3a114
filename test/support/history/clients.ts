import { familyOf } from "../../../src/dns/address/address.ts";
import { FAMILIES, type Family } from "../../../src/dns/record.ts";
import { queryBytes } from "../dns-query.ts";
import { servedAnswer } from "../planes/plane-comparison.ts";
import type { Replica } from "../replicas-world.ts";
import { knownUntilOf, type Stage } from "./stage.ts";

/** A query waits for a lookup for less than that (docs/concepts/responder.md). */
const PATIENCE_MS = 2_000;

/** Queries the responder of every replica for every name and both families, and has the judge look at each answer when it arrives. */
export async function queryAll(stage: Stage): Promise<void> {
  const pending = [...stage.world.replicas].flatMap((replica) =>
    stage.hostnames.flatMap((hostname) => FAMILIES.map((family) => query(stage, replica, `${hostname}.`, family))),
  );
  await stage.world.clock.advance(PATIENCE_MS);
  await Promise.all(pending);
}

async function query(stage: Stage, replica: Replica, name: string, family: Family): Promise<void> {
  const { rcode, answers } = servedAnswer(await replica.responder.query(queryBytes(name, family)));
  const addresses = answers
    .filter(({ type }) => type === family)
    .flatMap(({ data }) => data)
    .filter((address) => familyOf(address) === family);
  stage.judge.answered({ replica, name, family, rcode, addresses, knownUntil: knownUntilOf(stage, replica) });
}
