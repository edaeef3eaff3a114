import { AppError } from "../base/error.ts";

/** An owner id that can stand in a marker; throws CONFIG_INVALID for one that cannot. */
export function checkedOwnerId(ownerId: string): string {
  if (!isOwnerId(ownerId)) {
    const message = `the owner id "${ownerId}" has to be 1 to 128 letters, digits and . _ : / -`;
    throw new AppError("CONFIG_INVALID", message, { retry: "never" });
  }
  return ownerId;
}

export function isOwnerId(text: string): boolean {
  return OWNER_ID.test(text);
}

const OWNER_ID = /^[A-Za-z0-9._:/-]{1,128}$/;
