/** The code of a failed system call ("ENOENT"); undefined for everything else that can be thrown. */
export function systemCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : undefined;
}
