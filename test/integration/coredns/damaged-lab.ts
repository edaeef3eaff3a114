import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ZoneProvider } from "../../../src/providers/provider.ts";
import { createOverlayProvider } from "../../../src/providers/coredns/overlay.ts";
import { inNewDirectory, startDaemon } from "../../support/daemon.ts";
import { answerData } from "../../support/dig.ts";
import { type DnsEndpoint, probeDns } from "../../support/dns-probe.ts";
import { freePort } from "../../support/free-port.ts";
import { type MemoryTextStore, memoryTextStore } from "../../support/memory-text-store.ts";
import { converge, labZone, overlaySpec } from "../../support/provider-lab.ts";
import { asked } from "./coredns-lab.ts";

/** A Corefile as a user writes it; the root block answers for root.test itself, so no other server is needed. */
export const USER_TEXT = `# The users' own lines.
.:{$DNS_PORT} {
    bind {$DNS_HOST}
    errors
    template IN A root.test {
        answer "{{ .Name }} 60 IN A 198.51.100.1"
    }
    reload 2s
}
`;

export type ZoneId = "one" | "two" | "three";

/** Three DnsZones in one Corefile: `one` and `two` of the installation "me", `three` of the installation "you". */
export interface DamagedLab {
  readonly store: MemoryTextStore;
  readonly providers: Readonly<Record<ZoneId, ZoneProvider>>;
}

/** The Corefile with all three parts, undamaged. */
export async function damagedLab(): Promise<DamagedLab> {
  const store = memoryTextStore(USER_TEXT);
  const providerOf = (name: ZoneId, ownerId: string): ZoneProvider =>
    createOverlayProvider({ zone: labZone("example.com", overlaySpec(), name), store, ownerId });
  const providers = { one: providerOf("one", "me"), two: providerOf("two", "me"), three: providerOf("three", "you") };
  await converge(providers.three, "three.example.com 60 203.0.113.3");
  await converge(providers.two, "two.example.com 60 203.0.113.2 2001:db8::2");
  await converge(providers.one, "one.example.com 60 203.0.113.1");
  return { store, providers };
}

/** Runs CoreDNS with the text until `use` is done. Rejects when CoreDNS doesn't start. */
export async function withCoreDns<T>(text: string, use: (at: DnsEndpoint) => Promise<T>): Promise<T> {
  return inNewDirectory("damaged", async (directory) => {
    const at = { host: "127.0.0.1", port: await freePort() };
    await writeFile(join(directory, "Corefile"), text);
    const server = await startDaemon({
      component: "coredns",
      directory,
      args: ["-conf", join(directory, "Corefile"), `-dns.port=${at.port}`],
      env: { DNS_HOST: at.host, DNS_PORT: String(at.port) },
      probe: () => probeDns(at),
      readyMs: 15_000,
    });
    try {
      return await use(at);
    } finally {
      await server[Symbol.asyncDispose]();
    }
  });
}

/** True when CoreDNS starts with the text and answers. */
export async function startsWith(text: string): Promise<boolean> {
  try {
    return await withCoreDns(text, () => Promise.resolve(true));
  } catch (error) {
    if (error instanceof Error && /coredns ended with 1\b/.test(error.message)) {
      return false;
    }
    throw error;
  }
}

/** The A records that CoreDNS answers for each name with this Corefile, one line a name: `one.example.com 203.0.113.1`. */
export async function answersOf(text: string, names: readonly string[]): Promise<readonly string[]> {
  return withCoreDns(text, async (at) => {
    const lines: string[] = [];
    for (const name of names) {
      const reply = await asked(at, name);
      lines.push([name, ...answerData(reply, "A")].join(" "));
    }
    return lines;
  });
}
