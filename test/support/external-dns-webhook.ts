import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";

export interface ExternalDnsWebhook extends Daemon {
  /** "http://127.0.0.1:8888". */
  readonly url: string;
}

export interface ExternalDnsWebhookOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly zones: readonly string[];
  readonly provider:
    | { readonly kind: "inmemory" }
    | {
        readonly kind: "rfc2136";
        readonly host: string;
        readonly port: number;
        /** hmac-sha256. */
        readonly key: { readonly name: string; readonly secret: string };
        /** Without it the provider lists nothing. */
        readonly axfr?: boolean;
        /** "300s": lower TTLs become this. */
        readonly minTtl?: string;
      }
    | { readonly kind: "pdns"; readonly url: string; readonly apiKey: string }
    | { readonly kind: "coredns"; readonly etcdUrl: string }
    /** ExternalDNS's own client of a webhook. */
    | { readonly kind: "webhook"; readonly webhookUrl: string };
  /** Serves no webhook, but moves names itself: see mover.go. */
  readonly moves?: boolean;
}

/** ExternalDNS's own provider behind ExternalDNS's own webhook server. */
export async function startExternalDnsWebhook(options: ExternalDnsWebhookOptions): Promise<ExternalDnsWebhook> {
  return inNewDirectory("external-dns-webhook", async (directory) => {
    const host = options.host ?? "127.0.0.1";
    const listen = `${host}:${await freePort(host)}`;
    const url = `http://${listen}`;
    const daemon = await startDaemon({
      component: "external-dns-webhook",
      directory,
      args: [],
      env: {
        LISTEN: listen,
        ZONES: options.zones.join(","),
        MOVES: options.moves === true ? "yes" : "no",
        ...environmentOf(options.provider),
      },
      // A method that it does not know: any other request may wait for what is behind the provider.
      probe: async () => {
        const response = await fetch(`${url}/records`, { method: "PUT", signal: AbortSignal.timeout(1000) });
        await response.text();
        return response.status === 400 ? undefined : `answers ${response.status}`;
      },
    });
    return { ...daemon, url };
  });
}

function environmentOf(provider: ExternalDnsWebhookOptions["provider"]): Readonly<Record<string, string>> {
  switch (provider.kind) {
    case "inmemory":
      return { PROVIDER: "inmemory" };
    case "rfc2136":
      return {
        PROVIDER: "rfc2136",
        DNS_HOST: provider.host,
        DNS_PORT: String(provider.port),
        TSIG_NAME: provider.key.name,
        TSIG_SECRET: provider.key.secret,
        AXFR: provider.axfr === false ? "no" : "yes",
        MIN_TTL: provider.minTtl ?? "0s",
      };
    case "pdns":
      return { PROVIDER: "pdns", PDNS_URL: provider.url, PDNS_API_KEY: provider.apiKey };
    case "coredns":
      return { PROVIDER: "coredns", ETCD_URLS: provider.etcdUrl };
    case "webhook":
      return { PROVIDER: "webhook", WEBHOOK_URL: provider.webhookUrl };
    default:
      return provider satisfies never;
  }
}
