import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { rdataFromText } from "../../../src/dns/rdata/codec.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { run } from "../../support/run.ts";

const skip = skipWithout("named-checkzone", "named-rrchecker");

/** A field whose values have mnemonics: the text of its RDATA around the word, and where the number is on the wire. */
interface Field {
  readonly type: string;
  readonly text: (word: string) => string;
  readonly numberIn: (rdata: Uint8Array) => number;
  /** So many words BIND 9.18 reads. */
  readonly least: number;
}

const ALGORITHM: Field = {
  type: "DS",
  text: (word) => `1 ${word} 2 ${"ab".repeat(32)}`,
  numberIn: (rdata) => rdata[2] ?? -1,
  least: 18,
};
const CERTIFICATE: Field = {
  type: "CERT",
  text: (word) => `${word} 1 8 YWJj`,
  numberIn: (rdata) => 256 * (rdata[0] ?? -1) + (rdata[1] ?? -1),
  least: 10,
};
/** The digest is too short: BIND complains of the word first. */
const DIGEST: Field = { type: "DS", text: (word) => `1 8 ${word} ab`, numberIn: (rdata) => rdata[3] ?? -1, least: 5 };
/** Bytes of the digests that are in use, one more, and one less. */
const DIGEST_LENGTHS = [19, 20, 21, 31, 32, 33, 47, 48, 49];

describe("every mnemonic that BIND reads is read as the same number", { skip }, () => {
  let words: readonly string[] = [];
  before(async () => {
    words = await wordsOfBind();
    assert.ok(words.length > 1_000, `${words.length} words`);
  });

  for (const [name, field] of Object.entries({ algorithm: ALGORITHM, "certificate type": CERTIFICATE })) {
    test(name, async (t) => {
      const known = await readByBind(words, field);
      t.diagnostic(known.join(" "));
      assert.ok(known.length >= field.least, known.join(" "));
      const { type, text, numberIn } = field;
      for (const word of known) {
        const wire = await bindRdata(type, text(word));
        assert.equal(numberIn(rdataFromText(type, text(word))), numberIn(wire ?? assert.fail(word)), word);
      }
    });
  }

  test("digest type, with the lengths that its digest can have", async (t) => {
    const known = await readByBind(words, DIGEST);
    t.diagnostic(known.join(" "));
    assert.ok(known.length >= DIGEST.least, known.join(" "));
    for (const word of known) {
      let taken = 0;
      for (const length of DIGEST_LENGTHS) {
        const text = `1 8 ${word} ${"ab".repeat(length)}`;
        const [ours, wire] = [digestRdata(text), await bindRdata("DS", text)];
        // BIND takes a GOST digest of any length, though RFC 5933 gives it one.
        if (wire === undefined || ours !== undefined) {
          assert.deepEqual(ours, wire, `${word} with ${length} bytes`);
          taken += ours === undefined ? 0 : 1;
        }
      }
      assert.equal(taken, 1, word);
    }
  });
});

function digestRdata(text: string): Buffer | undefined {
  try {
    return Buffer.from(rdataFromText("DS", text));
  } catch (error) {
    assert.match(String(error), /the digest has/);
    return undefined;
  }
}

/** All that may be a mnemonic in BIND's program and libraries. Its linker keeps "RSASHA1" as the end of "NSEC3RSASHA1", so ends count too. */
async function wordsOfBind(): Promise<readonly string[]> {
  const program = locateComponent("named-rrchecker");
  const { stdout } = await run("ldd", [program]);
  const libraries = [...stdout.matchAll(/=> (\/\S+)/g)].map(([, path = ""]) => path).filter((path) => /dns/.test(path));
  const found = new Set<string>();
  for (const file of [program, ...libraries]) {
    for (const [, word = ""] of (await readFile(file, "latin1")).matchAll(/\0?([A-Za-z][A-Za-z0-9-]{1,23})(?=\0)/g)) {
      for (let start = 0; start < word.length - 1; start += 1) {
        found.add(word.slice(start));
      }
    }
  }
  return [...found].filter((word) => /^[A-Za-z]/.test(word));
}

/** The words that BIND knows for the field. It names each other one with its line. */
async function readByBind(words: readonly string[], { type, text }: Field): Promise<readonly string[]> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-mnemonics-"));
  try {
    const file = join(directory, "zone");
    const head = ["$TTL 60", "@ SOA a b 1 2 3 4 5", "@ NS a", "a A 192.0.2.1"];
    await writeFile(file, `${[...head, ...words.map((word) => `@ ${type} ${text(word)}`)].join("\n")}\n`);
    const { stdout, stderr } = await run(locateComponent("named-checkzone"), ["example.com", file]);
    const unknown = new Set([...(stdout + stderr).matchAll(/near '([^']+)'/g)].map(([, word]) => word));
    assert.ok(unknown.size > 0, stdout + stderr);
    return words.filter((word) => !unknown.has(word));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** RDATA as BIND puts it on the wire; undefined where it does not read it. */
async function bindRdata(type: string, text: string): Promise<Buffer | undefined> {
  const { stdout } = await run(locateComponent("named-rrchecker"), ["-u"], { input: `IN ${type} ${text}\n` });
  const hex = /\\#\s+\d+\s+([\dA-Fa-f\s]+)$/.exec(stdout.trim())?.[1];
  return hex === undefined ? undefined : Buffer.from(hex.replace(/\s/g, ""), "hex");
}
