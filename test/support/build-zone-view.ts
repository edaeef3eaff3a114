import type { ServedZone } from "../../src/responder/answer-source.ts";
import { zoneViewBuilder, type ZoneView } from "../../src/responder/zone/zone-view.ts";

/** The view of a zone that is small enough to be built at once. */
export function buildZoneView(zone: ServedZone): ZoneView {
  const builder = zoneViewBuilder(zone);
  builder.add(zone.sets);
  builder.addAliases(zone.aliases);
  return builder.finish();
}
