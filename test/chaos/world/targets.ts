import { FAMILIES } from "../../e2e/dns-client.ts";
import { startKnot } from "../../support/knot.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import type { ChaosEvent } from "../judge/chaos-event.ts";
import { addressOf } from "../judge/generation.ts";

/** Targets in the zone `lb.test` on Knot. Each has one address of each family, of its generation. */
export interface ChaosTargets extends AsyncDisposable {
  readonly server: DnsEndpoint;
  /** Gives the target its next generation; ready when it is served. */
  advance(target: number): Promise<void>;
}

export const TARGET_ZONE = "lb.test";

export function targetName(target: number): string {
  return `t${target}.${TARGET_ZONE}`;
}

/** Each target begins with generation 1. */
export async function startTargets(
  targets: readonly number[],
  onEvent: (event: ChaosEvent) => void,
): Promise<ChaosTargets> {
  const generations = new Map(targets.map((target) => [target, 1]));
  let serial = 1;
  const knot = await startKnot({ zones: { [TARGET_ZONE]: zoneText(generations, serial) } });
  const tell = (target: number, isAlone: boolean): void =>
    onEvent({ kind: "target", at: performance.now(), target, generation: generations.get(target) ?? 0, isAlone });
  targets.forEach((target) => tell(target, true));
  let work = Promise.resolve();
  const change = async (target: number): Promise<void> => {
    generations.set(target, (generations.get(target) ?? 0) + 1);
    serial += 1;
    tell(target, false);
    await knot.setZone(TARGET_ZONE, zoneText(generations, serial));
    tell(target, true);
  };
  return {
    server: knot,
    advance: (target) => {
      // One reload at a time.
      work = work.then(() => change(target));
      return work;
    },
    [Symbol.asyncDispose]: () => knot[Symbol.asyncDispose](),
  };
}

const TTL = 5;

function zoneText(generations: ReadonlyMap<number, number>, serial: number): string {
  return [
    `@ 60 IN SOA ns hostmaster ${serial} 3600 600 86400 2`,
    "@ 60 IN NS ns",
    "ns 60 IN A 127.0.0.1",
    ...[...generations].flatMap(([target, generation]) =>
      FAMILIES.map((family) => `t${target} ${TTL} IN ${family} ${addressOf({ target, generation }, family)}`),
    ),
    "",
  ].join("\n");
}
