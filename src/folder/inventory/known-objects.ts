import { IMMUTABLE_DOMAIN_MESSAGE } from "../../api/zone/rules/domain-rules.ts";
import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import { textAt } from "../../base/json.ts";
import { identify, type Identity } from "../manifest/identity.ts";
import type { FileContent, ValidatedObject, Manifest } from "../manifest/validate-file.ts";
import type { ManifestKind } from "../manifest/manifest-kind.ts";
import { problemText, type ManifestProblem } from "../manifest/parse-manifests.ts";
import type { ObjectId } from "../manifest/state-entry.ts";

/** One object: its last valid manifest, and the mistakes of the current one. */
export interface KnownObject {
  readonly id: ObjectId;
  readonly kind: ManifestKind;
  readonly namespace: string;
  readonly name: string;
  readonly file: string;
  readonly identity: Identity;
  readonly good?: { readonly fingerprint: string; readonly object: unknown; readonly manifest: Manifest };
  readonly invalid?: readonly string[];
  /** The present manifest, if it is invalid and no earlier one was valid. */
  readonly unread?: unknown;
  /** Since when no file has the object. Its deletion is accepted after some time. */
  readonly missingSince?: Millis;
}

export type Catalog = ReadonlyMap<ObjectId, KnownObject>;

/** The content of the folder at one moment. */
export interface FolderView {
  /** By path relative to the folder. */
  readonly files: ReadonlyMap<string, FileContent>;
  /** Existing files and sub-folders that are not readable. */
  readonly unreadable: readonly string[];
}

export interface Advance {
  readonly catalog: Catalog;
  readonly problems: readonly ManifestProblem[];
  /** True while an object is missing, but not yet for long enough. The next scan must come soon. */
  readonly unsettled: boolean;
}

/** After this time, an editor has finished a truncated write or a rename in two steps. */
export const SETTLE_MS: Millis = 1000;

/**
 * Returns the catalog after a scan of the folder. Only a readable file changes or removes an object. If a file cannot be
 * read completely, its objects remain, with the problems of the file.
 */
export function advance(before: Catalog, view: FolderView, now: Millis): Advance {
  const { seen, duplicates } = choose(before, view.files);
  const present = [...seen.values()].map(({ file, object }) => knownOf(before.get(object.id), file, object, now));
  const absent = [...before.values()].filter((known) => !seen.has(known.id)).flatMap((known) => keep(known, view, now));
  const sorted = [...present, ...absent].sort((a, b) => byCodeUnit(a.id, b.id));
  return {
    catalog: new Map(sorted.map((known) => [known.id, known])),
    problems: [...[...view.files.values()].flatMap((content) => content.problems), ...duplicates],
    unsettled: absent.some((known) => known.missingSince !== undefined),
  };
}

interface Sighting {
  readonly file: string;
  readonly object: ValidatedObject;
}

interface Choice {
  readonly seen: ReadonlyMap<ObjectId, Sighting>;
  readonly duplicates: readonly ManifestProblem[];
}

/** If two objects have the same name, the one that was known first applies, otherwise the first by path. */
function choose(before: Catalog, files: ReadonlyMap<string, FileContent>): Choice {
  const seen = new Map<ObjectId, Sighting>();
  const duplicates: ManifestProblem[] = [];
  const sightings = [...files]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .flatMap(([file, content]) => content.objects.map((object): Sighting => ({ file, object })));
  const incumbentsFirst = [
    ...sightings.filter(({ file, object }) => before.get(object.id)?.file === file),
    ...sightings.filter(({ file, object }) => before.get(object.id)?.file !== file),
  ];
  for (const sighting of incumbentsFirst) {
    const first = seen.get(sighting.object.id);
    if (first === undefined) {
      seen.set(sighting.object.id, sighting);
    } else {
      duplicates.push(duplicateOf(first, sighting));
    }
  }
  return { seen, duplicates };
}

function duplicateOf(first: Sighting, second: Sighting): ManifestProblem {
  const { line, column, kind, namespace, name } = second.object;
  const position = `${first.file}:${first.object.line}:${first.object.column}`;
  return {
    file: second.file,
    line,
    column,
    message: `${kind} ${namespace}/${name} is already defined at ${position}; this one is ignored`,
  };
}

function knownOf(before: KnownObject | undefined, file: string, object: ValidatedObject, now: Millis): KnownObject {
  const { id, kind, namespace, name, result } = object;
  const common = { id, kind, namespace, name, file, identity: identify(before?.identity, object.specHash, now) };
  const problems = result.kind === "good" ? immutableProblems(before, file, object, result.manifest) : result.problems;
  if (result.kind === "good" && problems.length === 0) {
    const { fingerprint, object: data } = object;
    return { ...common, good: { fingerprint, object: data, manifest: result.manifest } };
  }
  const known = before?.good === undefined ? { unread: object.object } : { good: before.good };
  return { ...common, ...known, invalid: problems };
}

/** Problems of a change that the API server also refuses. The object stays as it was. */
function immutableProblems(
  before: KnownObject | undefined,
  file: string,
  { line, column, object }: ValidatedObject,
  manifest: Manifest,
): readonly string[] {
  const old = before?.good?.manifest;
  if (manifest.kind !== "DnsZone" || old?.kind !== "DnsZone" || old.value.spec.domain === manifest.value.spec.domain) {
    return [];
  }
  const message = `spec.domain: "${textAt(object, "spec", "domain")}": ${IMMUTABLE_DOMAIN_MESSAGE}`;
  return [problemText({ file, line, column, message })];
}

function keep(known: KnownObject, view: FolderView, now: Millis): readonly KnownObject[] {
  const { missingSince: since = now, ...rest } = known;
  const content = view.files.get(known.file);
  if (content?.complete === false) {
    return [{ ...rest, invalid: content.problems.map(problemText) }];
  }
  if (isUnreadable(known.file, view.unreadable)) {
    return [rest];
  }
  return now - since < SETTLE_MS ? [{ ...rest, missingSince: since }] : [];
}

function isUnreadable(file: string, unreadable: readonly string[]): boolean {
  return unreadable.some((path) => path === "" || file === path || file.startsWith(`${path}/`));
}
