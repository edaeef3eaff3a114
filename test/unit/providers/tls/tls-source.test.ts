import assert from "node:assert/strict";
import { test } from "node:test";
import type { SecretRead } from "../../../../src/providers/backend.ts";
import type { TextRead } from "../../../../src/providers/text-store.ts";
import { createTlsSource, type TlsReferences } from "../../../../src/providers/tls/tls-source.ts";
import { NEVER } from "../../../support/provider-lab.ts";

const CA = "-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n";
const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nown\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nkey\n-----END PRIVATE KEY-----\n";
const AWAY: SecretRead = { kind: "failed", message: "apiserver away" };

type Objects = Readonly<Record<string, SecretRead | string>>;

/** The result with Secrets and ConfigMaps by "Secret NAME KEY". A bundle that isn't {@link CA} is faulty. */
async function read(references: TlsReferences, objects: Objects = {}): Promise<unknown> {
  const source = createTlsSource(
    {
      bundleProblem: (pem) => (pem === CA ? undefined : "it is no certificate"),
      secretText: ({ name, key }) => {
        const found = objects[`Secret ${name} ${key}`];
        const missing: SecretRead = { kind: "refused", reason: "SecretMissing", message: `no Secret ${name}` };
        return async () => (typeof found === "string" ? { kind: "ok", text: found } : (found ?? missing));
      },
      configMapText: ({ name, key }) => {
        const found = objects[`ConfigMap ${name} ${key}`];
        const text = typeof found === "string" ? found : undefined;
        const ok: TextRead = { kind: "ok", text, revision: "1", owner: undefined };
        return { location: name, read: async () => (found === AWAY ? { kind: "failed", message: "away" } : ok) };
      },
    },
    references,
  );
  const result = await source(NEVER);
  return result.kind === "ok" ? result.tls : `${result.kind}: ${result.message}`;
}

const SECRET = { caBundleRef: { kind: "Secret", name: "ca", key: "ca.crt" } } as const;
const MAP = { caBundleRef: { kind: "ConfigMap", name: "ca", key: "ca.crt" } } as const;
const OWN = { clientCertificateRef: { name: "own" } };
const PAIR = { "Secret own tls.crt": CERTIFICATE, "Secret own tls.key": KEY };
const PLAIN_TLS =
  'refused: Secret "own" (clientCertificateRef) has no certificate and key in PEM under tls.crt and tls.key. Use a Secret of the type kubernetes.io/tls.';

const CASES: readonly (readonly [title: string, references: TlsReferences, objects: Objects, want: unknown])[] = [
  ["nothing is named", {}, {}, {}],
  ["a bundle is in the DnsZone", { caBundle: CA }, {}, { caBundle: CA }],
  ["a bundle is in a Secret", SECRET, { "Secret ca ca.crt": CA }, { caBundle: CA }],
  ["a bundle is in a ConfigMap", MAP, { "ConfigMap ca ca.crt": CA, "Secret ca ca.crt": "x" }, { caBundle: CA }],
  ["the Secret of the bundle is missing", SECRET, {}, "refused: no Secret ca"],
  ["the Secret of the bundle can't be read", SECRET, { "Secret ca ca.crt": AWAY }, "failed: apiserver away"],
  [
    "the ConfigMap of the bundle lacks the key",
    MAP,
    {},
    'refused: ConfigMap "ca" key "ca.crt" (caBundleRef) does not exist. Create it.',
  ],
  ["the ConfigMap of the bundle can't be read", MAP, { "ConfigMap ca ca.crt": AWAY }, "failed: away"],
  [
    "the bundle is faulty",
    SECRET,
    { "Secret ca ca.crt": "x" },
    'refused: Secret "ca" key "ca.crt" (caBundleRef): it is no certificate.',
  ],
  [
    "a client certificate is named too",
    { ...OWN, caBundle: CA },
    PAIR,
    { caBundle: CA, clientCertificate: { certificate: CERTIFICATE, key: KEY } },
  ],
  ["the certificate can't be read", OWN, { ...PAIR, "Secret own tls.crt": AWAY }, "failed: apiserver away"],
  ["the key can't be read", OWN, { ...PAIR, "Secret own tls.key": AWAY }, "failed: apiserver away"],
  ["the key is no key", OWN, { ...PAIR, "Secret own tls.key": "x" }, PLAIN_TLS],
  ["the certificate is no certificate", OWN, { ...PAIR, "Secret own tls.crt": KEY }, PLAIN_TLS],
  ["the bundle is faulty, and so is the certificate", { ...SECRET, ...OWN }, {}, "refused: no Secret ca"],
];

for (const [title, references, objects, want] of CASES) {
  test(`certificates of a connection if ${title}`, async () => {
    assert.deepEqual(await read(references, objects), want);
  });
}
