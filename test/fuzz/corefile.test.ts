import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cpuMs } from "../support/cpu-time.ts";
import * as fc from "../support/property.ts";
import { lexCorefile } from "../../src/providers/coredns/corefile-lexer.ts";
import { parseCorefile } from "../../src/providers/coredns/corefile.ts";
import { printCorefile } from "../support/print-corefile.ts";
import type { ZoneProvider } from "../../src/providers/provider.ts";
import { createOverlayProvider } from "../../src/providers/coredns/overlay.ts";
import { splitSegments } from "../../src/providers/coredns/overlay-part.ts";
import { assertStarts, foreignText, segmentsOf } from "../support/corefile-model.ts";
import { memoryTextStore } from "../support/memory-text-store.ts";
import { converge, labZone, NEVER, overlaySpec, readZone } from "../support/provider-lab.ts";

const FRAGMENTS = [
  ...'\n{}"\\#, \t\r\uFEFF\u2028é'.split(""),
  ...'{ } . .:53 example.com example.com:53 {$PORT} {%X%} import (s) s errors forward cache bind reload a.org, " \\" #c'.split(
    " ",
  ),
  "# BEGIN dnsalias zone=dns-system/zone owner=me\n",
  "# END dnsalias zone=dns-system/zone\n",
  "# BEGIN dnsalias zone=x/y owner=me\n",
  "# END dnsalias zone=x/y\n",
  "# BEGIN dnsalias zone=x/z owner=you\n",
  "# END dnsalias zone=x/z\n",
  ".:53 {\n    errors\n}\n",
  "\n  view dnsalias/example.com. {\n",
  '    answer "{{ .Question.Name }} 60 IN A 192.0.2.1"\n',
];
const joined = (by: string) =>
  fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 40 }).map((parts) => parts.join(by));
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), joined(""), joined(" "), joined("\n"));

test("any text is lexed without loss, and parsed to the same bytes or to a mistake with its line", () => {
  fc.assert(
    fc.property(text, (input) => {
      const lexed = lexCorefile(input);
      if (lexed.kind === "ok") {
        assert.equal(lexed.pieces.map(({ raw }) => raw).join(""), input);
      }
      const read = parseCorefile(input);
      if (read.kind === "ok") {
        assert.equal(printCorefile(read.corefile), input);
      } else {
        assert.ok(read.line >= 1 && read.line <= input.split("\n").length, String(read.line));
      }
      const split = splitSegments(input);
      if (split.kind === "ok") {
        assert.equal(split.segments.map((segment) => segment.text).join(""), input);
      }
    }),
    { numRuns: 5000 },
  );
});

/** Found by chance; each made the overlay write a file with which CoreDNS does not start, or stop without need. */
const EXAMPLES: readonly string[] = [
  "# BEGIN dnsalias zone=x/y owner=me\n\n}\n# END dnsalias zone=x/y\n",
  "# BEGIN dnsalias zone=x/y owner=me\na.org,\n# END dnsalias zone=x/y\n",
  "# BEGIN dnsalias zone=x/y owner=me\na.org,\n# END dnsalias zone=x/y\n.:53 {\n    errors\n}\n",
  "a.org\n# BEGIN dnsalias zone=x/y owner=me\n# END dnsalias zone=x/y\n",
  "(s) {\n# BEGIN dnsalias zone=x/y owner=me\n# END dnsalias zone=x/y\nerrors\n}\n",
];

test("whatever the Corefile, the overlay leaves it as it is, or writes one with which CoreDNS starts", async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(text, async (input) => {
      const store = memoryTextStore(input);
      const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
      const read = await provider.read([], NEVER);
      if (read.kind !== "ok") {
        assert.ok(read.kind === "refused");
        assert.match(read.message, /line \d+/);
        assert.equal(store.text, input);
        return;
      }
      const result = await converge(provider, "www.example.com 60 203.0.113.7 2001:db8::7");
      assert.equal(result.kind, "applied");
      assertStarts(store.text ?? "");
      assert.equal(foreignText(store.text ?? "", "me"), foreignText(input, "me"));
      assert.equal((await readZone(provider)).needsWrite, undefined);
      await converge(provider);
      const without = segmentsOf(input).filter((segment) => segment.kind === "rest" || segment.owner !== "me");
      assert.equal(store.text?.replace(KEPT, ""), without.map((segment) => segment.text).join(""));
      written += 1;
    }),
    { numRuns: 3000, examples: EXAMPLES.map((example): [string] => [example]) },
  );
  assert.ok(written > 200, `only ${written} Corefiles were written to: the test proves nothing`);
});

