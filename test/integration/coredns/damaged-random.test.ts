import assert from "node:assert/strict";
import { test } from "node:test";
import { skipWithout } from "../../support/component.ts";
import { assertStarts, foreignText } from "../../support/corefile-model.ts";
import * as fc from "../../support/property.ts";
import { converge, NEVER, readZone } from "../../support/provider-lab.ts";
import { answersOf, damagedLab } from "./damaged-lab.ts";

const skip = skipWithout("coredns", "dig");

const TOKENS = [
  ...'{}"\\#\t\r\n\0,.:('.split(""),
  ..."{\n|\n}\n|a.org,|a.org {\n|.:53 {\n|import x\n|import (s)|(s) {\n|errors\n|view v {\n|bind 127.0.0.1\n|template IN A {\n|}}|{{|é\u2028".split(
    "|",
  ),
  "# BEGIN dnsalias zone=dns-system/one owner=me\n",
  "# END dnsalias zone=dns-system/one\n",
  "# BEGIN dnsalias zone=dns-system/two owner=me\n",
  "# END dnsalias zone=dns-system/two\n",
];

const zone = fc.constantFrom("one", "two", "three");

/** An edit between the markers of a part: where, as a share of its length; how many characters go there; what comes. */
const bodyEdit = fc.record({
  zone,
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  length: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(60) }),
  put: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...TOKENS) },
    { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
  ),
});

/** A marker line that is removed, doubled, indented, or the marker of another zone. */
const markerEdit = fc.record({
  zone,
  word: fc.constantFrom("BEGIN", "END"),
  change: fc.constantFrom("", "$&$&", "  $&", "$1two$2", "$1six$2"),
});

type Edit =
  typeof bodyEdit extends fc.Arbitrary<infer Body>
    ? Body | (typeof markerEdit extends fc.Arbitrary<infer Marker> ? Marker : never)
    : never;

function edited(text: string, edit: Edit): string {
  if ("word" in edit) {
    return text.replace(new RegExp(`(# ${edit.word} dnsalias zone=dns-system/)${edit.zone}(.*\n)`), edit.change);
  }
  const body = new RegExp(`(?<=# BEGIN dnsalias zone=dns-system/${edit.zone} [^\n]*\n)[^]*?(?=# END )`);
  return text.replace(body, (found) => {
    const start = Math.floor(edit.at * found.length);
    return found.slice(0, start) + edit.put + found.slice(start + edit.length).replace(/(?<!\n)$/, "\n");
  });
}

const damage: fc.Arbitrary<readonly Edit[]> = fc.oneof(
  { weight: 3, arbitrary: fc.array(bodyEdit, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(markerEdit, { minLength: 1, maxLength: 3 }) },
);

test(
  "CoreDNS starts with whatever dnsalias writes into a Corefile with random damage in its parts",
  { skip },
  async () => {
    const counts = { applied: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(damage, async (edits) => {
        const { store, providers } = await damagedLab();
        const good = store.text ?? "";
        const damaged = edits.reduce(edited, good);
        store.edit(damaged);
        const read = await providers.one.read([], NEVER);
        if (read.kind !== "ok") {
          assert.ok(read.kind === "refused" && /line \d+/.test(read.message), JSON.stringify(read));
          assert.equal(store.text, damaged);
          counts.refused += 1;
          return;
        }
        const taken = (await readZone(providers.one, ["one.example.com"])).sets.find(({ note }) => note !== undefined);
        const result = await converge(providers.one, "one.example.com 60 203.0.113.11");
        if (result.kind === "refused") {
          assert.match(result.message, /line \d+|DnsZone/);
          assert.equal(store.text, damaged);
          counts.refused += 1;
          return;
        }
        assert.equal(result.kind, "applied");
        const written = store.text ?? "";
        assertStarts(written);
        assert.equal(foreignText(written, "me"), foreignText(damaged, "me"));
        const [one, root] = await answersOf(written, ["one.example.com", "root.test"]);
        assert.equal(root, "root.test 198.51.100.1");
        if (taken === undefined) {
          assert.equal(one, "one.example.com 203.0.113.11");
        } else {
          // A marker of our part became another zone's: the name is not ours until that zone gives it back.
          assert.match(
            taken.note ?? "",
            /in the section of the DnsZone dns-system\/(?:two|six)|of its own in line \d+/,
          );
          assert.equal(one, "one.example.com 203.0.113.1");
        }
        counts.applied += 1;
      }),
      { numRuns: 100 },
    );
    assert.ok(counts.applied > 20 && counts.refused > 10, JSON.stringify(counts));
  },
);
