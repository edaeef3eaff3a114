import assert from "node:assert/strict";
import { createTlsSource, type TlsReferences } from "../../src/providers/tls/tls-source.ts";
import type { TlsSource } from "../../src/providers/backend.ts";

/** The certificates of a spec that refers to no objects. */
export function tlsOf(references: TlsReferences = {}): TlsSource {
  const nothing = (): never => assert.fail("the spec refers to no object");
  return createTlsSource({ bundleProblem: nothing, secretText: nothing, configMapText: nothing }, references);
}
