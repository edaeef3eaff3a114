import assert from "node:assert/strict";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest } from "../lab/manifests.ts";
import type { TargetSet } from "../lab/target-zones.ts";
import { createTargetHistory } from "../support/target-history.ts";
import { wrongAnswers } from "../support/wrong-answers.ts";
import { FAMILIES, type Family } from "./dns-client.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { startSampler, type Sampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

/** Five names of one zone on five targets with addresses of both families, and a client that asks for all of them all the time. */
export interface OutageScene extends AsyncDisposable {
  readonly lab: ClusterLab;
  readonly sampler: Sampler;
  readonly names: readonly string[];
  /** Gives every target other addresses, which belong to the step. */
  changeAll(step: number): Promise<void>;
  /** Waits until CoreDNS gives every name the addresses of the step. */
  allFollow(step: number): Promise<void>;
  /** Does something during which dnsalias cannot follow a target. Staleness doesn't count until it is over. */
  outage(work: () => Promise<void>): Promise<void>;
  /**
   * Fails for each answer so far that was no answer, had no address of the family, had another number of addresses than the target, or had an address that the target did not have
   * within the staleness bound that the status stated.
   */
  checkAnswers(): void;
}

export const OUTAGE_DOMAIN = "p16.example";

export async function startOutageScene(): Promise<OutageScene> {
  await using starting = new AsyncDisposableStack();
  const lab = starting.use(await startClusterLab({ targets: IDS.flatMap((id) => targets(id, 0)) }));
  await lab.addZone(OUTAGE_DOMAIN);
  await lab.apply(
    ...IDS.map((id) => aliasManifest({ name: `n${id}`, hostnames: [nameOf(id)], targets: [`n${id}.lb.test`] })),
  );
  await Promise.all(IDS.map((id) => aliasShows(lab, `web/n${id}`, "Ready", /^True/)));
  const history = createTargetHistory();
  const remember = (...steps: readonly number[]): void => {
    for (const id of IDS) {
      for (const family of FAMILIES) {
        const addresses = steps.map((step) => address(id, family, step));
        history.set(`${nameOf(id)} ${family}`, addresses, performance.now());
      }
    }
  };
  let lastStep = 0;
  remember(lastStep);
  const bounds = await Promise.all(IDS.map(async (id) => (await readAlias(lab, `web/n${id}`)).boundMs));
  const names = IDS.map(nameOf);
  const sampler = starting.use(
    startSampler(
      lab.dns,
      names.flatMap((name) => FAMILIES.map((family) => ({ name, family }))),
    ),
  );
  const owned = starting.move();
  return {
    lab,
    sampler,
    names,
    changeAll: async (step) => {
      // While the servers load the new addresses, the old ones and the new ones are right.
      remember(lastStep, step);
      await lab.targets.set(...IDS.flatMap((id) => targets(id, step)));
      remember(step);
      lastStep = step;
    },
    allFollow: async (step) => {
      const follow = (id: number) =>
        FAMILIES.map((family) => addressesBecome(lab.dns, nameOf(id), family, [address(id, family, step)], 90_000));
      await Promise.all(IDS.flatMap(follow));
    },
    outage: async (work) => {
      history.down(performance.now());
      await work();
      history.up(performance.now());
    },
    checkAnswers: () => {
      assert.ok(
        bounds.every((bound) => bound > 0 && bound < 10 * 60_000),
        `stated bounds ${bounds.join()}`,
      );
      const wrong = wrongAnswers(sampler.samples, history, { boundMs: Math.max(...bounds), count: 1 });
      assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${sampler.samples.length} answers are wrong`);
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const IDS = [0, 1, 2, 3, 4];

function nameOf(id: number): string {
  return id === 0 ? OUTAGE_DOMAIN : `n${id}.${OUTAGE_DOMAIN}`;
}

function address(id: number, family: Family, step: number): string {
  return family === "A" ? `11.6.${id}.${step + 1}` : `2a01:db8:6:${id + 1}::${(step + 1).toString(16)}`;
}

function targets(id: number, step: number): readonly TargetSet[] {
  return FAMILIES.map((type) => ({ name: `n${id}.lb.test`, type, ttl: 5, data: [address(id, type, step)] }));
}
