import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "../support/property.ts";
import { lexCorefile } from "../../src/providers/coredns/corefile-lexer.ts";
import { parseCorefile, printCorefile } from "../../src/providers/coredns/corefile.ts";
import { createOverlayProvider } from "../../src/providers/coredns/overlay.ts";
import { splitSegments } from "../../src/providers/coredns/overlay-part.ts";
import { memoryTextStore } from "../support/memory-text-store.ts";
import { converge, labZone, NEVER, overlaySpec } from "../support/provider-lab.ts";

const FRAGMENTS = [
  ...'\n{}"\\#, \t\r\uFEFF\u2028é'.split(""),
  ...'{ } . .:53 example.com example.com:53 {$PORT} {%X%} import (s) s errors forward cache bind reload a.org, " \\" #c'.split(
    " ",
  ),
  "# BEGIN dnsalias zone=dns-system/zone owner=me\n",
  "# END dnsalias zone=dns-system/zone\n",
  "# BEGIN dnsalias zone=x/y owner=me\n",
  "# END dnsalias zone=x/y\n",
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

test("whatever the Corefile, the overlay leaves it alone or gives it back byte for byte", async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(text, async (input) => {
      const store = memoryTextStore(input);
      const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
      const read = await provider.read([], NEVER);
      if (read.kind !== "ok" || read.zone.dirty !== undefined || read.zone.sets.length > 0) {
        assert.equal(store.text, input);
        return;
      }
      const had = splitSegments(input);
      assert.ok(had.kind === "ok");
      const result = await converge(provider, "www.example.com 60 203.0.113.7 2001:db8::7");
      assert.equal(result.kind, "applied");
      assert.equal(parseCorefile(store.text ?? "").kind, "ok");
      assert.ok((store.text ?? "").endsWith(input.replace(/^\uFEFF/, "")));
      await converge(provider);
      assert.equal(store.text, input);
      written += 1;
    }),
    { numRuns: 1500 },
  );
  assert.ok(written > 100, `only ${written} Corefiles were written to: the test proves nothing`);
});

test("one character changed anywhere in a file of ours never makes the provider throw or write what does not parse", async () => {
  const corefile = readFileSync("test/fixtures/corefiles/kubeadm.original.Corefile", "utf8");
  const store = memoryTextStore(corefile);
  const provider = createOverlayProvider({ zone: labZone("example.com", overlaySpec()), store, ownerId: "me" });
  await converge(provider, "example.com 60 203.0.113.7");
  const good = store.text ?? "";
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom("", "{", "}", '"', "\n", "#", "x"), async (at, put) => {
      store.edit(good.slice(0, at) + put + good.slice(at + 1));
      const edited = store.text;
      const read = await provider.read([], NEVER);
      if (read.kind === "ok") {
        const result = await provider.apply({ zone: read.zone, writes: [] }, NEVER);
        assert.equal(result.kind, "applied");
        assert.equal(parseCorefile(store.text ?? "").kind, "ok");
      } else {
        assert.equal(store.text, edited);
      }
    }),
    { numRuns: 2000 },
  );
});

test("hostile Corefiles of a megabyte end within seconds", () => {
  const size = 1_000_000;
  for (const input of [
    "{".repeat(size),
    "a {\n".repeat(size / 4),
    '"'.repeat(size),
    "#\n".repeat(size / 2),
    "a b\n".repeat(size / 4),
    "\\".repeat(size),
    `a "${"\\".repeat(size)}"`,
  ]) {
    const started = performance.now();
    parseCorefile(input);
    splitSegments(input);
    const took = performance.now() - started;
    assert.ok(took < 20_000, `${input.slice(0, 20)}… took ${took} ms`);
  }
});
