import type { AliasType } from "../dns/record.ts";
import type { NamePlan } from "./name-plan.ts";

/** A backend's name for people, and the record types that it cannot hold. */
export interface UnsupportedTypes {
  readonly backend: string;
  readonly types: readonly AliasType[];
}

/** The plan without the sets that the backend cannot hold; what else stands at the name goes on, and the set that is missing is told. */
export function withoutUnsupportedTypes(plan: NamePlan, { backend, types }: UnsupportedTypes): NamePlan {
  const left = plan.sets.find(({ type }) => types.includes(type));
  if (left === undefined) {
    return plan;
  }
  const message = `${backend} has no records of this type: publish the zone elsewhere, or set httpsAlias: false`;
  return {
    ...plan,
    sets: plan.sets.filter(({ type }) => !types.includes(type)),
    notPublished: { type: left.type, message },
  };
}
