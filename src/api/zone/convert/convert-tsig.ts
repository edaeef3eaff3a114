import type { Rfc2136Spec } from "../../dns-zone.ts";
import type { NameReader } from "../../schema/name-reader.ts";
import type { TsigText } from "../shared-fields.ts";

type TsigSpec = NonNullable<Rfc2136Spec["tsig"]>;

/** The member `tsig` of a provider's spec. It is empty without a key, and undefined if the name of the key is invalid. */
export function tsigOf(
  text: TsigText | undefined,
  path: string,
  names: NameReader,
): { readonly tsig?: TsigSpec } | undefined {
  if (text === undefined) {
    return {};
  }
  const keyName = names.read(text.keyName, `${path}.keyName`);
  return keyName === undefined
    ? undefined
    : { tsig: { keyName, algorithm: text.algorithm, secretRef: text.secretRef } };
}
