import { test } from "node:test";
import { FUZZ_SEED, GATE_SEED } from "../property.ts";
import { playHistory } from "./history.ts";
import { KNOWN_KINDS } from "./known-faults.ts";

/** Histories of the gate, in two files of as many each, because files run at the same time. `npm run fuzz -- --histories N` plays others: test/fuzz/run.ts. */
const HISTORIES = 100;

/** Other seeds that showed a fault, of the product or of the judge. */
const COUNTEREXAMPLES = [
  4974050, 20261125, 56287609, 465181141, 671642630, 700000020, 700000101, 700000121, 700000136, 700000173, 700000188,
  700000199, 700000242, 710000003, 710000016, 710000131, 720000056, 720000061, 720000072, 720000114, 720000125,
  720000187, 720000192, 730000009, 730000020, 730000025, 730000099, 740000080, 750000059, 750000083, 760000035,
  760000080, 760000086, 770000052, 770000099, 780000033, 780000088, 800000006, 810000202, 810000236, 820000008,
  820000092, 820000128, 820000137, 820000222, 820000231, 820000305, 820000520, 830000186, 830000263, 840000075,
  850000026, 850000034, 850000219, 860000077, 870000149, 875000050, 1133720003, 1614024502, 1946313998, 1946314042,
];

/** The same with clients at every replica. */
const COUNTEREXAMPLES_WITH_CLIENTS = [20261132, 20261135, 20261146, 20261156, 20261172, 20261200, 20261225];

/** Plays one half of the histories: those of the even or of the odd seeds. */
export function testSeededHistories(half: "even" | "odd"): void {
  const seeds = Array.from({ length: HISTORIES }, (_, index) => FUZZ_SEED + index);
  // With another seed, the counterexamples show nothing that the gate doesn't.
  const isGate = FUZZ_SEED === GATE_SEED;
  const histories = [
    ...seeds.map((seed) => ({ seed, title: `seed ${seed}`, options: {} })),
    ...(isGate ? COUNTEREXAMPLES : []).map((seed) => {
      return { seed, title: `seed ${seed}`, options: { hasClients: false } };
    }),
    ...(isGate ? COUNTEREXAMPLES_WITH_CLIENTS : []).map((seed) => {
      return { seed, title: `seed ${seed} with clients`, options: { hasClients: true } };
    }),
  ];
  for (const { seed, title, options } of histories) {
    if (Math.abs(seed - FUZZ_SEED) % 2 === (half === "even" ? 0 : 1)) {
      test(`whatever happens, names follow their targets, and nothing goes or comes that shouldn't (${title})`, () =>
        playHistory(seed, KNOWN_KINDS, options));
    }
  }
}
