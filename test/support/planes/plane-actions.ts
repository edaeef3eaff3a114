import { objectKey } from "../../../src/api/meta.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { ACTIONS, poolOf } from "../history/actions.ts";
import { onAlias } from "../history/alias-actions.ts";
import { pick, some } from "../history/random.ts";
import { HOUR, NAMESPACES, PLACES, TARGETS } from "../history/scene.ts";
import { addAlias, editAlias, pass, putZone, setTarget } from "../history/stage.ts";
import { PLANE_BASE } from "./plane-scene.ts";
import { setValidBase, spoilBase, type PlaneStage } from "./plane-stage.ts";

/** One kind of thing that happens; see `Action` of the other histories. It can take time. */
export interface PlaneAction {
  readonly kind: string;
  readonly weight: number;
  readonly act: (plane: PlaneStage) => string | undefined | Promise<string | undefined>;
}

/** What histories of one plane have too. Base zones change in another way here, because both planes have them. */
const SHARED_KINDS: ReadonlySet<string> = new Set([
  "add a hostile alias",
  "change targets",
  "change hostnames",
  "delete an alias",
  "pause",
  "move a target",
  "a target loses a family",
  "a target fails",
  "a target is empty",
  "faults of the network",
  "break a place",
  "change a zone",
  "add a zone below another",
  "delete a zone below another",
  "a namespace loses its label",
  "a namespace gets its label",
  "change the leader",
  "no leader",
  "kill a replica",
]);

export const PLANE_ACTIONS: readonly PlaneAction[] = [
  ...ACTIONS.filter(({ kind }) => SHARED_KINDS.has(kind)),
  { kind: "add an alias", weight: 8, act: (plane) => addSome(plane) },
  {
    kind: "change httpsAlias",
    weight: 2,
    act: (plane) =>
      onAlias(
        plane,
        ({ meta, spec: { targets, families, httpsAlias } }) =>
          targets.length === 1 &&
          families.length === 2 &&
          targets[0]?.kind === "hostname" &&
          editAlias(plane, objectKey(meta), { httpsAlias: !httpsAlias }),
      ),
  },
  { kind: "a target rotates", weight: 1, act: rotate },
  {
    kind: "change a base zone",
    weight: 1,
    act: (plane) => changeBase(plane, `${PLANE_BASE}x${Math.floor(plane.random() * 100)} IN TXT "x"\n`),
  },
  {
    kind: "a base zone has an alias's address",
    weight: 1,
    act: (plane) => changeBase(plane, `${PLANE_BASE}shop IN A 192.0.2.81\n`),
  },
  { kind: "spoil a base zone", weight: 1, act: spoilSomeBase },
  {
    kind: "change a policy",
    weight: 1,
    act(plane) {
      const key = pick(plane.random, ["dns/com", "dns/net", "dns/org"]);
      const policy = pick(plane.random, ["UpsertOnly", "CreateOnly"] as const);
      putZone(plane, key, { policy });
      return `${key} ${policy}`;
    },
  },
  { kind: "another one has a name", weight: 1, act: putForeignRecord },
];

export function addSome(plane: PlaneStage): string | undefined {
  const { random, world } = plane;
  const key = `${pick(random, NAMESPACES)}/${pick(random, ["a", "b", "c", "d"])}`;
  if (world.aliases.has(key)) {
    return undefined;
  }
  const statics = random() < 0.25 ? [["203.0.113.7", "2001:db8:7::7"]] : [];
  const targets = [...some(random, TARGETS, 2), ...statics];
  const spec = {
    onEmpty: pick(random, ["Keep", "Withdraw", "Fallback"] as const),
    onStale: pick(random, ["Keep", "Withdraw", "Fallback"] as const),
    maxStalenessMs: pick(random, [HOUR / 10, HOUR, 24 * HOUR]),
    ...pick(random, targets.length === 1 ? HTTPS_OR_FAMILIES : FAMILIES_ONLY),
    ...(random() < 0.3 ? { ttl: { min: 10, max: pick(random, [20, 40, 900]) } } : {}),
  };
  addAlias(plane, key, { hostnames: some(random, plane.hostnames, 3), targets, spec });
  return `${key} ${JSON.stringify({ ...world.aliases.get(key)?.spec, targets: targets.flat() })}`;
}

/** An alias with httpsAlias has one hostname target and both families. */
const FAMILIES_ONLY = [{}, {}, { families: ["A"] }, { families: ["AAAA"] }] as const;
const HTTPS_OR_FAMILIES = [{ httpsAlias: true }, ...FAMILIES_ONLY] as const;

/** Parts of a pool in turn, each for one TTL. */
async function rotate(plane: PlaneStage): Promise<string> {
  const target = pick(plane.random, TARGETS);
  const pool = poolOf(target);
  const part = (family: string, turn: number): readonly string[] => {
    const own = pool.filter((address) => address.includes(":") === (family === "AAAA"));
    return [own[turn % own.length] ?? "", own[(turn + 1) % own.length] ?? ""];
  };
  for (let turn = 0; turn < 9; turn += 1) {
    setTarget(
      plane,
      target,
      FAMILIES.flatMap((family) => part(family, turn)),
    );
    await pass(plane, 65_000);
  }
  return target;
}

function changeBase(plane: PlaneStage, text: string): string {
  const place = pick(plane.random, PLACES);
  setValidBase(plane, place, text);
  return place;
}

/** The responder and a zone file keep the last one that was valid. */
function spoilSomeBase(plane: PlaneStage): string {
  const place = pick(plane.random, PLACES);
  spoilBase(plane, place);
  return place;
}

/** A server has addresses of another owner at a hostname, of which the responder's base zone knows nothing. */
function putForeignRecord({ backends, judge, foreignNames }: PlaneStage): string | undefined {
  const backend = backends.get("net");
  const name = parseName("example.net");
  if (backend === undefined || backend.list().some((set) => set.name === name && set.type === "A")) {
    return undefined;
  }
  backend.put({ name, type: "A", ttl: 60, data: ["192.0.2.99"] });
  foreignNames.add(name);
  judge.changed("place net");
  return name;
}
