import { ALLOW_ZONE_ANNOTATION, objectKey, type ObjectKey, zonesListed } from "./meta.ts";

/**
 * The key of the DnsZone, if an object in `namespace` has to permit it. Undefined in the DnsZone's own namespace, where no consent
 * is necessary.
 */
export function consentNeeded(
  zone: { readonly namespace: string; readonly name: string },
  namespace: string,
): ObjectKey | undefined {
  return zone.namespace === namespace ? undefined : objectKey(zone);
}

/** Whether the annotation `dnsalias.io/allow-zone` of an object lists the DnsZone. */
export function isPermitted(zone: ObjectKey, annotation: string | undefined): boolean {
  return zonesListed(annotation).has(zone);
}

/**
 * The message of RefNotPermitted for an object, for example "Service kube-system/kube-dns". The message is the same for an object
 * that doesn't exist. A user therefore can't learn from a DnsZone which objects another namespace has.
 */
export function notPermittedText(object: string, zone: ObjectKey): string {
  return `${object} doesn't exist, or doesn't permit DnsZone ${zone}, which is in another namespace. ${annotateText(`the ${object.split(" ", 1)[0]}`, zone)}`;
}

/** The cure in the message: the annotation and its value. */
export function annotateText(object: string, zone: ObjectKey): string {
  return `Annotate ${object} with ${ALLOW_ZONE_ANNOTATION}: ${zone}. Commas separate several DnsZones`;
}
