import { ALLOW_ZONE_ANNOTATION, type ObjectKey } from "../../api/meta.ts";
import { isPermitted, notPermittedText } from "../../api/zone-consent.ts";
import { textAt } from "../../base/json.ts";
import type { TextRead, TextStore, TextWrite } from "../../providers/text-store.ts";
import {
  fieldManagerOf,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  MAX_DATA_BYTES,
  OWNER_ANNOTATION,
  storedKey,
  type StoredKey,
} from "./config-map-object.ts";
import { readRefusal, writeRefusal } from "./config-map-errors.ts";
import { CONFIG_MAPS, pathOf } from "../client/resource.ts";
import type { KubeResult } from "../client/api-result.ts";
import { APPLY_PATCH, MERGE_PATCH, type Transport } from "../client/transport.ts";

export interface ConfigMapStoreOptions {
  /**
   * `own`: only dnsalias writes the ConfigMap, and creates it if it is missing. A ConfigMap of another installation, or without the label, is refused.
   * `shared`: a ConfigMap of another writer. dnsalias writes a new key by server-side apply, and replaces only the value of an existing key (a
   * Corefile). It refuses a key that another manager would apply again (Argo CD, Flux). It doesn't modify other keys.
   */
  readonly mode: "own" | "shared";
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  /** Owner id of this installation. */
  readonly owner: string;
  /** Former owner ids. A ConfigMap with one of them belongs to this installation, and keeps the id. */
  readonly formerOwners?: readonly string[];
  /** The DnsZone that the ConfigMap has to permit by its annotation. Absent: both are in the same namespace. */
  readonly consentFor?: ObjectKey | undefined;
}

/** A key of a ConfigMap. The revision is the ConfigMap's resourceVersion, so a write to any of its keys is a conflict. */
export function createConfigMapStore(transport: Transport, options: ConfigMapStoreOptions): TextStore {
  const { namespace, name, key, mode } = options;
  return {
    location: `ConfigMap ${namespace}/${name} key ${key}`,
    read: async (signal) => {
      const result = await get(transport, options, signal);
      const refused = consentRefusal(result, options);
      if (refused !== undefined) {
        return refused;
      }
      if (result.kind === "status" && result.code === 404) {
        return { kind: "ok", text: undefined, revision: "", owner: undefined };
      }
      return result.kind === "ok" ? toRead(storedKey(result.body, key), mode) : readRefusal(result, options);
    },
    write: async (text, revision, signal) => {
      const result = await get(transport, options, signal);
      const refused = consentRefusal(result, options);
      if (refused !== undefined) {
        return refused;
      }
      if (result.kind === "status" && result.code === 404) {
        return revision === ""
          ? create(transport, options, text, signal)
          : conflict("the ConfigMap was deleted meanwhile");
      }
      if (result.kind !== "ok") {
        return writeRefusal(result, options, { verb: "get", bytes: Buffer.byteLength(text) });
      }
      const stored = storedKey(result.body, key);
      return (
        refusal(stored, options, text) ??
        (stored.resourceVersion === revision
          ? await replace(transport, options, stored, text, signal)
          : conflict("the ConfigMap was changed meanwhile"))
      );
    },
  };
}

function get(transport: Transport, { namespace, name }: ConfigMapStoreOptions, signal: AbortSignal) {
  return transport.request({ method: "GET", path: pathOf(CONFIG_MAPS, { namespace, name }) }, signal);
}

/** The refusal for a ConfigMap that doesn't permit the DnsZone, or that doesn't exist. */
function consentRefusal(
  result: KubeResult,
  { namespace, name, consentFor }: ConfigMapStoreOptions,
): { readonly kind: "refused"; readonly reason: "RefNotPermitted"; readonly message: string } | undefined {
  const isKnown = result.kind === "ok" || (result.kind === "status" && result.code === 404);
  if (consentFor === undefined || !isKnown) {
    return undefined;
  }
  const annotation =
    result.kind === "ok" ? textAt(result.body, "metadata", "annotations", ALLOW_ZONE_ANNOTATION) : undefined;
  return isPermitted(consentFor, annotation)
    ? undefined
    : {
        kind: "refused",
        reason: "RefNotPermitted",
        message: notPermittedText(`ConfigMap ${namespace}/${name}`, consentFor),
      };
}

function toRead(stored: StoredKey, mode: ConfigMapStoreOptions["mode"]): TextRead {
  const owner = mode === "own" ? stored.owner : undefined;
  const others = stored.otherBytes === 0 ? {} : { otherBytes: stored.otherBytes };
  return { kind: "ok", text: stored.text, revision: stored.resourceVersion, owner, ...others };
}

function refusal(stored: StoredKey, options: ConfigMapStoreOptions, text: string): TextWrite | undefined {
  const location = `ConfigMap ${options.namespace}/${options.name}`;
  if (options.mode === "own" && !stored.isOurs) {
    const message = `${location} exists without the label ${MANAGED_BY_LABEL}=${MANAGED_BY}, so dnsalias does not write it: choose another name, or delete it`;
    return { kind: "refused", reason: "ForeignManager", message };
  }
  if (options.mode === "own" && stored.owner !== undefined && !ownersOf(options).includes(stored.owner)) {
    const message = `${location} belongs to the installation with owner id "${stored.owner}", and the id of this installation is "${options.owner}": use another ConfigMap, or the same owner id`;
    return { kind: "refused", reason: "ForeignOwner", message };
  }
  return tooLarge(options, text, stored.otherBytes);
}

