import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { advance, type Catalog } from "../../../src/folder/inventory/known-objects.ts";
import { eventsBetween } from "../../../src/folder/inventory/inventory-events.ts";
import { validateFile } from "../../../src/folder/manifest/validate-file.ts";
import { problemText } from "../../../src/folder/manifest/parse-manifests.ts";

const NONE: Catalog = new Map();
const PASSWORD = "hunter2";

function secret(fields: string, name = "pdns", namespace = "dns"): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: ${namespace}}\n${fields}\n---\n`;
}

function zone(provider: string): string {
  return `apiVersion: dnsalias.io/v1alpha1\nkind: DnsZone\nmetadata: {name: com, namespace: dns}\nspec: {domain: example.com, provider: ${provider}}\n---\n`;
}

function after(before: Catalog, text: string): Catalog {
  return advance(before, { files: new Map([["a.yaml", validateFile("a.yaml", text)]]), unreadable: [] }, 1000).catalog;
}

function textsOf(text: string): unknown {
  const [object] = validateFile("a.yaml", text).objects;
  return object?.result.kind === "good" && object.result.manifest.kind === "Secret"
    ? object.result.manifest.texts
    : object?.result;
}

describe("a Secret in a folder", () => {
  for (const [name, fields, want] of [
    ["data is base64", "data: {a: aHVudGVyMg==}", { a: "hunter2" }],
    [
      "stringData is plain text and stands over data",
      "data: {a: eA==, b: eQ==}\nstringData: {a: plain}",
      { a: "plain", b: "y" },
    ],
    ["a final newline goes away", 'data: {a: aHVudGVyMgo=}\nstringData: {b: " x \\n"}', { a: "hunter2", b: "x" }],
    ["base64 in several lines is read", "data:\n  a: |\n    aHVu\n    dGVyMg==\n", { a: "hunter2" }],
    [
      "what is not base64, not text or not a text at all has no value",
      "data: {a: hunter2!, b: /w==, c: 7}\nstringData: {d: [x]}",
      { a: undefined, b: undefined, c: undefined, d: undefined },
    ],
    ["nothing in it is nothing", "type: Opaque", {}],
    ["data that is no mapping is nothing", "data: hunter2", {}],
  ] as const) {
    test(name, () => {
      assert.deepEqual(textsOf(secret(fields)), want);
      assert.deepEqual(validateFile("a.yaml", secret(fields)).problems, []);
    });
  }

  test("a changed one hurries the zones that name it, and no others", () => {
    for (const [provider, hurried] of [
      ["{powerDNS: {url: 'https://p', apiKeyRef: {name: pdns, key: k}}}", ["dns/com"]],
      [
        "{rfc2136: {servers: [{address: 192.0.2.1}], tsig: {keyName: k, secretRef: {name: pdns, key: k}}}}",
        ["dns/com"],
      ],
      ["{rfc2136: {servers: [{address: 192.0.2.1}]}}", []],
      ["{powerDNS: {url: 'https://p', apiKeyRef: {name: other, key: k}}}", []],
      ["{externalDNSWebhook: {url: 'http://127.0.0.1:8888'}}", []],
    ] as const) {
      const before = after(NONE, zone(provider) + secret("stringData: {k: one}"));
      const edited = after(before, zone(provider) + secret("stringData: {k: two}"));
      const zones = eventsBetween(before, edited).map((event) => (event.kind === "input" ? event.zone : event.kind));
      assert.deepEqual(zones, hurried, provider);
    }
  });

  test("one of another namespace hurries nobody", () => {
    const provider = zone("{powerDNS: {url: 'https://p', apiKeyRef: {name: pdns, key: k}}}");
    const before = after(NONE, provider + secret("stringData: {k: one}", "pdns", "web"));
    assert.deepEqual(
      eventsBetween(before, after(before, provider + secret("stringData: {k: two}", "pdns", "web"))),
      [],
    );
  });
});

describe("nothing of a Secret is in a message about its file:", () => {
  for (const [name, text] of [
    ["a broken line", `${secret(`stringData: {k: ${PASSWORD}}`)}a: [1, 2\n`],
    ["a stray token", `kind: Secret\nstringData:\n  k: "x"${PASSWORD}\n`],
    ["a missing bracket", `kind: Secret\nstringData: {k: ${PASSWORD}\n`],
    ["an unknown alias", `kind: Secret\nstringData: {k: *${PASSWORD}}\n`],
    ["an unknown tag", `kind: Secret\nstringData: {k: !${PASSWORD} x}\n`],
    ["a bad escape", `kind: Secret\nstringData: {k: "\\q${PASSWORD}"}\n`],
    ["a secret for a name", `apiVersion: v1\nkind: Secret\nmetadata: {name: "${PASSWORD.toUpperCase()}"}\n`],
    ["a key twice", `kind: Secret\nstringData: {${PASSWORD}: a, ${PASSWORD}: b}\n`],
    ["bad indentation", `kind: Secret\nstringData:\n    k: a\n  ${PASSWORD}\n`],
    ["a value for a document", `# Secret\n${PASSWORD}\n`],
  ] as const) {
    test(name, () => {
      const content = validateFile("a.yaml", text);
      const said = [
        ...content.problems.map(problemText),
        ...content.objects.flatMap(({ result }) => (result.kind === "invalid" ? result.problems : [])),
      ];
      assert.notDeepEqual(said, []);
      assert.doesNotMatch(said.join("\n"), new RegExp(PASSWORD, "i"));
    });
  }
});
