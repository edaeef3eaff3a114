import { randomBytes } from "node:crypto";
import { startBind, type Bind } from "../support/bind.ts";
import { freePort } from "../support/free-port.ts";
import { startPdns, type Pdns } from "../support/pdns.ts";
import { zoneText } from "../support/zone-text.ts";
import type { Node } from "./node.ts";

/** Name servers outside the cluster that pods reach. */
export interface Outside extends AsyncDisposable {
  readonly bind: Bind;
  readonly pdns: Pdns;
  /** In base64, of the key dnsalias-key of BIND. */
  readonly tsigSecret: string;
  /** Of the HTTP API of PowerDNS. */
  readonly apiKey: string;
}

/** BIND with the TSIG key dnsalias-key and PowerDNS with its HTTP API, each primary of its zones, at the host's end of the link. */
export async function startOutside(
  { hostAddress: host }: Pick<Node, "hostAddress">,
  zones: { readonly bind: readonly string[]; readonly pdns: readonly string[] },
): Promise<Outside> {
  await using starting = new AsyncDisposableStack();
  const tsigSecret = randomBytes(32).toString("base64");
  const apiKey = randomBytes(12).toString("hex");
  const texts = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, zoneText(["@ MX 10 mail", "mail A 192.0.2.25"])]));
  const bind = starting.use(
    await startBind({
      host,
      port: await freePort(host),
      zones: texts(zones.bind),
      moreConfig: `key "dnsalias-key" { algorithm hmac-sha256; secret "${tsigSecret}"; };`,
      moreZone: `allow-update { key "dnsalias-key"; }; allow-transfer { key "dnsalias-key"; };`,
    }),
  );
  const pdns = starting.use(
    await startPdns({ host, zones: texts(zones.pdns), apiKey, moreConfig: "webserver-allow-from=0.0.0.0/0" }),
  );
  const owned = starting.move();
  return { bind, pdns, tsigSecret, apiKey, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}
