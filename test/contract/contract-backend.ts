import type { Name } from "../../src/dns/name/name.ts";
import type { RRset } from "../../src/dns/record.ts";
import type { BackendCapabilities, RecordBackend } from "../../src/providers/backend.ts";
import type { StepName } from "./steps.ts";

/** A running server with a zone, the backend that is to be proved on it, and a way around the backend for somebody else's hand. */
export interface ContractBackend extends AsyncDisposable {
  readonly backend: RecordBackend;
  /** What the server can do; the backend has to say the same of itself. */
  readonly capabilities: BackendCapabilities;
  /** The zone has SOA and NS, and whatever else the server was given before the contract began. */
  readonly domain: Name;
  /** Makes the whole record set so, past the backend under test (nsupdate, the server's own tool, another client). */
  put(set: RRset): Promise<void>;
  /** Removes it in the same way. */
  remove(name: Name, type: string): Promise<void>;
  /** Every record set of the zone, of every type, as the server gives it to anybody; canonical names and data. */
  list(): Promise<readonly RRset[]>;
  /** A wanted line (as {@link Scene.line} has it) that the server rejects by its own rules, and what it says of it. */
  readonly rejected?: { readonly line: string; readonly message: RegExp };
  /** Steps that cannot be shown on this server, each with the reason; they are named as skipped. */
  readonly cannot?: Readonly<Partial<Record<StepName, string>>>;
}
