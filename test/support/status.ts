import type { AliasView, StatusView } from "../../src/ops/status-page/status-view.ts";

/** A status page of nothing, or of what is given. */
export function emptyStatus(parts: Partial<StatusView> = {}): StatusView {
  return {
    version: "1.2.3",
    platform: "manifests ./manifests",
    now: Date.parse("2026-11-24T12:00:00Z"),
    leading: undefined,
    problems: [],
    zones: [],
    aliases: [],
    search: { text: "", onlyUnwell: false, page: 1, perPage: 50 },
    found: 0,
    ...parts,
  };
}

export function aliasView(parts: Partial<AliasView> = {}): AliasView {
  return {
    key: "web/shop",
    light: "well",
    reason: "Ready",
    message: "",
    hostnames: [
      {
        hostname: "example.com",
        zone: "dns/example-com",
        addresses: ["192.0.2.1"],
        ttl: 60,
        publishedTime: "2026-11-24T11:00:00Z",
      },
    ],
    targets: [
      {
        name: "main",
        chain: ["d111.cdn.test", "pop.edge.test"],
        addresses: ["192.0.2.1"],
        ttl: 60,
        outcome: "Positive",
        lastTransitionTime: "2026-11-24T11:58:30Z",
      },
    ],
    steering: [],
    history: [],
    boundMs: 95_000,
    ageMs: 20_000,
    ...parts,
  };
}
