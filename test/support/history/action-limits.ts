import { sceneZone } from "./scene.ts";

export function lists(zone: string): boolean {
  return sceneZone(zone).backend !== "queries";
}

export function isBelow(key: string): boolean {
  return key === "dns/sub" || key === "dns/deep";
}
