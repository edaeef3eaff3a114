import assert from "node:assert/strict";
import { test } from "node:test";
import { buildZoneView } from "../../../support/build-zone-view.ts";
import { alias, contextOf, linesOf, nameOf, requestAnswer, served } from "../zone-play.ts";

const view = buildZoneView({
  ...served(
    "example.com",
    [
      "@ SOA ns1 hostmaster 1 7200 900 1209600 60",
      "@ NS ns1",
      "@ MX 10 mail.sub",
      "ns1 A 192.0.2.1",
      "* TXT wild",
      "mail.sub A 192.0.2.2",
      "to CNAME mail.sub",
      "cut NS ns.example.net.",
    ],
    [alias("*.example.com"), alias("shop.sub.example.com"), alias("*.open.sub.example.com")],
  ),
  reserved: ["sub", "cut", "name"].map((label) => nameOf(`${label}.example.com`)),
});

const CASES: readonly (readonly [question: string, want: readonly string[]])[] = [
  ["sub.example.com A", ["SERVFAIL"]],
  ["sub.example.com DS", ["SERVFAIL"]],
  ["mail.sub.example.com A", ["SERVFAIL"]],
  ["absent.sub.example.com TXT", ["SERVFAIL"]],
  ["name.example.com AAAA", ["SERVFAIL"]],
  ["a.name.example.com AAAA", ["SERVFAIL"]],
  // The zone above has a claim of another namespace, or a delegation.
  ["shop.sub.example.com A", ["ask shop.sub.example.com. A"]],
  ["a.open.sub.example.com A", ["ask *.open.sub.example.com. A"]],
  ["a.cut.example.com A", ["NOERROR", "ns cut.example.com. 300 NS ns.example.net."]],
  // A client goes on by itself, and nothing is said of addresses.
  ["to.example.com A", ["NOERROR aa", "an to.example.com. 300 CNAME mail.sub.example.com."]],
  ["example.com MX", ["NOERROR aa", "an example.com. 300 MX 10 mail.sub.example.com."]],
  // Names beside it are answered as always.
  ["subs.example.com TXT", ["NOERROR aa", 'an subs.example.com. 300 TXT "wild"']],
];

for (const [question, want] of CASES) {
  test(`a zone with reserved names: ${question} is ${want.join(", ")}`, () => {
    assert.deepEqual(linesOf(requestAnswer(view, question, contextOf())), want);
  });
}
