import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import type { FloodOptions } from "../support/flood-client.ts";
import { inlineZone, responderGives, startResponderLab, type ResponderLab } from "./responder-lab.ts";

/** `dnsalias run` with 100 names, for a flood. */
export interface FloodedLab extends ResponderLab {
  readonly workers: number;
  readonly flood: Pick<FloodOptions, "port" | "domain" | "names">;
}

/** `host`: where the responder listens. It has the limits that it has without options. */
export async function startFloodedLab(host: string): Promise<FloodedLab> {
  await using starting = new AsyncDisposableStack();
  const authority = starting.use(await startNameServer({ zones: { "lb.test": ["flood 300 A 11.6.5.1"] } }));
  const names = Array.from({ length: NAMES }, (_, index) => `a${index}.${DOMAIN}`);
  const aliases = Array.from({ length: NAMES / PER_ALIAS }, (_, index) =>
    aliasManifest({
      name: `flood${index}`,
      hostnames: names.slice(index * PER_ALIAS, (index + 1) * PER_ALIAS),
      targets: ["flood.lb.test"],
      spec: { ipFamilies: ["IPv4"] },
    }),
  );
  const lab = starting.use(
    await startResponderLab({
      resolvers: [authority],
      manifests: [inlineZone(DOMAIN), ...aliases],
      moreArgs: [`--responder-workers=${WORKERS}`],
      host,
    }),
  );
  await responderGives(lab.dns, `a${NAMES - 1}.${DOMAIN}`, ["11.6.5.1"]);
  const owned = starting.move();
  return {
    ...lab,
    workers: WORKERS,
    flood: { port: lab.dns.port, domain: DOMAIN, names: NAMES },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

const DOMAIN = "flood.example";
const NAMES = 100;
const PER_ALIAS = 10;
const WORKERS = 2;
