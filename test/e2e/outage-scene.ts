import type { ClusterLab } from "../lab/cluster-lab.ts";
import { startClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { aliasShows } from "./objects.ts";
import { startSampler, type Sampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

/** Five names of one zone on five targets, and a client that asks for them all the time. */
export interface OutageScene extends AsyncDisposable {
  readonly lab: ClusterLab;
  readonly sampler: Sampler;
  readonly names: readonly string[];
  /** Gives every target another address, which belongs to the step. */
  changeAll(step: number): Promise<void>;
  /** Waits until CoreDNS gives every name the address of the step. */
  allFollow(step: number): Promise<void>;
}

export const OUTAGE_DOMAIN = "p16.example";

export async function startOutageScene(): Promise<OutageScene> {
  await using starting = new AsyncDisposableStack();
  const lab = starting.use(await startClusterLab({ targets: IDS.map((id) => target(id, 0)) }));
  await lab.addZone(OUTAGE_DOMAIN);
  await lab.apply(
    ...IDS.map((id) => aliasManifest({ name: `n${id}`, hostnames: [nameOf(id)], targets: [`n${id}.lb.test`] })),
  );
  await Promise.all(IDS.map((id) => aliasShows(lab, `web/n${id}`, "Ready", /^True/)));
  const names = IDS.map(nameOf);
  const sampler = starting.use(
    startSampler(
      lab.dns,
      names.map((name) => ({ name, family: "A" as const })),
    ),
  );
  const owned = starting.move();
  return {
    lab,
    sampler,
    names,
    changeAll: (step) => lab.targets.set(...IDS.map((id) => target(id, step))),
    allFollow: async (step) => {
      await Promise.all(IDS.map((id) => addressesBecome(lab.dns, nameOf(id), "A", [address(id, step)], 90_000)));
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const IDS = [0, 1, 2, 3, 4];

function nameOf(id: number): string {
  return id === 0 ? OUTAGE_DOMAIN : `n${id}.${OUTAGE_DOMAIN}`;
}

function address(id: number, step: number): string {
  return `11.6.${id}.${step + 1}`;
}

function target(id: number, step: number) {
  return { name: `n${id}.lb.test`, type: "A", ttl: 5, data: [address(id, step)] } as const;
}
