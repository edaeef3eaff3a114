/** A part of the texts that users and contributors read. A layer becomes an error layer with the commit that rewords it. */
export interface Layer {
  readonly name: string;
  /** Globs, relative to the checkout. A file belongs to the first layer that names it. */
  readonly files: readonly string[];
  /** Whether a finding in it fails `npm run prose`. */
  readonly isError: boolean;
}

export const LAYERS: readonly Layer[] = [
  { name: "style", files: ["docs/contributing/style.md"], isError: true },
  { name: "messages", files: ["test/fixtures/messages.txt"], isError: true },
  { name: "README", files: ["README.md"], isError: true },
  {
    name: "project",
    files: [
      "CONTRIBUTING.md",
      "SECURITY.md",
      "CODE_OF_CONDUCT.md",
      "GOVERNANCE.md",
      ".github/*.{md,yml}",
      ".github/*/*.{yml,yaml}",
    ],
    isError: true,
  },
  { name: "installing", files: ["docs/installing.md"], isError: true },
  { name: "troubleshooting", files: ["docs/troubleshooting.md"], isError: true },
  { name: "runbooks", files: ["docs/runbooks/*.md"], isError: true },
  { name: "reasons", files: ["docs/reasons.md"], isError: true },
  { name: "alerts", files: ["charts/dnsalias/files/*.yaml", "deploy/monitoring/*.yaml"], isError: true },
  { name: "values", files: ["charts/*/values.yaml"], isError: true },
  { name: "chart pages", files: ["charts/*/README.md"], isError: true },
  { name: "CRDs", files: ["deploy/crds/*.yaml"], isError: true },
  { name: "concepts", files: ["docs/concepts/*.md"], isError: true },
  { name: "evidence", files: ["docs/benchmarks.md", "docs/decisions.md"], isError: true },
  { name: "API reference", files: ["docs/api.md"], isError: true },
  { name: "docs", files: ["docs/**/*.md", "examples/**/*.md"], isError: true },
  { name: "provider pages", files: ["src/providers/**/README.md"], isError: true },
  { name: "comments", files: ["src/**/*.ts"], isError: true },
];
