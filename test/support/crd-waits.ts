/**
 * The arguments of the kubectl commands that wait until new CRDs are served, one after the other. `what`: "crd", "--all", or their names. `kubectl wait
 * --for=condition` fails at once while `status.conditions` is null, which it is for a moment after the creation; the first command waits for that.
 */
export function crdWaits(...what: readonly string[]): readonly (readonly string[])[] {
  return ["jsonpath={.status.conditions[0].type}", "condition=Established"].map((wanted) => [
    "wait",
    `--for=${wanted}`,
    "--timeout=60s",
    ...what,
  ]);
}
