import type { Daemon } from "./daemon.ts";
import type { DnsEndpoint } from "./dns-probe.ts";

export interface AuthoritativeOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Zone-file text by zone name (`example.com`), complete with SOA and NS; `@` is the zone's apex. */
  readonly zones?: Readonly<Record<string, string>>;
}

/** A name server that answers for the zones it was given, and asks nobody. */
export interface AuthoritativeServer extends Daemon, DnsEndpoint {
  /** Replaces one of the zones given at the start; ready when the new text is served, throws when it is refused. */
  setZone(zone: string, text: string): Promise<void>;
  /** How many questions it has got, readiness probes included: compare two readings, with no restart between. */
  questionCount(): Promise<number>;
}
