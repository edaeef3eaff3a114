import assert from "node:assert/strict";
import { test } from "node:test";
import { fingerprint, fingerprinter } from "../../../src/providers/fingerprint.ts";

test("a fingerprint is the beginning of SHA-256: what an earlier release wrote still fits", () => {
  assert.equal(fingerprint("abc"), "ba7816bf8f01cfea", "FIPS 180-4, the example of one block");
});

test("text in pieces has the fingerprint of the whole, and can be read between them", () => {
  const whole = fingerprinter();
  whole.add("a");
  assert.equal(whole.value(), fingerprint("a"));
  whole.add("bc");
  assert.equal(whole.value(), fingerprint("abc"));
});
