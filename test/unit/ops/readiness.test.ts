import assert from "node:assert/strict";
import { test } from "node:test";
import { unreadyReasons, type ReadinessFacts } from "../../../src/ops/readiness.ts";

interface Case extends ReadinessFacts {
  readonly name: string;
  readonly want: readonly string[];
}

const UNKNOWN = "the DnsAliases and DnsZones have not been read yet";
const AWAY = "the apiserver of context a cannot be reached";
const WAITS = "the responder does not answer yet";

const CASES: readonly Case[] = [
  {
    name: "before the first read everything that is wrong is a reason",
    synced: false,
    sourceProblems: [AWAY],
    responderProblems: [WAITS],
    want: [UNKNOWN, AWAY, WAITS],
  },
  {
    name: "without a responder a replica waits for the first read too",
    synced: false,
    sourceProblems: [],
    responderProblems: undefined,
    want: [UNKNOWN],
  },
  {
    name: "a responder that answers is ready while the API server is away",
    synced: true,
    sourceProblems: [AWAY],
    responderProblems: [],
    want: [],
  },
  {
    name: "a replica without a responder stays ready too",
    synced: true,
    sourceProblems: [AWAY],
    responderProblems: undefined,
    want: [],
  },
  {
    name: "a responder that doesn't answer isn't ready, whatever the API server does",
    synced: true,
    sourceProblems: [AWAY],
    responderProblems: [WAITS],
    want: [WAITS],
  },
];

for (const { name, want, ...facts } of CASES) {
  test(name, () => assert.deepEqual(unreadyReasons(facts), want));
}