function tooLarge(options: ConfigMapStoreOptions, text: string, otherBytes: number): TextWrite | undefined {
  const bytes = Buffer.byteLength(text) + otherBytes;
  if (bytes <= MAX_DATA_BYTES) {
    return undefined;
  }
  const message = `ConfigMap ${options.namespace}/${options.name} would have ${bytes} bytes, more than the limit of ${MAX_DATA_BYTES}: use a separate ConfigMap, or make its other keys smaller`;
  return { kind: "refused", reason: "TooLarge", message };
}

/**
 * Creates the ConfigMap. In the mode `own`, it is created empty first, because only an existing object has a resourceVersion for
 * the compare-and-swap of the text.
 */
async function create(
  transport: Transport,
  options: ConfigMapStoreOptions,
  text: string,
  signal: AbortSignal,
): Promise<TextWrite> {
  const refused = tooLarge(options, text, 0);
  if (refused !== undefined) {
    return refused;
  }
  if (options.mode === "shared") {
    return toWrite(await apply(transport, options, undefined, text, signal), options, "create", text);
  }
  const { namespace } = options;
  const query = { fieldManager: fieldManagerOf(options.key) };
  const post = {
    method: "POST",
    path: pathOf(CONFIG_MAPS, { namespace, query }),
    body: ownObject(options, options.owner),
  } as const;
  const made = await transport.request(post, signal);
  if (made.kind === "status" && made.code === 409) {
    return conflict("the ConfigMap was created by another writer meanwhile");
  }
  return made.kind === "ok"
    ? replace(transport, options, storedKey(made.body, options.key), text, signal)
    : toWrite(made, options, "create", text);
}

async function replace(
  transport: Transport,
  options: ConfigMapStoreOptions,
  stored: StoredKey,
  text: string,
  signal: AbortSignal,
): Promise<TextWrite> {
  const isPlainKey = options.mode === "shared" && stored.text !== undefined && !stored.isApplied;
  const result = isPlainKey
    ? await merge(transport, options, stored, text, signal)
    : await apply(transport, options, stored, text, signal);
  return toWrite(result, options, "patch", text);
}

/**
 * Applies the text. With uid and resourceVersion, the apply is a compare-and-swap. With only the resourceVersion, it would create a
 * deleted ConfigMap again (measured with kube-apiserver 1.36).
 */
function apply(
  transport: Transport,
  options: ConfigMapStoreOptions,
  stored: StoredKey | undefined,
  text: string,
  signal: AbortSignal,
): Promise<KubeResult> {
  const { namespace, name, key, mode } = options;
  const query = { fieldManager: fieldManagerOf(key), ...(mode === "own" ? { force: "true" } : {}) };
  const object = mode === "own" ? ownObject(options, stored?.owner ?? options.owner) : bareObject(options);
  const at = stored === undefined ? {} : { uid: stored.uid, resourceVersion: stored.resourceVersion };
  return transport.request(
    {
      method: "PATCH",
      path: pathOf(CONFIG_MAPS, { namespace, name, query }),
      contentType: APPLY_PATCH,
      body: { ...object, metadata: { ...object.metadata, ...at }, data: { [key]: text } },
    },
    signal,
  );
}

function merge(
  transport: Transport,
  { namespace, name, key }: ConfigMapStoreOptions,
  { uid, resourceVersion }: StoredKey,
  text: string,
  signal: AbortSignal,
): Promise<KubeResult> {
  return transport.request(
    {
      method: "PATCH",
      path: pathOf(CONFIG_MAPS, { namespace, name, query: { fieldManager: fieldManagerOf(key) } }),
      contentType: MERGE_PATCH,
      body: { metadata: { uid, resourceVersion }, data: { [key]: text } },
    },
    signal,
  );
}

function bareObject({ namespace, name }: ConfigMapStoreOptions) {
  return { apiVersion: CONFIG_MAPS.apiVersion, kind: CONFIG_MAPS.kind, metadata: { namespace, name } };
}

function ownersOf({ owner, formerOwners = [] }: ConfigMapStoreOptions): readonly string[] {
  return [owner, ...formerOwners];
}

function ownObject(options: ConfigMapStoreOptions, owner: string) {
  const object = bareObject(options);
  const labels = { [MANAGED_BY_LABEL]: MANAGED_BY };
  return { ...object, metadata: { ...object.metadata, labels, annotations: { [OWNER_ANNOTATION]: owner } } };
}

function toWrite(result: KubeResult, options: ConfigMapStoreOptions, verb: string, text: string): TextWrite {
  return result.kind === "ok"
    ? { kind: "written", revision: storedKey(result.body, options.key).resourceVersion }
    : writeRefusal(result, options, { verb, bytes: Buffer.byteLength(text) });
}

function conflict(message: string): TextWrite {
  return { kind: "conflict", message };
}
