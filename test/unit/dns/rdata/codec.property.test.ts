import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "../../../support/property.ts";
import { ROOT } from "../../../../src/dns/name/name.ts";
import { lexZoneFile, type Token } from "../../../../src/dns/presentation/lexer.ts";
import { parseRdata, printRdata, rdataFromText } from "../../../../src/dns/rdata/codec.ts";
import { rdataType } from "../../../../src/dns/rdata/type-table.ts";
import { typeNumber } from "../../../../src/dns/registry.ts";
import { wireReader } from "../../../../src/dns/wire/wire-reader.ts";
import { arbitraryRdata, GENERATED_TYPES } from "./arbitrary-rdata.ts";

function tokensOf(text: string): readonly Token[] {
  return lexZoneFile(text).entries[0]?.tokens ?? [];
}

for (const type of GENERATED_TYPES) {
  const number = typeNumber(type) ?? 0;

  test(`what the codec of ${type} prints, it parses to the same bytes`, () => {
    const codec = rdataType(number)?.codec ?? assert.fail(`no codec for ${type}`);
    fc.assert(
      fc.property(arbitraryRdata(type), (bytes) => {
        const reader = wireReader(bytes);
        const text = codec.print(reader);
        assert.ok(text !== undefined && reader.problem === undefined && reader.offset === reader.end, `${text}`);
        assert.deepEqual(parseRdata(type, tokensOf(text), ROOT), { kind: "ok", value: bytes }, text);
      }),
      { numRuns: 100 },
    );
  });

  test(`the canonical text of ${type} is its own canonical text`, () => {
    fc.assert(
      fc.property(arbitraryRdata(type), (bytes) => {
        const text = printRdata(number, bytes);
        assert.deepEqual(parseRdata(type, tokensOf(text), ROOT), { kind: "ok", value: bytes }, text);
        assert.deepEqual(rdataFromText(type, text), bytes);
      }),
      { numRuns: 100 },
    );
  });

  test(`changed bytes of ${type} are bytes, or text of the same bytes`, () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.nat({ max: 3 }));
    fc.assert(
      fc.property(arbitraryRdata(type), change, (bytes, [at, value, cut]) => {
        const changed = bytes.slice(0, Math.max(0, bytes.length - cut));
        changed[at % Math.max(1, changed.length)] = value;
        const text = printRdata(number, changed);
        assert.equal(lowerCase(rdataFromText(type, text)), lowerCase(changed), text);
        const parsed = parseRdata(type, tokensOf(text), ROOT);
        assert.ok(
          parsed.kind === "invalid" ? text.startsWith("\\#") : lowerCase(parsed.value) === lowerCase(changed),
          text,
        );
      }),
      { numRuns: 150 },
    );
  });
}

/** Names of RDATA are printed in lower case. */
function lowerCase(bytes: Uint8Array): string {
  return Buffer.from(bytes.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte))).toString("hex");
}
