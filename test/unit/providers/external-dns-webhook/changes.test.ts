import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import { type AdjustedChange, bodiesOf } from "../../../../src/providers/external-dns-webhook/changes.ts";
import { endpointFor, shownOf } from "../../../../src/providers/external-dns-webhook/convert.ts";
import type { Changes, Endpoint } from "../../../../src/providers/external-dns-webhook/endpoint.ts";
import { endpoint } from "./builders.ts";

const DOMAIN = parseName("example.com");

describe("bodies of changes", () => {
  const cases: readonly {
    readonly name: string;
    readonly stands: readonly string[];
    /** "name type" comes or changes, "-name type" goes; in the batch's order. */
    readonly batch: readonly string[];
    /** One text a body: c(reate), u(pdate), d(elete) with name and type. */
    readonly want: readonly string[];
  }[] = [
    {
      name: "creates marker and addresses at once",
      stands: [],
      batch: ["_m TXT", "a A", "a AAAA"],
      want: ["c _m TXT, c a A, c a AAAA"],
    },
    {
      name: "updates and deletes at once",
      stands: ["a A", "a AAAA"],
      batch: ["a A", "-a AAAA"],
      want: ["u a A, d a AAAA"],
    },
    {
      name: "deletes addresses and their markers at once",
      stands: ["_m TXT", "a A"],
      batch: ["-a A", "-_m TXT"],
      want: ["d a A, d _m TXT"],
    },
    {
      name: "sends a marker that grows before a set that comes",
      stands: ["_m TXT", "a A"],
      batch: ["_m TXT", "a AAAA"],
      want: ["u _m TXT", "c a AAAA"],
    },
    {
      name: "sends a marker that shrinks after a set that goes",
      stands: ["_m TXT", "a A", "a AAAA"],
      batch: ["-a AAAA", "_m TXT"],
      want: ["d a AAAA", "u _m TXT"],
    },
    {
      name: "mixes address sets freely",
      stands: ["a A", "c A"],
      batch: ["_m TXT", "a A", "b A", "-c A", "d A"],
      want: ["c _m TXT, c b A, c d A, u a A, d c A"],
    },
  ];
  for (const { name, stands, batch, want } of cases) {
    it(name, () => {
      const shown = shownOf(
        stands.map((text) => endpointFor(setOf(text))),
        DOMAIN,
      );
      assert.deepEqual(bodiesOf(batch.map(changeOf), shown).map(textOf), want);
    });
  }

  it("gives the provider back what it listed, labels and all, and its labels with the new endpoint", () => {
    const listed = endpoint("a.example.com 60 A 192.0.2.9", {
      labels: { prefix: "k" },
      providerSpecific: [{ name: "p", value: "v" }],
    });
    const [body] = bodiesOf([changeOf("a A")], shownOf([listed], DOMAIN));
    assert.deepEqual(body?.updateOld, [listed]);
    assert.deepEqual(body.updateNew[0]?.labels, { prefix: "k" });
  });

  it("names every key to a provider that deletes one a time", () => {
    const labels = { "192.0.2.1": "k1", "192.0.2.2": "k2", prefix: "k2" };
    const listed = endpoint("a.example.com 60 A 192.0.2.1,192.0.2.2", { labels });
    const [body] = bodiesOf([changeOf("-a A")], shownOf([listed], DOMAIN));
    assert.deepEqual(
      body?.delete.map(({ targets, labels: { prefix } }) => [...targets, prefix]),
      [
        ["192.0.2.1", "k1"],
        ["192.0.2.2", "k2"],
      ],
    );
  });
});

function changeOf(text: string): AdjustedChange {
  const set = setOf(text.replace(/^-/, ""));
  return text.startsWith("-")
    ? { change: { before: set, after: undefined }, wanted: undefined }
    : { change: { before: undefined, after: set }, wanted: endpointFor(set) };
}

function setOf(text: string): RRset {
  const [label = "", type = ""] = text.split(" ");
  const data = type === "A" ? "192.0.2.1" : type === "AAAA" ? "2001:db8::1" : '"marker"';
  return { name: parseName(`${label}.example.com`), type, ttl: 60, data: [data] };
}

function textOf(body: Changes): string {
  const list = (letter: string, endpoints: readonly Endpoint[]): readonly string[] =>
    endpoints.map(({ dnsName, recordType }) => `${letter} ${dnsName.split(".")[0]} ${recordType}`);
  assert.equal(body.updateOld.length, body.updateNew.length);
  return [...list("c", body.create), ...list("u", body.updateNew), ...list("d", body.delete)].join(", ");
}