/** The part of another zone of this installation that records of its own keep. */
const KEPT = /# BEGIN dnsalias zone=x\/y owner=me\n[^]*?# END dnsalias zone=x\/y\s*?\n?/g;

test("one character changed anywhere in a file of ours is repaired, or the file is left as it is", async () => {
  const corefile = readFileSync("test/fixtures/corefiles/kubeadm.original.Corefile", "utf8");
  const store = memoryTextStore(corefile);
  const [mine, other, foreign] = [
    createOverlayProvider({ zone: labZone("example.com", overlaySpec(), "mine"), store, ownerId: "me" }),
    createOverlayProvider({ zone: labZone("example.com", overlaySpec(), "other"), store, ownerId: "me" }),
    createOverlayProvider({ zone: labZone("example.com", overlaySpec(), "foreign"), store, ownerId: "you" }),
  ];
  await converge(foreign, "foreign.example.com 60 203.0.113.9");
  await converge(other, "other.example.com 60 203.0.113.8");
  await converge(mine, "example.com 60 203.0.113.7");
  const good = store.text ?? "";
  let repaired = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom("", "{", "}", '"', "\n", "#", "x"), async (at, put) => {
      store.edit(good.slice(0, at) + put + good.slice(at + 1));
      const edited = store.text ?? "";
      const read = await mine.read([], NEVER);
      if (read.kind !== "ok") {
        assert.equal(store.text, edited);
        return;
      }
      const result = await mine.apply({ zone: read.zone, writes: [] }, NEVER);
      assert.equal(result.kind, "applied");
      assertStarts(store.text ?? "");
      assert.equal(foreignText(store.text ?? "", "me"), foreignText(edited, "me"));
      const round = async (provider: ZoneProvider, line: string): Promise<void> => {
        const before = store.text;
        if ((await provider.read([], NEVER)).kind === "ok") {
          await converge(provider, line);
        }
        assert.ok(store.text === before || (await provider.read([], NEVER)).kind === "ok");
        assertStarts(store.text ?? "");
      };
      await round(mine, "example.com 60 203.0.113.7");
      await round(other, "other.example.com 60 203.0.113.8");
      repaired += store.text === good ? 1 : 0;
    }),
    { numRuns: 2000 },
  );
  assert.ok(repaired > 200, `only ${repaired} files were repaired: the test proves nothing`);
});

test("hostile Corefiles of a megabyte end within seconds", async () => {
  const size = 1_000_000;
  const begin = "# BEGIN dnsalias zone=x/y owner=me\n";
  const end = "# END dnsalias zone=x/y\n";
  const sum = "# Changes here are undone. sum=0123456789abcdef\n";
  for (const input of [
    "{".repeat(size),
    "a {\n".repeat(size / 4),
    '"'.repeat(size),
    "#\n".repeat(size / 2),
    "a b\n".repeat(size / 4),
    "\\".repeat(size),
    `a "${"\\".repeat(size)}"`,
    `${begin}${" ".repeat(size)}x\n${end}`,
    `${begin}${" \t\r".repeat(size / 3)}\n${end}`,
    `${begin}${sum}${"}\n".repeat(size / 2)}`,
    (begin + end).repeat(size / 60),
    `${begin}${end}a {\n}\n`.repeat(size / 66),
    `${begin}${"  view dnsalias/a.example.com. {\n".repeat(size / 33)}${end}`,
    "a.org {\n}\n".repeat(size / 10),
    "import a\n".repeat(size / 9),
    `a.${"b.".repeat(size / 2)} {\n}\n`,
    `a {\n${"bind 127.0.0.1\n".repeat(size / 15)}}\n`,
    "# BEGIN dnsalias ".repeat(size / 17),
  ]) {
    const started = cpuMs();
    parseCorefile(input);
    splitSegments(input);
    const zone = labZone("example.com", overlaySpec());
    await createOverlayProvider({ zone, store: memoryTextStore(input), ownerId: "me" }).read([], NEVER);
    const took = cpuMs() - started;
    assert.ok(took < 20_000, `${input.slice(0, 60)}… took ${took} ms`);
  }
});
