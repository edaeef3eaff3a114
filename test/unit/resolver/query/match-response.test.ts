import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "../../../../src/dns/message/message.ts";
import { CLASS, TYPE } from "../../../../src/dns/registry.ts";
import { matchResponse } from "../../../../src/resolver/query/match-response.ts";
import { cookieOption, name, NXDOMAIN, query, REFUSED, response, SERVFAIL } from "../messages.ts";

const CLIENT = [1, 2, 3, 4, 5, 6, 7, 8];
const SERVER = [9, 10, 11, 12, 13, 14, 15, 16];
const WITH_COOKIE = { edns: { cookie: Uint8Array.from(CLIENT) } };
const question = { name: name("www.example."), type: TYPE.A, class: CLASS.IN };

interface Case {
  readonly name: string;
  readonly sent?: Message;
  readonly got: Partial<Message>;
  readonly cookieExpected?: boolean;
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: "the answer", got: {}, want: "answer" },
  { name: "the answer NXDOMAIN", got: NXDOMAIN, want: "answer" },
  { name: "another id", got: { id: 4712 }, want: "mismatched: another id" },
  { name: "a query", got: { response: false }, want: "mismatched: not a response to a query" },
  { name: "a NOTIFY response", got: { opcode: 4 }, want: "mismatched: not a response to a query" },
  {
    name: "another name",
    got: { questions: [{ ...question, name: name("wwx.example.") }] },
    want: "mismatched: another question",
  },
  {
    name: "another type",
    got: { questions: [{ ...question, type: TYPE.AAAA }] },
    want: "mismatched: another question",
  },
  {
    name: "another class",
    got: { questions: [{ ...question, class: CLASS.CH }] },
    want: "mismatched: another question",
  },
  { name: "two questions", got: { questions: [question, question] }, want: "mismatched: another question" },
  { name: "no question", got: { questions: [] }, want: "mismatched: no question" },
  { name: "no question in NXDOMAIN", got: { ...NXDOMAIN, questions: [] }, want: "mismatched: no question" },
  { name: "no question in REFUSED, as Unbound sends it", got: { ...REFUSED, questions: [] }, want: "answer" },
  { name: "no question in FORMERR", got: { rcode: 1, questions: [] }, want: "answer" },
  {
    name: "no question in SERVFAIL with an answer",
    got: { ...SERVFAIL, questions: [], answers: response(query(), { answer: "www.example. 1 A 8.8.8.8" }).answers },
    want: "mismatched: no question",
  },
  {
    name: "the letters echoed",
    sent: query({ case0x20: Uint8Array.of(0b101) }),
    got: {},
    want: "answer",
  },
  {
    name: "the letters folded",
    sent: query({ case0x20: Uint8Array.of(0b101) }),
    got: { questions: [question] },
    want: "unverified: 0x20",
  },
  {
    name: "other letters",
    sent: query({ case0x20: Uint8Array.of(0b101) }),
    got: { questions: [{ ...question, originalCase: "wWw.example." }] },
    want: "unverified: 0x20",
  },
  {
    name: "the first cookie of a server",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption(...CLIENT, ...SERVER) },
    want: "answer",
  },
  { name: "our cookie alone", sent: query(WITH_COOKIE), got: { edns: cookieOption(...CLIENT) }, want: "answer" },
  {
    name: "another's cookie",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption(...SERVER, ...SERVER) },
    want: "mismatched: another cookie",
  },
  {
    name: "our cookie with the longest of a server's, 40 octets together",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption(...CLIENT, ...SERVER, ...SERVER, ...SERVER, ...SERVER) },
    want: "answer",
  },
  {
    name: "our cookie with the shortest of a server's, 16 octets together",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption(...CLIENT, ...SERVER) },
    want: "answer",
  },
  {
    name: "a cookie of 15 octets",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption(...CLIENT, ...SERVER.slice(1)) },
    want: "mismatched: another cookie",
  },
  {
    name: "a cookie of 41 octets",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption(...CLIENT, ...SERVER, ...SERVER, ...SERVER, ...SERVER, 1) },
    want: "mismatched: another cookie",
  },
  {
    name: "an empty cookie",
    sent: query(WITH_COOKIE),
    got: { edns: cookieOption() },
    want: "mismatched: another cookie",
  },
  {
    name: "no cookie of a server not known to send any",
    sent: query(WITH_COOKIE),
    got: { edns: { ...cookieOption(), options: [] } },
    want: "answer",
  },
  {
    name: "no cookie of a server that sends them",
    sent: query(WITH_COOKIE),
    got: { edns: { ...cookieOption(), options: [] } },
    cookieExpected: true,
    want: "unverified: cookie",
  },
];

for (const { name: title, sent = query(), got, cookieExpected = false, want } of cases) {
  test(`match: ${title}`, () => {
    const match = matchResponse(sent, { ...response(sent), ...got }, cookieExpected);
    const why = match.kind === "mismatched" ? `: ${match.why}` : "";
    const lacks = match.kind === "unverified" ? `: ${match.lacks}` : "";
    assert.equal(`${match.kind}${why}${lacks}`, want);
  });
}
