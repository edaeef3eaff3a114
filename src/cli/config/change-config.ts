import { type Reader, wrong } from "./settings.ts";

/** A command that changes one DnsAlias or DnsZone. */
export interface ChangeWords {
  readonly command: "approve" | "pause" | "resume";
  /** Absent: the namespace of --namespace, of the pod, or of the context. */
  readonly namespace?: string;
  readonly name: string;
}

/** Reads NAME or NAMESPACE/NAME. */
export function changeWords(from: Reader, command: ChangeWords["command"]): ChangeWords {
  const [word = "", more] = from.words;
  const kind = command === "approve" ? "DnsZone" : "DnsAlias";
  const example = command === "approve" ? "dns-system/example-com" : "web/shop";
  if (more !== undefined) {
    throw wrong(`${command} takes one NAME: remove "${more}"`);
  }
  const { namespace, name } = PLACE.exec(word)?.groups ?? {};
  if (name === undefined) {
    const given = word === "" ? "" : `, not "${word}"`;
    throw wrong(`${command} requires the NAME or NAMESPACE/NAME of a ${kind}${given}: dnsalias ${command} ${example}`);
  }
  const other = from.texts("namespace").find((text) => namespace !== undefined && text !== namespace);
  if (other !== undefined) {
    throw wrong(`${from.origin("namespace")} is ${other}, but the object is in ${namespace}: remove one of them`);
  }
  return { command, name, ...(namespace === undefined ? {} : { namespace }) };
}

const PLACE = /^(?:(?<namespace>[a-z0-9][a-z0-9-]{0,62})\/)?(?<name>[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)$/;
