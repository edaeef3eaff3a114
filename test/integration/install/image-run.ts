import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { locateComponent } from "../../support/component.ts";

export interface ContainerOptions {
  readonly root: string;
  /** "65532:65532" */
  readonly user: string;
  readonly env: Readonly<Record<string, string>>;
  /** Directories outside that are seen inside. */
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly readOnly: boolean }[];
  readonly command: readonly string[];
}

/**
 * The command line that runs a command as a container runtime would: in mount and process namespaces of its own, in this root
 * directory, which is read-only, as this user, without any other variable of the environment.
 */
export async function inContainer({ root, user, env, mounts, command }: ContainerOptions): Promise<readonly string[]> {
  for (const path of ["proc", "dev", ...mounts.map(({ to }) => to)]) {
    await mkdir(join(root, path), { recursive: true });
  }
  await writeFile(join(root, "etc/resolv.conf"), "nameserver 127.0.0.1\n"); // a runtime puts its own there
  const script = [
    "set -eu",
    `mount --bind ${root} ${root}`,
    `mount -t proc proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    ...mounts.map(({ from, to }) => `mount --bind ${from} ${join(root, to)}`),
    ...mounts.filter(({ readOnly }) => readOnly).map(({ to }) => `mount -o remount,bind,ro ${join(root, to)}`),
    `mount -o remount,bind,ro ${root}`,
    `exec ${locateComponent("chroot")} --userspec=${user} ${root} "$@"`,
  ].join("\n");
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--propagation=private"];
  return [
    locateComponent("unshare"),
    ...namespaces,
    "/usr/bin/env",
    "-i",
    ...variables,
    "/bin/sh",
    "-c",
    script,
    "sh",
    ...command,
  ];
}
