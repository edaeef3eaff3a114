import { AppError } from "../../base/error.ts";
import { SHARED_OWNER_ID } from "../../providers/owner-id.ts";
import type { OwnerConfig } from "../config/settings.ts";
import type { Owner } from "./platform.ts";

/** The identity of this installation. `idNow` returns undefined before the id is known. */
export function ownerOf(
  { ownerId, adoptOwnerIds }: OwnerConfig,
  idNow: () => string | undefined,
  unsaved: Owner["unsaved"] = () => undefined,
): Owner {
  return {
    id() {
      const id = idNow();
      if (id === undefined) {
        throw new AppError("CONFIG_INVALID", "the owner id has not been read yet", { retry: "backoff" });
      }
      return id;
    },
    knownId: idNow,
    // The default id was SHARED_OWNER_ID, before each installation had a unique id.
    formerIdsHere: ownerId === undefined ? [...adoptOwnerIds, SHARED_OWNER_ID] : adoptOwnerIds,
    formerIds: adoptOwnerIds,
    unsaved,
  };
}
