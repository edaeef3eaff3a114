import { randomBytes } from "node:crypto";
import { startBind, type Bind } from "../support/bind.ts";
import { startPdns, type Pdns } from "../support/pdns.ts";
import { zoneText } from "../support/zone-text.ts";

/** Name servers outside, and the credentials that they want. */
export interface OutsideLab extends AsyncDisposable {
  readonly bind: Bind;
  readonly pdns: Pdns;
  /** In base64, of the key {@link TSIG_NAME}. */
  readonly tsigSecret: string;
  readonly apiKey: string;
  /** What must be seen nowhere, in every form that it could have. */
  readonly secrets: readonly string[];
  /** `spec.provider` of a DnsZone at each. */
  readonly providers: { readonly rfc2136: object; readonly powerDNS: object };
  /** `spec.servedBy` of a DnsZone at PowerDNS. */
  readonly pdnsServedBy: object;
}

export const TSIG_NAME = "dnsalias-key";
/** The Secrets that deploy/options/secrets/rbac.yaml names. */
export const TSIG_REF = { name: "dnsalias-tsig", key: "secret" };
export const API_KEY_REF = { name: "dnsalias-powerdns", key: "api-key" };

/** BIND with a TSIG key and PowerDNS with an API key, both primary of `domain`. */
export async function startOutsideLab(domain: string): Promise<OutsideLab> {
  await using starting = new AsyncDisposableStack();
  const tsigSecret = randomBytes(32).toString("base64");
  const apiKey = `api-${randomBytes(12).toString("hex")}`;
  const zones = { [domain]: zoneText(["@ MX 10 mail", "mail A 192.0.2.25"]) };
  const bind = starting.use(
    await startBind({
      zones,
      moreConfig: `key "${TSIG_NAME}" { algorithm hmac-sha256; secret "${tsigSecret}"; };`,
      moreZone: `allow-update { key "${TSIG_NAME}"; }; allow-transfer { key "${TSIG_NAME}"; };`,
    }),
  );
  const pdns = starting.use(await startPdns({ zones, apiKey }));
  const started = starting.move();
  const tsig = { keyName: TSIG_NAME, secretRef: TSIG_REF };
  return {
    bind,
    pdns,
    tsigSecret,
    apiKey,
    secrets: [tsigSecret, apiKey].flatMap(formsOf),
    providers: {
      rfc2136: { rfc2136: { servers: [{ address: bind.host, port: bind.port }], tsig } },
      powerDNS: { powerDNS: { url: pdns.apiUrl, apiKeyRef: API_KEY_REF } },
    },
    pdnsServedBy: { addresses: [{ address: pdns.host, port: pdns.port }] },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** As it is, in base64, and in hex (of the octets too, where it is base64). */
export function formsOf(secret: string): readonly string[] {
  return [
    secret,
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
    Buffer.from(secret).toString("hex"),
    Buffer.from(secret, "base64").toString("hex"),
  ];
}

/** The secrets that a text has in it, by their place in the list: not themselves, which a failed test would print. */
export function secretsIn(text: string, secrets: readonly string[]): readonly number[] {
  return secrets.flatMap((secret, index) => (text.includes(secret) ? [index] : []));
}
