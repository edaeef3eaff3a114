import assert from "node:assert/strict";
import { displayName } from "../../src/dns/name/name.ts";
import type { Scene } from "./scene.ts";

/** Labels beside a wildcard, and the encloser that the server knows for each; "exists": none. */
async function assertEnclosers(scene: Scene, want: Readonly<Record<string, string>>): Promise<void> {
  const domain = displayName(scene.under.domain);
  const encloserOf = await scene.install("me").enclosers(["*.star", ...Object.keys(want)]);
  const got = Object.keys(want).map((label) => {
    const encloser = encloserOf?.(scene.at(label));
    return [label, encloser === undefined ? "exists" : displayName(encloser).replace(domain, "@").replace(".@", "")];
  });
  assert.deepEqual(Object.fromEntries(got), want);
}

/** A name without records is told from one that has the very addresses of a wildcard, which answers for both alike (RFC 4592). */
export const WILDCARD_STEPS = [
  {
    name: "knows which names only a wildcard answers for",
    run: async (scene: Scene): Promise<void> => {
      const lines = ["*.star 60 192.0.2.1"];
      await scene.install("me").converge(lines);
      await scene.put("there.star 60 A 192.0.2.1");
      await scene.put('text.star 60 TXT "x"');
      await assertEnclosers(scene, {
        "lb.star": "star",
        "there.star": "exists",
        "text.star": "exists",
        "lb.there.star": "there.star",
      });
      await scene.remove("there.star", "A");
      await scene.remove("text.star", "TXT");
      await scene.holds({ owned: { me: lines } });
    },
  },
  {
    name: "knows that a name below a delegation isn't a wildcard's",
    run: async (scene: Scene): Promise<void> => {
      const lines = ["*.star 60 192.0.2.1"];
      await scene.install("me").converge(lines);
      await scene.put("cut.star 60 NS ns.example.net.");
      await assertEnclosers(scene, { "lb.cut.star": "exists", "cut.star": "exists" });
      await scene.remove("cut.star", "NS");
      await scene.holds({ owned: { me: lines } });
    },
  },
] as const;
