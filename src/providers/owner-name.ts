import { isWildcard, type Name, parseOwnerName } from "../dns/name/name.ts";

/** A valid hostname of an alias in canonical form. Undefined: another writer wrote the text. */
export function ownerNameIn(text: string): Name | undefined {
  if (!OWNER_NAME.test(text) || text.length > MAX_OWNER_NAME) {
    return undefined;
  }
  const name = tryOwnerName(text);
  return name === text && (isWildcard(name) || !name.startsWith("*")) ? name : undefined;
}

const OWNER_NAME = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+$/;
const MAX_OWNER_NAME = 254;

function tryOwnerName(text: string): Name | undefined {
  try {
    return parseOwnerName(text);
  } catch {
    return undefined;
  }
}
